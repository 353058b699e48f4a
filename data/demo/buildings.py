"""Franklin's schools as buildings: who runs them, what grades they serve, where they stand, when they are open."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data import schema
from data.demo import geography, names

YEARS = range(2018, 2024)

# How a district splits its grades: the share of its students, the usual size of a school and how much sizes differ
# (standard deviation of the log). Sizes follow Kentucky's 2016–17 schools (quartiles 288, 448, 609); the spreads
# follow Texas's 2018–19 campuses (elementary 541 ± 215, middle 691 ± 378, secondary 871 ± 981).
PLANS = pd.DataFrame(
    [
        ("large", "PK", "05", "Elementary", 0.490, 395, 0.34, 1),
        ("large", "06", "08", "Middle", 0.230, 540, 0.34, 1),
        ("large", "09", "12", "High", 0.274, 830, 0.45, 1),
        ("large", "09", "12", "Learning Center", 0.006, 70, 0.60, 0),
        ("middling", "PK", "06", "Elementary", 0.560, 380, 0.30, 1),
        ("middling", "07", "12", "High", 0.440, 500, 0.30, 1),
        ("small", "PK", "12", "School", 1.000, 700, 0.30, 1),
        ("elementary", "KG", "08", "School", 1.000, 380, 0.30, 1),
        ("secondary", "09", "12", "High", 1.000, 1300, 0.30, 1),
        ("charter", "KG", "08", "Charter School", 0.650, 400, 0.40, 1),
        ("charter", "06", "12", "Charter Academy", 0.350, 380, 0.40, 0),
        ("virtual", "KG", "12", "", 1.000, 9000, 0.00, 1),
    ],
    columns=["plan", "grade_low", "grade_high", "suffix", "share", "size", "spread", "least"],
)


def with_size(districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """The districts with their students in 2018 and the plan they split their grades by."""
    rng = np.random.default_rng(90_010)
    usual = {"suburb": 6300, "town": 3300, "rural": 800}
    size = districts["place"].map(usual) * np.exp(rng.normal(0, 0.55, len(districts)))
    own = districts["place"].eq("city") & districts["kind"].eq("unified")
    size[own] = districts.loc[own, "city"].map(dict(enumerate([67_000, 46_000, 36_000, 25_000, 18_000, 15_000])))
    size[districts["kind"] == "elementary"] *= 0.55
    size[districts["kind"] == "secondary"] *= 0.8
    size[districts["kind"] == "charter"] = 800 * np.exp(rng.normal(0, 0.6, len(districts)))
    size[districts["kind"] == "virtual"] = 2_400
    by_size = np.select([size >= 1400, size >= 420], ["large", "middling"], "small")
    plan = districts["kind"].where(districts["kind"] != "unified", pd.Series(by_size, districts.index))
    return pd.DataFrame(districts.drop(columns="geometry")).assign(size_2018=size, plan=plan)


def _spread_out(districts: pd.DataFrame) -> pd.DataFrame:
    """One row per school: as many of each span of grades as the district's students need."""
    spans = districts.merge(PLANS, on="plan").sort_values(["leaid", "grade_low", "suffix"], ignore_index=True)
    count = np.maximum((spans["size_2018"] * spans["share"] / spans["size"]).round(), spans["least"]).astype(int)
    spans["span"] = spans.index
    schools = spans.loc[spans.index.repeat(count)].reset_index(drop=True)
    schools["number"] = schools.groupby("span").cumcount()
    schools["alike"] = schools.groupby("span")["number"].transform("size")
    return schools


def _stand(schools: pd.DataFrame, ground: gpd.GeoSeries, rng: np.random.Generator) -> NDArray[np.float64]:
    """Longitude and latitude of each school: the first of 80 tries around its district's middle that lies inside.

    Tries spread with the width of the district in cities and suburbs; in the country schools huddle in the town.
    """
    own = ground.loc[schools["leaid"]]
    middle = shapely.get_coordinates(shapely.point_on_surface(own.to_numpy()))
    box = own.bounds.to_numpy()
    wide = np.where(schools["place"].isin(["city", "suburb"]), 0.27, 0.10)[:, None] * (box[:, 2:] - box[:, :2])
    tries = middle[:, None, :] + wide[:, None, :] * rng.normal(0, 1, (len(schools), 80, 2))
    tries[:, -1] = middle
    inside = shapely.contains_xy(own.to_numpy()[:, None], tries[..., 0], tries[..., 1])
    return np.asarray(tries[np.arange(len(schools)), inside.argmax(axis=1)].round(5))


def _host(schools: pd.DataFrame, districts: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.Series:
    """The district whose ground a school stands on: its own, for a charter the city or at times a suburb of it."""
    urban = districts[districts["kind"].eq("unified") & districts["city"].ge(0)]
    home = urban[urban["place"] == "city"].set_index("city")["leaid"]
    suburb = urban[urban["place"] == "suburb"].groupby("city")["leaid"].first()
    host = schools["city"].map(home).where(rng.random(len(schools)) < 0.85, schools["city"].map(suburb))
    return schools["leaid"].where(schools["plan"] != "charter", host)


def _open(schools: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """First and last year of each school. One opens late or closes only where there are four of its kind or more."""
    chance = rng.random(len(schools)).round(6)
    may = schools["alike"] >= 4
    late, early = may & (chance < 0.04), may & (chance > 0.955)
    first = np.where(late, rng.integers(2019, 2024, len(schools)), YEARS[0])
    last = np.where(early, rng.integers(2018, 2023, len(schools)), YEARS[-1])
    return schools.assign(first=first, last=last)


def buildings() -> pd.DataFrame:
    """One row per school that was ever open, with everything about it that does not change from year to year.

    Beside the schema's columns ncessch, leaid, school, district, county, level, grades, charter, magnet, virtual and
    coordinates it holds: place, city, kind, plan, suffix, span, share, size_2018, weight (its share of its span's
    students, before scaling), first and last year, new_name (missing for most) and renamed (the year it takes it).
    """
    rng = np.random.default_rng(90_011)
    words = np.random.default_rng(90_012).permutation(np.array(names.SCHOOL_WORDS))
    districts = geography.districts()
    schools = _open(_spread_out(with_size(districts)), rng)
    schools["level"] = schema.level_from_grades(schools["grade_low"], schools["grade_high"])
    schools["ncessch"] = schools["leaid"] + (schools.groupby("leaid").cumcount() + 1).astype("str").str.zfill(5)
    schools["school"] = names.school_names(schools, words)
    schools["new_name"] = names.school_names(schools, np.roll(words, len(words) // 2)).where(
        (rng.random(len(schools)) < 0.02) & (schools["number"] > 0)
    )
    schools["renamed"] = rng.integers(2019, 2024, len(schools))
    schools["weight"] = np.exp(schools["spread"] * rng.normal(0, 1, len(schools)))
    schools["charter"] = schools["kind"].eq("charter") | schools["kind"].eq("virtual")
    schools["virtual"] = schools["kind"].eq("virtual")
    schools["magnet"] = schools["alike"].ge(5) & ~schools["charter"] & (rng.random(len(schools)) < 0.05)
    ground = gpd.GeoSeries(districts.set_index("leaid").geometry)
    on_ground = ~schools["virtual"]
    host = _host(schools[on_ground], districts, rng)
    schools.loc[on_ground, ["longitude", "latitude"]] = _stand(schools[on_ground].assign(leaid=host), ground, rng)
    return schools
