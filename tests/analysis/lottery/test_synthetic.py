"""Made-up applicants: as many as asked, and fond of what they are told to be fond of."""

import numpy as np
import pandas as pd

from analysis.lottery.draw import hold
from analysis.lottery.market import Rules
from analysis.lottery.synthetic import synthetic_applications
from tests.analysis.lottery.markets import seats

COUNTS = pd.DataFrame({"ed": [600, 0], "other": [200, 1200]}, index=["Home", "Away"])
APPEAL = pd.Series({"A": np.log(6), "B": np.log(3), "C": 0.0})


def test_as_many_apply_from_each_school_and_pool_as_there_are():
    table = synthetic_applications(COUNTS, APPEAL, 2, seed=1)
    students = table.drop_duplicates("student")
    assert students.groupby(["home", "pool"]).size().to_dict() == {
        ("Away", "other"): 1200,
        ("Home", "ed"): 600,
        ("Home", "other"): 200,
    }
    assert table.groupby("student")["rank"].agg(list).map(tuple).unique().tolist() == [(1, 2)]
    assert not table.duplicated(["student", "school"]).any()


def test_first_choices_follow_appeal():
    table = synthetic_applications(COUNTS, APPEAL, 3, seed=2)
    shares = table[table["rank"] == 1]["school"].value_counts(normalize=True)
    for school, share in {"A": 0.6, "B": 0.3, "C": 0.1}.items():
        assert abs(shares[school] - share) < 4 * np.sqrt(share * (1 - share) / 2000)


def test_a_seed_gives_the_same_applications_and_the_lottery_takes_them():
    table = synthetic_applications(COUNTS, APPEAL, 2, seed=3)
    assert table.equals(synthetic_applications(COUNTS, APPEAL, 2, seed=3))
    assert not table.equals(synthetic_applications(COUNTS, APPEAL, 2, seed=4))
    places = seats([(school, pool, 100) for school in APPEAL.index for pool in COUNTS])
    (first,) = hold(table, places, Rules(), "seed").rounds
    assert (first.held < first.claims.none).sum() == 600
