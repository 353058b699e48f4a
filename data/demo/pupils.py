"""Franklin's students year by year: how many, how many economically disadvantaged, of which race, in what space."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.demo.buildings import YEARS
from data.demo.geography import KM_PER_DEGREE
from data.schema import GRADES, RACES, grade_column

Floats = NDArray[np.float64]

# Against fall 2018. The drop of 2020 is the nation's: 50.8 to 49.4 million, 3 percent, most of it in the lower grades
# (NCES, Condition of Education 2022, "Racial/Ethnic Enrollment in Public Schools").
ENROLMENT = pd.Series([1.0, 1.003, 0.974, 0.979, 0.984, 0.982], index=YEARS)
LOWER_GRADES_2020 = 0.985
ONLINE = pd.Series([1.0, 1.1, 2.6, 2.2, 1.9, 1.8], index=YEARS)

# The logit of the ED share: its middle and its spread between the districts of a kind of place, and its spread
# between the schools of one district. Chosen so that the state meets the moments named in data.demo.franklin.
PLACES = pd.DataFrame(
    {
        "city": (1.3, 0.0, 0.75),
        "suburb": (-0.60, 1.10, 0.88),
        "town": (1.15, 0.65, 0.42),
        "rural": (0.8, 0.7, 0.3),
        "online": (0.3, 0.0, 0.0),
    },
    index=["middle", "between", "within"],
)
CITY_MIDDLE = (2.25, 2.15, 2.0, 1.6, 0.2, 2.4)
CITY_WITHIN = (2.45, 1.5, 1.4, 1.2, 1.0, 0.9)
CHARTER = (1.7, 0.8, 0.7)

# Free lunch is 87.5 % of free or reduced (California Department of Education, free and reduced-price meal data
# 2019–20: 3.20 of 3.65 million). The federal multiplier takes identified (directly certified) students times 1.6 as
# the students to claim for (7 CFR 245.9(f)); direct certification here is its inverse.
FREE_OF_FRPL = 0.875
IDENTIFIED_MULTIPLIER = 1.6
CEP_FROM = 2020
CEP_CLAIM = 0.90  # claiming share from which a school may take part
CEP_TAKERS = 0.20  # so that about 3 % of schools stand at 100 %, as 273 of Texas's 8,838 campuses did in 2018–19

# Public school students of 2018–19 by grade, in millions (NCES, Common Core of Data, state membership file 052), and
# how much one school's grades differ from that (standard deviation of the log), which is made up.
GRADE_SIZES = pd.Series(
    [1.544, 3.707, 3.670, 3.682, 3.737, 3.807, 3.907, 3.923, 3.880, 3.820, 4.037, 3.880, 3.682, 3.677],
    index=GRADES[:14],
)
GRADE_SPREAD = 0.07

HIDDEN_BELOW = 10  # ten is the usual threshold; counts of one to nine are withheld

# Log odds against White, by race in the order of RACES: everywhere, per unit of the logit of the ED share, by place,
# the spread between districts and between schools, and the change a year.
MIX = pd.DataFrame(
    {
        "everywhere": (-4.0, -2.95, -2.08, -1.48, -5.2, -2.4, 0.0),
        "slope": (0.15, -0.10, 0.42, 0.56, 0.10, 0.0, 0.0),
        "city": (0.1, 0.6, 1.2, 0.9, 0.3, 0.2, 0.0),
        "suburb": (-0.2, 0.8, 0.4, 0.3, 0.1, 0.1, 0.0),
        "town": (0.1, -0.9, -0.6, -0.1, -0.2, -0.1, 0.0),
        "rural": (0.6, -1.6, -1.5, -0.6, -0.5, -0.2, 0.0),
        "online": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        "district": (0.5, 0.7, 0.7, 0.6, 0.3, 0.1, 0.0),
        "school": (0.4, 0.6, 0.8, 0.5, 0.4, 0.15, 0.0),
        "per_year": (0.0, 0.02, -0.005, 0.025, 0.0, 0.035, 0.0),
    },
    index=list(RACES),
)


def _neighbourhood(schools: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """A smooth field over each district, mean 0 and standard deviation 1 there; 0 where a district has few schools.

    It gives a city its better-off and its poorer side, so that near schools are alike.
    """
    turn, phase = rng.uniform(0, 2 * np.pi, (2, 3))
    x, y = schools["longitude"].to_numpy() * KM_PER_DEGREE * 0.79, schools["latitude"].to_numpy() * KM_PER_DEGREE
    way = x[:, None] * np.cos(turn) + y[:, None] * np.sin(turn)
    field = pd.Series(np.sin(2 * np.pi * way / np.array([34.0, 21.0, 13.0]) + phase).sum(axis=1), index=schools.index)
    of_district = field.groupby(schools["leaid"])
    spread = of_district.transform("std").where(schools.groupby("leaid")["leaid"].transform("size") >= 4)
    return np.asarray(((field - of_district.transform("mean")) / spread).fillna(0))


def _per_district(schools: pd.DataFrame, rng: np.random.Generator) -> Floats:
    """One standard normal draw per district, given to each of its schools."""
    code, _ = pd.factorize(schools["leaid"], sort=True)
    return np.asarray(rng.normal(0, 1, code.max() + 1)[code])


def need(schools: pd.DataFrame, rng: np.random.Generator) -> "pd.Series[float]":
    """The logit of each school's ED share in 2018: its kind of place, its district, its side of town, and its own."""
    middle, between, within = (schools["place"].map(PLACES.loc[row]).astype(float) for row in PLACES.index)
    own_city = schools["place"].eq("city") & ~schools["charter"]
    middle = middle.mask(own_city, schools["city"].map(dict(enumerate(CITY_MIDDLE))))
    within = within.mask(own_city, schools["city"].map(dict(enumerate(CITY_WITHIN))))
    charter = schools["charter"] & ~schools["virtual"]
    middle, between, within = (
        part.mask(charter, value) for part, value in zip((middle, between, within), CHARTER, strict=True)
    )
    own = 0.82 * _neighbourhood(schools, rng) + 0.57 * rng.normal(0, 1, len(schools))
    own = own * schools["level"].map({"elementary": 1.05, "middle": 0.9, "high": 0.75, "combined": 0.9})
    return middle + between * _per_district(schools, rng) + within * own - 0.5 * schools["magnet"]


