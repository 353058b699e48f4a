"""Attacks on what the command gives out, by a reader who has every file of it and knows the program.

The reader knows of each school what a directory tells (district, county, level, kind, students), that its races add up
to its students, and that counts are whole numbers. The first attack sets all that and every published number up as
equations and asks a solver between which values each small count still lies. The second needs no equations, so it holds
for indices and scenarios too: other schools, with other small counts, give the same files to the last letter.
"""

import json
import re
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

import cli
from data import store
from data.geographic import assigned
from data.schema import RACES
from tests.small_state import written

CELL = 10
# What decision 0016 promises: as many neighbouring values remain for every small count.
KEPT = 5
LEVELS = (None, "elementary", "high")
PLACES = {"state": "state", "county": "county", "district": "leaid"}

DRAWN = ["--expected", "--interval", "--replicates", "20"]
CHAIN = ["--levels", "county,district,level"]

HEADER = "year,ncessch,leaid,school,district,state,county,level,charter,students,ed,ed_basis,ed_direct"
YEARS = (2020, 2021)
GROUPS = ("white", "hispanic", "black", "asian", "american_indian")
COUNTS = ("ed", *GROUPS)
# District, county, level, charter, then ED, ED by direct certification, and the groups: every way to be small.
SCHOOLS = [
    ("1", "A", "elementary", "no", 3, 1, (40, 15, 5, 0, 0)),  # a district of one school
    ("2", "A", "elementary", "no", 60, 30, (100, 50, 30, 3, 4)),  # two small groups: their sum of 7 gives none away
    ("2", "A", "high", "no", 395, 7, (150, 150, 90, 4, 6)),  # all but five are disadvantaged
    ("3", "B", "elementary", "no", 250, 120, (150, 150, 40, 30, 3)),  # one small group beside two equal largest
    ("3", "B", "elementary", "no", 0, 0, (300, 60, 40, 12, 11)),  # none is disadvantaged
    ("3", "B", "high", "yes", 200, 100, (198, 1, 1, 0, 0)),  # the only charter school; all disadvantaged, one group
    ("3", "B", "high", "no", 9, 4, (8, 5, 1, 0, 0)),  # fourteen students
    ("4", "B", "elementary", "no", 90, 40, (12, 14, 11, 20, 60)),
    ("4", "B", "elementary", "no", 35, 20, (25, 20, 15, 1, 0)),  # few students, two small groups
    ("4", "B", "high", "no", 140, 60, (120, 80, 9, 9, 9)),  # three groups as large as small groups can be
]


def rows(schools=SCHOOLS):
    """The schools as the lines of a file; in the second year one pupil more is in a small group of the first school."""
    lines = [f"{HEADER},{','.join(GROUPS)}"]
    for year, (number, (district, county, level, charter, ed, direct, groups)) in product(YEARS, enumerate(schools)):
        counts = [groups[0], groups[1] + (year == YEARS[1] and number == 0), *groups[2:]]
        lines.append(
            f"{year},390000{district}{number:05d},390000{district},S{number},D{district},OH,{county},{level},{charter},"
            f"{sum(counts)},{ed},state,{direct},{','.join(map(str, counts))}"
        )
    return lines


