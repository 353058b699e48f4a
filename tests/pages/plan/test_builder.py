"""The builder of plans: steps back, files, links, and settings that do not go together."""

import io
import json
import zipfile
from dataclasses import replace

import pytest
import streamlit as st

from analysis.policy.ground import ground
from analysis.policy.optimum import least_segregated
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits, places_of
from analysis.policy.presets import PRESETS, scenario_from_preset
from analysis.policy.scenario import Host as HostOf
from analysis.policy.scenario import NewSchool, Pool, SetAside, Supply, Weight, from_json
from data import store
from pages.plan import cached
from pages.plan.compare import HELD
from pages.plan.files import together
from pages.plan.pictures import PICTURES
from pages.plan.session import preset_of
from pages.shared import atlas
from pages.shared.packed import packed
from pages.words import plan as plan_words
from tests.small_state import EVEN, UNEVEN

SCHOOLS = [f"{UNEVEN}0000{number}" for number in (1, 2, 3)]


@pytest.fixture
def saved(monkeypatch):
    """The scenario that the page would save, as last drawn."""
    given = {}

    def button(_, label, data, **__):
        given[label] = data

    monkeypatch.setattr(st.delta_generator.DeltaGenerator, "download_button", button)
    monkeypatch.setattr(st, "download_button", lambda label, data, **more: button(None, label, data, **more))
    return lambda: from_json(given["Scenario (JSON)"])


@pytest.fixture
def uneven(opened, small):
    """The policy page of the small state's uneven district."""
    return lambda **link: opened("policy", state=small.label, district=f"Uneven ({UNEVEN})", **link)


def plan(small, preset="dallas", **changed):
    start = scenario_from_preset(store.schools(small), preset, dataset="small", district=UNEVEN, year=2020)
    of_view = {"excluded": ("virtual", "special", "juvenile", "adult"), "basis": "state"}
    return replace(start, **of_view | changed)


def give(app, *scenarios):
    """Hand the page scenario files, as their texts."""
    texts = [each if isinstance(each, str) else each.to_json() for each in scenarios]
    files = [(f"plan {n}.json", text.encode(), "application/json") for n, text in enumerate(texts, start=1)]
    app.file_uploader(key="scenario_files").set_value(files).run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def cards(app):
    return [card.value for card in app.metric]


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


# several plans, and the best possible -------------------------------------------------------------------------------


def test_plans_are_kept_and_removed(uneven):
    app = uneven()
    kept = cards(app)
    app.text_input(key="name_Dallas 50/50").set_value("All seats").run()
    app.button(key="keep").click().run()
    app.slider(key="seats").set_value(50).run()
    app.button(key="keep").click().run()
    table = next(each.value for each in app.table if HELD in each.value.index)
    assert table.columns[0] == "1 · All seats"
    assert table.loc[HELD].tolist() == ["100", "50"]
    assert table.loc["Dissimilarity (D)"].iloc[0].startswith(kept[0])
    for _ in range(2):
        app.button(key="keep").click().run()
    assert app.button(key="keep").disabled  # four stand side by side
    app.button(key="drop_0").click().run()
    table = next(each.value for each in app.table if HELD in each.value.index)
    assert table.loc[HELD].tolist() == ["50"] * 3


def compared(app):
    return [*next(each.value for each in app.table if HELD in each.value.index).columns]


def test_plans_kept_are_in_the_link_and_come_back_from_it(uneven):
    app = uneven(preset=PRESETS["chicago"].label)
    app.button(key="keep").click().run()
    app.slider(key="seats").set_value(50).run()
    app.text_input(key="name_Chicago tiers").set_value("Half & half: ü").run()
    app.button(key="keep").click().run()
    assert any("are in the link" in each.value for each in app.caption)
    link = dict(app.query_params)
    assert 100 < len("".join(link["plans"])) < 700
    again = uneven(**{name: value for name, value in link.items() if name not in ("state", "district")})
    assert compared(again) == compared(app) == ["1 · Chicago tiers", "2 · Half & half: ü"]
    table, same = (next(each.value for each in one.table if HELD in each.value.index) for one in (app, again))
    assert table.equals(same)
    again.button(key="drop_0").click().run()
    again.button(key="drop_0").click().run()
    assert "plans" not in again.query_params


def test_what_a_link_cannot_hold_is_told(uneven, small):
    app = give(
        uneven(), plan(small, name="By table", draw="table", weights=(Weight(SCHOOLS[0]),)), plan(small, name="B")
    )
    assert any("The link cannot hold By table: " in each.value for each in app.caption)
    assert compared(app) == ["1 · By table", "2 · B"]
    names = [
        f"{number}: " + "".join(chr(33 + (number * 7919 * k) % 4000) for k in range(1, 900)) for number in range(3)
    ]
    app = give(uneven(), *[plan(small, name=name) for name in names])
    assert "plans" not in app.query_params
    assert any("The link cannot hold 0: " in each.value for each in app.caption)


