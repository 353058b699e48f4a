"""A state with every way to be small, and every file that the command gives out of it."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import product

import pytest

import cli
from analysis.borders import RANKINGS

LEVELS = (None, "elementary", "high")
PLACES = {"state": "state", "county": "county", "district": "leaid"}

DRAWN = ["--expected", "--interval", "--replicates", "20"]
CHAIN = ["--levels", "county,district,level"]

HEADER = (
    "year,ncessch,leaid,school,district,state,county,level,charter,latitude,longitude,students,"
    "ed,ed_frpl,ed_free,ed_direct,ed_basis"
)
YEARS = (2020, 2021)
GROUPS = ("white", "hispanic", "black", "asian", "american_indian")
COUNTS = ("ed", *GROUPS)
# From the broadest to the narrowest, as a reader knows them: each counts only students whom the one before counts.
DEFINITIONS = ("ed", "ed_frpl", "ed_free", "ed_direct")
# District, county, level, charter, then ED by the definitions, and the groups: every way to be small, and to differ by
# few students.
SCHOOLS = [
    # a district of one school
    ("1", "A", "elementary", "no", (3, 3, 2, 1), (40, 15, 5, 0, 0)),
    # two small groups: their sum of 7 gives none away
    ("2", "A", "elementary", "no", (60, 57, 52, 30), (100, 50, 30, 3, 4)),
    # all but five are disadvantaged
    ("2", "A", "high", "no", (395, 390, 380, 7), (150, 150, 90, 4, 6)),
    # one small group beside two equal largest
    ("3", "B", "elementary", "no", (250, 250, 244, 120), (150, 150, 40, 30, 3)),
    # none is disadvantaged
    ("3", "B", "elementary", "no", (0, 0, 0, 0), (300, 60, 40, 12, 11)),
    # the only charter school; all disadvantaged, one group
    ("3", "B", "high", "yes", (200, 200, 200, 100), (198, 1, 1, 0, 0)),
    # fourteen students
    ("3", "B", "high", "no", (9, 8, 8, 4), (8, 5, 1, 0, 0)),
    ("4", "B", "elementary", "no", (90, 78, 73, 40), (12, 14, 11, 20, 60)),
    # few students, two small groups; few have free lunch
    ("4", "B", "elementary", "no", (35, 35, 14, 12), (25, 20, 15, 1, 0)),
    # three groups as large as small groups can be
    ("4", "B", "high", "no", (140, 120, 101, 95), (120, 80, 9, 9, 9)),
    # a district that can carry an optimum, with a school of few disadvantaged students
    ("5", "B", "elementary", "no", (90, 84, 70, 40), (120, 60, 40, 30, 20)),
    ("5", "B", "elementary", "no", (6, 4, 3, 2), (100, 30, 40, 20, 20)),
    ("5", "B", "elementary", "no", (180, 150, 130, 122), (70, 60, 50, 40, 30)),
    ("5", "B", "elementary", "no", (160, 160, 154, 60), (80, 60, 40, 30, 3)),
]
DISTRICTS = "12345"


def rows(schools=SCHOOLS):
    """The schools as the lines of a file; in the second year one pupil more is in a small group of the first school."""
    lines = [f"{HEADER},{','.join(GROUPS)}"]
    for year, (number, (district, county, level, charter, ed, groups)) in product(YEARS, enumerate(schools)):
        counts = [groups[0], groups[1] + (year == YEARS[1] and number == 0), *groups[2:]]
        longitude = -82.95 + int(district) / 4 + number / 100
        lines.append(
            f"{year},390000{district}{number:05d},390000{district},S{number},D{district},OH,{county},{level},{charter},"
            f"40.1,{longitude:.2f},{sum(counts)},{','.join(map(str, ed))},state,{','.join(map(str, counts))}"
        )
    return lines


def outcome(*job):
    """What a job that must succeed prints, and what it says beside it."""
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as said:
        assert cli.main([str(each) for each in job]) == 0, said.getvalue()
    return out.getvalue(), said.getvalue()


def printed(*job):
    """What a job that must succeed prints."""
    return outcome(*job)[0]


def named(name, *job):
    """A job's output and what it says beside it, by name."""
    return dict(zip((name, f"{name}: said"), outcome(*job), strict=True))