def printed(*job):
    """What a job that must succeed prints."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as said:
        assert cli.main([str(each) for each in job]) == 0, said.getvalue()
    return out.getvalue()


def exports(lines, folder):
    """Every file the command gives out of a state, by its command line."""
    path, plan = folder / "state.csv", folder / "plan.json"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(folder))
        printed("load", path, "--name", "state")
        jobs = [["sensitivity", "state", "--format", "csv"], ["quality", "state", "--format", "json"]]
        for group in (*COUNTS, "black,white"):
            view = ["--group", group, "--format", "csv"]
            jobs += [["indices", "state", "--by", by, *view] for by in PLACES]
            jobs += [["indices", "state", "--by", "district", "--level", level, *view] for level in LEVELS[1:]]
            jobs += [["indices", "state", "--by", "district", "--no-charter", *view], ["decompose", "state", *view]]
            jobs += [["change", "state", *view], ["change", "state", "--place", "3900002", *view]]
            jobs += [["indices", "state", "--by", "district", *DRAWN, *view], ["decompose", "state", *CHAIN, *view]]
        jobs += [["indices", "state", "--by", by, "--group", "all-races", "--format", "csv"] for by in PLACES]
        jobs += [
            ["indices", "state", "--by", "district", "--group", group, "--bounds", "--format", "csv"]
            for group in (*COUNTS, "black,white")
        ]
        jobs += [["peers", "state", "--district", "3900003", "--format", "json"], ["years", "state", "--format", "csv"]]
        for group, year, district in product((*COUNTS, "all-races"), YEARS, "1234"):
            view = ["--district", f"390000{district}", "--group", group, "--year", year, "--format", "csv"]
            jobs += [["contribution", "state", *view]]
        for basis in ("direct", "direct_x16"):
            jobs += [["indices", "state", "--by", "district", "--basis", basis, "--bounds", "--format", "csv"]]
        files = {" ".join(map(str, [job[0], *job[2:]])): printed(*job) for job in jobs}
        for preset in ("dallas", "district-share", "do-nothing"):
            printed("scenario", "state", "--district", "3900003", "--preset", preset, "-o", plan)
            files[f"scenario {preset}"] = plan.read_text()
            files[f"simulate {preset}"] = printed("simulate", "state", plan, "--format", "json")
    return files


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return exports(rows(), tmp_path_factory.mktemp("state"))


# by equations -------------------------------------------------------------------------------------------------------


def table(text):
    return pd.read_csv(StringIO(text), dtype=dict.fromkeys(["place", "ncessch"], "str"))


def interval(row):
    """Between which values the file says that a school's count lies."""
    if pd.notna(row.group_students):
        return row.group_students, row.group_students
    assert isinstance(row.suppressed, str), row
    if row.suppressed == f"fewer than {CELL}":
        return 0, min(CELL - 1, row.students)
    return (row.students - CELL + 1 if row.suppressed == f"all but fewer than {CELL}" else 0), row.students


class Attack:
    """The counts of one year's schools, and every equation over them that the files give."""

    def __init__(self, schools, races):
        self.schools = schools.reset_index(drop=True)
        self.groups = ["ed", *races]
        self.at = {cell: i for i, cell in enumerate(product(self.schools["ncessch"], self.groups))}
        self.low = np.zeros(len(self.at))
        self.high = np.repeat(self.schools["students"].to_numpy(dtype=float), len(self.groups))
        self.rows, self.least, self.most = [], [], []
        for school, students in self.schools[["ncessch", "students"]].itertuples(index=False):
            self.adds([(school, race) for race in races], students, students)

    def adds(self, cells, least, most):
        row = np.zeros(len(self.at))
        row[[self.at[cell] for cell in cells]] = 1
        self.rows.append(row)
        self.least.append(least)
        self.most.append(most)

    def contribution(self, group, text):
        for row in table(text).itertuples():
            self.low[self.at[row.ncessch, group]], self.high[self.at[row.ncessch, group]] = interval(row)

    def indices(self, column, group, text, chosen=True):
        """The totals of every place all of whose schools are known, told by a column of the schools."""
        rows = table(text)
        year = self.schools["year"].iloc[0]
        for row in rows[(rows["year"] == year) & rows["group_students"].notna()].itertuples():
            ids = self.schools.loc[chosen & (self.schools[column] == row.place), "ncessch"]
            if len(ids) == row.schools:
                near = row.group_students_within
                self.adds([(school, group) for school in ids], row.group_students - near, row.group_students + near)

    def left(self, school, group):
        """How many values a count can still have."""
        goal = np.zeros(len(self.at))
        goal[self.at[school, group]] = 1
        rules = LinearConstraint(np.array(self.rows), self.least, self.most)
        ends = []
        for sign in (1, -1):
            found = milp(sign * goal, integrality=1, bounds=Bounds(self.low, self.high), constraints=rules)
            assert found.success, found.message
            ends.append(round(sign * found.fun))
        return ends[1] - ends[0] + 1

    def check(self):
        """Every small count keeps its values; how many small counts there are."""
        small = 0
        for row in self.schools.itertuples():
            for group in self.groups:
                count = getattr(row, group)
                if min(count, row.students - count) < CELL:
                    small += 1
                    left = self.left(row.ncessch, group)
                    assert left >= min(KEPT, row.students + 1), (row.ncessch, group, count, left)
        return small


