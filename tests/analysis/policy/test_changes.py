"""Through what plans change M and H: exactly the indices of the outcomes, and the same both ways."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.change import MEASURES, PARTS
from analysis.errors import InputError
from analysis.indices import INDICES
from analysis.policy.changes import between_plans, comparable, from_today
from analysis.policy.outcome import as_expected
from analysis.policy.scenario import Host, Scenario
from data import store
from tests.oracle.tables import one_place

DISTRICT = "9000360"


@pytest.fixture(scope="module")
def table():
    rows = store.schools(store.find("franklin"))
    return rows[(rows["year"] == 2023) & rows["ed"].notna()].reset_index(drop=True)


@pytest.fixture(scope="module")
def plans(table):
    """Two plans of the same hosts, one with half of the seats reserved and one with a fifth."""
    own = table[(table["leaid"] == DISTRICT) & (table["level"] == "elementary")]
    hosts = tuple(Host(school, 200) for school in own.nlargest(3, "students")["ncessch"])
    half = Scenario("franklin", DISTRICT, 2023, hosts, level="elementary")
    return [as_expected(table, each) for each in (half, replace(half, ed_share=0.2))]


def h_of(table, outcome, when):
    """H of the district's elementary schools, from the rows of the outcome alone."""
    level = table.set_index("ncessch")["level"]
    rows = outcome.schools[outcome.schools["leaid"] == DISTRICT]
    rows = rows[rows["ncessch"].map(level) == "elementary"]
    ed, students = (rows[f"{name}_{when}"].to_numpy(dtype=float) for name in ("ed", "students"))
    return INDICES["theil_h"].function(one_place(*np.column_stack([ed, students - ed])))[0]


def test_from_today_is_what_the_outcome_says(table, plans):
    for outcome in plans:
        row = from_today(table, outcome).parts.loc["theil_h"]
        assert row["before"] == pytest.approx(outcome.district["theil_h"].before, abs=1e-12)
        assert row["after"] == pytest.approx(h_of(table, outcome, "after"), abs=1e-12)
        assert row["after"] == pytest.approx(outcome.district["theil_h"].after, abs=1e-12)
        assert row[list(PARTS)].sum() == pytest.approx(row["change"], abs=1e-12)


def test_between_two_plans_lies_what_lies_between_their_changes_from_today(table, plans):
    one, other = (from_today(table, outcome).parts for outcome in plans)
    between = between_plans(table, *plans).parts
    for name in MEASURES:
        assert between.loc[name, "change"] == pytest.approx(other.loc[name, "change"] - one.loc[name, "change"])
        assert between.loc[name, list(PARTS)].sum() == pytest.approx(between.loc[name, "change"], abs=1e-12)
    back = between_plans(table, *plans[::-1]).parts
    np.testing.assert_allclose(back["structure"], -between["structure"], rtol=0, atol=1e-12)
    assert (between_plans(table, plans[0], plans[0]).parts[list(PARTS)].abs() < 1e-12).all(axis=None)


def test_plans_of_other_schools_are_not_compared(table, plans):
    other = replace(plans[1], scenario=replace(plans[1].scenario, level=None))
    assert comparable(*plans)
    assert not comparable(plans[0], other)
    with pytest.raises(InputError, match=r"have the level elementary and default; give two of the same level[.]$"):
        between_plans(table, plans[0], other)
