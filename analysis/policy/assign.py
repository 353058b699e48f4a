"""A scenario played out, year by year and host by host, over all replicates at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.policy.classes import classed, parted
from analysis.policy.draw import Draw, Expected, Ints
from analysis.policy.ground import Ground
from analysis.policy.intake import Intake
from analysis.policy.lotteries import Lottery
from analysis.policy.pools import ED, Applications, Pools, applications, pools
from analysis.policy.scenario import Host, Scenario
from analysis.units import ratio

# What is of the last year in which a host drew seats.
OF_A_YEAR = ("offered", "applied", "applied_inside", "admitted", "admitted_inside", "waiting")


@dataclass(frozen=True)
class Moves:
    """Who moved by one host's lotteries of one year, less those who have left its top grade or gone back.

    Attributes:
        host: its place among the scenario's.
        year: of the scenario, 1 for its first.
        won, sent: (2, replicates, n) as in ``Intake``.
    """

    host: int
    year: int
    won: Ints
    sent: Ints


@dataclass(frozen=True)
class Assignment:
    """Who moved by the end of a year, in whole students. In equal out, for each group, in every replicate.

    Attributes:
        moves: of each host and year whose students are still there.
        left: (2, replicates, n) students who leave the district's schools because theirs changed.
        kept: (hosts, pools, replicates) students already at the host who hold one of its lottery seats.
        inside, outside: (hosts, pools, replicates) students drawn from the district and from elsewhere.
        seats: (hosts, pools, replicates) seats of each pool.
        second: (hosts, pools, replicates) seats filled in a second round.
        drawn_in: (hosts,) the last year in which each host drew seats, 1 for the first; 0 where it drew none yet.
        offered, applied, applied_inside, admitted, admitted_inside, waiting: (hosts, pools, replicates) seats that
            those present left to be drawn in that year, students who applied for them, who of these got a seat, in
            whichever round and if another pool left it empty, and who would still take one; *inside* are those of the
            district. Years are not added up: who applies in one and goes without may apply again in the next.
        after: (2, replicates, n) students of each group at each school.
    """

    moves: tuple[Moves, ...]
    left: Ints
    kept: Ints
    inside: Ints
    outside: Ints
    seats: Ints
    second: Ints
    drawn_in: Ints
    offered: Ints
    applied: Ints
    applied_inside: Ints
    admitted: Ints
    admitted_inside: Ints
    waiting: Ints
    after: Ints

    @cached_property
    def won(self) -> Ints:
        """(hosts, 2, replicates, n) students whom each host has drawn from each school."""
        return self._of_hosts("won")

    @cached_property
    def sent(self) -> Ints:
        """(hosts, 2, replicates, n) students who gave up their place at each host and went to each school."""
        return self._of_hosts("sent")

    @property
    def moved(self) -> Ints:
        """(replicates,) students who have changed schools."""
        found: Ints = self.left.sum(axis=(0, 2))
        for each in self.moves:
            found += each.won.sum(axis=(0, 2)) + each.sent.sum(axis=(0, 2))
        return found

    def _of_hosts(self, way: str) -> Ints:
        found = np.zeros((len(self.seats), *self.after.shape), dtype=np.int64)
        for each in self.moves:
            found[each.host] += getattr(each, way)
        return found


def years(ground: Ground, scenario: Scenario, draw: Draw, replicates: int) -> Iterator[Assignment]:
    """Run the scenario's lotteries, one year after the other.

    The district is taken to stay as it is but for the policy: whoever leaves the top grade is followed by as many of
    the same mix in the lowest. Seats in one grade are drawn anew each year, and the students drawn stay until the
    host's highest grade; seats in every grade are drawn once. Nobody decides twice in a year: who applies is drawn
    once, and the hosts, in the scenario's order, draw from those left. Second rounds follow when all hosts had their
    first.

    Yields:
        The assignment at the end of each year.
    """
    divided = pools(ground, scenario)
    lotteries = [Lottery(ground, scenario, divided, host, draw) for host in range(len(ground.hosts))]
    held: list[list[Intake]] = [[] for _ in lotteries]  # each host's intakes still there, the oldest first
    last: dict[int, tuple[int, Intake]] = {}  # the last year in which each host drew seats, and its intake of it
    for year in range(scenario.years):
        for host, intakes in enumerate(held):
            if scenario.hosts[host].grade is not None and len(intakes) == ground.stays[host]:
                del intakes[0]  # they leave the top grade, and the host's next take their places where they came from
        chances = applications(ground, scenario, divided, year)
        left, declining = applicants(ground, divided, chances, held, draw, replicates)
        before = [list(intakes) for intakes in held]
        rounds = []
        for lottery, intakes in zip(lotteries, held, strict=True):
            earlier, asked = list(intakes), scenario.hosts[lottery.host]
            first = None
            if year + 1 == asked.start or (year + 1 > asked.start and asked.grade is not None):
                first = _first_round(lottery, year, chances, held, before, left, declining)
                intakes.append(first.intake)
                if first.intake.seats.any() or lottery.host not in last:
                    last[lottery.host] = year + 1, first.intake
            if scenario.attrition and earlier:
                first = _renewed(lottery, chances, earlier, left, first)
            if first and scenario.unfilled == "second":
                rounds.append(first)
            elif first:
                first.finish(left)
        if scenario.unfilled == "second":
            for each in [each.once_all_had_theirs(left) for each in rounds]:
                each.finish(left)
        for lottery, intakes in zip(lotteries, held, strict=True):
            for intake in intakes:
                at = ground.hosts[lottery.host]
                lottery.give_way(intake, present(ground, at, _of_school(ground, held, at), replicates))
        yield _assignment(ground, scenario, divided, held, last, draw, year, replicates)


def years_as_expected(ground: Ground, scenario: Scenario) -> list[Assignment]:
    """Each year as the lotteries are expected to fall, in one replicate."""
    return list(years(ground, scenario, Expected(), 1))


@dataclass(frozen=True)
class _FirstRound:
    """A host's first round of a year.

    Attributes:
        lottery: of the host.
        opened: an index of its cohorts.
        intake, rest: as ``Lottery.first`` gives them.
        told: (classes, replicates, 2) candidates of the host who had no place then, from the district and from outside.
        placed: those of them who found one in the first round of a host after it.
        known: the same candidates by cohort, group and school, and all of its cohorts who had no place then, whether
            they applied there or not; None where all at the schools it serves did, who need not be held.
    """

    lottery: Lottery
    opened: slice | NDArray[np.bool_]
    intake: Intake
    rest: Ints
    told: Ints
    placed: Ints
    known: tuple[Ints, Ints] | None

    def noted(self, here: Ints, left: Ints) -> "_FirstRound":
        """The same with the candidates who have no place now."""
        known = None if self.known is None else (here, left[:, self.opened].copy())
        return replace(self, told=self.lottery.sides(here), known=known)

    def once_all_had_theirs(self, left: Ints) -> "_FirstRound":
        """The same when every host has held its first round."""
        now = self.noted(self.still(left), left)
        return replace(now, placed=self.told - now.told)

    def finish(self, left: Ints) -> None:
        """Offer what is still empty to the candidates without a place; ``left`` loses those who get a seat."""
        here = self.still(left)
        with _apart(here, left, self.opened):
            self.lottery.finish(self.intake, self.rest, here, self.placed)

    def still(self, left: Ints) -> Ints:
        """The host's candidates among those who have no place now: whoever found one may have been any of all.

        Within a year nobody loses a place, so those without one only become fewer.
        """
        now = left[:, self.opened]
        return self.lottery.served(now) if self.known is None else self.lottery.draw.among(now, *self.known)


@contextmanager
def _apart(here: Ints, left: Ints, opened: slice | NDArray[np.bool_]) -> Iterator[None]:
    """Take a host's candidates out of all those without a place while its seats are drawn among them."""
    left[:, opened] -= here
    yield
    left[:, opened] += here


