"""The Trends page says the numbers that the analysis finds, for the place, years and schools that its link says."""

import pytest

from analysis.change import PARTS
from analysis.measured_change import KEY, change_intervals, changed, in_every_year, yearly
from data import store
from data.inclusion import USUALLY_EXCLUDED, included
from data.joining.lineage import lineage
from data.load import load
from pages.shared.store import replicates
from pages.words import change as change_words
from tests.small_state import COLUMNS, EVEN, UNEVEN, lines, written

FRANKLIN = store.find("franklin")


@pytest.fixture(scope="module")
def schools():
    table = store.schools(FRANKLIN)
    keys = lineage(table).keys(table)["school"]
    return included(table.assign(**{KEY: keys}), USUALLY_EXCLUDED)[0]


@pytest.fixture
def two_years(home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    """The small state, and a year later without its middle uneven school, with one that opened in Even."""
    later = [line.replace("2020,", "2021,", 1) for line in lines()[1:]]
    later = [line for line in later if f"{UNEVEN}00002" not in line]
    opened = later[-1].replace(f"{EVEN}00003", f"{EVEN}00004")
    return load([written(tmp_path / "two.csv", [*lines(), *later, opened])], name="two-years")


def said(app):
    """Every sentence below the title."""
    return " ".join(each.value for each in app.markdown[1:])


def test_the_change_is_that_of_the_first_and_last_year(opened, schools, value_alone):
    app = opened("trends")
    first, last = FRANKLIN.years[0], FRANKLIN.years[-1]
    found = changed(schools, first, last, "ed", None)
    for measure, column in {"theil_h": "Theil's H", "mutual_information": "Mutual information (M)"}.items():
        shown = app.table[3].value[column].map(value_alone).tolist()
        row = found.change.parts.loc[measure]
        assert shown[:2] == [f"{row['before']:.4f}", f"{row['after']:.4f}"]
        assert shown[2:] == [change_words.signed_part(row[part]) for part in (*PARTS, "change")]
    assert f"the {found.both:,} schools counted in both years" in said(app)
    assert f"{found.unknown_last} are there in" in said(app)


def test_the_parts_of_a_change_have_their_ranges(opened, schools):
    first, last = FRANKLIN.years[0], FRANKLIN.years[-1]
    draws = replicates(schools[schools["year"].isin([first, last])])
    sure = change_intervals(schools, first, last, "ed", None, draws)
    parts = changed(schools, first, last, "ed", None).change.parts
    app = opened("trends")
    shown = app.table[3].value["Theil's H"]
    tables = parts, sure.corrected, sure.low, sure.high
    for part, label in change_words.part_labels(first, last).items():
        value, corrected, *ends = (f"{each.loc['theil_h', part]:+.4f}".replace("-", "−") for each in tables)
        assert shown[label] == f"{value}, corrected {corrected} ({ends[0]} to {ends[1]})"


def test_the_link_says_place_years_and_schools(opened, schools):
    district = schools.loc[schools["year"].eq(2022), "leaid"].value_counts().index[0]
    name = schools.loc[schools["leaid"].eq(district), "district"].iloc[-1]
    link = {"place": f"{name} ({district})", "from": "2019–20", "to": "2022–23", "which": "schools in every year"}
    app = opened("trends", **link)
    own = schools[schools["leaid"].eq(district) & schools["year"].between(2019, 2022)]
    rows = yearly(in_every_year(own, "ed", None), "ed", None)
    shown = app.table[0].value.join(app.table[1].value)
    assert shown.index.tolist() == ["2019–20", "2020–21", "2021–22", "2022–23"]
    assert shown["Schools"].tolist() == [f"{count:,}" for count in rows["schools"]]
    assert shown["H"].tolist() == [f"{value:.3f}" for value in rows["theil_h"]]
    assert "V between" not in shown
    assert f"{rows['schools'].iloc[0]} schools of {name} that are counted in every year" in said(app)


def test_schools_that_came_and_went_by_hand(opened, two_years):
    app = opened("trends", state=two_years.label)
    rows = app.table[0].value
    assert rows["Schools"].tolist() == ["6", "6"]
    assert rows["New since the row before"].tolist() == ["–", "1"]
    assert rows["Gone since the row before"].tolist() == ["–", "1"]
    assert "the 5 schools counted in both years" in said(app)
    assert "the 1 school counted in 2020–21 only" in said(app)


def test_where_no_school_stays_a_sentence_says_so(opened, home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    later = [line.replace("2020,", "2021,", 1).replace("0000", "0001", 1) for line in lines()[1:4]]
    apart = load([written(tmp_path / "apart.csv", [*lines()[:4], *later])], name="apart")
    app = opened("trends", state=apart.label, which="schools in every year")
    assert any("No school" in each.value and "in every year" in each.value for each in app.info)
    assert "no school is counted both times" in said(app)
    assert not app.get("plotly_chart")


def test_one_year_has_no_change(opened, small):
    app = opened("trends", state=small.label)
    assert any("fewer than two years" in each.value for each in app.info)
    assert not app.table


def test_a_district_without_one_group_is_not_defined(opened, home, tmp_path):  # noqa: ARG001 the dataset is stored in it
    rows = [
        f"{year},{EVEN}0000{n},{EVEN},S{n},Even,OH,Brown,high,100,0,state,20,80" for year in (2020, 2021) for n in "12"
    ]
    nobody = load([written(tmp_path / "nobody.csv", [COLUMNS, *rows])], name="nobody")
    assert "not defined" in said(opened("trends", state=nobody.label))


def test_the_policy_page_says_through_what_h_moves(opened):
    told = [each.value for each in opened("policy").caption]
    assert any("by how the groups are spread over the schools" in each for each in told)
