"""The two lotteries, run host by host over all replicates at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.policy.draw import Draw, Ints, first_served, round_half_up
from analysis.policy.ground import Ground
from analysis.policy.scenario import Scenario

ED, OTHER = 0, 1


@dataclass(frozen=True)
class Assignment:
    """Who moves, in whole students. Students in equal students out, for each group, in every replicate.

    Attributes:
        won: (hosts, 2, replicates, n) students whom each host draws from each school.
        sent: (hosts, 2, replicates, n) students who give up their place at each host and go to each school.
        kept: (hosts, 2, replicates) students already at the host who take one of its lottery seats.
        seats: (hosts, 2) seats reserved for each group.
        after: (2, replicates, n) students of each group at each school afterwards.
    """

    won: Ints
    sent: Ints
    kept: Ints
    seats: Ints
    after: Ints

    @property
    def unfilled(self) -> Ints:
        """(hosts, replicates) seats that neither lottery fills."""
        return self.seats.sum(axis=1)[:, None] - self.kept.sum(axis=1) - self.won.sum(axis=(1, 3))

    @property
    def moved(self) -> Ints:
        """(replicates,) students who change schools."""
        return (self.won + self.sent).sum(axis=(0, 1, 3))


def assign(ground: Ground, scenario: Scenario, draw: Draw, replicates: int) -> Assignment:
    """Run the scenario's lotteries.

    At each host, in the scenario's order, as many places as there are seats come free among the present students (all
    of them where seats equal enrolment; seats beyond it are new places). The present students keep their seats first,
    each within the pool of their own group. What is left of a pool is drawn from the willing students of the sending
    schools: the outside share from outside the district, then the rest from inside. Present students above their
    pool's seats take the places that the drawn students left, or, where there are too few, go to the district's
    schools of the same grades in proportion to enrolment.
    """
    start = np.repeat(ground.students[:, None, :], replicates, axis=1)
    pools = (scenario.ed, scenario.other)
    willing = np.stack([draw.applicants(start[g] * ground.may_send[g], pools[g].willing) for g in (ED, OTHER)])
    hosts = len(ground.hosts)
    reserved = round_half_up(ground.seats * scenario.ed_share)
    seats = np.stack([reserved, ground.seats - reserved], axis=1)
    won, sent = (np.zeros((hosts, *start.shape), dtype=np.int64) for _ in range(2))
    kept = np.zeros((hosts, 2, replicates), dtype=np.int64)
    left = willing
    for host in range(hosts):
        present = ground.students[:, ground.hosts[host]]
        freed = _freed(present, ground.seats[host], draw, replicates)
        kept[host] = np.minimum(freed, seats[host][:, None])
        open_ = seats[host][:, None] - kept[host]
        won[host] = _drawn(ground, scenario, host, seats[host], open_, left, draw)
        if scenario.unfilled == "release":
            spare = (open_ - won[host].sum(axis=2))[::-1]
            stay = np.minimum(spare, freed - kept[host])
            kept[host] += stay
            no_more_outside = np.zeros(2, dtype=np.int64)
            won[host] += _drawn(ground, scenario, host, no_more_outside, spare - stay, left - won[host], draw)
        left = left - won[host]
        sent[host] = _sent(ground, host, freed - kept[host], won[host], draw)
    after = start - won.sum(axis=0) + sent.sum(axis=0)
    after[:, :, ground.hosts] += np.moveaxis((won - sent).sum(axis=3), 0, -1)
    return Assignment(won, sent, kept, seats, after)


def _freed(present: Ints, seats: np.int64, draw: Draw, replicates: int) -> Ints:
    """(2, replicates) present students of each group whose places come free, as a random part of the school."""
    both = np.repeat(present[None, :], replicates, axis=0)
    return draw.winners(both, np.full(replicates, min(seats, present.sum()))).T


def _drawn(
    ground: Ground, scenario: Scenario, host: int, pool_seats: Ints, open_: Ints, willing: Ints, draw: Draw
) -> Ints:
    """(2, replicates, n) students who win the host's open seats, outside share first."""
    won = np.zeros_like(willing)
    for group, pool in ((ED, scenario.ed), (OTHER, scenario.other)):
        order = _order(ground, scenario, host, group)
        outside_seats = round_half_up(pool_seats[group] * pool.outside)
        for places, limit in ((~ground.inside, outside_seats), (ground.inside, None)):
            candidates = willing[group] * (places & ground.serves[host])
            wanted = open_[group] - won[group].sum(axis=1)
            seats = np.minimum(wanted if limit is None else np.minimum(wanted, limit), candidates.sum(axis=1))
            won[group] += draw.winners(candidates, seats) if order is None else first_served(candidates, seats, order)
    return won


def _order(ground: Ground, scenario: Scenario, host: int, group: int) -> NDArray[np.intp] | None:
    """Which schools' students are served first; None where all candidates are alike."""
    if scenario.draw == "proportional":
        return None
    if scenario.draw == "nearest":
        return np.argsort(ground.miles[host], kind="stable")
    share = ground.students[ED] / np.maximum(ground.students.sum(axis=0), 1)
    return np.argsort(-share if group == ED else share, kind="stable")


def _sent(ground: Ground, host: int, displaced: Ints, won: Ints, draw: Draw) -> Ints:
    """(2, replicates, n) where the host's displaced students go."""
    vacated = (won * ground.inside).sum(axis=0)
    total = displaced.sum(axis=0)
    into_vacated = np.minimum(total, vacated.sum(axis=1))
    places = draw.winners(vacated, into_vacated)
    if (overflow := total - into_vacated).any():
        open_to = ground.serves[host] & ground.inside
        open_to[ground.hosts] = False
        weight = ground.students.sum(axis=0) * open_to
        if not weight.any():
            weight = open_to.astype(np.int64)  # only empty schools: all alike
        # Enrolment as an urn; several times over where the host alone is larger than all the others together.
        urn = weight * -(-ground.students[:, ground.hosts[host]].sum() // weight.sum())
        places = places + draw.winners(np.repeat(urn[None, :], len(total), axis=0), overflow)
    ed = draw.winners(places, displaced[ED])
    return np.stack([ed, places - ed])