def _renewed(
    lottery: Lottery, chances: Applications, earlier: list[Intake], left: Ints, first: _FirstRound | None
) -> _FirstRound | None:
    """Places of those who have gone back go to the waitlist of this year's first round; the round without them.

    A host that holds none this year has those who would take a place there now.
    """
    here = first.still(left) if first else _at(lottery, chances, left, None)[0]
    with _apart(here, left, chances.cohorts(lottery.host)):
        for intake in earlier:
            lottery.renew(intake, here)
    return first.noted(here, left) if first else None


def _first_round(
    lottery: Lottery,
    year: int,
    chances: Applications,
    held: list[list[Intake]],
    before: list[list[Intake]],
    left: Ints,
    declining: Ints | None,
) -> _FirstRound:
    """A host's new intake; ``left`` loses those who get a seat. ``before`` are the intakes of the years before."""
    here, refusing = _at(lottery, chances, left, declining)
    at, opened = lottery.ground.hosts[lottery.host], chances.cohorts(lottery.host)
    of_school, earlier = (_of_school(lottery.ground, each, at) for each in (held, before))
    sending = sum(intake.won.sum(axis=(0, 1)) for intake in earlier) > 0 if earlier else None
    there = present(lottery.ground, at, of_school, left.shape[3])
    with _apart(here, left, opened):
        intake, rest = lottery.first(year, there, here, refusing, sending)
    told = lottery.sides(here)
    known = None if chances.everywhere else (here, left[:, opened].copy())
    return _FirstRound(lottery, opened, intake, rest, told, np.zeros_like(told), known)


