"""Attacks on what the command gives out, by a reader who has every file of it and knows the program.

The reader knows of each school what a directory tells (district, county, level, kind, students), that its races add up
to its students, that each definition of disadvantage counts only students whom the broader ones count, and that counts
are whole numbers. The first attack sets all that and every published number up as equations and asks a solver between
which values each small count still lies, and each small difference of two definitions. The second needs no equations,
so it holds for indices and scenarios too: other schools, with other small counts, give the same files to the last
letter.
"""

import json
import re
from functools import cache
from io import StringIO
from itertools import combinations, pairwise, product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from data import store
from data.geographic import assigned
from data.schema import RACES
from tests.jobs.attacked_state import (
    COUNTS,
    DEFINITIONS,
    DISTRICTS,
    GROUPS,
    LEVELS,
    PLACES,
    SCHOOLS,
    YEARS,
    exports,
    printed,
    rows,
)
from tests.small_state import written

CELL = 10
# What decision 0016 promises: as many neighbouring values remain for every small count.
KEPT = 5


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return exports(rows(), tmp_path_factory.mktemp("state"))


# by equations -------------------------------------------------------------------------------------------------------


def table(text):
    return pd.read_csv(StringIO(text), dtype=dict.fromkeys(["place", "ncessch"], "str"))


def interval(row, told):
    """Between which values the file says that a school's count lies, by what it tells on other bases before."""
    if pd.notna(row.group_students):
        return row.group_students, row.group_students
    assert isinstance(row.suppressed, str), row
    if told and row.suppressed == "hidden so that a smaller count cannot be worked out":
        low, high = min(told), max(told)
        return (0 if low < 2 * CELL else low - CELL + 1), (
            row.students if row.students - high < 2 * CELL else high + CELL - 1
        )
    if row.suppressed == f"fewer than {CELL}":
        return 0, min(CELL - 1, row.students)
    return (row.students - CELL + 1 if row.suppressed == f"all but fewer than {CELL}" else 0), row.students


class Attack:
    """The counts of one year's schools, and every equation over them that the files give."""

    def __init__(self, schools, definitions, races):
        self.schools = schools.reset_index(drop=True)
        self.definitions = definitions
        self.groups = [*definitions, *races]
        self.at = {cell: i for i, cell in enumerate(product(self.schools["ncessch"], self.groups))}
        self.low = np.zeros(len(self.at))
        self.high = np.repeat(self.schools["students"].to_numpy(dtype=float), len(self.groups))
        self.rows, self.least, self.most = [], [], []
        for school, students in self.schools[["ncessch", "students"]].itertuples(index=False):
            self.adds([(school, race) for race in races], students, students)
            for broad, narrow in pairwise(definitions):
                self.adds([(school, broad)], 0, students, less=[(school, narrow)])

    def sum(self, cells, less=()):
        row = np.zeros(len(self.at))
        row[[self.at[cell] for cell in cells]] = 1
        row[[self.at[cell] for cell in less]] = -1
        return row

    def adds(self, cells, least, most, less=()):
        self.rows.append(self.sum(cells, less))
        self.least.append(least)
        self.most.append(most)

    def contribution(self, group, text):
        before = self.definitions[: self.definitions.index(group)] if group in self.definitions else []
        for row in table(text).itertuples():
            others = [self.at[row.ncessch, other] for other in before]
            told = [self.low[at] for at in others if self.low[at] == self.high[at]]
            self.low[self.at[row.ncessch, group]], self.high[self.at[row.ncessch, group]] = interval(row, told)

    def indices(self, column, group, text, chosen=True):
        """The totals of every place all of whose schools are known, told by a column of the schools."""
        rows = table(text)
        year = self.schools["year"].iloc[0]
        for row in rows[(rows["year"] == year) & rows["group_students"].notna()].itertuples():
            ids = self.schools.loc[chosen & (self.schools[column] == row.place), "ncessch"]
            if len(ids) == row.schools:
                near = row.group_students_within
                self.adds([(school, group) for school in ids], row.group_students - near, row.group_students + near)

    def left(self, goal):
        """How many values a sum of counts can still have."""
        rules = LinearConstraint(np.array(self.rows), self.least, self.most)
        ends = []
        for sign in (1, -1):
            found = milp(sign * goal, integrality=1, bounds=Bounds(self.low, self.high), constraints=rules)
            assert found.success, found.message
            ends.append(round(sign * found.fun))
        return ends[1] - ends[0] + 1

    def check(self):
        """Every small count keeps its values, and every small difference of definitions; how many there are of each."""
        small = {"counts": 0, "differences": 0}
        for row in self.schools.itertuples():
            counts = {(group,): getattr(row, group) for group in self.groups}
            pairs = {pair: getattr(row, pair[0]) - getattr(row, pair[1]) for pair in combinations(self.definitions, 2)}
            for (group, *narrow), count in (counts | pairs).items():
                if min(count, row.students - count) < CELL:
                    small["differences" if narrow else "counts"] += 1
                    left = self.left(self.sum([(row.ncessch, group)], [(row.ncessch, each) for each in narrow]))
                    assert left >= min(KEPT, row.students + 1), (row.ncessch, group, *narrow, count, left)
        return small


