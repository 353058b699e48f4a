"""California 2000 as shipped, and against the published rows where they are at hand."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from data import schema, store
from data.demo import california


@pytest.fixture(scope="module")
def schools() -> pd.DataFrame:
    return store.schools(store.find("california-2000"))


@pytest.fixture
def apipop(realdata: Path) -> Path:
    return realdata / "registry_only" / "apipop_2000_ca.csv"


def test_columns_are_the_field_dictionary(schools: pd.DataFrame) -> None:
    assert_frame_equal(schools, schema.typed(schools))
    assert schools[list(schema.REQUIRED)].notna().all(axis=None)
    assert schools["ncessch"].is_unique
    assert schools["ncessch"].is_monotonic_increasing


def test_ids_are_state_codes_with_their_zeros(schools: pd.DataFrame) -> None:
    assert schools["ncessch"].str.fullmatch(r"\d{14}").all()
    assert schools["leaid"].eq(schools["ncessch"].str[:7]).all()
    assert schools.loc[schools["ncessch"] == "01611190130229", "school"].tolist() == ["Alameda High"]


def test_a_district_has_one_name_and_a_county_its_code(schools: pd.DataFrame) -> None:
    assert schools.groupby("leaid")["district"].nunique().max() == 1
    assert schools.groupby(schools["leaid"].str[:2])["county"].nunique().max() == 1
    assert schools["county"].nunique() == 57


def test_what_the_source_lacks_is_missing(schools: pd.DataFrame) -> None:
    absent = [*schema.RACES, "latitude", "longitude", "ed_direct", "ed_free", "grade_low"]
    assert schools[absent].isna().all(axis=None)


def test_description_counts_what_is_left_out(schools: pd.DataFrame) -> None:
    about = json.loads((california.HERE / "california-2000.json").read_text(encoding="utf-8"))
    assert about["fictional"] is False
    assert [entry["schools"] for entry in about["exclusions"]] == [6194 - len(schools)]  # apipop has 6,194 rows


def test_counts_agree_with_exact_arithmetic_on_the_published_rows(schools: pd.DataFrame, apipop: Path) -> None:
    with apipop.open(newline="", encoding="utf-8") as file:
        rows = {row["cds"]: row for row in csv.DictReader(file) if row["enroll"]}
    assert set(rows) == set(schools["ncessch"])
    assert sum(int(row["enroll"]) for row in rows.values()) == schools["students"].sum()
    counts = dict(zip(schools["ncessch"], schools["ed"], strict=True))
    off = {cds: counts[cds] - Fraction(int(row["meals"]) * int(row["enroll"]), 100) for cds, row in rows.items()}
    assert all(Fraction(-1, 2) < gap <= Fraction(1, 2) for gap in off.values())


def test_code_makes_the_shipped_table(schools: pd.DataFrame, apipop: Path) -> None:
    published = california.read(apipop)
    assert_frame_equal(california.schools(published), schools)
    shipped = json.loads((california.HERE / "california-2000.json").read_text(encoding="utf-8"))
    assert california.metadata(published) == shipped
