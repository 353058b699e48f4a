"""Small lotteries made by hypothesis, and an independent lottery: one student at a time, school by school."""

from hashlib import sha256

import pandas as pd
from hypothesis import strategies as st

from analysis.lottery.claims import ASIDES
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
    """Applications and seats of a few schools: some without seats, some open or set aside, some over-demanded."""
    schools = SCHOOLS[: draw(st.integers(1, 4))]
    asides = draw(st.one_of(st.just([]), st.lists(st.sampled_from(sorted(ASIDES)), unique=True)))
    table, flags = [], []
    for student in range(draw(st.integers(1, 12))):
        pool, outside, present = draw(st.sampled_from(POOLS)), draw(st.booleans()), draw(st.booleans())
        ranked = draw(st.permutations(schools))[: draw(st.integers(1, len(schools)))]
        for rank, school in enumerate(ranked, 1):
            table.append((f"s{student:02d}", pool, rank, school, draw(st.booleans()), draw(st.booleans())))
            flags.append({"outside": outside, "feeder": draw(st.booleans()), "present": present and rank == 1})
    further = [name for name in flags[0] if name in asides or (name == "present" and draw(st.booleans()))]
    places = []
    for school in schools:
        for pool in (*POOLS, "open"):
            aside = [draw(st.integers(0, 1)) for _ in asides]
            places.append((school, pool, sum(aside) + draw(st.integers(0, 3)), *aside))
    made = pd.concat([applications(table), pd.DataFrame(flags)[further]], axis=1)
    return made, pd.DataFrame(places, columns=["school", "pool", "seats", *asides])


RULES = st.builds(
    Rules,
    st.sampled_from(["single", "multiple"]),
    st.sampled_from(["first", "last"]),
    st.sampled_from(["reused", "redrawn"]),
    st.sampled_from(["hold", "release", "outside"]),
)


class Book:
    """A market read row by row, with numbers hashed as docs/lottery.md says.

    Seats are of a school, a pool, and whom they are set aside for ("" for nobody).
    """

    def __init__(self, applications, seats, rules, seed=SEED):
        self.rules, self.seed = rules, seed
        self.asides = [name for name in seats.columns if name not in ("school", "pool", "seats")]
        self.pool = dict(zip(applications["student"], applications["pool"], strict=True))
        self.rows = {(row["student"], row["school"]): row for row in applications.to_dict("records")}
        self.seats = {}
        for row in seats.to_dict("records"):
            of = row["school"], row["pool"]
            self.seats |= {(*of, name): row[name] for name in self.asides}
            self.seats[*of, ""] = row["seats"] - sum(row[name] for name in self.asides)
        self.lists = {
            student: list(own.sort_values("rank")["school"]) for student, own in applications.groupby("student")
        }

    def outside(self, student, school):
        return "outside" in self.asides and self.rows[student, school]["outside"]

    def may(self, student, school, aside):
        """Whether seats set aside are set aside for a student."""
        return self.rows[student, school][aside] and (aside == "outside" or not self.outside(student, school))

    def claims(self, student):
        """The seats a student would take, best first."""
        for school in self.lists[student]:
            own, every = self.pool[student], ["", *self.asides]
            pools = ["open", own] if self.rules.open_order == "first" else [own, "open"]
            mine = [aside for aside in self.asides if self.may(student, school, aside)]
            if self.outside(student, school):
                wanted = [(pool, aside) for pool in pools for aside in mine]
                if self.rules.unfilled == "outside":
                    wanted += [(pool, aside) for pool in (own, "open") for aside in every if aside not in mine]
            else:
                inside = [*mine, "", *(aside for aside in self.asides if aside not in mine)]
                wanted = [(pool, aside) for pool in pools for aside in inside]
                if self.rules.unfilled == "release":
                    wanted += [(pool, aside) for pool in POOLS if pool != own for aside in every]
            yield from ((school, *kind) for kind in wanted)

    def key(self, student, school, pool, aside):
        """Where a student stands in the order for seats; least first."""
        own, row = self.pool[student], self.rows[student, school]
        fresh = (pool == "open" or aside) and self.rules.open_numbers == "redrawn"
        drawn_for = f"{pool} {aside}".strip() if fresh else own
        where = "*" if self.rules.tie_breaking == "single" else school
        text = f"{self.seed}|1|{where}|{drawn_for}|{student}"
        if self.outside(student, school) and aside != "outside":
            line = 3
        elif pool not in (own, "open"):
            line = 2
        else:
            line = 1 if aside and not self.may(student, school, aside) else 0
        ahead = [not row[name] for name in ("sibling", "proximity") if name not in self.asides]
        number = sha256(text.encode()).hexdigest()[:16]
        return line, not row.get("present"), row.get("present") or ahead, number

    def chosen(self, school, students):
        """Whom a school takes of some students, by filling its kinds of seats one after another."""
        taken = {}

        def take(pool, aside, able):
            free = self.seats.get((school, pool, aside), 0) - list(taken.values()).count((pool, aside))
            able = [s for s in able if s not in taken and pool in ("open", self.pool[s])]
            able.sort(key=lambda s: self.key(s, school, pool, aside))
            taken.update(dict.fromkeys(able[:free], (pool, aside)))

        inside = [s for s in students if not self.outside(s, school)]
        for pool in ["open", *POOLS] if self.rules.open_order == "first" else [*POOLS, "open"]:
            for aside in self.asides:
                take(pool, aside, [s for s in students if self.may(s, school, aside)])
            take(pool, "", inside)
            for aside in self.asides:
                take(pool, aside, [s for s in inside if not self.may(s, school, aside)])
        return taken

    def accepted(self):
        """Deferred acceptance school by school, without released seats: {student: (school, pool, aside)}."""
        held = {school: {} for school, _, _ in self.seats}
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
        return {student: (school, *kind) for school, taken in held.items() for student, kind in taken.items()}
