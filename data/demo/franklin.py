"""Franklin, a fictional state: made up from beginning to end, shaped like real ones, so that every feature has data.

Run ``python -m data.demo.franklin`` to write ``franklin-schools.parquet``, ``franklin-districts.parquet`` and
``franklin.json`` beside this file. All draws come from numbered NumPy generators: the same tables on any machine.

Ids look like NCES ids under state code 90, which no state has: a district is 90 and five digits, a school its
district's id and five more.

What it is calibrated to, in fall 2018 unless said (``tests/data/demo/test_franklin.py`` holds it there):

====================================================  =========  ========  ======
moment                                                published  Franklin  source
====================================================  =========  ========  ======
students                                                684,177   682,080  KY
schools                                                   1,435     1,408  KY
students in a school: lower quartile                        288       326  KY
students in a school: median                                448       435  KY
students in a school: upper quartile                        609       588  KY
students in a district: median                            2,244     2,786  KY
share of students in the largest tenth of districts       0.475     0.439  KY
ED share of all students                                  0.606     0.598  TX
ED, variance ratio V over schools                         0.309     0.306  TX
ED, variance ratio V over districts                       0.203     0.203  TX
ED, dissimilarity D over schools                          0.484     0.486  TX
ED, dissimilarity D over districts                        0.392     0.404  TX
standard deviation of the schools' ED share               0.264     0.270  TX
V inside the largest district                             0.382     0.334  TX
median V inside districts of 20 schools or more           0.128     0.144  TX
schools at exactly 100 % ED (Franklin: fall 2023)         0.031     0.033  TX
correlation of ED share and White share                   −0.65     −0.61  TX
correlation of ED share and Hispanic share                 0.62      0.64  TX
correlation of ED share and Black share                    0.19      0.23  TX
correlation of ED share and Asian share                   −0.41     −0.35  TX
White share of all students                                0.47      0.46  US
Hispanic share of all students                             0.27      0.27  US
Black share of all students                                0.15      0.16  US
Asian share of all students                                0.05      0.05  US
enrolment, fall 2019 to fall 2020                          −3 %    −3.0 %  US
====================================================  =========  ========  ======

KY: Kentucky Department of Education, school report card 2016–17 (1,435 schools, 177 districts). TX: Texas Education
Agency, Texas Academic Performance Reports 2018–19 (8,838 campuses, 1,201 districts). US: National Center for Education
Statistics, Digest of Education Statistics 2020, table 203.50, and Condition of Education 2022.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from data import schema
from data.demo import geography, money, pupils, shipping
from data.demo.buildings import YEARS, buildings
from data.demo.history import with_history
from data.demo.surroundings import surroundings
from data.grades import by_grade

LABEL = "Franklin (fictional)"
HERE = Path(__file__).parent
ED_COUNTS = ("ed_frpl", "ed_free", "ed_direct")
UNREPORTED = {"Ivybank": 2019, "Sorrelton": 2021}  # districts that reported no ED in that year


def _schools_and_years() -> pd.DataFrame:
    """One row per school and year it is open, with the draws that stay with a school for good."""
    rng = np.random.default_rng(90_020)
    schools = buildings()
    schools = schools.join(surroundings(schools))
    schools["need"] = pupils.need(schools, rng)
    schools = schools.join(pupils.race_odds(schools, rng))
    schools["takes_part"] = rng.random(len(schools)) < pupils.CEP_TAKERS
    panel = schools.merge(pd.DataFrame({"year": list(YEARS)}), how="cross")
    panel = panel[panel["year"].between(panel["first"], panel["last"])].reset_index(drop=True)
    new = panel["new_name"].notna() & (panel["year"] >= panel["renamed"])
    return panel.assign(school=panel["school"].mask(new, panel["new_name"]))


def _hide_small(counts: pd.DataFrame) -> pd.DataFrame:
    """ED counts with those of one to nine withheld; the bounds are given for the main count, free or reduced."""
    small = counts.gt(0) & counts.lt(pupils.HIDDEN_BELOW)
    bounds = pd.DataFrame({"ed_low": 1, "ed_high": pupils.HIDDEN_BELOW - 1}, index=counts.index, dtype="Int64")
    bounds = bounds.where(small["ed_frpl"])
    return counts.mask(small).assign(**bounds)


def _lose_some(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The table with what a real one lacks: some schools' ED, two districts' for a year, some races, some places."""
    unreported = table["year"] == table["town"].map(UNREPORTED)
    table.loc[unreported | (rng.random(len(table)) < 0.005), [*ED_COUNTS, "ed_low", "ed_high"]] = pd.NA
    table.loc[rng.random(len(table)) < 0.004, list(schema.RACES)] = pd.NA
    unplaced = rng.choice(np.sort(table["ncessch"].unique()), 5, replace=False)
    table.loc[table["ncessch"].isin(unplaced), ["latitude", "longitude", "metro", "locale"]] = np.nan
    return table