@pytest.mark.parametrize("year", YEARS)
def test_no_small_count_can_be_solved_from_the_files_of_a_state(files, year):
    truth = pd.read_csv(StringIO("\n".join(rows())), dtype={"ncessch": "str", "leaid": "str"})
    attack = Attack(truth[truth["year"] == year], DEFINITIONS, GROUPS)
    levels = {level: attack.schools["level"] == level for level in LEVELS[1:]}
    public = attack.schools["charter"] == "no"
    for group in COUNTS:
        view = f"--group {group} --format csv"
        for district in DISTRICTS:
            job = f"contribution --district 390000{district} --group {group} --year {year} --format csv"
            attack.contribution(group, files[job])
        for by, column in PLACES.items():
            attack.indices(column, group, files[f"indices --by {by} {view}"])
        for level, some in levels.items():
            attack.indices("leaid", group, files[f"indices --by district --level {level} {view}"], some)
        attack.indices("leaid", group, files[f"indices --by district --no-charter {view}"], public)
    for basis in DEFINITIONS[1:]:
        view = f"--basis {basis.removeprefix('ed_')} --format csv"
        for district in DISTRICTS:
            attack.contribution(basis, files[f"contribution --district 390000{district} --year {year} {view}"])
        attack.indices("leaid", basis, files[f"indices --by district --bounds {view}"])
    assert len(attack.rows) > len(attack.schools) + 50
    assert min(attack.check().values()) > 20


# The definitions that Franklin counts by.
FRANKLIN = ("ed", "ed_free", "ed_direct")


def smallest_grounds(schools, number):
    """The geographic districts with the fewest schools, with a charter school and without, all counts known."""
    complete = schools[[*FRANKLIN, *RACES]].notna().all(axis=1).groupby(schools["ground"]).all()
    sizes = schools.groupby("ground").agg(schools=("ncessch", "size"), charter=("charter", "any"))[complete]
    return sizes.sort_values("schools", kind="stable").groupby("charter").head(number).index


def test_no_small_count_of_franklin_can_be_solved(run):
    manifest, year = store.find("franklin"), "2023"
    schools = store.schools(manifest, [int(year)])
    schools["ground"] = assigned(schools, store.districts(manifest)).table["leaid"]
    schools = schools[~schools["virtual"]]
    grounds = smallest_grounds(schools, 3)
    schools = schools[schools["ground"].isin(grounds)]
    attack = Attack(schools.astype(dict.fromkeys(("students", *FRANKLIN, *RACES), "int64")), FRANKLIN, RACES)
    for group in attack.groups:
        asked = ["--basis", group.removeprefix("ed_")] if group in FRANKLIN[1:] else ["--group", group]
        view = ["--year", year, *asked, "--format", "csv"]
        for ground in grounds:
            job = ["contribution", "franklin", "--districts", "geographic", "--district", ground]
            attack.contribution(group, run(*job, *view))
        by_district = ["indices", "franklin", "--by", "district"]
        attack.indices("leaid", group, run(*by_district, *view))
        attack.indices("ground", group, run(*by_district, "--districts", "geographic", *view))
        charter = attack.schools["charter"].to_numpy(dtype=bool)
        attack.indices("leaid", group, run(*by_district, "--no-charter", *view), ~charter)
    assert charter.any()
    assert len(attack.rows) > len(attack.schools) + 50
    assert min(attack.check().values()) > 10


