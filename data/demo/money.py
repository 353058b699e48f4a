"""What Franklin's districts have to spend: revenue per student, made up from beginning to end."""

import numpy as np
import pandas as pd

from data.demo.buildings import YEARS

# Dollars per student where everything is middling, and how they grew; federal relief came with fall 2020 and 2021.
USUAL = 14_500
GROWTH = pd.Series([1.0, 1.03, 1.09, 1.16, 1.17, 1.19], index=YEARS)
SPREAD = 0.09  # standard deviation of the log between districts
# Taxable property goes with advantage, aid of the state and of Washington with disadvantage: little is left of either.
OF_ED = -0.12
MIDDLING_ED = 0.6
SMALL, SMALL_MORE = 1_500, 0.15  # districts below so many students have up to so much more
CHARTER = 0.88


def revenue(table: pd.DataFrame, rng: np.random.Generator) -> pd.Series:
    """Revenue per student of each school's district in its year, whole dollars; the online school's is not reported.

    Args:
        table: every school and year, with state_leaid, which stays where a district's id changes.
        rng: draws one number a district.
    """
    sums = table.groupby(["state_leaid", "year"])[["students", "ed"]].sum().astype("float64")
    by_district = sums.groupby("state_leaid").mean()
    ed = by_district["ed"] / by_district["students"]
    small = (1 - by_district["students"] / SMALL).clip(lower=0)
    level = USUAL * np.exp(rng.normal(0, SPREAD, len(ed))) * (1 + OF_ED * (ed - MIDDLING_ED)) * (1 + SMALL_MORE * small)
    found = table["state_leaid"].map(level) * table["year"].map(GROWTH).astype("float64")
    return (found * np.where(table["charter"], CHARTER, 1.0)).round().mask(table["virtual"])
