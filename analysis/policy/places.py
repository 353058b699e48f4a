"""The schools of one district and the limits within which its students could be assigned anew, as plain arrays."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.policy.draw import Ints
from analysis.policy.grades import share_grades
from analysis.policy.ground import EARTH_RADIUS_MILES, Ground
from analysis.policy.presets import FEWEST_STUDENTS
from analysis.units import Floats, ratio

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """Schools that exchange students with each other and nobody else. Groups: 0 is ED, 1 is all others.

    Attributes:
        ids: (n,) the schools' ids.
        students: (2, n) students of each group today.
        capacity: (n,) the most students each school holds.
        known: (n,) whether that is known of the school, or its enrolment today stands in for it.
        serves: (n, n) whether two schools share grades, so that students can move between them; symmetric.
        miles: (n, n) distance between schools; inf where either point is unknown; symmetric.
        may_host: (n,) whether the school may become a 50/50 school.
    """

    ids: NDArray[np.str_]
    students: Ints
    capacity: Ints
    known: Flags
    serves: Flags
    miles: Floats
    may_host: Flags

    def __post_init__(self) -> None:
        n = self.students.shape[1]
        shapes = {"ids": (n,), "capacity": (n,), "known": (n,), "serves": (n, n), "miles": (n, n), "may_host": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} is {getattr(self, name).shape}, not {shape}")
        if not ((self.serves == self.serves.T).all() and (self.miles == self.miles.T).all()):
            raise ValueError("serves and miles must be symmetric")
        if not self.students.sum(axis=1).all():
            raise InputError(
                "All students of these schools are of one group, so they cannot be segregated; choose another district."
            )

    @cached_property
    def share(self) -> float:
        """P, the ED share of all students."""
        return float(self.students[0].sum() / self.students.sum())

    @cached_property
    def spread(self) -> float:
        """T P (1 − P), by which both D and V divide."""
        return float(self.students.sum() * self.share * (1 - self.share))

    def excess(self, loads: Floats) -> Floats:
        """(n,) p − P of each school that holds (2, n) students; 0 where it is empty."""
        return np.nan_to_num(ratio(loads[0], loads.sum(axis=0)), nan=self.share) - self.share


@dataclass(frozen=True)
class Limits:
    """What an assignment must respect beside grades and capacity.

    Attributes:
        move: share of all students who may change schools.
        miles: the most miles between a student's old school and the new one.
        stay: share of each school's students of each group who must stay.
        keep: share of its enrolment that each school keeps at least; without it the optimum empties schools.
    """

    move: float = 1.0
    miles: float = np.inf
    stay: float = 0.0
    keep: float = 0.9

    def __post_init__(self) -> None:
        for name in ("move", "stay", "keep"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"The limit {name} is {getattr(self, name)}; give a share between 0 and 1.")
        if not self.miles >= 0:
            raise InputError(f"The limit miles is {self.miles}; give a distance of 0 or more.")


@dataclass(frozen=True)
class Room:
    """What the limits leave open, in whole students.

    Attributes:
        places: the schools.
        open: (n, n) whether students may move between two schools; symmetric, each school open to its own.
        movable: (2, n) the most students of each group who may leave each school.
        smallest: (n,) the fewest students that each school keeps, no more than it holds.
        movers: the most students who may change schools.
        loads: the fewest and the most students of each group at each school afterwards, (2, n) each.
    """

    places: Places
    open: Flags
    movable: Ints
    smallest: Ints
    movers: int
    loads: tuple[Ints, Ints]


def room(places: Places, limits: Limits) -> Room:
    """What the limits leave open at these schools."""
    students = places.students
    kept = _up(limits.keep * students.sum(axis=0))
    return Room(
        places,
        open=(places.serves & (places.miles <= limits.miles)) | np.eye(len(places.ids), dtype=bool),
        movable=students - _up(limits.stay * students),
        smallest=np.minimum(kept, places.capacity),
        movers=int(limits.move * students.sum() + 1e-9),
        loads=(np.zeros_like(students), np.tile(places.capacity, (2, 1))),
    )


def _up(values: "NDArray[np.floating[Any]]") -> Ints:
    """The next whole number; a product like 0.07 × 100 counts as the 7 that is meant."""
    return np.ceil(values - 1e-9).astype(np.int64)


def places_of(ground: Ground, level: str | None = None) -> Places:
    """The district's own schools of a scenario's ground, or those of one level.

    A school whose capacity is unknown, or below today's students, holds as many as it has. Charter and wholly online
    schools, which a district does not assign, and schools below ``FEWEST_STUDENTS`` host no lottery.

    Raises:
        InputError: no school is left, or all students are of one group.
    """
    of_level = np.ones(len(ground.schools), dtype=bool) if level is None else ground.schools["level"].eq(level)
    own = ground.inside & np.asarray(of_level, dtype=bool)
    schools, students = ground.schools[own], ground.students[:, own]
    if schools.empty:
        raise InputError("The district has no school of this level with known counts; choose another level.")
    enrolment = students.sum(axis=0)
    capacity = np.maximum(schools["capacity"].fillna(0).to_numpy(dtype=np.int64), enrolment)
    not_assigned = schools.reindex(columns=["charter", "virtual"]).eq(True).any(axis=1).to_numpy(dtype=bool)
    return Places(
        ids=schools["ncessch"].to_numpy(dtype=str),
        students=students,
        capacity=capacity,
        known=schools["capacity"].notna().to_numpy(dtype=bool),
        serves=share_grades(schools, np.arange(len(schools))),
        miles=_miles(*schools[["latitude", "longitude"]].to_numpy(dtype=np.float64, na_value=np.nan).T),
        may_host=~not_assigned & (enrolment >= FEWEST_STUDENTS),
    )


def _miles(latitude: Floats, longitude: Floats) -> Floats:
    """(n, n) great-circle distances from the chords through the earth; inf where a point is unknown."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    chord = np.sqrt(sum((axis[:, None] - axis) ** 2 for axis in points))
    return np.nan_to_num(2 * EARTH_RADIUS_MILES * np.arcsin(np.minimum(chord / 2, 1.0)), nan=np.inf)