@pytest.mark.parametrize("year", YEARS)
def test_no_small_count_can_be_solved_from_the_files_of_a_state(files, year):
    truth = pd.read_csv(StringIO("\n".join(rows())), dtype={"ncessch": "str", "leaid": "str"})
    attack = Attack(truth[truth["year"] == year], GROUPS)
    levels = {level: attack.schools["level"] == level for level in LEVELS[1:]}
    public = attack.schools["charter"] == "no"
    for group in attack.groups:
        view = f"--group {group} --format csv"
        for district in "1234":
            job = f"contribution --district 390000{district} --group {group} --year {year} --format csv"
            attack.contribution(group, files[job])
        for by, column in PLACES.items():
            attack.indices(column, group, files[f"indices --by {by} {view}"])
        for level, some in levels.items():
            attack.indices("leaid", group, files[f"indices --by district --level {level} {view}"], some)
        attack.indices("leaid", group, files[f"indices --by district --no-charter {view}"], public)
    assert len(attack.rows) > len(attack.schools) + 50
    assert attack.check() > 20


def smallest_grounds(schools, number):
    """The geographic districts with the fewest schools, with a charter school and without, all counts known."""
    complete = schools[["ed", *RACES]].notna().all(axis=1).groupby(schools["ground"]).all()
    sizes = schools.groupby("ground").agg(schools=("ncessch", "size"), charter=("charter", "any"))[complete]
    return sizes.sort_values("schools", kind="stable").groupby("charter").head(number).index


def test_no_small_count_of_franklin_can_be_solved(run):
    manifest, year = store.find("franklin"), "2023"
    schools = store.schools(manifest, [int(year)])
    schools["ground"] = assigned(schools, store.districts(manifest)).table["leaid"]
    schools = schools[~schools["virtual"]]
    grounds = smallest_grounds(schools, 3)
    schools = schools[schools["ground"].isin(grounds)]
    attack = Attack(schools.astype(dict.fromkeys(("students", "ed", *RACES), "int64")), RACES)
    for group in attack.groups:
        view = ["--year", year, "--group", group, "--format", "csv"]
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
    assert attack.check() > 20


def test_what_is_small_in_both_years_is_hidden_in_both(files):
    for group, district in product(COUNTS, "234"):
        job = f"contribution --district 390000{district} --group {group} --year {{}} --format csv"
        assert files[job.format(2020)] == files[job.format(2021)]


# by twins -----------------------------------------------------------------------------------------------------------


def twin(schools, seed):
    """Other schools that must look the same: disadvantaged students anew, small groups dealt anew."""
    draw = np.random.default_rng(seed)
    changed = []
    for district, county, level, charter, ed, direct, groups in schools:
        students = sum(groups)

        def anew(count, students=students):
            if students < 2 * CELL:
                return int(draw.integers(0, students + 1))
            if count < CELL:
                return int(draw.integers(0, CELL))
            return students - int(draw.integers(0, CELL)) if students - count < CELL else count

        small = [i for i, count in enumerate(groups) if count < CELL]
        dealt = list(groups)
        for i, j in draw.permutation([(i, j) for i in small for j in small if i != j]).reshape(-1, 2):
            moved = int(draw.integers(0, min(dealt[i], CELL - 1 - dealt[j]) + 1))
            dealt[i], dealt[j] = dealt[i] - moved, dealt[j] + moved
        changed.append((district, county, level, charter, anew(ed), anew(direct), tuple(dealt)))
    return changed


@pytest.mark.parametrize("seed", [1, 2])
def test_other_small_counts_give_the_same_files(files, tmp_path, seed):
    other = twin(SCHOOLS, seed)
    assert sum(a != b for a, b in zip(SCHOOLS, other, strict=True)) >= 7
    others = exports(rows(other), tmp_path)
    assert [name for name in files if files[name] != others[name]] == []


def test_a_count_that_is_not_small_does_change_them(run, tmp_path):
    district, county, level, charter, ed, direct, groups = SCHOOLS[1]
    other = [SCHOOLS[0], (district, county, level, charter, ed + 20, direct, groups), *SCHOOLS[2:]]
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
    assert [re.match(r"2020–21: hidden (\d+) of (\d+) school counts", line).groups() for line in said] == [("5", "10")]
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
