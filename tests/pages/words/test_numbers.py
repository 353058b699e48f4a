"""Numbers hold at the edges: undefined values, ends that read alike."""

import pytest

from pages.words import numbers

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0%"), (1.0, "100%"), (0.666, "67%"), (0.004, "0%"), (NAN, numbers.UNDEFINED)]
)
def test_percent(value, said):
    assert numbers.percent(value) == said


def test_number_keeps_its_decimals():
    assert [numbers.number(0.25), numbers.number(0.25, 3), numbers.number(0.0), numbers.number(NAN)] == [
        "0.25",
        "0.250",
        "0.00",
        numbers.UNDEFINED,
    ]


@pytest.mark.parametrize(
    ("value", "ends", "said"),
    [
        (0.31, (0.3, 0.33, True, True), "0.30–0.33, exact"),
        (0.31, (0.3, 0.33, True, False), "0.30–0.33, greatest proven only"),
        (0.31, (0.3, 0.33, False, True), "0.30–0.33, least proven only"),
        (0.31, (0.3, 0.33, False, False), "0.30–0.33, proven only"),
        (0.34, (0.3, 0.33, True, True), f"0.30–0.33, exact; the value is more, {numbers.KNOWN_ONLY}"),
        (0.29, (0.3, 0.33, True, True), f"0.30–0.33, exact; the value is less, {numbers.KNOWN_ONLY}"),
        (NAN, (0.3, 0.33, True, True), "0.30–0.33, exact"),
        (NAN, (NAN, NAN, None, None), numbers.UNDEFINED),
    ],
)
def test_bounds_say_how_they_are_known(value, ends, said):
    assert numbers.bounded(value, *ends) == said


@pytest.mark.parametrize(
    ("change", "said"), [(0.04, "+0.040"), (-0.04, "−0.040"), (0.0, "±0.000"), (NAN, numbers.UNDEFINED)]
)
def test_a_change_has_its_sign(change, said):
    assert numbers.signed(change) == said


def test_a_change_of_a_share_is_in_points():
    assert numbers.signed(-0.0123, points=True) == "−1.2 points"


def test_between_says_one_number_where_both_ends_read_alike():
    assert numbers.between(0.301, 0.334) == "0.30–0.33"
    assert numbers.between(0.301, 0.304) == "0.30"
    assert numbers.between(float("nan"), float("nan")) == numbers.UNDEFINED


def test_a_range_has_as_many_digits_as_tell_its_ends_apart():
    assert numbers.with_range(0.434, 0.412, 0.455) == "0.43 (0.41–\u20600.46)"
    assert numbers.with_range(0.4836, 0.4831, 0.4842) == "0.484 (0.483–\u20600.484)"
    assert numbers.with_range(NAN, NAN, NAN) == numbers.UNDEFINED


def test_a_range_stands_behind_the_corrected_value_never_behind_the_one_as_counted():
    assert numbers.with_corrected(0.45, 0.43, 0.41, 0.44) == "0.45, corrected 0.43 (0.41–\u20600.44)"
    assert numbers.with_corrected(0.45, 0.43, 0.43, 0.43) == "0.45, corrected 0.430"
    assert numbers.with_corrected(0.45, NAN, NAN, NAN) == "0.45"
    assert numbers.with_corrected(NAN, 0.43, 0.41, 0.44) == numbers.UNDEFINED
    assert (numbers.expected(0.0313), numbers.expected(0.0013)) == ("0.03", "0.001")
