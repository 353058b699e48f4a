"""Grades and levels of schools: how many there are, and how long a student drawn into one stays."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.policy.draw import Ints
from analysis.policy.scenario import ENTRY_GRADES, LEVELS, Host, NewSchool

GRADES_OF_LEVEL = {"elementary": 6, "middle": 3, "high": 4, "combined": 13}  # where a school's grades are not known
# The grades that a school of a level may have from kindergarten on, as the Common Core of Data divides levels (NCES,
# "School level" in the CCD school file documentation).
SPAN_OF_LEVEL = {"elementary": ("KG", "08"), "middle": ("04", "09"), "high": ("07", "13"), "combined": ("KG", "13")}
_LEVELS, _GRADES = pd.Index(LEVELS), pd.Index(("PK", *ENTRY_GRADES))


def level_places(level: pd.Series) -> NDArray[np.intp]:
    """(n,) place in ``LEVELS``; an unknown level is taken for combined."""
    codes = _LEVELS.get_indexer(pd.Index(level))
    return np.where(codes < 0, LEVELS.index("combined"), codes)


def grade_counts(schools: pd.DataFrame) -> Ints:
    """(n,) how many grades each school has from kindergarten on, by its lowest and highest or, failing them, level."""
    low, high = (grade_ranks(schools[name]) for name in ("grade_low", "grade_high"))
    usual = np.array([GRADES_OF_LEVEL[level] for level in LEVELS])[level_places(schools["level"])]
    return np.where((low < 0) | (high < 1), usual, np.maximum(high - np.maximum(low, 1) + 1, 1))


def grade_ranks(grade: pd.Series) -> NDArray[np.intp]:
    """(n,) a grade's place from kindergarten, 1, on; 0 for prekindergarten and −1 for any other or none."""
    return _GRADES.get_indexer(pd.Index(grade))


def share_grades(
    schools: pd.DataFrame, at: NDArray[np.intp], hosts: tuple[Host, ...] | None = None
) -> NDArray[np.bool_]:
    """(hosts, n) whether students can change between a host and a school: of one level, with a grade in common.

    Combined schools and those of unknown level are of any level; of a school whose grades are unknown any are taken.

    Args:
        schools: columns level, grade_low and grade_high.
        at: (hosts,) places of the hosts among them.
        hosts: their entries; where one's seats are in a grade, a school must have that one. None for all grades.
    """
    levels = level_places(schools["level"])
    any_level = levels == LEVELS.index("combined")
    low, high = (grade_ranks(schools[name]) for name in ("grade_low", "grade_high"))
    known = (low >= 0) & (high >= low)
    low, high = np.where(known, low, 0), np.where(known, high, len(_GRADES))
    first, last = low[at], high[at]
    if hosts is not None and (seats := _grades_of_seats(hosts)).any():
        first, last = np.where(seats > 0, seats, first), np.where(seats > 0, seats, last)
    of_level = (levels[at][:, None] == levels) | any_level | any_level[at][:, None]
    return of_level & (low <= last[:, None]) & (high >= first[:, None])


def stays(hosts: tuple[Host, ...], schools: pd.DataFrame) -> Ints:
    """(hosts,) years a student drawn stays: from the grade of the seats to the host's highest, else as many as it has.

    Seats in every grade are drawn once: 1, though those drawn stay.
    """
    if all(host.grade is None for host in hosts):
        return np.ones(len(hosts), dtype=np.int64)
    highest, grades, first = grade_ranks(schools["grade_high"]), grade_counts(schools), _grades_of_seats(hosts)
    years = np.where(highest > 0, np.maximum(highest - first + 1, 1), grades)
    return np.where(first > 0, years, 1)


def begin(hosts: tuple[Host, ...], schools: pd.DataFrame) -> NDArray[np.bool_]:
    """(hosts,) whether the seats are in the school's lowest grade from kindergarten on, whose children are new to it.

    A school whose lowest grade is not known begins with the lowest that it has seats in.
    """
    first = pd.Series(_grades_of_seats(hosts))
    of_seats = first.groupby(np.array([host.ncessch for host in hosts], dtype=object)).transform("min").to_numpy()
    lowest = grade_ranks(schools["grade_low"])
    return np.asarray((first > 0) & (first <= np.where(lowest < 0, of_seats, np.maximum(lowest, 1))))


def _grades_of_seats(hosts: tuple[Host, ...]) -> Ints:
    """(hosts,) place of the grade of the seats from kindergarten, 1, on; 0 for every grade."""
    return np.array([1 + ENTRY_GRADES.index(host.grade) if host.grade else 0 for host in hosts], dtype=np.int64)


def check_grades(host: Host, new: NewSchool) -> None:
    """Refuse a new school whose grades are not of its level, or not the lowest first.

    Raises:
        InputError: it names the school.
    """
    first, last = SPAN_OF_LEVEL[new.level]
    given = [grade for grade in (new.grade_low, new.grade_high, host.grade) if grade is not None]
    low, high, *ranks = grade_ranks(pd.Series([first, last, *given], dtype=object)).tolist()
    for grade, rank in zip(given, ranks, strict=True):
        if not low <= rank <= high:
            raise InputError(
                f'New school "{new.school}" is of the level {new.level}, which has grades {first} to {last}, not '
                f"{grade}; give it another level or grade."
            )
    if new.grade_low and new.grade_high and ranks[0] > ranks[1]:
        raise InputError(
            f'New school "{new.school}" has grades {new.grade_low} to {new.grade_high}; give the lowest first.'
        )
