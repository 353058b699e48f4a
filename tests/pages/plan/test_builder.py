"""The builder of plans: steps back, files, links, and settings that do not go together."""

import json
from dataclasses import replace

import pytest
import streamlit as st

from analysis.policy.presets import PRESETS
from analysis.policy.scenario import Host as HostOf
from analysis.policy.scenario import NewSchool, Pool, SetAside, Supply, Weight
from pages.plan import cached
from pages.plan.session import preset_of
from pages.shared import atlas
from pages.words import plan as plan_words
from tests.pages.plan.plans import cards, give, plan
from tests.small_state import EVEN, UNEVEN

SCHOOLS = [f"{UNEVEN}0000{number}" for number in (1, 2, 3)]


def test_the_cards_are_shown_before_a_lottery_is_drawn(uneven, monkeypatch):
    order = []
    outcome, metric = cached.outcome, st.metric
    monkeypatch.setattr(cached, "outcome", lambda *of: order.append("draw") or outcome(*of))
    monkeypatch.setattr(st, "metric", lambda *of, **more: order.append("card") or metric(*of, **more))
    app = uneven()
    app.slider(key="seats").set_value(50).run()
    # As expected, then in the same places as drawn; for each of two plans.
    assert order == (["card"] * 6 + ["draw"] + ["card"] * 6) * 2
    assert len([each for each in app.caption if each.value.startswith(("By lottery ", "The same in nearly"))]) == 6
    assert not any(plan_words.NOT_DRAWN in each.value for each in [*app.caption, *app.markdown])
    order.clear()
    app.button(key="keep").click().run()  # the plan is the same, and its ranges are known
    assert order[:7] == ["draw"] + ["card"] * 6


# steps --------------------------------------------------------------------------------------------------------------


def test_undo_and_redo_go_through_the_plans_of_the_session(uneven):
    app = uneven()
    first = cards(app)
    assert app.button(key="undo").disabled
    app.slider(key="seats").set_value(50).run()
    second = cards(app)
    app.multiselect[0].set_value(SCHOOLS[1:2]).run()
    third = cards(app)
    assert len({*map(tuple, (first, second, third))}) == 3
    for button, shown in (("undo", second), ("undo", first), ("redo", second), ("redo", third)):
        app.button(key=button).click().run()
        assert cards(app) == shown
    assert app.button(key="redo").disabled
    app.button(key="undo").click().run()
    assert app.multiselect[0].value == SCHOOLS[:1]
    app.slider(key="seats").set_value(25).run()
    assert app.button(key="redo").disabled  # a new way leaves the old one


def test_a_step_back_reaches_another_preset(uneven):
    app = uneven(preset=PRESETS["cambridge"].label)
    before = cards(app)
    app.button_group(key="preset").set_value("do-nothing").run()
    assert cards(app) != before
    app.button(key="undo").click().run()
    assert cards(app) == before
    assert app.button_group(key="preset").value == "cambridge"


# files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_saved_as_the_command_line_writes_it(uneven, small, saved, preset):
    uneven(preset=PRESETS[preset].label)
    assert saved() == plan(small, preset)


def test_a_preset_chosen_after_another_is_its_own(uneven, small, saved):
    app = uneven()
    for preset in PRESETS:
        app.button_group(key="preset").set_value(preset).run()
        assert saved() == plan(small, preset)


EVERYTHING = {
    "hosts": (
        HostOf(SCHOOLS[0], 30, magnet=True, capacity=300, start=2),
        HostOf("new-1", 40, capacity=90, new=NewSchool("Brook School", 41.0, -81.5, "elementary", "KG", "04")),
        HostOf("new-2", 20, new=NewSchool("Hill School", 41.1, -81.4, "combined")),
    ),
    "ed_share": 0.4,
    "ed": Pool(0.3, 0.1, accept=0.9, per_seat=2.0, mistaken=0.05, leave=0.02, leave_changed=0.03, half_miles=2.0),
    "other": Pool(0.4, 0.2, accept=0.8, mistaken=0.1, leave=0.25, accept_half_miles=6.5),
    "draw": "distance",
    "unfilled": "second",
    "second_accept": 0.4,
    "second_date": "1 July",
    "change_points": 0.05,
    "outside_miles": 12.0,
    "stay": "drawn",
    "half_miles": 3.0,
    "set_asides": (
        SetAside("sibling", 0.1, schools=(SCHOOLS[1],), pool="other", rate=0.25),
        SetAside("proximity", 0.1, 2.0, pool="ed"),
        SetAside("feeder", 0.05, schools=(SCHOOLS[2],)),
    ),
    "sources": ("charters",),
    "private": Supply(500, 0.1),
    "home": Supply(50, 0.3),
    "years": 3,
    "attrition": 0.05,
    "backfill": False,
}


