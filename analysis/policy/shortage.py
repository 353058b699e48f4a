"""Why seats stay unfilled: the limiting factor of each pool, in one sentence."""

import numpy as np
from numpy.typing import NDArray

from analysis.policy.draw import Ints
from analysis.policy.ground import Ground
from analysis.policy.pools import OPEN, Pools
from analysis.policy.scenario import Scenario
from analysis.units import Floats

STUDENTS = {"ed": "disadvantaged students", "other": "other students", OPEN: "students of any kind"}
# What can limit a pool: the sentence that says so without a number, and with its numbers where it has any.
NOBODY, BEYOND, LEFT, DECLINED, NONE_LEFT, FEW_LEFT, NO_APPLICANTS, FEW_APPLICANTS = (
    *("nobody could apply", "beyond the outside share", "went back", "declined"),
    *("no applicants left", "few applicants left", "no applicants", "few applicants"),
)
LIMITS = {
    NOBODY: "No school that may send students has {who} of these grades.",
    BEYOND: "Every willing applicant of the district has a seat; those who still wait live outside it, beyond the "
    "outside share.",
    LEFT: "Students who went back to the school they came from are not replaced.",
    DECLINED: "More {who} apply than there are seats, but too few take one.",
    NONE_LEFT: "None of the {who} without a seat at the hosts listed before applies.",
    FEW_LEFT: "Fewer {who} apply than there are seats, without those who have one at the hosts listed before.",
    NO_APPLICANTS: "None of the {who} who could apply does.",
    FEW_APPLICANTS: "Fewer {who} apply than there are seats.",
}
_WITH_NUMBERS = {
    BEYOND: "Every willing applicant of the district has a seat; the {waiting:,} who still wait live outside it, "
    "beyond the outside share.",
    DECLINED: "Of the {applied:,} {who} who apply for {seats:,} seats too few take one.",
    FEW_LEFT: "Only {applied:,} of {eligible:,.0f} {who} who could apply for {seats:,} seats do and have none at the "
    "hosts listed before.",
    NO_APPLICANTS: "None of the {eligible:,.0f} {who} who could apply for {seats:,} seats does.",
    FEW_APPLICANTS: "Only {applied:,} of {eligible:,.0f} {who} who could apply for {seats:,} seats do.",
}


def limits(
    ground: Ground, scenario: Scenario, divided: Pools, unfilled: Ints, offered: Ints, applied: Ints, waiting: Ints
) -> tuple[list[str], list[str]]:
    """What leaves seats unfilled: for each host and pool, host by host, the limit and a sentence with its numbers.

    Args:
        ground: the schools.
        scenario: the policy.
        divided: the pools.
        unfilled, offered, applied, waiting: (hosts, pools) seats unfilled in the end, seats that those present left to
            be drawn in the last year, students who applied for them, and those of them who would still take one.

    Returns:
        Keys of ``LIMITS``, and sentences; both empty where no seat is unfilled.
    """
    lost = scenario.attrition > 0 and not scenario.backfill
    could, none, before = eligible(ground, divided), applied == 0, asked_before(applied)
    when = {
        "": unfilled == 0,
        NOBODY: could < 0.5,
        LEFT: (applied >= offered) & lost,
        BEYOND: waiting > 0,
        DECLINED: applied > offered,
        NONE_LEFT: none & before,
        FEW_LEFT: before,
        NO_APPLICANTS: none,
    }
    found = np.select(list(when.values()), list(when), FEW_APPLICANTS)
    numbers = zip(offered.ravel().tolist(), applied.ravel().tolist(), waiting.ravel().tolist(), strict=True)
    names, keys = divided.names * len(ground.hosts), found.ravel().tolist()
    sentences = {"": ""} | LIMITS | _WITH_NUMBERS
    return keys, [
        sentences[key].format(who=students_of(pool), seats=seats, applied=asked, waiting=left, eligible=those)
        for key, pool, (seats, asked, left), those in zip(keys, names, numbers, could.ravel().tolist(), strict=True)
    ]


def asked_before(applied: Ints) -> NDArray[np.bool_]:
    """(hosts, pools) whether anyone applied to a pool of a host before it, who rather has a seat there."""
    return np.cumsum(applied, axis=0) > applied


def students_of(pool: str) -> str:
    """The students a pool of seats is for."""
    return STUDENTS.get(pool, f"students of {pool}")


def eligible(ground: Ground, divided: Pools, of: NDArray[np.bool_] | None = None) -> Floats:
    """(hosts, pools) students of sending schools who could enter each pool.

    Args:
        ground, divided: as in ``limits``.
        of: (n,) or (hosts, n) the schools whose students count; None for all.
    """
    may = ground.students * ground.may_send
    sending = ground.serves if of is None else ground.serves & of
    of_class = np.einsum("gn,cgn,hn->hc", may, divided.classes, sending.astype(np.float64))
    return np.stack([of_class[:, divided.opened(pool)].sum(axis=1) for pool in range(len(divided.names))], axis=1)