@pytest.mark.parametrize("letters", ["x", "é", "eJw", packed([{"colour": 1}]), packed({"a": 1}), packed([3])])
def test_a_link_cut_short_keeps_nothing(uneven, letters):
    app = uneven(plans=letters)
    assert any("Keep a plan, change the controls" in each.value for each in app.caption)


def test_plans_side_by_side_say_through_what_h_changes(uneven):
    app = uneven()
    for _ in range(2):
        app.button(key="keep").click().run()
    table = next(each.value for each in app.table if "How groups are spread" in each.value)
    assert [label.split(" · ")[0] for label in table.index] == ["today → 1", "today → 2", "1"]
    assert table.iloc[0].tolist() == table.iloc[1].tolist()
    assert table.iloc[2]["Change"] == "±0.0000"


def test_several_files_are_compared(uneven, small, saved):
    scenarios = [plan(small, ed_share=share, name=f"Plan {share:.0%}") for share in (0.5, 0.4, 0.3)]
    app = give(uneven(), *scenarios)
    assert saved() == scenarios[0]
    table = next(each.value for each in app.table if HELD in each.value.index)
    assert [*table.columns] == ["1 · Plan 50%", "2 · Plan 40%", "3 · Plan 30%"]


def test_files_saved_together_are_the_scenarios(small):
    scenarios = [plan(small, name="A plan"), plan(small, ed_share=0.3, name="../other")]
    with zipfile.ZipFile(io.BytesIO(together(scenarios))) as archive:
        assert archive.namelist() == ["1-a-plan.json", "2-other.json"]
        assert [from_json(archive.read(name).decode()) for name in archive.namelist()] == scenarios
    assert together(scenarios) == together(scenarios)


def test_the_plan_stands_beside_the_best_possible(uneven, small):
    app = uneven(preset=PRESETS["district-only"].label)
    (said,) = [each.value for each in app.markdown if "The best assignment that moves no more" in each.value]
    scenario = plan(small, "district-only")
    outcome = simulate(store.schools(small), scenario)
    places = places_of(ground(store.schools(small), scenario))
    moved = outcome.district["moved"].after
    best = least_segregated(places, Limits(move=moved / 300))
    change = outcome.district["dissimilarity"]
    assert f"from {change.before:.3f} to {change.after:.3f} with {moved:,.0f} students moved" in said
    assert f"comes to {best.value:.3f}" in said
    assert best.moved <= moved


def test_the_hosts_that_could_do_most_can_be_tried(uneven, saved):
    app = uneven(**{f"hosts_{UNEVEN}_dallas": "Uneven School 2 (390000100002)"})
    assert app.multiselect[0].value == [SCHOOLS[1]]
    app.button(key="try_best").click().run()
    assert not app.exception
    (host,) = saved().hosts
    assert host.ncessch in (SCHOOLS[0], SCHOOLS[2])
    app.button(key="undo").click().run()
    assert app.multiselect[0].value == [SCHOOLS[1]]


def said(app, words):
    """The one text of the page with these words."""
    (text,) = [each.value for each in [*app.markdown, *app.caption] if words in each.value]
    return text


def test_the_best_is_asked_for_with_an_index_limits_and_a_target(uneven):
    app = uneven(best_index="V", best_stay="90", best_move="10", best_target="0.01", best_hosts="2")
    assert "This plan takes V between" in said(app, "The best assignment that moves no more")
    stands = said(app, "No assignment within these limits reaches V = 0.01")
    assert "without the share of students who may move and the share of each school's" in stands
    assert "Limits set: at most 10% of all students move, 90% of each school's students stay." in said(
        app, "Limits set"
    )
    assert "at most 2 schools host" in said(app, "Best hosts")
    app.toggle(key="best_outside").set_value(True).run()
    assert not app.exception
    assert said(app, "By this plan's own rules no outside share reaches V = 0.01")


def test_a_plan_that_moves_nobody_stands_beside_the_best_hosts(uneven):
    app = uneven(preset=PRESETS["do-nothing"].label, best_stay="100")
    assert said(app, "students in Uneven in 2020–21 stays at 0.533.")
    assert said(app, "no distance is known")
    app = uneven(preset=PRESETS["do-nothing"].label)
    assert "The host found to do most is Uneven School" in said(app, "This plan moves nobody")


def test_the_best_hosts_are_of_the_plans_own_kind(uneven):
    app = uneven(preset=PRESETS["district-share"].label)
    # 150 of the district's 300 are disadvantaged, so half of the seats mirror it; three in ten do as asked.
    assert "50% of them for disadvantaged students" in said(app, "Best hosts")
    app = uneven(**{"ed_share_dallas": "30"})
    assert "30% of them for disadvantaged students" in said(app, "Best hosts")


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