@pytest.mark.parametrize(
    "changed",
    [
        EVERYTHING,
        {"reserve": "band", "band": 0.15},
        {"reserve": "district"},
        {"reserve": "tiers", "tiers": (0.125, 0.333, 0.4)},
        {"draw": "table", "weights": (Weight(SCHOOLS[1], 0.5, 2.0),)},
        # What no control shows: of one group's senders, in another order, and to a tenth of a percent.
        {"ed": Pool(senders=(SCHOOLS[2],)), "ed_share": 0.505},
        {"set_asides": (SetAside("feeder", 0.05, schools=(SCHOOLS[2],)), SetAside("sibling", 0.1))},
        {"applicants": "school"},
        # Seats in several grades, with other numbers in other years, which no control shows.
        {
            "hosts": (HostOf(SCHOOLS[0], 9, "KG", later=(5, 4)), HostOf(SCHOOLS[0], 8, "01", start=2, later=(0,))),
            "years": 3,
        },
        {"reserve": "tiers", "tiers": (0.5, 0.5), "set_asides": (SetAside("sibling", 0.1, pool="tier 2", rate=0.1),)},
    ],
    ids=["everything", "band", "district", "tiers", "table", "senders", "order", "applicants", "grades", "tier"],
)
def test_a_file_opened_is_the_same_when_saved(uneven, small, saved, changed):
    scenario = plan(small, **changed)
    app = give(uneven(preset=PRESETS["cambridge"].label), scenario)
    assert saved() == scenario
    app.slider(key="seats").set_value(0).run()
    assert not app.exception


def test_what_a_file_carries_goes_when_its_control_is_moved(uneven, small, saved):
    app = give(uneven(), plan(small, ed_share=0.505, ed=Pool(senders=(SCHOOLS[2],))))
    app.slider(key="ed_share_dallas").set_value(60).run()
    assert saved().ed_share == 0.6
    assert saved().ed.senders == (SCHOOLS[2],)
    app.button(key="undo").click().run()
    assert saved().ed_share == 0.505


def test_the_link_of_an_opened_file_shows_the_same(uneven, small, saved, opened):
    app = give(uneven(), plan(small, **EVERYTHING))
    link = {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}
    before, shown = saved(), cards(app)
    other = opened("policy", **link)
    assert cards(other) == shown
    assert saved() == before


def test_a_file_of_the_first_layout_opens(uneven, small, saved):
    raw = json.loads(plan(small, ed_share=0.4).to_json())
    old = {name: raw[name] for name in ("dataset", "district", "year", "hosts", "ed_share")} | {"version": 1}
    for host in old["hosts"]:
        for name in ("magnet", "capacity", "new", "start", "later"):
            host.pop(name)
    give(uneven(), json.dumps(old))
    assert saved().ed_share == 0.4
    assert saved().applicants == "school"


def test_each_grade_of_a_host_has_seats_of_its_own(opened, saved):
    app = opened("policy")
    host = app.multiselect[0].value[0]
    before = saved()
    app.number_input(key=f"seats_{host}_01").set_value(7).run()
    expected = tuple(
        replace(each, seats=7) if (each.ncessch, each.grade) == (host, "01") else each for each in before.hosts
    )
    assert saved() == replace(before, hosts=expected)
    other = opened("policy", **{f"seats_{host}_01": "7"})
    assert other.number_input(key=f"seats_{host}_01").value == 7
    assert saved().hosts == expected


