"""Set-asides, and willingness that falls with distance, played out student by student, from the rules alone.

One new school; every student is an object, decides alone, and seats are handed out one at a time. Nothing is shared
with the code under test, nor with the other players in this folder.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GROUPS = ("ed", "other")


@dataclass(frozen=True)
class Aside:
    """Seats of a pool that students of some schools are offered first; of these only some are meant, as siblings."""

    seats: int
    schools: Sequence[str]
    meant: float = 1.0


@dataclass(frozen=True)
class Turns:
    """Seats of each pool and who is offered them first.

    Attributes:
        seats: of "ed" and "other".
        willing: share of students at no distance who apply.
        asides: of each pool, in their order.
        miles: of each school to the new one.
        half: miles over which willingness falls by half; None where it does not.
        yield_half: miles over which the share of those offered a seat who take it falls by half.
        nearest: whether students of the nearest school are served first, in each turn.
    """

    seats: Mapping[str, int]
    willing: float = 1.0
    asides: Mapping[str, Sequence[Aside]] = field(default_factory=dict)
    miles: Mapping[str, float] = field(default_factory=dict)
    half: float | None = None
    yield_half: float | None = None
    nearest: bool = False


@dataclass(eq=False)
class Student:
    group: str
    home: str
    at: str


def play(
    host: str, schools: Mapping[str, tuple[int, int]], turns: Turns, rng: random.Random
) -> dict[str, tuple[int, int]]:
    """ED and other students at each school after the lotteries."""
    students = [
        Student(group, name, name)
        for name, counts in schools.items()
        for group, number in zip(GROUPS, counts, strict=True)
        for _ in range(number)
    ]
    takers = [s for s in students if s.home != host and applies(s, turns, rng) and takes(s, turns, rng)]
    for pool, seats in turns.seats.items():
        waiting = [s for s in takers if s.group == pool]
        for aside in turns.asides.get(pool, ()):
            meant = [s for s in waiting if s.home in aside.schools and rng.random() < aside.meant]
            seats -= seat(meant, min(aside.seats, seats), host, turns, waiting, rng)
        seat(waiting, seats, host, turns, waiting, rng)
    return {
        name: tuple(sum(s.at == name and s.group == group for s in students) for group in GROUPS)  # type: ignore[misc]
        for name in schools
    }


def applies(student: Student, turns: Turns, rng: random.Random) -> bool:
    """Halved for each so many miles."""
    chance = turns.willing
    if turns.half is not None:
        chance /= 2 ** (turns.miles[student.home] / turns.half)
    return rng.random() < chance


def takes(student: Student, turns: Turns, rng: random.Random) -> bool:
    """One who would decline never has the seat: the next in line does."""
    return turns.yield_half is None or rng.random() < 1 / 2 ** (turns.miles[student.home] / turns.yield_half)


def seat(
    meant: Sequence[Student], seats: int, host: str, turns: Turns, waiting: list[Student], rng: random.Random
) -> int:
    """Hand out seats one by one, each to one of those meant; they wait no longer."""
    left = list(meant)
    for given in range(seats):
        if not left:
            return given
        nearest = min(turns.miles[s.home] for s in left) if turns.nearest else None
        winner = rng.choice([s for s in left if nearest is None or turns.miles[s.home] == nearest])
        left.remove(winner)
        waiting.remove(winner)
        winner.at = host
    return seats
