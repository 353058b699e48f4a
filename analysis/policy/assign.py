"""A scenario played out, year by year and host by host, over all replicates at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.policy.draw import Draw, Ints
from analysis.policy.ground import Ground
from analysis.policy.lotteries import Intake, Lottery, split
from analysis.policy.pools import Applications, Pools, applications, pools
from analysis.policy.scenario import Scenario


@dataclass(frozen=True)
class Assignment:
    """Who moved by the end of a year, in whole students. In equal out, for each group, in every replicate.

    Attributes:
        won: (hosts, 2, replicates, n) students whom each host has drawn from each school.
        sent: (hosts, 2, replicates, n) students who gave up their place at each host and went to each school.
        kept: (hosts, pools, replicates) students already at the host who hold one of its lottery seats.
        inside, outside: (hosts, pools, replicates) students drawn from the district and from elsewhere.
        seats: (hosts, pools, replicates) seats of each pool.
        drawn_in: (hosts,) the last year in which each host drew seats, 1 for the first.
        offered, applied, waiting: (hosts, pools, replicates) seats that those present left to be drawn in that year,
            students who applied for them, and who of these would still take one. Years are not added up: who applies in
            one and goes without may apply again in the next.
        after: (2, replicates, n) students of each group at each school.
    """

    won: Ints
    sent: Ints
    kept: Ints
    inside: Ints
    outside: Ints
    seats: Ints
    drawn_in: Ints
    offered: Ints
    applied: Ints
    waiting: Ints
    after: Ints

    @property
    def unfilled(self) -> Ints:
        """(hosts, replicates) seats that stay empty."""
        return (self.seats - self.kept - self.inside - self.outside).sum(axis=1)

    @property
    def moved(self) -> Ints:
        """(replicates,) students who have changed schools."""
        return (self.won + self.sent).sum(axis=(0, 1, 3))


def assign(ground: Ground, scenario: Scenario, draw: Draw, replicates: int) -> Assignment:
    """Run the scenario's lotteries to the end of its last year; see ``years``."""
    *_, last = years(ground, scenario, draw, replicates)
    return last


def years(ground: Ground, scenario: Scenario, draw: Draw, replicates: int) -> Iterator[Assignment]:
    """Run the scenario's lotteries, one year after the other.

    The district is taken to stay as it is but for the policy: whoever leaves the top grade is followed by as many of
    the same mix in the lowest. Seats in one grade are drawn anew each year, and the students drawn stay until the
    host's highest grade; seats in every grade are drawn once. Nobody decides twice in a year: who applies is drawn
    once, and the hosts, in the scenario's order, draw from those left.

    Yields:
        The assignment at the end of each year.
    """
    divided = pools(ground, scenario)
    chances = applications(ground, scenario, divided)
    lotteries = [Lottery(ground, scenario, divided, host, draw) for host in range(len(ground.hosts))]
    held: list[list[Intake]] = [[] for _ in lotteries]  # each host's intakes still there, the oldest first
    drawn_in = np.ones(len(lotteries), dtype=np.int64)
    for year in range(scenario.years):
        for host, intakes in enumerate(held):
            if scenario.hosts[host].grade is not None and len(intakes) == ground.stays[host]:
                del intakes[0]  # they leave the top grade, and the host's next take their places where they came from
        left, declining = _applicants(ground, divided, chances, held, draw, replicates)
        for lottery, intakes in zip(lotteries, held, strict=True):
            earlier = list(intakes)
            if not year or scenario.hosts[lottery.host].grade is not None:
                intakes.append(_drawn_this_year(lottery, chances, intakes, left, declining))
                drawn_in[lottery.host] = year + 1
            if scenario.attrition:
                waiting = _at(lottery, chances, left)
                left -= waiting
                for intake in earlier:
                    lottery.renew(intake, waiting)
                left += waiting
        yield _assignment(ground, divided, held, drawn_in.copy(), replicates)


def _drawn_this_year(
    lottery: Lottery, chances: Applications, held: list[Intake], left: Ints, declining: Ints | None
) -> Intake:
    """A host's new intake; ``left`` loses those who get a seat."""
    here = _at(lottery, chances, left)
    refusing = None if declining is None else _at(lottery, chances, declining)
    left -= here
    intake = lottery.run(_present(lottery.ground, lottery.host, held, left.shape[2]), here, refusing)
    left += here
    return intake


def _at(lottery: Lottery, chances: Applications, students: Ints) -> Ints:
    """(classes, 2, replicates, n) those of the students who apply to the host."""
    serving = students * lottery.ground.serves[lottery.host]
    if chances.part is None:
        return serving
    return lottery.draw.applicants(serving, chances.part[lottery.host][:, None, :])


def _present(ground: Ground, host: int, held: list[Intake], replicates: int) -> Ints:
    """(2, replicates) students present whose places no lottery was about yet."""
    today = np.repeat(ground.students[:, ground.hosts[host], None], replicates, axis=1)
    return today - sum((intake.freed for intake in held), np.zeros_like(today))


def _applicants(
    ground: Ground, divided: Pools, chances: Applications, held: list[list[Intake]], draw: Draw, replicates: int
) -> tuple[Ints, Ints | None]:
    """(classes, 2, replicates, n) students who apply and would take a seat, and those who apply but would decline."""
    start = np.repeat((ground.students * ground.may_send)[:, None, :], replicates, axis=1)
    away = sum((intake.arrived() for intakes in held for intake in intakes), np.zeros_like(start))
    applied = draw.applicants(np.maximum(start - away, 0), chances.rate[:, None, :])
    if (chances.accept == 1).all():
        return split(draw, applied, divided.classes[:, :, None, :]), None
    taking = draw.applicants(applied, chances.accept[:, None, None])
    shares = divided.classes[:, :, None, :]
    return split(draw, taking, shares), split(draw, applied - taking, shares)


def _assignment(
    ground: Ground, divided: Pools, held: list[list[Intake]], drawn_in: Ints, replicates: int
) -> Assignment:
    hosts, n, count = len(held), len(ground.schools), len(divided.names)
    won, sent = (np.zeros((hosts, 2, replicates, n), dtype=np.int64) for _ in range(2))
    tally = {
        name: np.zeros((hosts, count, replicates), dtype=np.int64)
        for name in ("kept", "inside", "outside", "seats", "offered", "applied", "waiting")
    }
    for host, intakes in enumerate(held):
        for intake in intakes:
            won[host] += intake.arrived()
            sent[host] += intake.sent
            tally["kept"][host] += intake.kept.sum(axis=1)
            of_pool = intake.won.sum(axis=1)
            inside = of_pool[..., ground.inside].sum(axis=2)
            tally["inside"][host] += inside
            tally["outside"][host] += of_pool.sum(axis=2) - inside
            tally["seats"][host] += intake.seats
        for name in ("offered", "applied", "waiting"):
            tally[name][host] = getattr(intakes[-1], name)
    after = np.repeat(ground.students[:, None, :], replicates, axis=1) - won.sum(axis=0) + sent.sum(axis=0)
    after[:, :, ground.hosts] += np.moveaxis((won - sent).sum(axis=3), 0, -1)
    return Assignment(won, sent, after=after, drawn_in=drawn_in, **tally)
