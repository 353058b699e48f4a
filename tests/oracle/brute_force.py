"""The 50/50 policy played out student by student, from the rules as they are written down.

Every student is an object who stands somewhere; seats are handed out one person at a time with Python's own
random numbers. Nothing is shared with the code under test, and nothing here is fast.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

ED, OTHER = "ed", "other"
GROUPS = (ED, OTHER)


@dataclass(frozen=True)
class School:
    """A school of one grade band. ``miles`` gives its distance to each host."""

    name: str
    ed: int
    other: int
    inside: bool = True
    miles: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Lottery:
    """One of the two lotteries; no senders means every school may send. Applicants per seat stand for willing."""

    willing: float = 1.0
    outside: float = 0.0
    senders: tuple[str, ...] = ()
    per_seat: float | None = None


@dataclass(frozen=True)
class Policy:
    """The hosts with their seats, in order, and the rules of the draw."""

    hosts: Mapping[str, int]
    ed: Lottery = Lottery()
    other: Lottery = Lottery()
    ed_share: float = 0.5
    draw: str = "proportional"
    unfilled: str = "hold"

    def lottery(self, group: str) -> Lottery:
        return self.ed if group == ED else self.other


@dataclass(eq=False)
class Student:
    """Someone of a group, who started at one school and stands at one now."""

    group: str
    home: School
    willing: bool
    at: str


def half_up(seats: int, share: float) -> int:
    """The share of the seats to the nearest whole seat, a half upwards, the share taken as it is written."""
    return int((seats * Decimal(str(share))).quantize(Decimal(1), ROUND_HALF_UP))


def play(schools: Sequence[School], policy: Policy, rng: random.Random) -> dict[str, tuple[int, int]]:
    """ED and other students at each school after one run of the lotteries."""
    chance = {group: willingness(group, schools, policy) for group in GROUPS}
    students = [
        Student(group, school, rng.random() < chance[group], school.name)
        for school in schools
        for group in GROUPS
        for _ in range(school.ed if group == ED else school.other)
    ]
    for host, seats in policy.hosts.items():
        fill(host, seats, students, schools, policy, rng)
    return {
        school.name: tuple(sum(s.at == school.name and s.group == group for s in students) for group in GROUPS)  # type: ignore[misc]
        for school in schools
    }


def willingness(group: str, schools: Sequence[School], policy: Policy) -> float:
    """The chance that a student of the group applies, to all hosts."""
    lottery, seats = policy.lottery(group), 0
    if lottery.per_seat is None:
        return lottery.willing
    for number in policy.hosts.values():
        of_ed = half_up(number, policy.ed_share)
        seats += of_ed if group == ED else number - of_ed
    may = [s for s in schools if s.name not in policy.hosts and s.name in (lottery.senders or (s.name,))]
    return min(1.0, lottery.per_seat * seats / sum(s.ed if group == ED else s.other for s in may))


def fill(
    host: str, seats: int, students: list[Student], schools: Sequence[School], policy: Policy, rng: random.Random
) -> None:
    """One host's two lotteries: those present first, then those drawn, then those who had to leave."""
    present = [s for s in students if s.at == host]
    freed = rng.sample(present, min(seats, len(present)))
    pool = {ED: half_up(seats, policy.ed_share)}
    pool[OTHER] = seats - pool[ED]
    displaced: dict[str, list[Student]] = {}
    empty: dict[str, int] = {}
    left: list[str] = []
    for group in GROUPS:
        own = [s for s in freed if s.group == group]
        rng.shuffle(own)
        displaced[group] = own[pool[group] :]
        vacant = pool[group] - len(own) + len(displaced[group])
        reserved = min(vacant, half_up(pool[group], policy.lottery(group).outside))
        outsiders = drawn(group, host, reserved, False, students, policy, rng)
        insiders = drawn(group, host, vacant - len(outsiders), True, students, policy, rng)
        enter(host, outsiders)
        left += enter(host, insiders)
        empty[group] = vacant - len(outsiders) - len(insiders)
    if policy.unfilled == "release":
        for group, asked in ((ED, OTHER), (OTHER, ED)):
            staying = displaced[asked][: empty[group]]
            displaced[asked] = displaced[asked][len(staying) :]
            left += enter(host, drawn(asked, host, empty[group] - len(staying), True, students, policy, rng))
    leave(displaced[ED] + displaced[OTHER], left, schools, policy, rng)


def drawn(
    group: str, host: str, seats: int, inside: bool, students: list[Student], policy: Policy, rng: random.Random
) -> list[Student]:
    """The students who win seats, one seat after the other."""
    senders = policy.lottery(group).senders
    waiting = [
        s
        for s in students
        if s.group == group
        and s.willing
        and s.at == s.home.name
        and s.at not in policy.hosts
        and s.home.inside == inside
        and (not senders or s.at in senders)
    ]
    winners: list[Student] = []
    while waiting and len(winners) < seats:
        first = min(rank(s, host, policy.draw) for s in waiting)
        winner = rng.choice([s for s in waiting if rank(s, host, policy.draw) == first])
        waiting.remove(winner)
        winners.append(winner)
    return winners


def rank(student: Student, host: str, draw: str) -> float:
    """The lower, the sooner served."""
    school = student.home
    if draw == "nearest":
        return school.miles[host]
    if draw == "extremes":
        share = school.ed / (school.ed + school.other)
        return -share if student.group == ED else share
    return 0


def enter(host: str, winners: Iterable[Student]) -> list[str]:
    """The winners move to the host; the schools they left, one entry a place."""
    left = []
    for student in winners:
        left.append(student.at)
        student.at = host
    return left


def leave(
    displaced: list[Student], left: list[str], schools: Sequence[School], policy: Policy, rng: random.Random
) -> None:
    """The displaced take the places left at random; those beyond, a school picked in proportion to its enrolment."""
    rng.shuffle(left)
    choices = [s for s in schools if s.inside and s.name not in policy.hosts]
    for student in displaced:
        if left:
            student.at = left.pop()
        else:
            student.at = rng.choices(choices, [s.ed + s.other for s in choices])[0].name
