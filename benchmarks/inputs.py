"""What is measured: real Texas where its files are present, else the embedded state; and a made-up nation."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.units import Codes, Units, known, side_by_side, units_by
from data import store
from data.load import load

REALDATA = Path(__file__).resolve().parents[2] / "shared" / "realdata"
TEXAS_FILES = tuple(
    REALDATA / file
    for file in (
        "tx_tapr_2019/CSTUD_19_all.csv",
        "tx_tapr_2019/CREF20.csv",
        "tx_ccd_directory_2013/tx-campuses-ccd.csv",
        "boundaries_derived/TX_districts_2016geom.zip",
    )
)
# Census outlines in full detail.
DETAILED_AREAS = REALDATA / "boundaries_derived" / "CA_districts_2012geom_2022ids.zip"
SCHOOLS, DISTRICTS, STATES = 100_000, 13_000, 51


@dataclass(frozen=True)
class State:
    """A state's schools of one year.

    Attributes:
        label: what to call it in the table.
        name, year: the dataset's, and the fall of the school year.
        district: the district whose policy is simulated.
        schools: its schools table.
        real: whether targets hold for it.
    """

    label: str
    name: str
    year: int
    district: str
    schools: pd.DataFrame
    real: bool


def has_texas() -> bool:
    """Whether the Texas files are on this machine."""
    return all(file.is_file() for file in TEXAS_FILES)


@contextmanager
def home() -> Iterator[Path]:
    """A user data folder of our own, with Texas in it where its files are present."""
    before = os.environ.get("EVENGROUND_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EVENGROUND_HOME"] = folder
        try:
            if has_texas():
                load(TEXAS_FILES)
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["EVENGROUND_HOME"]
            else:
                os.environ["EVENGROUND_HOME"] = before


@cache
def state() -> State:
    """Texas 2018–19 with Dallas, or the embedded state with its largest district."""
    with home():
        manifest = store.find("texas" if has_texas() else "franklin")
        year = max(manifest.years)
        schools = store.schools(manifest, [year])
    largest = str(schools.groupby("leaid")["students"].sum().idxmax())
    district = "4816230" if has_texas() else largest
    label = "Texas" if has_texas() else "Franklin"
    return State(label, manifest.name, year, district, schools, real=has_texas())


def by_district(schools: pd.DataFrame) -> Units:
    """Disadvantaged and other students of a state's schools, in its districts."""
    units, _ = units_by(schools[known(schools, "ed", None)], "ed", None, ["leaid"])
    return units


@cache
def nation_by_race(schools: int = SCHOOLS) -> tuple[Units, Codes]:
    """The same nation by seven races, all schools of a state in one place; and each school's district."""
    units, state_of = nation(schools)
    random = np.random.default_rng(1965)
    group, other = units.counts.T[:, :, None]
    mixes = group * random.dirichlet([0.5] * 4, schools), other * random.dirichlet([0.5] * 3, schools)
    counts = side_by_side(*np.round(np.hstack(mixes)).T)
    return Units(counts, counts.sum(axis=1), state_of[units.place], STATES), units.place


@cache
def nation(schools: int = SCHOOLS) -> tuple[Units, Codes]:
    """A made-up nation of 51 states: schools with their districts for places, and the state of each district.

    Sizes are lognormal, a few districts hold many schools, and shares of disadvantaged students vary as much between
    districts as within them. Fewer or more schools have districts in proportion.
    """
    random = np.random.default_rng(1954)
    districts = schools * DISTRICTS // SCHOOLS
    weight = random.lognormal(0, 1.3, districts)
    extra = random.choice(districts, schools - districts, p=weight / weight.sum())
    place = np.sort(np.concatenate([np.arange(districts), extra]))
    students = np.round(random.lognormal(6.1, 0.6, schools)) + 10
    share = random.beta(2, 2, districts)[place] * 0.7 + random.beta(2, 2, schools) * 0.3
    group = random.binomial(students.astype(np.int64), share).astype(np.float64)
    units = Units(side_by_side(group, students - group), students, place, districts)
    return units, np.arange(districts) * STATES // districts
