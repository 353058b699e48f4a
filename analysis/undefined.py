"""Why indices have no value in a place, in a few words."""

import numpy as np
from numpy.typing import NDArray

from analysis.indices import INDICES, MULTIGROUP, indices_of
from analysis.rank_order import rank_order_h
from analysis.units import Units

_TWO_ONLY = "compares two groups only"
_WILD = "too few or too unlike bands"


def undefined_order(units: Units) -> NDArray[np.str_]:
    """Why the indices of ``ORDERED`` are undefined in each place, "" where they are defined, (places,)."""
    mixed = (units.totals > 0).sum(axis=1) > 1
    wild = np.isnan(rank_order_h(units))
    return np.select([units.counted_total == 0, ~mixed, wild], ["no students", "students of one band only", _WILD], "")


def undefined_reason(units: Units) -> dict[str, NDArray[np.str_]]:
    """Why each index is undefined in each place: a (places,) array of words an index, "" where it is defined."""
    nobody = np.where(units.counted_total > 0, "", "no students")
    of_two = _reasons_of_two(units)
    if indices_of(units) is INDICES:
        return {name: nobody if name == "mutual_information" else of_two[name] for name in INDICES}
    mixed = (units.totals > 0).sum(axis=1) > 1
    no_mix = np.where(mixed, "", np.where(nobody != "", nobody, "students of one group only"))
    reasons = dict.fromkeys(MULTIGROUP, no_mix) | {"mutual_information": nobody}
    return {name: reasons.get(name, np.full(units.places, _TWO_ONLY)) for name in INDICES}


def _reasons_of_two(units: Units) -> dict[str, NDArray[np.str_]]:
    """The reasons for every index of two groups but mutual information."""
    group, other = units.totals[:, 0], units.totals[:, 1]
    no_group = np.select([units.students_total == 0, group == 0], ["no students", "no students of the group"], "")
    no_pair = np.select([no_group != "", other == 0], [no_group, "no students of the other group"], "")
    return {name: no_group if name in ("exposure", "isolation") else no_pair for name in INDICES}
