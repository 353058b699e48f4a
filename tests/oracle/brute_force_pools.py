"""Pools, definitions, mistakes, yield, exits, grades and years played out student by student, from the rules alone.

One host in one district; every student is an object, seats are handed out one person at a time. Nothing is shared with
the code under test, nor with ``tests.oracle.brute_force``, which plays several hosts and the outside.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GROUPS = ("ed", "other")
GONE = "left the district"


@dataclass(frozen=True)
class Entry:
    """Seats of each pool in one grade, counted from the lowest, in each year."""

    grade: int
    seats: Sequence[Mapping[str, int]]


@dataclass(frozen=True)
class Rules:
    """Seats of each pool: "ed", "other" or a tier's name for those of the class, "open" for all."""

    seats: Mapping[str, int]
    willing: float = 1.0
    accept: float = 1.0
    mistaken: float = 0.0  # of those who count as ED in the lottery, or of all with tiers
    leave: float = 0.0  # of displaced ED students
    leave_changed: tuple[float, float] = (0.0, 1.0)  # of those left where the share changed by more than so much
    stay: str = "first"
    second: float | None = None  # share of those waiting who would take a seat in the second round, if there is one
    tiers: Mapping[str, str] = field(default_factory=dict)  # school: its tier
    counted: Mapping[str, int] = field(default_factory=dict)  # school: ED students on the lottery's definition
    years: int = 1
    grades: int = 1  # of every school; the host's seats are in the first unless ``entries`` say otherwise
    entries: Sequence[Entry] = ()
    per_seat: float | None = None  # applicants of each group per seat in the first year, in place of ``willing``


@dataclass(eq=False)
class Student:
    group: str
    home: str
    at: str
    counts: str  # what the lottery's definition makes of the student
    until: int | None = None  # the year in which the student of a lottery leaves the top grade


def play(
    host: str, schools: Mapping[str, tuple[int, int]], rules: Rules, rng: random.Random
) -> dict[str, tuple[int, int]]:
    """ED and other students at each school after the last year."""
    students = [student for name in schools for student in pupils(name, schools[name], rules)]
    for year in range(rules.years):
        back_to_the_start(students, year)
        one_year(host, students, schools, rules, rng, year)
    exits(students, schools, rules, rng)
    return {
        name: tuple(sum(s.at == name and s.group == group for s in students) for group in GROUPS)  # type: ignore[misc]
        for name in (*schools, GONE)
    }


def pupils(name: str, counts: tuple[int, int], rules: Rules) -> list[Student]:
    """A school's students; the lottery counts the ED ones first, as far as it counts any."""
    ed, other = counts
    left = rules.counted.get(name, ed)
    found = []
    for group in ["ed"] * ed + ["other"] * other:
        found.append(Student(group, name, name, "ed" if left > 0 else "other"))
        left -= 1
    return found


def back_to_the_start(students: Sequence[Student], year: int) -> None:
    """Those of a lottery left the top grade; new students stand where they once came from."""
    for student in students:
        if student.until == year:
            student.at, student.until = student.home, None


def one_year(
    host: str,
    students: Sequence[Student],
    schools: Mapping[str, tuple[int, int]],
    rules: Rules,
    rng: random.Random,
    year: int,
) -> None:
    grade = {s: rng.randrange(rules.grades) for s in students}
    entries = rules.entries or [Entry(0, [rules.seats] * rules.years)]
    away = [s for s in students if s.home != host]
    takers = [
        s
        for s in away
        if s.until is None
        and grade[s] in [entry.grade for entry in entries]
        and rng.random() < willingness(s.group, away, rules)
        and rng.random() < rules.accept
    ]
    looks = {s: seen_as(s, rules, rng) for s in students}
    for entry in entries:
        applying = [s for s in takers if grade[s] == entry.grade]
        one_grade(
            host, students, applying, looks, entry.seats[year], schools, rules, rng, year + rules.grades - entry.grade
        )


def willingness(group: str, away: Sequence[Student], rules: Rules) -> float:
    """The chance that a student of the group applies; seats for both are parted as those who may have them are."""
    if rules.per_seat is None:
        return rules.willing
    seats = 0.0
    for pool, number in rules.seats.items():
        may = [s.group for s in away if pool == "open" or rules.tiers.get(s.home) == pool]
        seats += number * ((group == pool) if pool in GROUPS else may.count(group) / len(may))
    return min(1.0, rules.per_seat * seats / (sum(s.group == group for s in away) / rules.grades))


def one_grade(
    host: str,
    students: Sequence[Student],
    takers: list[Student],
    looks: Mapping[Student, str],
    seats: Mapping[str, int],
    schools: Mapping[str, tuple[int, int]],
    rules: Rules,
    rng: random.Random,
    until: int,
) -> None:
    untouched = [s for s in students if s.home == host and s.until is None]
    asked = rng.sample(untouched, min(sum(seats.values()), len(untouched)))
    for student in asked:
        student.until = until
    open_ = dict(seats)
    displaced = keep_seats(asked, takers, looks, open_, rules, rng)
    left: list[str] = []

    def seat(waiting: Sequence[Student], number: int) -> int:
        chosen = rng.sample(list(waiting), min(number, len(waiting)))
        for student in chosen:
            takers.remove(student)
            left.append(student.at)
            student.at, student.until = host, until
        return len(chosen)

    for pool in seats:
        open_[pool] -= seat([s for s in takers if pool in ("open", looks[s])], open_[pool])
    if rules.second is not None:
        still = {s for s in (*displaced, *takers) if rng.random() < rules.second}
        empty = sum(open_.values())
        for pool in seats:
            back = [s for s in displaced if s in still and pool in ("open", looks[s])]
            back = rng.sample(back, min(empty, len(back)))
            displaced = [s for s in displaced if s not in back]
            empty -= len(back)
            empty -= seat([s for s in takers if s in still and pool in ("open", looks[s])], empty)
    resettle(displaced, left, host, schools, rules, rng)


def seen_as(student: Student, rules: Rules, rng: random.Random) -> str:
    wrong = rng.random() < rules.mistaken
    if rules.tiers:
        own = rules.tiers[student.home]
        return rng.choice([tier for tier in rules.tiers.values() if tier != own]) if wrong else own
    return "other" if student.counts == "ed" and wrong else student.counts


def exits(
    students: Sequence[Student], schools: Mapping[str, tuple[int, int]], rules: Rules, rng: random.Random
) -> None:
    """Where a school's ED share changed too much, some of those who never moved leave."""
    chance, points = rules.leave_changed
    changed = []
    for name, (ed, other) in schools.items():
        there = [s.group for s in students if s.at == name]
        if there and ed + other and abs(there.count("ed") / len(there) - ed / (ed + other)) > points:
            changed.append(name)
    for student in students:
        if student.at == student.home and student.at in changed and rng.random() < chance:
            student.at = GONE


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
    for pool in open_:
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
