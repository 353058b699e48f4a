"""Small lotteries made by hypothesis, and an independent lottery: one student at a time, school by school."""

from hashlib import sha256

import pandas as pd
from hypothesis import strategies as st

from analysis.lottery.market import Rules

SEED = "drawn in public"
POOLS = ("ed", "other")
SCHOOLS = ("A", "B", "C", "D")


def applications(rows):
    return pd.DataFrame(rows, columns=["student", "pool", "rank", "school", "sibling", "proximity"])


def seats(rows):
    return pd.DataFrame(rows, columns=["school", "pool", "seats"])


def lists(students):
    """Applications of {student: (pool, schools in order)} without priorities."""
    return applications(
        [
            (student, pool, rank, school, False, False)
            for student, (pool, ranked) in students.items()
            for rank, school in enumerate(ranked, 1)
        ]
    )


@st.composite
def markets(draw):
    """Applications and seats of a few schools: some without seats, some with open ones, some over-demanded."""
    schools = SCHOOLS[: draw(st.integers(1, 4))]
    rows = []
    for student in range(draw(st.integers(1, 12))):
        pool = draw(st.sampled_from(POOLS))
        ranked = draw(st.permutations(schools))[: draw(st.integers(1, len(schools)))]
        for rank, school in enumerate(ranked, 1):
            rows.append((f"s{student:02d}", pool, rank, school, draw(st.booleans()), draw(st.booleans())))
    places = [(school, pool, draw(st.integers(0, 3))) for school in schools for pool in (*POOLS, "open")]
    return applications(rows), seats(places)


RULES = st.builds(
    Rules,
    st.sampled_from(["single", "multiple"]),
    st.sampled_from(["first", "last"]),
    st.sampled_from(["reused", "redrawn"]),
    st.sampled_from(["hold", "release"]),
)


class Book:
    """A market read row by row, with numbers hashed as docs/lottery.md says."""

    def __init__(self, applications, seats, rules, seed=SEED):
        self.rules, self.seed = rules, seed
        self.pool = dict(zip(applications["student"], applications["pool"], strict=True))
        self.flags = {(row.student, row.school): (row.sibling, row.proximity) for row in applications.itertuples()}
        self.seats = {(row.school, row.pool): row.seats for row in seats.itertuples()}
        self.lists = {
            student: list(own.sort_values("rank")["school"]) for student, own in applications.groupby("student")
        }

    def claims(self, student):
        """The seats a student would take, best first."""
        for school in self.lists[student]:
            own = [self.pool[student]]
            if self.seats.get((school, "open"), 0):
                own.insert(0 if self.rules.open_order == "first" else 1, "open")
            if self.rules.unfilled == "release":
                own += [pool for pool in POOLS if pool not in own and self.seats.get((school, pool), 0)]
            yield from ((school, kind) for kind in own)

    def key(self, student, school, kind):
        """Where a student stands in the order for seats of a kind; least first."""
        own = self.pool[student]
        drawn_for = "open" if kind == "open" and self.rules.open_numbers == "redrawn" else own
        where = "*" if self.rules.tie_breaking == "single" else school
        text = f"{self.seed}|1|{where}|{drawn_for}|{student}"
        sibling, proximity = self.flags[student, school]
        return kind not in (own, "open"), not sibling, not proximity, sha256(text.encode()).hexdigest()[:16]

    def chosen(self, school, students):
        """Whom a school takes of some students, by filling its kinds of seats one after another."""
        kinds = ["open", *POOLS] if self.rules.open_order == "first" else [*POOLS, "open"]
        taken = {}
        for kind in kinds:
            able = [s for s in students if s not in taken and kind in ("open", self.pool[s])]
            able.sort(key=lambda s: self.key(s, school, kind))
            taken |= dict.fromkeys(able[: self.seats.get((school, kind), 0)], kind)
        return taken

    def accepted(self):
        """Deferred acceptance school by school, without released seats: {student: (school, kind)}."""
        held = {school: {} for school, _ in self.seats}
        left = {student: list(ranked) for student, ranked in self.lists.items()}
        free = sorted(left)
        while free:
            student = free.pop()
            if not left[student]:
                continue
            school = left[student].pop(0)
            asking = [*held[school], student]
            held[school] = self.chosen(school, asking)
            free += [each for each in asking if each not in held[school]]
        return {student: (school, kind) for school, taken in held.items() for student, kind in taken.items()}