def test_what_is_small_in_both_years_is_hidden_in_both(files):
    for group, district in product(COUNTS, "234"):
        job = f"contribution --district 390000{district} --group {group} --year {{}} --format csv"
        assert files[job.format(2020)] == files[job.format(2021)]


# by twins -----------------------------------------------------------------------------------------------------------


def defined(ed, students, draw):
    """Other counts by each definition that must look the same: small ones, and those close to one told, anew."""
    told, changed = [], []
    for count in ed:
        alike = [other for other in range(students + 1) if looks(other, told, students) == looks(count, told, students)]
        if len(alike) == 1:
            told.append(count)
        changed.append(int(draw.choice(alike)))
    return tuple(changed)


def looks(count, told, students):
    """What is told of a count beside others of the school that are told."""
    if students < 2 * CELL:
        return "few students"
    near = min(told, key=lambda other: abs(other - count), default=None)
    few, most = count < CELL, students - count < CELL
    if near is not None and (
        abs(near - count) < CELL or (few and near < 2 * CELL) or (most and students - near < 2 * CELL)
    ):
        return f"close to {near}"
    return "few" if few else "nearly all" if most else count


def twin(schools, seed):
    """Other schools that must look the same: disadvantaged students anew, small groups dealt anew."""
    draw = np.random.default_rng(seed)
    changed = []
    for district, county, level, charter, ed, groups in schools:
        small = [i for i, count in enumerate(groups) if count < CELL]
        dealt = list(groups)
        for i, j in draw.permutation([(i, j) for i in small for j in small if i != j]).reshape(-1, 2):
            moved = int(draw.integers(0, min(dealt[i], CELL - 1 - dealt[j]) + 1))
            dealt[i], dealt[j] = dealt[i] - moved, dealt[j] + moved
        changed.append((district, county, level, charter, defined(ed, sum(groups), draw), tuple(dealt)))
    return changed


@pytest.mark.parametrize("seed", [1, 2])
def test_other_small_counts_give_the_same_files(files, tmp_path, seed):
    other = twin(SCHOOLS, seed)
    assert sum(a != b for a, b in zip(SCHOOLS, other, strict=True)) >= 7
    others = exports(rows(other), tmp_path)
    assert [name for name in files if _anywhere(files[name]) != _anywhere(others[name])] == []


def _anywhere(text):
    """What is printed, wherever the scenario's file lies."""
    return re.sub(r"\S+(?=/plan\.json)", "", text)


# Disadvantaged students by direct certification, and American Indian students, of a school of 204 students: both more
# than there can be, so that the count is set aside and the races exceed the students; the report tells no number.
IMPOSSIBLE = [(205, 6), (214, 9), (230, 5)]


def test_a_report_on_impossible_counts_is_the_same_whatever_they_are(tmp_path):
    reports = []
    for number, (direct, few) in enumerate(IMPOSSIBLE):
        lines = rows([*SCHOOLS[:3], ("3", "B", "elementary", "no", (90, 90, 80, direct), (150, 50, 0, 0, few))])
        path = tmp_path / str(number) / "state.csv"
        path.parent.mkdir()
        path.write_text("\n".join(line.replace(f",{200 + few},90,", ",204,90,") for line in lines) + "\n")
        reports.append([printed("quality", path, "--format", form) for form in ("json", "html", "table")])
    assert all(report == reports[0] for report in reports)
    told = json.loads(reports[0][0])
    (above,) = [found for found in told["findings"] if found["check"] == "ed_above_students" and found["year"] == 2020]
    assert [(row["ncessch"], row["students"], row["reported"]) for row in above["rows"]] == [
        ("390000300003", 204, None)
    ]
    assert {(each["check"], each["year"]) for each in told["not_told"]} >= {("race_sum", 2020), ("race_sum", 2021)}