def _of_school(ground: Ground, held: list[list[Intake]], at: np.intp) -> list[Intake]:
    """The intakes of the school at a place, of its seats in every grade."""
    return [intake for host, intakes in zip(ground.hosts, held, strict=True) if host == at for intake in intakes]


def _at(lottery: Lottery, chances: Applications, taking: Ints, declining: Ints | None) -> tuple[Ints, Ints | None]:
    """Those who apply to the host, of its cohorts: who would take a seat there, and who would not."""
    host, opened = lottery.host, chances.cohorts(lottery.host)

    def applying(students: Ints) -> Ints:
        served = lottery.served(students[:, opened])
        return served if chances.part is None else lottery.draw.applicants(served, chances.part[host, opened, :, None])

    here = applying(taking)
    refusing = None if declining is None else applying(declining)
    if chances.accept_part is None:
        return here, refusing
    would = lottery.draw.applicants(here, chances.accept_part[host, :, None])
    return would, here - would if refusing is None else refusing + here - would


def present(ground: Ground, at: np.intp, held: list[Intake], replicates: int) -> Ints:
    """(2, replicates) students present whose places no lottery was about yet."""
    today = np.repeat(ground.students[:, at, None], replicates, axis=1)
    return today - sum((intake.freed for intake in held), np.zeros_like(today))


def applicants(
    ground: Ground, divided: Pools, chances: Applications, held: list[list[Intake]], draw: Draw, replicates: int
) -> tuple[Ints, Ints | None]:
    """Candidates who apply and would take a seat, and those who apply but would decline."""
    start = np.repeat((ground.students * ground.may_send)[:, None, :], replicates, axis=1)
    away = sum((intake.arrived() for intakes in held for intake in intakes), np.zeros_like(start))
    applied = np.stack(parted(draw, np.maximum(start - away, 0), chances.rate[:, :, None, :]))
    if (chances.accept == 1).all():
        return classed(draw, divided, applied), None
    taking = draw.applicants(applied, chances.accept[:, None, :])
    return classed(draw, divided, taking), classed(draw, divided, applied - taking)


def _assignment(
    ground: Ground,
    scenario: Scenario,
    divided: Pools,
    held: list[list[Intake]],
    last: dict[int, tuple[int, Intake]],
    draw: Draw,
    year: int,
    replicates: int,
) -> Assignment:
    tally = {
        name: np.zeros((len(held), len(divided.names), replicates), dtype=np.int64)
        for name in ("kept", "inside", "outside", "seats", "second", *OF_A_YEAR)
    }
    moves, drawn_in = [], np.zeros(len(held), dtype=np.int64)
    stayed = np.repeat(ground.students[:, None, :], replicates, axis=1)
    came = np.zeros_like(stayed)
    for host, intakes in enumerate(held):
        for age, intake in enumerate(reversed(intakes)):
            each = Moves(host, _year_of(scenario.hosts[host], year, age), intake.arrived(), intake.sent)
            moves.append(each)
            stayed -= each.won
            stayed[:, :, ground.hosts[host]] -= each.sent.sum(axis=2)
            came += each.sent
            came[:, :, ground.hosts[host]] += each.won.sum(axis=2)
            tally["kept"][host] += intake.kept.sum(axis=1)
            of_pool = intake.won.sum(axis=1)
            inside = of_pool[..., ground.inside].sum(axis=2)
            tally["inside"][host] += inside
            tally["outside"][host] += of_pool.sum(axis=2) - inside
            tally["seats"][host] += intake.seats
            tally["second"][host] += intake.second
    for host, (drawn_in[host], intake) in last.items():
        for name in OF_A_YEAR:
            tally[name][host] = getattr(intake, name)
    after = stayed + came
    left = _leaving(ground, scenario, draw, stayed, after)
    after -= left
    if left.any():
        after[:, :, -1] += left.sum(axis=2)  # the last of the places beside the schools
    return Assignment(tuple(moves), left, after=after, drawn_in=drawn_in, **tally)


def _year_of(host: Host, year: int, age: int) -> int:
    """The year, 1 for the first, of an intake that so many others came after; seats in every grade are drawn once."""
    return host.start if host.grade is None else year + 1 - age


def _leaving(ground: Ground, scenario: Scenario, draw: Draw, stayed: Ints, after: Ints) -> Ints:
    """(2, replicates, n) students left where they are who leave the district's schools, as theirs changed too much."""
    left = np.zeros_like(stayed)
    sides = (scenario.ed, scenario.other)
    if not any(side.leave_changed for side in sides):
        return left
    before, now = (
        ratio(students[ED].astype(float), students.sum(axis=0).astype(float)) for students in (ground.students, after)
    )
    changed = (np.abs(now - before) > scenario.change_points + 1e-9) & ground.inside
    for group, side in enumerate(sides):
        left[group] = draw.applicants(stayed[group] * changed, side.leave_changed)
    return left