def test_a_new_school_s_point_is_on_a_map_that_says_it(opened):
    app = opened("policy", new_school="Brook School", new_map="true")
    (latitude,) = [each.value for each in app.number_input if each.label == "Latitude"]
    (longitude,) = [each.value for each in app.number_input if each.label == "Longitude"]
    (said,) = [each.proto.alt for each in app.get("plotly_chart") if "is to stand" in each.proto.alt]
    assert f"Brook School is to stand: latitude {latitude:.4f}, longitude {longitude:.4f}" in said


@pytest.mark.parametrize("said", [[30.5, -97.25, "Oak"], {"0": "30.5", "1": "-97.25", "2": "Oak"}])
def test_a_spot_clicked_is_what_the_controls_say(monkeypatch, said):
    state = {"map": {"selection": {"points": [{"customdata": said}]}}, "lat": 0.0, "lon": 0.0}
    monkeypatch.setattr(st, "session_state", state)
    atlas._take_point("map", ("lat", "lon"))
    assert (state["lat"], state["lon"]) == (30.5, -97.25)
    state["map"] = {"selection": {"points": []}}  # a click beside every spot
    atlas._take_point("map", ("lat", "lon"))
    assert (state["lat"], state["lon"]) == (30.5, -97.25)


def test_a_new_school_of_another_level_s_grade_is_refused_in_one_sentence(uneven):
    app = uneven(new_school="Brook School", new_grade_low="09")
    (said,) = [each.value for each in app.info if "Brook School" in each.value]
    assert "is of the level elementary, which has grades KG to 08, not 09" in said


def test_a_file_moves_the_view_to_what_it_is_about(uneven, small, saved):
    scenario = plan(small, hosts=(HostOf(f"{EVEN}00001", 50),), district=EVEN, level="elementary", excluded=())
    app = give(uneven(), scenario)
    assert "Even" in app.title[0].value
    assert saved() == scenario
    assert app.selectbox(key="level").value == "elementary"


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("{", "not valid JSON"),
        ({"dataset": "ohio"}, "was made for the dataset ohio"),
        ({"year": 1999}, "a year that"),
        ({"version": 9}, "version 9"),
        ({"draw": "best"}, "choose one of"),
    ],
)
def test_a_wrong_file_is_told_in_one_sentence_and_changes_nothing(uneven, small, saved, file, fault):
    app = uneven()
    before, notes = saved(), {each.value for each in app.warning}
    text = file if isinstance(file, str) else json.dumps(json.loads(plan(small).to_json()) | file)
    give(app, text)
    (told,) = {each.value for each in app.warning} - notes
    assert fault in told
    assert saved() == before


# settings that do not go together -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ({"siblings_dallas": "80", "nearby": "30"}, "at most 100% together"),
        ({"feeders": "10"}, "name one or set the share to 0"),
        ({"reserve": "tiers", "tiers": "80, 30"}, "The tiers add up to 110%"),
        ({"reserve": "tiers", "tiers": "50, 0"}, "give each its part, above 0"),
        ({"reserve": "tiers", "tiers": "half"}, "write them like 25, 25"),
        ({"reserve": "tiers"}, "The tiers have no seats yet; write them like 25, 25"),
        ({"draw": "table: willingness as a table of your own says for each school"}, "Give a table of willingness"),
    ],
)
def test_a_wrong_combination_is_one_sentence_beside_the_control(uneven, link, fault):
    app = uneven(**link)
    assert [fault in each.value for each in app.warning] == [True]
    assert fault in app.info[0].value
    assert not app.metric


def test_a_wrong_combination_can_be_undone(uneven):
    app = uneven()
    before = cards(app)
    app.number_input(key="feeders").set_value(10).run()
    assert not app.metric
    app.button(key="undo").click().run()
    assert cards(app) == before
    assert app.number_input(key="feeders").value == 0


def test_what_the_engine_refuses_is_told_with_the_schools_name(uneven):
    app = uneven()
    app.multiselect[0].set_value(SCHOOLS).run()
    assert app.info[0].value == (
        "No other school of the district serves the grades of host Uneven School 1; choose other hosts."
    )


def test_every_preset_is_found_by_its_name(small):
    assert all(preset_of(plan(small, preset)) == preset for preset in PRESETS)