def test_a_count_that_is_not_small_does_change_them(run, tmp_path):
    district, county, level, charter, (ed, *narrower), groups = SCHOOLS[1]
    other = [SCHOOLS[0], (district, county, level, charter, (ed + 20, *narrower), groups), *SCHOOLS[2:]]
    first, second = (
        run("indices", written(tmp_path / "state.csv", rows(each)), "--format", "csv") for each in (SCHOOLS, other)
    )
    assert first != second


# what is told -------------------------------------------------------------------------------------------------------


def test_a_scenario_tells_neither_side_of_a_hidden_school(files):
    told = json.loads(files["simulate dallas"])
    hidden = {row["ncessch"] for row in told["schools"] if row["suppressed"]}
    assert hidden
    for row in told["schools"]:
        empty = [row[name] is None for name in ("ed_before", "ed_after", "ed_after_low", "ed_after_high")]
        assert empty == [row["ncessch"] in hidden] * 4
    assert all(
        (row["students"] is None) == bool({row["from_school"], row["to_school"]} & hidden) for row in told["flows"]
    )


@pytest.fixture(scope="module")
def hosts_of_hidden_schools(tmp_path_factory):
    """The files of scenarios whose hosts are hidden schools, which nobody applies to, or for several years."""
    folder = tmp_path_factory.mktemp("hosts")

    @cache
    def of(*schools):
        path = written(folder / "state.csv", rows(schools))
        found = {}
        for name, fields in SCENARIOS.items():
            plan = folder / "plan.json"
            hosts = [{"ncessch": "390000300004", "seats": 120}, {"ncessch": "390000300005", "seats": 300}]
            asked = {"dataset": "state", "district": "3900003", "year": YEARS[1], "hosts": hosts}
            plan.write_text(json.dumps(asked | fields))
            for form in ("json", "table", "csv"):
                found[f"{name}, {form}"] = printed("simulate", path, plan, "--format", form, "--replicates", "20")
        return found

    return lambda schools: of(*schools)


