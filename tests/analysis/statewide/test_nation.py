"""Several states together: V split in exact fractions between states, between districts and within them."""

from fractions import Fraction
from statistics import fmean

import numpy as np
import pytest

from analysis.errors import InputError
from analysis.statewide.nation import over_states
from analysis.statewide.together import Everyone

RUNS = 3


def state(prefix, seed, districts=(2, 3)):
    """A state of districts with so many schools each; every run moves its students about."""
    random = np.random.default_rng(seed)
    lea = np.repeat([f"{prefix}0000{i}" for i in range(len(districts))], districts)
    before = random.integers(5, 60, (len(lea), 2, 1))
    after = np.stack([random.permutation(before[:, :, 0]) for _ in range(RUNS)], axis=2).astype(np.int32)
    return Everyone(lea, before, after, random.integers(1, 50, (1, RUNS)).astype(float))


def exact_parts(states, counts):
    """V's parts of [(state, district, ED, other)] by their definition: T_c (P_c − P_u)² / (T P (1 − P))."""
    rows = [
        (name, lea, *map(int, pair))
        for name, one in states.items()
        for lea, pair in zip(one.lea, counts[name], strict=True)
    ]

    def cells(width):
        found = {}
        for *place, ed, other in rows:
            a, b = found.get(tuple(place[:width]), (0, 0))
            found[tuple(place[:width])] = (a + ed, b + other)
        return found

    def share(pair):
        return Fraction(pair[0], sum(pair))

    ((_, whole),) = cells(0).items()
    spread = sum(whole) * share(whole) * (1 - share(whole))
    by_state, by_district = cells(1), cells(2)
    return {
        "between_states": sum(sum(c) * (share(c) - share(whole)) ** 2 for c in by_state.values()) / spread,
        "between_districts": sum(sum(c) * (share(c) - share(by_state[k[:1]])) ** 2 for k, c in by_district.items())
        / spread,
        "within": sum((a + b) * (share((a, b)) - share(by_district[n, d])) ** 2 for n, d, a, b in rows) / spread,
    }


def test_v_splits_over_three_levels_as_in_exact_fractions():
    states = {"one": state("48", 1), "two": state("39", 2, (1, 2, 2))}
    table = over_states(states).set_index(["measure", "part"])
    today = exact_parts(states, {name: one.before[:, :, 0] for name, one in states.items()})
    runs = [exact_parts(states, {name: one.after[:, :, run] for name, one in states.items()}) for run in range(RUNS)]
    for part, value in today.items():
        assert table.loc[("variance_ratio", part), "before"] == pytest.approx(float(value))
        after = [float(each[part]) for each in runs]
        row = table.loc[("variance_ratio", part)]
        assert [row["after"], row["low"], row["high"]] == pytest.approx([fmean(after), min(after), max(after)])


def test_students_who_move_add_up_run_by_run():
    states = {"one": state("48", 1), "two": state("39", 2)}
    row = over_states(states).set_index("measure").loc["moved"]
    sums = states["one"].moved[0] + states["two"].moved[0]
    assert [row["before"], row["after"], row["low"], row["high"]] == pytest.approx(
        [0, sums.mean(), sums.min(), sums.max()]
    )


def test_districts_without_an_id_in_two_states_are_two():
    """All of each state's schools have no district: nothing lies between districts of a state."""
    one, two = state("48", 1), state("39", 2)
    nowhere = {
        name: Everyone(np.full(len(each.lea), ""), each.before, each.after, each.moved)
        for name, each in (("one", one), ("two", two))
    }
    table = over_states(nowhere).set_index(["measure", "part"])["after"]
    assert table["variance_ratio", "between_districts"] == pytest.approx(0)
    assert table["variance_ratio", "between_states"] > 0


def test_a_district_of_two_states_is_refused():
    with pytest.raises(InputError, match="one and two both have district 4800000"):
        over_states({"one": state("48", 1), "two": state("48", 2)})