def boundaries(folder):
    """The districts as squares in a row, each a quarter of a degree wide."""
    places = [
        {"type": "Feature", "properties": {"GEOID": f"390000{district}", "NAME": f"D{district}"}, "geometry": shape}
        for district, shape in ((each, square(-83 + int(each) / 4)) for each in DISTRICTS)
    ]
    path = folder / "districts.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": places}), encoding="utf-8")
    return path


def square(west):
    east, south, north = west + 0.25, 40.0, 40.25
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def exports(lines, folder):
    """Every file the command gives out of a state, by its command line."""
    path, plan, policy = folder / "state.csv", folder / "plan.json", folder / "policy.json"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(folder))
        printed("load", path, boundaries(folder), "--name", "state")
        jobs = [["sensitivity", "state", "--format", "csv"]]
        jobs += [["quality", "state", "--format", form] for form in ("json", "html", "table")]
        for group in (*COUNTS, "black,white"):
            view = ["--group", group, "--format", "csv"]
            jobs += [["borders", "state", "--students", "0", *view]]
            jobs += [["indices", "state", "--by", by, *view] for by in PLACES]
            jobs += [["indices", "state", "--by", "district", "--level", level, *view] for level in LEVELS[1:]]
            jobs += [["indices", "state", "--by", "district", "--no-charter", *view], ["decompose", "state", *view]]
            jobs += [["change", "state", *view], ["change", "state", "--place", "3900002", *view]]
            jobs += [["indices", "state", "--by", "district", *DRAWN, *view], ["decompose", "state", *CHAIN, *view]]
        jobs += [["borders", "state", "--students", "0", "--rank", rank, "--format", "csv"] for rank in RANKINGS]
        jobs += [["indices", "state", "--by", by, "--group", "all-races", "--format", "csv"] for by in PLACES]
        jobs += [
            ["indices", "state", "--by", "district", "--group", group, "--bounds", "--format", "csv"]
            for group in (*COUNTS, "black,white", "all-races", "income-bands")
        ]
        jobs += [["peers", "state", "--district", "3900003", "--format", "json"], ["years", "state", "--format", "csv"]]
        for group, year, district in product((*COUNTS, "all-races"), YEARS, DISTRICTS):
            view = ["--district", f"390000{district}", "--group", group, "--year", year, "--format", "csv"]
            jobs += [["contribution", "state", *view]]
        jobs += [["indices", "state", "--by", by, "--group", "income-bands", "--format", "csv"] for by in PLACES]
        for basis in (*DEFINITIONS[1:], "ed_direct_x16"):
            view = ["--basis", basis.removeprefix("ed_"), "--format", "csv"]
            jobs += [["indices", "state", "--by", "district", "--bounds", *view]]
            for year, district in product(YEARS, DISTRICTS):
                jobs += [["contribution", "state", "--district", f"390000{district}", "--year", year, *view]]
        files = {}
        for job in jobs:
            files |= named(" ".join(map(str, [job[0], *job[2:]])), *job)
        for preset in ("dallas", "district-share", "do-nothing"):
            printed("scenario", "state", "--district", "3900003", "--preset", preset, "-o", plan)
            files[f"scenario {preset}"] = plan.read_text()
            files |= named(f"simulate {preset}", "simulate", "state", plan, "--format", "json")
        printed("scenario", "state", "--district", "3900005", "--preset", "dallas", "-o", plan)
        for index, form in product("DV", ("csv", "json")):
            asked = ["--index", index, "--stay", "0.5", "--target", f"{index}=0.05", "--format", form]
            files |= named(f"optimum {index} {form}", "optimum", "state", plan, *asked)
        printed("statewide-policy", "--least-schools", "2", "--hosts-share", "0.5", "-o", policy)
        for by, form in (("district", "csv"), ("state", "csv"), ("district", "json")):
            asked = ["--by", by, "--workers", "1", "--replicates", "20", "--format", form]
            files |= named(f"statewide {by} {form}", "statewide", "state", policy, *asked)
    return files
