"""The lottery as docs/lottery.md tells it, and its mistakes."""

import os
import re
import shlex
import shutil
import subprocess
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lottery.md").read_text(encoding="utf-8")
APPLICATIONS, SEATS, ASIDE_SEATS, ASIDE_APPLICATIONS = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
REGISTER, DRAW, CHECK, CHECK_ASIDE = (block.strip() for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)[:4])
(AUDIT,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
SALT = "a secret of the office"
WHOLE = ("--minimum-cell", "0")

pytestmark = pytest.mark.usefixtures("office")


@pytest.fixture
def office(tmp_path, monkeypatch):
    """A folder with the page's files, to work in."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"applications.csv": APPLICATIONS, "seats.csv": SEATS, "salt.txt": SALT + "\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def read(path):
    return pd.read_csv(path, dtype="str")


def test_the_pages_steps_run_and_agree_with_each_other(told, office):
    assert SALT in PAGE
    printed, said = told(*shlex.split(REGISTER)[1:])
    assert printed == ""
    fingerprint = sha256((office / "register.csv").read_bytes()).hexdigest()
    assert said == [f"4 students with 6 applications; SHA-256 of the register {fingerprint}."]
    printed, said_again = told(*shlex.split(DRAW)[1:], "--format", "csv", *WHOLE)
    assert said_again == said
    seats = pd.read_csv(StringIO(printed))
    assert seats["offered"].tolist() == [0, 1, 1, 1]  # Moon ed, Moon other, Solar ed, Solar other
    assert seats["waitlist"].tolist() == [0, 0, 1, 1]
    offers = read("offers.csv").set_index("student")
    assert offers["school"].fillna("").to_dict() == {"1001": "Solar", "1002": "", "1003": "Solar", "1004": "Moon"}
    assert offers["public_id"].to_dict() == read("ids.csv").set_index("student")["public_id"].to_dict()
    register, audit = read("register.csv"), read("audit.csv")
    assert audit[list(register.columns)].equals(register)


@pytest.mark.skipif(not (shutil.which("sha256sum") and shutil.which("bash")), reason="no sha256sum here")
@pytest.mark.parametrize(("check", "student", "seats_of"), [(CHECK, "1002", "ed"), (CHECK_ASIDE, "2001", "ed sibling")])
def test_the_pages_one_line_prints_the_number_in_the_audit(run, office, check, student, seats_of):
    if check == CHECK_ASIDE:
        (office / "seats.csv").write_text(ASIDE_SEATS)
        (office / "applications.csv").write_text(ASIDE_APPLICATIONS)
    run(*shlex.split(DRAW)[1:], "--open-numbers", "redrawn")
    done = subprocess.run(["bash", "-c", check], capture_output=True, text=True, check=True)  # noqa: S607 wherever it is
    offers, audit = read("offers.csv"), read("audit.csv")
    (public,) = offers.loc[offers["student"] == student, "public_id"]
    assert public in check
    own = audit[(audit["student"] == public) & (audit["seats_of"] == seats_of)]
    assert own["number"].unique().tolist() == [done.stdout.strip()]
    assert f"`{done.stdout.strip()}`" in PAGE


def test_the_pages_seats_set_aside_go_as_the_page_says(run, office):
    (office / "seats.csv").write_text(ASIDE_SEATS)
    (office / "applications.csv").write_text(ASIDE_APPLICATIONS)
    run(*shlex.split(DRAW)[1:], "--open-numbers", "redrawn")
    offers = read("offers.csv").set_index("student")["seats_of"].dropna()
    assert offers.to_dict() == {"2001": "ed sibling", "2005": "ed outside", "2003": "ed"}
    audit = read("audit.csv")
    assert audit.columns.tolist()[6:9] == ["outside", "sibling", "proximity"]
    second = audit[(audit["seats_of"] == "ed outside") & (audit["priority"] == "14")]
    assert len(second) == 3  # whoever lives in the district, behind those from outside


def test_every_choice_of_the_page_exists_and_gives_an_audit_of_its_own(run, office):
    (office / "seats.csv").write_text("school,pool,seats\nSolar,ed,1\nSolar,other,0\nSolar,open,1\nMoon,ed,2\n")
    (office / "applications.csv").write_text(APPLICATIONS + "1005,other,1,Moon,no,no\n")
    job = [*shlex.split(DRAW)[1:], "--open-order", "first", "--open-numbers", "reused"]
    audits = set()
    for more in (["--unfilled", "hold"], ["--unfilled", "release"], ["--unfilled", "second-round"],
                 ["--tie-breaking", "multiple"], ["--open-numbers", "redrawn"], ["--open-order", "last"]):  # fmt: skip
        assert all(f"`{word}`" in PAGE for word in more)
        run(*job, *more)
        audits.add((office / "audit.csv").read_bytes())
    assert len(audits) == 6


def test_the_same_input_gives_the_same_bytes_whatever_the_order_of_the_rows(run, office):
    header, *rows = APPLICATIONS.splitlines()
    files = ("audit.csv", "offers.csv", "register.csv")
    job = [*shlex.split(DRAW)[1:], "--register", "register.csv", "--format", "json"]
    told = run(*job)
    first = [(office / name).read_bytes() for name in files]
    (office / "applications.csv").write_text("\n".join([header, *reversed(rows)]) + "\n")
    assert run(*job) == told
    assert [(office / name).read_bytes() for name in files] == first
    assert first[0].decode() == AUDIT  # on any machine, with any version of the libraries


def test_the_audit_has_the_columns_of_the_page(run):
    run(*shlex.split(DRAW)[1:])
    table = PAGE[PAGE.index("## The audit") : PAGE.index("## Other draws")]
    named = [
        name for line in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(.*?)`", line)
    ]
    assert sorted(named) == sorted(read("audit.csv").columns)


def test_other_draws_are_told(told):
    _, said = told(*shlex.split(DRAW)[1:], "--draws", "50", *WHOLE)
    assert said[1:] == [
        "Of 2 ed applicants 1 have a place after the first round; in 50 other draws 1 to 1, on average 1.0.",
        "Of 2 other applicants 2 have a place after the first round; in 50 other draws 2 to 2, on average 2.0.",
    ]


def test_small_counts_are_left_empty_unless_asked_for(told):
    """Of Moon's ed seat there is one claim, and of each of Solar's a waitlist of one."""
    printed, said = told(*shlex.split(DRAW)[1:], "--format", "csv", "--draws", "5")
    summary = pd.read_csv(StringIO(printed))
    assert summary[["seats", "suppressed"]].to_numpy().tolist() == [[1, "small count"]] * 4
    assert summary.drop(columns=["round", "school", "seats_of", "seats", "suppressed"]).isna().all(axis=None)
    assert said[1:] == [
        "2 of 2 schools have a count of 1 to 9 students, so their numbers are left empty; --minimum-cell 0 prints "
        "them, not to pass on.",
        "--draws is left out too, since totals would tell what is hidden.",
    ]
    table, said = told(*shlex.split(DRAW)[1:], *WHOLE)
    assert len(said) == 1
    assert "<NA>" not in table


def test_a_second_round_may_be_gained_by_a_shorter_list_as_the_page_says(told, office):
    (office / "seats.csv").write_text("school,pool,seats\nSafe,ed,1\nWant,ed,0\nWant,other,1\n")
    job = [*shlex.split(DRAW)[1:], "--unfilled", "second-round"]
    places = []
    for rows in ("1,ed,1,Want\n1,ed,2,Safe\n", "1,ed,1,Want\n"):
        (office / "applications.csv").write_text(f"student,pool,rank,school\n{rows}")
        _, said = told(*job)
        places.append(read("offers.csv").loc[0, ["school", "round"]].tolist())
        assert "may gain by leaving a school off its list" in said[2]
    assert places == [["Safe", "1"], ["Want", "2"]]
    assert "a family may gain by leaving a school off its list" in PAGE
    assert not any("may gain" in line for line in told(*job[:-2])[1])


@pytest.mark.parametrize(
    "places",
    [
        ["--offers", "applications.csv"],
        ["--ids", "salt.txt"],
        ["--audit", "link.csv"],
        ["--register", "x.csv", "--audit", "./x.csv"],
        ["--offers", "x.csv", "-o", "x.csv"],
    ],
)
def test_nothing_is_written_over_an_input_or_another_result(refused, office, places):
    (office / "link.csv").hardlink_to("seats.csv")
    before = {path: path.read_bytes() for path in office.iterdir()}
    told = refused("lottery", "applications.csv", "seats.csv", "--salt", "salt.txt", "--seed", "x", *places)
    assert "give another place" in told
    assert {path: path.read_bytes() for path in office.iterdir()} == before


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_private_files_are_their_owners_alone(run, office):
    (office / "offers.csv").write_text("of last year")
    run(*shlex.split(DRAW)[1:], "--ids", "ids.csv")
    assert [(office / name).stat().st_mode & 0o777 for name in ("ids.csv", "offers.csv")] == [0o600, 0o600]
    assert (office / "audit.csv").stat().st_mode & 0o044


def test_columns_that_count_for_nothing_are_named(told, office):
    (office / "seats.csv").write_text(SEATS.replace("\n", ",x\n"))
    _, said = told(*shlex.split(DRAW)[1:])
    assert said[0] == "seats.csv: the column x counts for nothing."


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--seed", ""], ["--seed", "empty"]),
        ([], ["--seed", "--register"]),
        (["--seed", "x", "--draws", "-1"], ["--draws", "-1", "give 0 to"]),
        (["--seed", "a\udcff"], ["--seed", "UTF-8", "the text published"]),
        (["--seed", "x", "--unfilled", "outside"], ["--unfilled", "seats.csv", "column outside", "or 0"]),
        (["--seed", "x", "--unfilled", "sell"], ["--unfilled", "sell", "release"]),
        (["--seed", "x", "--audit", "no-folder/audit.csv"], ["no-folder", "cannot be written"]),
    ],
)
def test_a_mistake_is_one_plain_line(refused, more, words):
    told = refused("lottery", "applications.csv", "seats.csv", "--salt", "salt.txt", *more)
    for word in words:
        assert word in told


def test_files_that_are_wrong_are_named(refused, office):
    job = ["lottery", "applications.csv", "seats.csv", "--salt", "salt.txt", "--seed", "x"]
    (office / "seats.csv").write_text(SEATS + "Moon,open,1\n")
    assert "--open-order" in refused(*job)
    (office / "seats.csv").write_text(SEATS.replace("Moon", "Mars"))
    assert "Moon" in refused(*job)
    (office / "seats.csv").write_text(SEATS)
    assert "nowhere.txt" in refused(*job[:4], "nowhere.txt", *job[5:])
    assert "nowhere.csv" in refused("lottery", "nowhere.csv", *job[2:])
    (office / "seats.csv").write_text(ASIDE_SEATS)
    (office / "applications.csv").write_text(ASIDE_APPLICATIONS)
    told = refused(*job)
    assert "column outside" in told
    assert "--open-numbers" in told
