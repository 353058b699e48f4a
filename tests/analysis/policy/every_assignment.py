"""Small districts, every assignment of their students one by one, and a checker that knows nothing of the solver."""

from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from analysis.policy.places import Limits, Places


def places(ed, other, *, capacity=None, serves=None, miles=None, may_host=None):
    students = np.array([ed, other])
    n = len(ed)
    return Places(
        ids=np.array([f"s{i}" for i in range(n)]),
        students=students,
        capacity=students.sum(axis=0) if capacity is None else np.array(capacity),
        known=np.ones(n, dtype=bool),
        serves=np.ones((n, n), dtype=bool) if serves is None else np.array(serves),
        miles=np.zeros((n, n)) if miles is None else np.array(miles, dtype=float),
        may_host=np.ones(n, dtype=bool) if may_host is None else np.array(may_host),
    )


def dissimilarity(loads):
    (ed, other), (total_ed, total_other) = loads, np.sum(loads, axis=1)
    return sum(abs(a / total_ed - b / total_other) for a, b in zip(ed, other, strict=True)) / 2


def variance_ratio(loads):
    """Isolation of the ED students beyond their share, over the share of the others."""
    ed, other = loads
    share = np.sum(ed) / np.sum(loads)
    isolation = sum(a * a / (a + b) for a, b in zip(ed, other, strict=True) if a) / np.sum(ed)
    return (isolation - share) / (1 - share)


INDEX = {"dissimilarity": dissimilarity, "variance_ratio": variance_ratio}


def broken(where, limits, flows):
    """Which rules an assignment breaks, in words."""
    n = len(where.ids)
    rules, moved = set(), 0
    for group, old, new in product(range(2), range(n), range(n)):
        number = flows[group][old][new]
        if number < 0 or number != int(number):
            rules.add("whole")
        if number and old != new:
            moved += number
            if not where.serves[old][new]:
                rules.add("grades")
            if not where.miles[old][new] <= limits.miles:
                rules.add("miles")
    for group, school in product(range(2), range(n)):
        today = where.students[group][school]
        if sum(flows[group][school]) != today:
            rules.add("conservation")
        if flows[group][school][school] < limits.stay * today - 1e-6:
            rules.add("stay")
    for school in range(n):
        size = sum(flows[group][old][school] for group in range(2) for old in range(n))
        if size > where.capacity[school]:
            rules.add("capacity")
        if size < min(limits.keep * where.students[:, school].sum() - 1e-6, where.capacity[school]):
            rules.add("keep")
    if moved > limits.move * where.students.sum() + 1e-6:
        rules.add("move")
    return rules


class Done(NamedTuple):
    loads: np.ndarray
    moved: int


def every(where, limits, chosen=None, entrants=((), ())):
    """Loads and moves of every assignment within the limits; given hosts, of every one that they permit.

    Those who enter are, for each group, the ways in which they can: tuples of how many enter each school.
    """
    groups = [_of_group(where, limits, group, chosen) for group in range(2)]
    groups = [_joined(loads, ways) if ways else loads for loads, ways in zip(groups, entrants, strict=True)]
    for (ed, ed_moved), (other, other_moved) in product(*(group.items() for group in groups)):
        sizes = np.add(ed, other)
        kept = np.minimum(limits.keep * where.students.sum(axis=0) - 1e-6, where.capacity)
        few = ed_moved + other_moved <= limits.move * where.students.sum() + 1e-6
        if few and (sizes <= where.capacity).all() and (sizes >= kept).all():
            yield Done(np.array([ed, other]), ed_moved + other_moved)


def ways_in(number, hosts):
    """Every way in which so many students can enter the hosts."""
    some = (range(number + 1) if host else (0,) for host in hosts)
    return [way for way in product(*some) if sum(way) == number]


def _joined(loads, ways):
    """The fewest moves that lead to each load of one group, those who enter included."""
    fewest = {}
    for (load, moved), way in product(loads.items(), ways):
        both = tuple(a + b for a, b in zip(load, way, strict=True))
        fewest[both] = min(moved, fewest.get(both, moved))
    return fewest


def every_choice(where, limits, most):
    """(hosts, loads and moves) of every choice of at most so many 50/50 schools and every assignment it permits."""
    able = [host for host in np.flatnonzero(where.may_host) if sum(reserved(where, host))]
    for number in range(most + 1):
        for chosen in combinations(able, number):
            for done in every(where, limits, chosen):
                yield chosen, done


def every_seating(where, limits, ed_share):
    """(seats, loads) of every way in which students are drawn for seats of 50/50 schools and others give up places.

    Seats are the fewest that allow it. Whoever moves is drawn to a seat for the group or sent by a school with seats.
    """
    n = len(where.ids)
    groups = [_seating(where, limits, group) for group in range(2)]
    most = [max(where.capacity[at], where.students[:, at].sum()) * where.may_host[at] for at in range(n)]
    for (ed, ed_drawn, ed_sent, ed_moved), (other, other_drawn, other_sent, other_moved) in product(*groups):
        if ed_moved + other_moved > limits.move * where.students.sum() + 1e-6:
            continue
        sizes = np.add(ed, other)
        kept = np.minimum(limits.keep * where.students.sum(axis=0) - 1e-6, where.capacity)
        if (sizes > where.capacity).any() or (sizes < kept).any():
            continue
        needed = [
            next((seats for seats in range(most[at] + 1) if _allowed(seats, ed_share, *at_school)), None)
            for at, at_school in enumerate(zip(ed_drawn, other_drawn, ed_sent, other_sent, strict=True))
        ]
        if None not in needed:
            yield sum(needed), np.array([ed, other])