def enrolment(panel: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Students of each school and year: its district's, grown or shrunk, shared among the schools then open."""
    years = panel["year"] - YEARS[0]
    growth = panel["place"].map({"city": -0.008, "suburb": 0.007, "town": -0.003, "rural": -0.008, "online": 0.0})
    growth = growth.mask(panel["kind"] == "charter", 0.035)
    total = panel["size_2018"] * panel["share"] * panel["year"].map(ENROLMENT) * (1 + growth) ** years
    total *= np.where((panel["year"] == 2020) & (panel["level"] == "elementary"), LOWER_GRADES_2020, 1)
    total *= np.where(panel["virtual"], panel["year"].map(ONLINE), 1)
    weight = panel["weight"] * np.exp(rng.normal(0, 0.03, len(panel)))
    share = weight / weight.groupby([panel["span"], panel["year"]]).transform("sum")
    return (total * share).round().clip(lower=5).astype(int)


def disadvantaged(panel: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """ED students by free or reduced-price lunch, free lunch and direct certification, in integers.

    From ``CEP_FROM`` on, schools whose claiming share allows it and that take part report every student as free
    (Community Eligibility Provision); their direct certification stays what it is.
    """
    drift = 0.016 * (panel["year"] - YEARS[0]) + rng.normal(0, 0.06, len(panel))
    frpl = (panel["students"] / (1 + np.exp(-(panel["need"] + drift)))).round()
    share = frpl / panel["students"]
    free = (frpl * (FREE_OF_FRPL + 0.12 * (share - 0.72) + rng.normal(0, 0.01, len(panel)))).round()
    direct = (frpl / IDENTIFIED_MULTIPLIER * (1 + rng.normal(0, 0.04, len(panel)))).round()
    claim = (direct / panel["students"] * IDENTIFIED_MULTIPLIER).where(panel["year"] == CEP_FROM)
    eligible = claim.groupby(panel["ncessch"]).transform("max") >= CEP_CLAIM
    cep = eligible & panel["takes_part"] & (panel["year"] >= CEP_FROM)
    counts = {"ed_frpl": frpl.mask(cep, panel["students"]), "ed_free": free.mask(cep, panel["students"])}
    return pd.DataFrame({**counts, "ed_direct": np.minimum(direct, free)}).astype("Int64")


def races(panel: pd.DataFrame) -> pd.DataFrame:
    """The seven race counts of each school and year; they sum to its students."""
    odds = panel[[f"odds_{race}" for race in RACES]].to_numpy()
    odds = odds + MIX["per_year"].to_numpy() * (panel["year"].to_numpy() - YEARS[0])[:, None]
    return _shared_out(panel["students"], np.exp(odds), list(RACES))


def grades(panel: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The students of each school and year by grade, a column a grade as files give them; they sum to its students."""
    rank = {grade: i for i, grade in enumerate(GRADE_SIZES.index)}
    at = np.arange(len(rank))
    low, high = (panel[name].map(rank).to_numpy()[:, None] for name in ("grade_low", "grade_high"))
    weight = GRADE_SIZES.to_numpy() * np.exp(rng.normal(0, GRADE_SPREAD, (len(panel), len(rank))))
    taught = (at >= low) & (at <= high)
    return _shared_out(panel["students"], weight * taught, [grade_column(grade) for grade in rank])


def _shared_out(students: pd.Series, weight: NDArray[np.floating[Any]], names: list[str]) -> pd.DataFrame:
    """Each row's students shared out in proportion to weights, in whole numbers: the largest remainders first."""
    total = students.to_numpy(dtype=int)
    exact = weight / weight.sum(axis=1, keepdims=True) * total[:, None]
    counts = np.floor(exact).astype(int)
    short = total - counts.sum(axis=1)
    rank = np.argsort(np.argsort(counts - exact, axis=1, kind="stable"), axis=1)
    return pd.DataFrame(counts + (rank < short[:, None]), columns=names, index=students.index).astype("Int64")


def race_odds(schools: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Each school's log odds of each race against White in 2018, as columns odds_<race>."""
    place = MIX[list(PLACES)].T.loc[schools["place"]].to_numpy()
    district = np.column_stack([_per_district(schools, rng) for _ in RACES]) * MIX["district"].to_numpy()
    school = rng.normal(0, 1, (len(schools), len(RACES))) * MIX["school"].to_numpy()
    slope = MIX["slope"].to_numpy() * schools["need"].to_numpy()[:, None]
    return pd.DataFrame(
        MIX["everywhere"].to_numpy() + place + district + school + slope,
        columns=[f"odds_{race}" for race in RACES],
        index=schools.index,
    )


def capacity(panel: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Seats of each building, in fives: by the mean of its enrolment, from crowded to half empty; unknown for some.

    No published distribution stands behind it; it is there to be shown.
    """
    usual = panel.groupby("ncessch")["students"].mean()
    used = np.clip(rng.normal(0.87, 0.16, len(usual)), 0.42, 1.25)
    seats = (5 * (usual / used / 5).round()).where(rng.random(len(usual)) > 0.07).astype("Int64")
    return panel["ncessch"].map(seats).mask(panel["virtual"]).astype("Int64")
