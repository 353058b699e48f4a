"""Lottery numbers against published values of the functions they are made of, and against a command line."""

import shutil
import subprocess

import numpy as np
import pytest

from analysis.lottery.numbers import lottery_numbers, other_draw, public_ids, words, written


def test_public_ids_are_half_an_hmac_sha256():
    # RFC 4231, test case 2.
    assert public_ids(["what do ya want for nothing?"], "Jefe") == ["5bdcc146bf60754e6a042426089575c7"]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum here")
def test_numbers_are_what_sha256sum_prints():
    part = ("*", "ed", "Zoë’s id")
    text = "|".join(("Powerball 5 April: 3 14 15", "2", *part)).encode()
    done = subprocess.run(["sha256sum"], input=text, capture_output=True, check=True)  # noqa: S607 wherever it is
    numbers = lottery_numbers("Powerball 5 April: 3 14 15", 2, [part, ("A", "ed", "x")])
    assert written(numbers)[0] == done.stdout.decode()[:16]
    assert numbers.dtype == np.uint64


def test_no_part_of_a_number_can_be_taken_for_another():
    numbers = lottery_numbers("seed", 1, [("A", "ed", "x"), ("B", "ed", "x"), ("A", "other", "x"), ("A", "ed", "y")])
    assert len(set(numbers.tolist())) == 4
    assert (
        lottery_numbers("seed", 2, [("A", "ed", "x")])[0] != numbers[0] != lottery_numbers("", 1, [("A", "ed", "x")])[0]
    )


def test_written_numbers_sort_as_they_are():
    assert written(np.array([1, 2**63, 255], dtype=np.uint64)) == ["0" * 15 + "1", "8" + "0" * 15, "0" * 14 + "ff"]


def test_other_draws_are_those_of_splitmix64():
    # The first outputs from the state 1234567, as in the tests of Java's SplittableRandom and many others.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    start = np.array([1234567], dtype=np.uint64)
    assert [int(other_draw(start, draw)[0]) for draw in (1, 2, 3, 4)] == [number >> 32 for number in published]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.uint64])
def test_words_sort_as_the_numbers(dtype):
    numbers = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, 1000, dtype=dtype, endpoint=True)
    assert (np.lexsort(words(numbers)) == np.argsort(numbers, kind="stable")).all()
    assert len(words(numbers[:0])) == len(words(numbers))
