"""Sentences on what is counted hold at the edges."""

from pages.words import counts as count_words


def test_one_cep_like_school_is_singular():
    assert "1 of 1 school of Oak in 2020–21 is CEP-like, with 100% of" in count_words.cep_like_schools(
        "Oak", 2020, 1, 1, 1.0
    )
