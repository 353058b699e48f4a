"""CCD files of a few schools, written row by row as NCES writes them."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from tests.publisher_server import packed

HEAD = "SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID"
MEMBERSHIP = f"{HEAD},GRADE,RACE_ETHNICITY,SEX,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG"
LUNCH = f"{HEAD},DATA_GROUP,LUNCH_PROGRAM,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG"
DIRECTORY = (
    "SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,LEA_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID,"
    "SY_STATUS,CHARTER_TEXT,GSLO,GSHI,LEVEL,VIRTUAL,MAGNET_TEXT"
)

SET_A = "Category Set A - By Race/Ethnicity; Sex; Grade"
BY_GRADE = "Subtotal 4 - By Grade"
BY_RACE = "Derived - Subtotal by Race/Ethnicity and Sex minus Adult Education Count"
WITHOUT_ADULTS = "Derived - Education Unit Total minus Adult Education Count"
WHOLE = "Education Unit Total"
NONE = "No Category Codes"
RACES = (
    "American Indian or Alaska Native",
    "Asian",
    "Black or African American",
    "Hispanic/Latino",
    "Native Hawaiian or Other Pacific Islander",
    "Two or more races",
    "White",
)
STATES = {"TX": ("48", "TEXAS"), "KY": ("21", "KENTUCKY")}


class Ccd:
    """Writes rows and files in the layouts of 2016–17 and later."""

    head = HEAD
    membership_header = MEMBERSHIP
    lunch_header = LUNCH
    directory_header = DIRECTORY

    def about(self, school: str, state: str, year: str) -> str:
        fips, name = STATES[state]
        district = school[:7]
        return (
            f"{year},{fips},{name},{state},SCHOOL {school[-2:]},01,,{state}-{district[2:]},{district},"
            f"{state}-{district[2:]}-{school[2:]},{school},{school[5:]}"
        )

    def cell(self, school: str, *values: str, state: str = "TX", year: str = "2018-2019") -> str:
        return ",".join([self.about(school, state, year), *values])

    def members(
        self, school: str, black: tuple[int, int], white: tuple[int, int], *, state: str = "TX", year: str = "2018-2019"
    ) -> list[str]:
        """A school of two races and five adults, with every kind of total NCES adds to its detail rows."""
        of = {"Black or African American": black, "White": white}
        total = sum(black) + sum(white)
        by_race = [
            (NONE, race, sex, str(of.get(race, (0, 0))[i]), BY_RACE, "Derived")
            for race in RACES
            for i, sex in enumerate(("Female", "Male"))
        ]
        rows = [
            *(("Grade 1", race, sex, str(of[race][i]), SET_A, "Reported")
              for race in of for i, sex in enumerate(("Female", "Male"))),
            ("Adult Education", "White", "Female", "5", SET_A, "Reported"),
            ("Grade 1", NONE, NONE, str(total), BY_GRADE, "Reported"),
            ("Adult Education", NONE, NONE, "5", BY_GRADE, "Reported"),
            *by_race,
            (NONE, "Not Specified", "Not Specified", "0", BY_RACE, "Derived"),
            (NONE, NONE, NONE, str(total), WITHOUT_ADULTS, "Derived"),
            (NONE, NONE, NONE, str(total + 5), WHOLE, "Reported"),
        ]  # fmt: skip
        return [self.cell(school, *row, state=state, year=year) for row in rows]

    def lunch(self, school: str, *cells: tuple[str, str, str], state: str = "TX", year: str = "2018-2019") -> list[str]:
        """Rows of (program, count, flag); "total" is free and reduced together, "direct" direct certification."""
        group = "Free and Reduced-price Lunch Table"
        kinds = {
            "free": (group, "Free lunch qualified", "Category Set A"),
            "reduced": (group, "Reduced-price lunch qualified", "Category Set A"),
            "total": (group, NONE, WHOLE),
            "direct": ("Direct Certification", "Not Applicable", WHOLE),
        }
        return [
            self.cell(school, *kinds[kind][:2], count, kinds[kind][2], flag, state=state, year=year)
            for kind, count, flag in cells
        ]

    def file(self, path: Path, header: str, rows: list[str]) -> Path:
        """The table as a CSV, or inside a zip where the path ends so."""
        text = "\n".join([header, *rows]) + "\n"
        if path.suffix != ".zip":
            path.write_text(text, encoding="utf-8")
            return path
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("table.csv", text)
        return path


def written(path: Path, *lines: str) -> Path:
    """A text file of these lines."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def only(frame: pd.DataFrame, *names: str) -> list[list[object]]:
    """Some columns as rows, None where a value is missing."""
    return frame[list(names)].astype("object").where(frame[list(names)].notna(), None).to_numpy().tolist()


@pytest.fixture
def ccd() -> Ccd:
    return Ccd()


@pytest.fixture
def part() -> Callable:
    """What the one table in a file gives, as its own source reads it."""
    from data.formats.reading import tables
    from data.sources.registry import source_of
    from data.sources.source import Asked

    def read(path: Path, **asked: object):
        (table,) = tables(path)
        source = source_of(table.header)
        assert source is not None
        return source.read(table, Asked(**asked))

    return read


@pytest.fixture
def boundaries(tmp_path: Path) -> bytes:
    """A cartographic boundary file of two districts side by side."""
    frame = gpd.GeoDataFrame(
        {"STATEFP": "48", "UNSDLEA": ["00001", "00002"], "GEOID": ["4800001", "4800002"], "NAME": ["A ISD", "B ISD"]},
        geometry=[box(-102, 33, -101, 34), box(-101, 33, -100, 34)],
        crs="EPSG:4269",
    )
    folder = tmp_path / "shapes"
    folder.mkdir()
    frame.to_file(folder / "cb_2020_48_unsd_500k.shp")
    return packed(**{each.name: each.read_bytes() for each in folder.iterdir()})
