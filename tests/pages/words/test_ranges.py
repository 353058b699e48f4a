"""Sentences on ranges say what a picture shows, and where it can show nothing."""

import numpy as np
import pandas as pd

from pages.words import ranges as range_words

BANDS = pd.DataFrame({("V", "low"): [0.1, 0.2], ("V", "high"): [0.3, 0.9]}, index=[2018, 2019])


def test_words_say_what_is_shaded_and_where_nothing_can_be_seen():
    assert range_words.shaded(BANDS, 0.9).startswith("Shaded: ")
    thin = pd.DataFrame({("V", "low"): [0.2], ("V", "high"): [0.203]}, index=[2018])
    assert "a range of 0.003 at most, thinner than the line" in range_words.shaded(thin, 0.9)
    assert range_words.shaded(thin * np.nan, 0.9) == ""


def test_the_text_in_place_of_a_chart_has_the_ranges_too():
    rows = pd.DataFrame({"V": [0.3, np.nan], "D": [0.5, 0.4]}, index=[2018, 2019])
    said = [range_words.number_and_range(rows, BANDS, year, name) for year in rows.index for name in rows]
    assert said == [
        "0.30 (corrected for chance 0.10–0.30)",
        "0.50",
        "not defined (corrected for chance 0.20–0.90)",
        "0.40",
    ]
    assert range_words.number_and_range(rows, None, 2018, "V") == "0.30"
