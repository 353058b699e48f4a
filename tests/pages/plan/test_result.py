"""What the page of a plan shows is what the plan does."""

import json
import re

import pytest

from analysis.policy.outcome import simulate
from analysis.policy.presets import PRESETS, scenario_from_preset
from data import store
from data.privacy import MINIMUM_CELL, protected
from pages.plan.pictures import PICTURES
from pages.words import plan as plan_words
from tests.pages.every_page import sentence
from tests.small_state import EVEN, UNEVEN


@pytest.mark.parametrize("preset", PRESETS)
def test_policy_cards_hold_the_outcome(opened, small, preset):
    table = store.schools(small)
    scenario = scenario_from_preset(table, preset, dataset="small", district=UNEVEN, year=2020)
    outcome = simulate(table, scenario)
    app = opened("policy", state=small.label, district=f"Uneven ({UNEVEN})", preset=PRESETS[preset].label)
    assert app.multiselect[0].value == [host.ncessch for host in scenario.hosts]
    shown = [card.value for card in app.metric]
    for name, card in zip(("dissimilarity", "variance_ratio", "exposure"), shown, strict=False):
        change = outcome.district[name]
        assert card == plan_words.went(change, percent=False)
    assert shown[3] == plan_words.went(outcome.district["balanced"], percent=True)


@pytest.mark.parametrize("seats_in", ["entry grade", "every grade", "K–2, then a grade a year"])
def test_policy_seats_are_of_the_entry_grade_unless_of_every_grade(opened, seats_in):
    manifest = store.find("franklin")
    # A scenario can be downloaded, so its hosts are picked by what may be told.
    rows = protected(store.schools(manifest, [2023]), MINIMUM_CELL)
    district = rows.groupby("leaid")["students"].sum().idxmax()
    hosts = scenario_from_preset(
        rows,
        "dallas",
        dataset="franklin",
        district=district,
        year=2023,
        grades=store.grades(manifest, [2023]),
        seats_in="entry",
    ).hosts
    app = opened("policy", seats_in_dallas=seats_in)
    assert app.multiselect[0].value == [host.ncessch for host in hosts]
    # Every host is an elementary school, of six grades and prekindergarten.
    of_entry, said = sum(host.seats for host in hosts), sentence(app)
    for_both = "seats are for disadvantaged and other students in kindergarten"
    every_year = f"Every year {of_entry:,} {for_both}; after 4 years there are {4 * of_entry:,}."
    assert (every_year in said) is (seats_in == "entry grade")
    assert (f"{for_both}, grade 1 and grade 2;" in said) is seats_in.startswith("K–2")
    seats = int(re.search(r"([\d,]+) seats", said)[1].replace(",", ""))
    least, most = {"entry grade": (1, 1), "every grade": (4, 9)}.get(seats_in, (2, 4))
    assert least * of_entry <= seats <= most * of_entry


def test_a_cep_like_host_is_named(opened, full):
    link = {"state": full, "district": f"Uneven ({UNEVEN})"}

    def flagged(**link):
        return [each.value for each in opened("policy", **link).warning if "CEP-like" in each.value]

    (told,) = flagged(**link)
    assert told.startswith("**Uneven School 1 is CEP-like**")
    assert not flagged(**link, preset=PRESETS["do-nothing"].label)
    assert not flagged(state=full, district=f"Even ({EVEN})")


def test_policy_table_holds_every_school_of_the_outcome(opened, small):
    table = store.schools(small)
    outcome = simulate(table, scenario_from_preset(table, "dallas", dataset="small", district=UNEVEN, year=2020))
    app = opened("policy", state=small.label, district=f"Uneven ({UNEVEN})")
    rows = app.dataframe[0].value.set_index("School")
    assert len(rows) == len(outcome.schools)
    host = outcome.schools[outcome.schools["host"]].iloc[0]
    shown = rows.loc["Uneven School 1"]
    assert bool(shown["Host"])
    assert shown["Students after"] == host["students_after"]
    assert shown["ED share after"] == pytest.approx(
        100 * host["ed_after"] / host["students_after"], abs=1e-12
    )  # percent
    assert rows["Students today"].sum() == rows["Students after"].sum()


def test_the_table_begins_with_what_changes_and_ends_with_the_district(uneven):
    shown = list(uneven().dataframe[0].value.columns)
    assert shown[:4] == ["School", "Host", "ED share today", "ED share after"]
    assert shown.index("Change, points") < shown.index("Students today")
    assert shown[-1] == "District"


