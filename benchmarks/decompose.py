"""Segregation between and within districts, beside PySAL's multigroup H and the split of V in plain NumPy."""

import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from analysis.decompose import decompose, information, nested
from analysis.multigroup import entropy, theil_h
from analysis.units import Codes, Floats, Units
from benchmarks import inputs
from benchmarks.timing import Figure, Timing, timed

with np.errstate(), warnings.catch_warnings():  # importing it changes NumPy's settings for the whole process
    warnings.simplefilter("ignore")
    from segregation import multigroup


def figures() -> Iterator[Figure]:
    state = inputs.state()
    units = inputs.by_district(state.schools)
    whole = Units(units.counts, units.students, np.zeros(len(units.place), dtype=np.intp), 1)
    yield from _of(f"{state.label}, {len(state.schools):,} schools", whole, units.place)
    units, state_of = inputs.nation()
    states = Units(units.counts, units.students, state_of[units.place], inputs.STATES)
    yield from _of(f"nation, {inputs.STATES} states, {inputs.SCHOOLS:,} schools", states, units.place)
    yield from _by_race(f"seven races, nation, {inputs.STATES} states, {inputs.SCHOOLS:,} schools")


def _of(label: str, units: Units, district: Codes) -> Iterator[Figure]:
    peer = ("PySAL's H alone", _peer(units, district))
    least = ("the split of V alone", timed(partial(v_split, units, district)))
    yield Figure(f"H alone, {label}", timed(partial(h_split, units, district)), (peer, least))
    ours = timed(lambda: decompose(replace(units), district))
    yield Figure(f"V, H, M, exposure and D, {label}", ours, (peer, least))


def _by_race(label: str) -> Iterator[Figure]:
    """M and H of seven groups over states, districts and schools; then every measure of them."""
    races, district = inputs.nation_by_race()
    least = ("n ln n in plain NumPy", timed(partial(n_log_n, races, district)))
    ours = timed(lambda: nested_information(replace(races), district))
    yield Figure(f"nested M and H, {label}", ours, (("PySAL's H alone", _peer(races, district)), least), 0.012)
    every = timed(lambda: decompose(replace(races), district), repeats=5)
    yield Figure(f"V, H, M and D, {label}", every, (("n ln n in plain NumPy", least[1]),))


def nested_information(units: Units, district: Codes) -> list[tuple[Floats, Floats]]:
    """M and H of each place at each level."""
    levels = nested(units, [district])
    whole = levels[0].cells
    told = [np.bincount(each.place, information(each, whole), minlength=units.places) for each in levels]
    diversity = entropy(whole)
    return [(part, part / diversity) for part in told]


def n_log_n(units: Units, district: Codes) -> tuple[Floats, Floats]:
    """The least there is to do: Σ n ln n of schools, districts and places, which loses digits and checks nothing."""
    place_of = _place_of(units, district)
    by_district = np.array([np.bincount(district, weights=n) for n in units.counts.T])
    by_place = np.array([np.bincount(place_of, weights=n) for n in by_district])
    schools, districts, places = (
        _x_log_x(n).sum(axis=0) - _x_log_x(n.sum(axis=0)) for n in (units.counts.T, by_district, by_place)
    )
    between = np.bincount(place_of, weights=districts) - places
    return between / by_place.sum(axis=0), (np.bincount(units.place, weights=schools) - places) / by_place.sum(axis=0)


def _x_log_x(values: Floats) -> Floats:
    return values * np.log(np.maximum(values, 1))


def h_split(units: Units, district: Codes) -> tuple[Floats, Floats]:
    """What PySAL gives: H over the schools and over the districts of each place."""
    inner = Units(units.counts, units.students, district, int(district.max()) + 1)
    between = theil_h(Units(inner.totals, inner.students_total, _place_of(units, district), units.places))
    return theil_h(replace(units)), between


def _place_of(units: Units, district: Codes) -> Codes:
    """The place of each district."""
    place_of = np.zeros(int(district.max()) + 1, dtype=np.intp)
    place_of[district] = units.place
    return place_of


def _peer(units: Units, district: Codes) -> Timing:
    """H by PySAL, place after place."""
    table = pd.DataFrame(dict(enumerate(units.counts.T))).assign(place=units.place, district=district)
    tables = [of_place for _, of_place in table.groupby("place")]
    return timed(partial(_peer_measured, tables), repeats=5)


def _peer_measured(tables: list[pd.DataFrame]) -> list[float]:
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        levels = [level for table in tables for level in (table, table.groupby("district").sum())]
        groups = [name for name in tables[0] if name not in ("place", "district")]
        return [multigroup.MultiInfoTheory(level, groups).statistic for level in levels]


def v_split(units: Units, district: Codes) -> tuple[Floats, Floats]:
    """The least there is to do: V between and within the districts of each place, nothing checked."""
    place_of = _place_of(units, district)
    a, t = units.counts[:, 0], units.students
    a_d, t_d = np.bincount(district, weights=a), np.bincount(district, weights=t)
    a_p, t_p = np.bincount(units.place, weights=a), np.bincount(units.place, weights=t)
    share = a_p / t_p
    with np.errstate(divide="ignore", invalid="ignore"):
        even = np.nan_to_num(a_d / t_d)
        gaps = np.nan_to_num(t * (a / t - even[district]) ** 2)
    spread = t_p * share * (1 - share)
    between = np.bincount(place_of, weights=t_d * (even - share[place_of]) ** 2)
    return between / spread, np.bincount(units.place, weights=gaps) / spread