def _allowed(seats, ed_share, ed_drawn, other_drawn, ed_sent, other_sent):
    """Whether a school with so many seats may draw and send so many: one goes for one drawn, or for another's seat."""
    for_ed = int(seats * ed_share + 0.5)
    draws = ed_drawn <= for_ed and other_drawn <= seats - for_ed
    return draws and ed_sent <= ed_drawn + seats - for_ed and other_sent <= other_drawn + for_ed


def _seating(where, limits, group):
    """Loads, students drawn to each school and sent by each, and all who move, of one group."""
    n, found = len(where.ids), set()
    ways = [_drawn_and_sent(where, limits, group, school) for school in range(n)]
    for rows in product(*ways):
        drawn = np.sum([row[0] for row in rows], axis=0)
        came = np.sum([row[1] for row in rows], axis=0)
        sent = [sum(row[1]) for row in rows]
        stay = [where.students[group][i] - sum(row[0]) - sum(row[1]) for i, row in enumerate(rows)]
        loads = tuple(int(x) for x in stay + drawn + came)
        found.add((loads, tuple(drawn.tolist()), tuple(int(x) for x in sent), int(drawn.sum() + came.sum())))
    return found


def _drawn_and_sent(where, limits, group, school):
    """Every way in which some of a school's students of a group are drawn elsewhere and some are sent."""
    today, n = int(where.students[group][school]), len(where.ids)
    near = [i != school and where.serves[school][i] and where.miles[school][i] <= limits.miles for i in range(n)]
    for both in product(*(range(today + 1) if open_ else (0,) for open_ in (*near, *near))):
        if today - sum(both) >= limits.stay * today - 1e-6:
            yield both[:n], both[n:]


def _of_group(where, limits, group, chosen):
    """The fewest moves that lead to each load of one group."""
    n = len(where.ids)
    fewest = {}
    for rows in product(*(_rows(where, limits, group, school, chosen) for school in range(n))):
        loads = tuple(int(load) for load in np.sum(rows, axis=0))
        if chosen is not None and any(loads[host] != reserved(where, host)[group] for host in chosen):
            continue
        moved = sum(sum(row) - row[school] for school, row in enumerate(rows))
        fewest[loads] = min(moved, fewest.get(loads, moved))
    return fewest


def reserved(where, host):
    """ED and other seats of a school that hosts, half of each, an odd one for ED."""
    seats = min(where.students[:, host].sum(), where.capacity[host])
    return (seats + 1) // 2, seats // 2


def _rows(where, limits, group, school, chosen):
    """Every way in which the students of one school and group can go."""
    today, n = where.students[group][school], len(where.ids)
    for row in product(range(today + 1), repeat=n):
        if sum(row) != today or row[school] < limits.stay * today - 1e-6:
            continue
        away = [new for new in range(n) if row[new] and new != school]
        if any(not where.serves[school][new] or where.miles[school][new] > limits.miles for new in away):
            continue
        if chosen is not None:
            if any((school in chosen) == (new in chosen) for new in away):
                continue
            sends = max(0, today - reserved(where, school)[group])
            if school in chosen and sum(row) - row[school] != sends:
                continue
        yield row


# --- Random ones


@st.composite
def districts(draw, most=3, schools=3):
    heads = st.lists(st.integers(0, most), min_size=schools, max_size=schools)
    ed, other = draw(heads.filter(any)), draw(heads.filter(any))
    room = draw(st.lists(st.integers(-1, 3), min_size=schools, max_size=schools))
    pairs = list(combinations(range(schools), 2))
    serves, miles = np.eye(schools, dtype=bool), np.zeros((schools, schools))
    for (i, j), near, far in zip(
        pairs,
        draw(st.lists(st.sampled_from([True, True, True, False]), min_size=len(pairs), max_size=len(pairs))),
        draw(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.inf]), min_size=len(pairs), max_size=len(pairs))),
        strict=True,
    ):
        serves[i, j] = serves[j, i] = near
        miles[i, j] = miles[j, i] = far
    capacity = [max(0, a + b + more) for a, b, more in zip(ed, other, room, strict=True)]
    return places(ed, other, capacity=capacity, serves=serves, miles=miles)


LIMITS = st.builds(
    Limits,
    move=st.sampled_from([0.0, 0.2, 0.5, 1.0, 1.0]),
    miles=st.sampled_from([1.0, 2.0, np.inf, np.inf]),
    stay=st.sampled_from([0.0, 0.0, 0.3, 0.7]),
    keep=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
)