SCENARIOS = {
    "plain": {},
    "nobody": {"ed": {"willing": 0.0}, "other": {"willing": 0.0}},
    "by distance": {"draw": "extremes", "unfilled": "release", "ed": {"willing": 0.5, "accept": 0.8}},
    "band": {"reserve": "band", "band": 0.1},
    "years": {"years": 3, "attrition": 0.2, "hosts": [{"ncessch": "390000300005", "seats": 60, "grade": "KG"}]},
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scenarios_of_hidden_hosts_are_the_same_of_other_small_counts(hosts_of_hidden_schools, seed):
    other = twin(SCHOOLS, seed)
    assert SCHOOLS[4][4] != other[4][4]  # the host of whose students nobody was disadvantaged
    files, others = hosts_of_hidden_schools(SCHOOLS), hosts_of_hidden_schools(other)
    assert [name for name in files if files[name] != others[name]] == []


def test_moves_of_hidden_schools_are_told_added_up(hosts_of_hidden_schools):
    told = json.loads(hosts_of_hidden_schools(SCHOOLS)["plain, json"])
    hidden = {row["ncessch"] for row in told["schools"] if row["suppressed"]}
    assert hidden & {row["host"] for row in told["hosts"]}
    for row in told["hosts"]:
        counts = [row[f"{way}_{group}"] for way, group in product(("arrive", "leave"), ("ed", "other"))]
        assert None not in counts
        assert (row["suppressed"] != "") == (row["host"] in hidden)
    # All moves: those drawn are at the other schools, in both groups together, as they leave them.
    leave = sum(row["leave"] for row in told["senders"])
    assert leave == told["indices"]["moved"]["after"] - sum(row["arrive"] for row in told["senders"]) > 0
    for row in told["senders"]:
        by_group = [row[f"{way}_{group}"] for way, group in product(("leave", "arrive"), ("ed", "other"))]
        assert [count is None for count in by_group] == [row["ncessch"] in hidden] * 4


def test_seats_of_a_hidden_host_are_told_rounded_unless_they_rest_on_no_hidden_count(hosts_of_hidden_schools):
    told = json.loads(hosts_of_hidden_schools(SCHOOLS)["plain, json"])
    hidden = {row["ncessch"] for row in told["schools"] if row["suppressed"]}
    of_hidden = [row for row in told["pools"] if row["host"] in hidden]
    assert of_hidden
    for row in of_hidden:
        assert row["suppressed"].endswith(f"rounded to {CELL}")
        # Its 250 or more, or nobody at all: whatever the hidden count is, one side keeps every seat it has.
        assert row["kept"] in (0, row["seats"]) or row["kept"] % CELL == 0
        assert all(0 <= row[name] <= row["seats"] for name in ("kept", "inside", "outside", "unfilled"))
        assert all(row[name] % CELL == 0 or row[name] == row["seats"] for name in ("inside", "unfilled"))
    assert "--minimum-cell 0 shows every number" in told["hidden"]


def test_why_seats_of_a_hidden_host_stay_empty_is_told_without_a_number(hosts_of_hidden_schools):
    told = json.loads(hosts_of_hidden_schools(SCHOOLS)["nobody, json"])
    empty = [row for row in told["pools"] if row["unfilled"]]
    assert empty
    assert {row["why"] for row in empty} == {
        f"None of the {who} students who could apply does." for who in ("disadvantaged", "other")
    }
    assert not any(re.search(r"\d", row["why"]) for row in told["pools"])
    assert any(note.startswith("No applicants: none of the disadvantaged students") for note in told["notes"])


def test_an_optimum_tells_no_move_of_a_hidden_school(files):
    told = json.loads(files["optimum D json"])
    hidden = "390000500011"
    touched = [hidden in (row["from_school"], row["to_school"]) for row in told["flows"]]
    assert any(touched)
    assert not all(touched)
    assert [row["students"] is None for row in told["flows"]] == touched


def test_no_gap_is_told_across_the_line_of_a_district_that_is_too_uncertain(files):
    """District 1 has one school, whose disadvantaged students are hidden and whose White ones are not."""
    lines = {group: table(files[f"borders --students 0 --group {group} --format csv"]) for group in ("ed", "white")}
    assert 3900001 not in lines["ed"][["leaid", "neighbour"]].to_numpy()
    of_white = lines["white"][(lines["white"][["leaid", "neighbour"]] == 3900001).any(axis=1)]
    assert of_white["gap"].notna().all()
    assert of_white["gap_ed"].isna().all()
    assert len(of_white) == 1


def test_a_hidden_count_is_empty_and_never_nought(files):
    rows_of = table(files["contribution --district 3900003 --group ed --year 2021 --format csv"])
    hidden = rows_of["suppressed"].notna()
    assert hidden.sum() == 3
    assert rows_of.loc[hidden, ["group_students", "contribution"]].isna().all(axis=None)
    assert set(rows_of.loc[hidden, "suppressed"]) == {
        "fewer than 10",
        "all but fewer than 10",
        "too few students to tell",
    }


def test_each_job_says_how_many_counts_it_hides(told, tmp_path):
    path = written(tmp_path / "state.csv", rows())
    _, said = told("indices", path, "--year", "2020")
    assert [re.match(r"2020–21: hidden (\d+) of (\d+) school counts", line).groups() for line in said] == [("6", "14")]
    _, said = told("indices", path, "--year", "2020", "--minimum-cell", "0")
    assert said == []


@pytest.mark.parametrize("size", ["1", "2", "-1", "many", "2.5"])
def test_a_size_that_hides_nothing_is_refused(refused, size):
    assert "minimum cell size" in refused("indices", "franklin", f"--minimum-cell={size}")


def test_a_larger_size_hides_more(run, tmp_path):
    path = written(tmp_path / "state.csv", rows())
    hidden = []
    for size in ("0", "3", "10", "30"):
        job = ["contribution", path, "--district", "3900002", "--group", "asian", "--minimum-cell", size]
        hidden.append(int(table(run(*job, "--format", "csv"))["group_students"].isna().sum()))
    assert hidden == [0, 0, 2, 2]
