"""Why seats stay unfilled: the limiting factor of each pool, in one sentence."""

import numpy as np

from analysis.policy.draw import Ints
from analysis.policy.ground import Ground
from analysis.policy.pools import OPEN, Pools
from analysis.units import Floats

STUDENTS = {"ed": "disadvantaged students", "other": "other students", OPEN: "students of any kind"}


def why_unfilled(
    ground: Ground, divided: Pools, unfilled: Ints, open_: Ints, applied: Ints, waiting: Ints
) -> list[str]:
    """One sentence for each host and pool, host by host; empty where no seat is unfilled.

    Args:
        ground: the schools.
        divided: the pools.
        unfilled, open_, applied, waiting: (hosts, pools) seats unfilled in the end, seats that those present leave to
            be drawn, students who apply for them, and those of them who would still take one.
    """
    numbers = np.stack([open_, applied, waiting], axis=-1).reshape(-1, 3).tolist()
    eligible = _eligible(ground, divided).ravel().tolist()
    names = divided.names * len(ground.hosts)
    return [
        _why(pool, seats, asked, left, could) if short else ""
        for pool, short, (seats, asked, left), could in zip(
            names, unfilled.ravel().tolist(), numbers, eligible, strict=True
        )
    ]


def _eligible(ground: Ground, divided: Pools) -> Floats:
    """(hosts, pools) students of sending schools who could enter each pool."""
    may = ground.students * ground.may_send
    of_class = np.einsum("gn,cgn,hn->hc", may, divided.classes, ground.serves.astype(np.float64))
    return np.stack([of_class[:, divided.opened(pool)].sum(axis=1) for pool in range(len(divided.names))], axis=1)


def _why(pool: str, seats: int, applied: int, waiting: int, eligible: float) -> str:
    who = STUDENTS.get(pool, f"students of {pool}")
    if eligible < 0.5:
        return f"No school that may send students has {who} of these grades."
    if waiting:
        return (
            f"Every willing applicant of the district has a seat; the {waiting:,} who still wait live outside it, "
            "beyond the outside share."
        )
    if applied > seats:
        return f"Of the {applied:,} {who} who apply for {seats:,} seats too few take one."
    if not applied:
        return f"None of the {eligible:,.0f} {who} who could apply for {seats:,} seats does."
    return f"Only {applied:,} of {eligible:,.0f} {who} who could apply for {seats:,} seats do."
