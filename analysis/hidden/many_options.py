"""What each school's counts of several groups can be, of which those of a place's schools together are tried."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from analysis.hidden.many import Many, combinations_before
from analysis.indices import measure
from analysis.units import Codes, Floats, Units


@dataclass(frozen=True)
class Options:
    """Counts that each school can have, one or more a school.

    Attributes:
        schools: the schools, intervals as ``Many.narrowed`` gives them.
        counts: (groups, options) the counts.
        school: (options,) the school of each, in order.
    """

    schools: Many
    counts: Floats
    school: Codes

    @classmethod
    def completions(cls, schools: Many) -> "Options":
        """All that there are, of places of which there are few."""
        width = np.rint(schools.high - schools.low).astype(np.int64) + 1
        number = width.prod(axis=0)
        school = np.repeat(np.arange(len(number)), number)
        option = np.arange(len(school)) - np.searchsorted(school, school)
        counts = schools.low[:, school] + option // (np.cumprod(width, axis=0) // width)[:, school] % width[:, school]
        return cls._fitting(schools, counts, school)

    @classmethod
    def corners(cls, schools: Many) -> "Options":
        """All corners: every group at an end of its interval, but one that may have what room is left."""
        width = schools.high - schools.low
        counts, school = [], []
        for ends in product((False, True), repeat=len(width)):
            at_most = np.array(ends)[:, None]
            here = np.flatnonzero(((width > 0) | ~at_most).all(axis=0))
            each = schools.low[:, here] + at_most * width[:, here]
            left = schools.room[here] - each.sum(axis=0)
            here, each, left = here[left >= 0], each[:, left >= 0], left[left >= 0]
            for group in (None, *np.flatnonzero(~at_most)):
                part = np.full(len(left), True) if group is None else (left > 0) & (left < width[group, here])
                counts.append(each[:, part])
                school.append(here[part])
                if group is not None:
                    counts[-1][group] += left[part]
        owner = np.concatenate(school)
        order = np.argsort(owner, kind="stable")
        return cls._fitting(schools, np.concatenate(counts, axis=1)[:, order], owner[order])

    @classmethod
    def _fitting(cls, schools: Many, counts: Floats, school: Codes) -> "Options":
        """Those that a school has room for; of bands, that take in all of its students."""
        left = schools.room[school] - counts.sum(axis=0)
        fits = left == 0 if schools.bands else left >= 0
        return cls(schools, counts[:, fits], school[fits])

    @cached_property
    def number(self) -> Codes:
        """(schools,) how many options each has."""
        return np.bincount(self.school, minlength=len(self.schools.place))

    @cached_property
    def combinations(self) -> Floats:
        """(places,) logarithm of how many combinations of its schools' options there are."""
        return self.schools.over_places(np.log(self.number)[None])[0]

    def tried(self) -> tuple[Floats, Floats]:
        """The least and the greatest of every index over all combinations, (places, indices); NaN where undefined."""
        combinations = np.rint(np.exp(self.combinations)).astype(np.int64)
        first = np.cumsum(combinations) - combinations
        # Every school once for each combination of its place's options.
        school = np.repeat(np.arange(len(self.number)), combinations[self.schools.place])
        combination = np.arange(len(school)) - np.searchsorted(school, school)
        before = combinations_before(self.schools.place, self.number)
        option = (np.cumsum(self.number) - self.number)[school] + combination // before[school] % self.number[school]
        place = first[self.schools.place[school]] + combination
        students = self.schools.students[school]
        units = Units(self.counts[:, option].T, students, place, int(combinations.sum()))
        values = measure(units, tuple(self.schools.indices)).to_numpy()
        return np.fmin.reduceat(values, first), np.fmax.reduceat(values, first)