def schools() -> pd.DataFrame:
    """Franklin's schools table: six years, every column of the field dictionary, sorted by year and school."""
    rng = np.random.default_rng(90_021)
    table = _schools_and_years()
    table["students"] = pupils.enrolment(table, rng)
    table = table.join(_hide_small(pupils.disadvantaged(table, rng))).join(pupils.races(table))
    table["capacity"] = pupils.capacity(table, rng)
    table = _lose_some(table, rng).assign(state=LABEL, ed_basis="frpl")
    table["ed"] = table["ed_frpl"]
    table = with_history(table.sort_values(["year", "ncessch"], ignore_index=True))
    table = table.drop(columns="kind")  # the district's, while building
    table["revenue"] = money.revenue(table, np.random.default_rng(90_023))
    return schema.typed(table.sort_values(["year", "ncessch"], ignore_index=True))


def grades(table: pd.DataFrame) -> pd.DataFrame:
    """Students by grade of a schools table."""
    counts = pupils.grades(table, np.random.default_rng(90_022))
    return by_grade(table[["year", "ncessch"]].join(counts), table)


def districts() -> gpd.GeoDataFrame:
    """The districts that have ground of their own: leaid, district, kind and polygon."""
    ground = geography.districts()
    return ground.loc[ground.geometry.notna(), ["leaid", "district", "kind", "geometry"]].reset_index(drop=True)


def metadata(table: pd.DataFrame) -> shipping.Metadata:
    """What the dataset says of itself."""
    online = int(table.loc[table["virtual"], "ncessch"].nunique())
    return {
        "name": "franklin",
        "label": LABEL,
        "state": LABEL,
        "fictional": True,
        "source": "Made by this project; its moments follow those of Texas 2018–19 (Texas Education Agency), "
        "Kentucky 2016–17 (Kentucky Department of Education) and the nation (NCES, Condition of Education).",
        "rights": "Part of this project, under its licence.",
        "notes": [
            "Franklin is fictional: no place, district or school in it exists.",
            "Economically disadvantaged (ED) rests on free or reduced-price lunch; free lunch alone and direct "
            "certification are given too.",
            f"From fall {pupils.CEP_FROM}, some high-poverty schools report every student as ED, as schools under the "
            "Community Eligibility Provision do.",
            f"ED counts from 1 to {pupils.HIDDEN_BELOW - 1} are withheld; a few schools and districts did not report.",
            "In fall 2020 a charter district takes another id, in 2021 a school passes from one charter district to "
            "another, in 2022 a charter district joins another.",
            "Regions, metro areas and revenue are made up; the online school has none of them.",
            f"Charter districts have no polygon, and {online} online school has no place.",
            "Generated by python -m data.demo.franklin.",
        ],
        "exclusions": [],
    }


def main() -> None:
    """Write the four files."""
    table = schools()
    shipping.write_table(table, HERE / "franklin-schools.parquet")
    shipping.write_table(grades(table), HERE / "franklin-grades.parquet")
    districts().to_parquet(HERE / "franklin-districts.parquet", index=False, compression="zstd")
    shipping.write_metadata(metadata(table), HERE / "franklin.json")


if __name__ == "__main__":
    main()