def test_the_map_says_its_symbols_and_a_plan_without_points_has_none(opened, uneven):
    def symbols(app):
        return [each.value for each in app.caption if each.value.startswith("★ hosts, ▲ ")]

    assert len(symbols(opened("policy"))) == 1
    assert not symbols(uneven())


def test_the_chart_of_years_says_what_it_shows_and_that_its_axis_is_not_from_0(opened):
    app = opened("policy", picture="Year by year")
    charts = [json.loads(each.proto.spec) for each in app.get("plotly_chart")]
    names = [trace.get("name") for chart in charts for trace in chart["data"]]
    assert plan_words.MIDDLE_DRAW in names
    assert "as expected" not in names  # the lotteries are drawn
    assert plan_words.OWN_SCALE in [each.value for each in app.caption]


def test_the_seats_of_grades_last_drawn_in_an_earlier_year_are_told_apart(opened):
    app = opened("policy", picture="Seats and odds", seats_in_dallas="K–2, then a grade a year")
    table = next(each.value for each in app.table if "Last drawn for" in each.value)
    last = table[table["Last drawn for"] == table["Last drawn for"].max()]
    assert 0 < len(last) < len(table)
    told = next(each.value for each in app.markdown if each.value.startswith("By lottery, in "))
    seats = last.loc[last["Lottery"] == "Others", "Seats drawn then"].str.replace(",", "").astype(int).sum()
    assert told.startswith(f"By lottery, in {last['Last drawn for'].iloc[0]} — ")
    assert f"others: {seats:,} seats to draw" in told


def test_exit_rates_say_what_their_figures_are(uneven):
    said = [each.value for each in uneven(exits="true").caption]
    assert any(each.startswith("Each is the middle draw, but the number of students is as expected") for each in said)


def test_policy_without_seats_is_the_baseline(opened):
    app = opened("policy")
    assert any(" → " in card.value for card in app.metric)
    app.slider(key="seats").set_value(0).run()
    assert not app.exception
    for card in app.metric:
        assert " → " not in card.value
        assert card.delta == "no change"


def test_policy_without_hosts_is_the_baseline(opened, numbers):
    app = opened("policy")
    app.multiselect[0].set_value([]).run()
    assert not app.exception
    assert all(" → " not in card.value for card in app.metric)
    assert numbers(sentence(app)) == ["2023", "24"]  # the school year alone
    told = [each.value for each in app.info]
    assert "No school changes." in told
    assert not any("coordinates" in each for each in told)


def test_an_index_that_gets_worse_is_shown(opened, small):
    # All schools of the district hold 30 of 100; half of a host's seats for the disadvantaged sets it apart.
    app = opened("policy", state=small.label, district=f"Even ({EVEN})", seats="50")
    card = app.metric[1]
    before, after = map(float, card.value.split(" → "))
    assert after > before
    assert card.delta.startswith("+")


def test_policy_runs_on_the_views_districts(opened):
    app = opened("policy", districts="geographic", leave_out="charter schools")
    assert app.metric
    assert "charter schools" in app.caption[-1].value


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("preset", ["dallas", "do-nothing", "chicago"])
def test_every_picture_of_a_plan_is_drawn(opened, picture, preset):
    app = opened("policy", picture=picture, preset=PRESETS[preset].label)
    assert "nan" not in " ".join(each.value for each in app.markdown).lower().split()
    app = opened("policy", picture=picture, preset=PRESETS[preset].label, state=store.find("california-2000").label)
    assert app.metric


def downloads(app):
    return [each.proto.label for each in app.get("download_button")]


@pytest.mark.parametrize(("outside", "there"), [("0", False), ("50", True)])
def test_money_is_given_out_where_some_follows_students(opened, outside, there):
    app = opened("policy", preset=PRESETS["district-only"].label, **{"outside_district-only": outside})
    assert ("Money (CSV)" in downloads(app)) is there


def test_data_without_revenue_gives_out_no_money(uneven):
    assert "Table (CSV)" in (given := downloads(uneven(outside_dallas="50")))
    assert "Money (CSV)" not in given


def test_hosts_are_named_below_the_box_and_turnout_in_numbers(opened):
    told = [each.value for each in opened("policy").caption]
    assert any(each.startswith("4 hosts: ") and " and " in each for each in told)
    assert "Share of each school's students who apply: low 5%, middle 20%, high 50%." in told


def test_caveats_stand_under_the_cards_before_every_picture(uneven):
    said = [each.value for each in uneven().caption]
    (ranges,) = [n for n, each in enumerate(said) if each == plan_words.TWO_RANGES]
    assert "apply" in said[ranges + 1]
    assert "Race is never a lottery input." in said[ranges + 2]
