"""Pools, mistakes, yield, exits and years played out student by student, from the rules as they are written down.

One host in one district; every student is an object, seats are handed out one person at a time. Nothing is shared with
the code under test, nor with ``tests.oracle.brute_force``, which plays several hosts and the outside.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GROUPS = ("ed", "other")
GONE = "left the district"


@dataclass(frozen=True)
class Rules:
    """Seats of each pool: "ed", "other" or a tier's name for those of the class, "open" for all."""

    seats: Mapping[str, int]
    willing: float = 1.0
    accept: float = 1.0
    mistaken: float = 0.0  # of ED students
    leave: float = 0.0  # of displaced ED students
    stay: str = "first"
    tiers: Mapping[str, str] = field(default_factory=dict)  # school: its tier
    years: int = 1
    grades: int = 1  # of every school; the host's seats are in the first


@dataclass(eq=False)
class Student:
    group: str
    home: str
    at: str
    drawn_in: int | None = None  # the year that a lottery was about the student's place at the host


def play(
    host: str, schools: Mapping[str, tuple[int, int]], rules: Rules, rng: random.Random
) -> dict[str, tuple[int, int]]:
    """ED and other students at each school after the last year."""
    students = [
        Student(group, name, name)
        for name, counts in schools.items()
        for group, count in zip(GROUPS, counts, strict=True)
        for _ in range(count)
    ]
    for year in range(rules.years):
        back_to_the_start(students, year - rules.grades)
        one_year(host, students, schools, rules, rng, year)
    return {
        name: tuple(sum(s.at == name and s.group == group for s in students) for group in GROUPS)  # type: ignore[misc]
        for name in (*schools, GONE)
    }


def back_to_the_start(students: Sequence[Student], year: int) -> None:
    """Those of a year's lotteries left the top grade; new students stand where they once came from."""
    for student in students:
        if student.drawn_in == year:
            student.at, student.drawn_in = student.home, None


def one_year(
    host: str,
    students: Sequence[Student],
    schools: Mapping[str, tuple[int, int]],
    rules: Rules,
    rng: random.Random,
    year: int,
) -> None:
    untouched = [s for s in students if s.home == host and s.drawn_in is None]
    asked = rng.sample(untouched, min(sum(rules.seats.values()), len(untouched)))
    for student in asked:
        student.drawn_in = year
    takers = [
        s
        for s in students
        if s.home != host
        and s.drawn_in is None
        and rng.random() < rules.willing / rules.grades
        and rng.random() < rules.accept
    ]
    looks = {s: seen_as(s, rules, rng) for s in (*asked, *takers)}
    open_ = dict(rules.seats)
    displaced = keep_seats(asked, takers, looks, open_, rules, rng)
    left = []
    for pool in rules.seats:
        waiting = [s for s in takers if pool in ("open", looks[s])]
        for student in rng.sample(waiting, min(open_[pool], len(waiting))):
            takers.remove(student)
            left.append(student.at)
            student.at, student.drawn_in = host, year
    resettle(displaced, left, host, schools, rules, rng)


def seen_as(student: Student, rules: Rules, rng: random.Random) -> str:
    if rules.tiers:
        return rules.tiers[student.home]
    return "other" if student.group == "ed" and rng.random() < rules.mistaken else student.group


def keep_seats(
    asked: Sequence[Student],
    takers: Sequence[Student],
    looks: Mapping[Student, str],
    open_: dict[str, int],
    rules: Rules,
    rng: random.Random,
) -> list[Student]:
    """Those present take seats of their pools, counted off ``open_``; the others are returned."""
    homeless = list(asked)
    for pool in rules.seats:
        own = [s for s in homeless if pool in ("open", looks[s])]
        number = min(open_[pool], len(own))
        if rules.stay == "drawn":
            rivals = [s for s in takers if pool in ("open", looks[s])]
            everyone = [True] * len(own) + [False] * len(rivals)
            number = sum(rng.sample(everyone, min(open_[pool], len(everyone))))
        for student in rng.sample(own, number):
            homeless.remove(student)
        open_[pool] -= number
    return homeless


def resettle(
    displaced: Sequence[Student],
    left: list[str],
    host: str,
    schools: Mapping[str, tuple[int, int]],
    rules: Rules,
    rng: random.Random,
) -> None:
    """Some leave; the others take the places left, and beyond them a school in proportion to its enrolment."""
    rng.shuffle(left)
    others = [name for name in schools if name != host]
    for student in rng.sample(list(displaced), len(displaced)):
        if student.group == "ed" and rng.random() < rules.leave:
            student.at = GONE
        elif left:
            student.at = left.pop()
        else:
            student.at = rng.choices(others, [sum(schools[name]) for name in others])[0]
