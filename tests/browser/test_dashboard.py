"""Journeys through the dashboard in a real browser, their numbers read off the page and off the command line."""

import json
from csv import DictReader

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard
from tests.small_state import EVEN, UNEVEN, lines, written

# Every page, and the least number of charts on it for the embedded state.
PAGES = {
    "/": 3,
    "/?groups=all+races&chain=counties%2C+districts%2C+schools": 3,
    "/districts": 2,
    "/district": 3,
    "/district?groups=all+races": 3,
    "/trends": 3,
    "/policy": 4,
    "/borders": 2,
    "/statewide": 0,
    "/sources": 0,
    "/methods": 0,
}
CALIFORNIA = "/{page}?state=California"
# What axe-core finds in Streamlit's own parts, which nothing in a page can change.
STREAMLITS_OWN = {
    "svg-img-alt",  # the metric's sparkline has no name
    "presentation-role-conflict",  # the uploader's hidden input can be focused
}
# The same, but only inside a widget of Streamlit's: a plain table's scroll box cannot be focused.
OF_WIDGETS = {
    "scrollable-region-focusable": "part => part.closest('[data-testid=stTable]') !== null",
}
GRAVE = ("serious", "critical")


# journeys -----------------------------------------------------------------------------------------------------------


def test_overview_to_district_to_policy_shows_what_the_command_line_prints(visit, command, tmp_path):
    tab = visit(new=True)
    # Pages show the data as loaded.
    shown = ["--minimum-cell", "0", "--format"]
    year = json.loads(command("decompose", "franklin", "--year", "2023", *shown, "json"))["2023"]
    for name, parts in {"Variance ratio (V)": "variance_ratio", "Theil's H": "theil_h"}.items():
        assert tab.row(name)[:3] == [f"{year[parts][part]:.2f}" for part in ("total", "between", "within")]
    share = year["variance_ratio"]["between"] / year["variance_ratio"]["total"]
    assert f"{share:.0%} of that separation lies between districts" in tab.text

    tab.open_page("District")
    rows = DictReader(command("indices", "franklin", "--by", "district", "--year", "2023", *shown, "csv").splitlines())
    (district,) = [row for row in rows if row["place_name"] == tab.title]
    assert tab.row("Dissimilarity (D)")[0] == f"{float(district['dissimilarity']):.2f}"
    assert tab.row("Variance ratio (V)")[0] == f"{float(district['variance_ratio']):.2f}"

    tab.page.get_by_test_id("stMain").locator("a[href*=policy]").first.click()
    expect(tab.page.locator("h1")).to_contain_text(district["place_name"])
    expect(tab.page.get_by_test_id("stMetric")).to_have_count(6)
    tab.settled()
    scenario = tmp_path / "scenario.json"
    command("scenario", "franklin", "--district", district["place"], "-o", scenario)
    outcome = json.loads(command("simulate", "franklin", scenario, *shown, "json"))
    for card, name in zip(tab.cards, ("dissimilarity", "variance_ratio", "exposure"), strict=False):
        change = outcome["indices"][name]
        assert card == f"{change['before']:.3f} → {change['after']:.3f}"
    moved = f"{outcome['indices']['moved']['after']:,.0f} students, disadvantaged and others, change schools"
    assert f"{moved} by this plan for {district['place_name']}" in tab.text
    hosts = [school for school in outcome["schools"] if school["host"]]
    drawn = tab.trace("dumbbell", "after, with 5–95% range")["x"][: len(hosts)]
    assert sorted(drawn) == pytest.approx(sorted(host["ed_after"] / host["students_after"] for host in hosts), abs=1e-9)


def test_the_link_shows_the_same_to_another_visitor(visit):
    tab = visit()
    tab.change_view(School_year="2020–21", Level="elementary", Groups="Black")
    assert "2020–21" in tab.view
    assert "elementary" in tab.view
    tab.open_page("50/50 policy")
    assert "2020–21" in tab.view
    tab.choose("District", "9000400")
    tab.pick("preset", "50/50 within the district")
    tab.pick("turnout", "high")
    assert "preset=" in tab.link
    assert "9000400" in tab.link
    seen = tab.shown()
    assert len(seen[2]) == 6
    other = visit(tab.link, new=True)
    expect(other.page.get_by_test_id("stMetricValue")).to_have_count(6)
    assert other.shown() == seen
    tab.page.reload()
    assert tab.settled().shown() == seen


def test_a_planner_keeps_a_plan_tries_others_and_goes_back(visit, tmp_path):
    tab = visit("/policy")
    first = tab.cards
    tab.page.get_by_role("button", name="Keep this one").click()
    tab.settled().pick("turnout", "low")
    assert tab.cards != first
    tab.page.get_by_role("button", name="Keep this one").click()
    tab.settled()
    assert tab.row("Dissimilarity (D)")[0].startswith(first[0])
    assert tab.row("Dissimilarity (D)")[1].startswith(tab.cards[0])
    with tab.page.expect_download() as given:
        tab.page.get_by_role("button", name="Scenario (JSON)").click()
    raw = json.loads(given.value.path().read_text(encoding="utf-8"))
    raw["draw"], raw["half_miles"] = "distance", 3.0
    changed = tmp_path / "plan.json"
    changed.write_text(json.dumps(raw), encoding="utf-8")
    tab.page.get_by_role("button", name="Open a scenario file").click()
    tab.page.locator("input[type=file]").set_input_files(changed)
    expect(tab.page.get_by_test_id("stMetricValue").nth(1)).not_to_have_text(tab.cards[1])  # V, as D stays
    seen = tab.settled().cards
    assert "half_miles=3" in tab.link
    assert visit(tab.link, new=True).cards == seen
    tab.page.keyboard.press("Escape")
    for _ in range(2):
        tab.page.get_by_role("button", name="Undo").click()
        tab.settled()
    assert tab.cards == first


def test_back_returns_to_the_page_before(visit):
    tab = visit("/districts?level=high")
    title = tab.title
    tab.open_page("Methods")
    tab.page.go_back()
    expect(tab.page.locator("h1")).to_have_text(title)
    assert "high" in tab.settled().view


def test_zero_seats_change_nothing(visit):
    tab = visit("/policy?seats=0")
    assert not any(" → " in card for card in tab.cards)


def test_a_district_on_the_map_opens_its_page(visit):
    tab = visit()
    box = tab.page.get_by_role("figure", name="Map of districts").locator(".js-plotly-plot").bounding_box()
    tab.page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45)
    opener = tab.page.get_by_test_id("stMain").locator("a[href*='district?district=']").first
    name = opener.inner_text()
    opener.click()
    expect(tab.page.locator("h1")).not_to_contain_text("separation")
    assert tab.settled().title in name


def test_a_statewide_policy_runs_when_asked_and_its_link_shows_it_again(visit):
    tab = visit("/statewide?all_least=12")
    tab.page.get_by_role("button", name="Simulate").click()
    expect(tab.page.get_by_text("Every district", exact=True)).to_be_visible(timeout=30_000)
    cards = tab.settled().cards
    assert len(cards) == 4
    assert violations(tab) == []
    assert visit(tab.page.url).cards == cards


# every page ---------------------------------------------------------------------------------------------------------


def overflow(tab: Dashboard) -> int:
    """How many pixels the page is wider than the window."""
    return tab.page.evaluate(
        "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
        ".reduce((most, part) => Math.max(most, part.scrollWidth - part.clientWidth), 0)"
    )


def violations(tab: Dashboard) -> list[tuple[str, str]]:
    """What axe-core finds grave and not Streamlit's own, with where it finds it."""
    return [
        (each["id"], node["html"][:200])
        for each in Axe().run(tab.page).response["violations"]
        if each["impact"] in GRAVE and each["id"] not in STREAMLITS_OWN
        for node in each["nodes"]
        if not (each["id"] in OF_WIDGETS and tab.page.locator(node["target"][0]).evaluate(OF_WIDGETS[each["id"]]))
    ]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("link", PAGES)
def test_every_page_fits_and_can_be_used_by_everyone(visit, link, dark):
    tab = visit(link, dark=dark)
    found = violations(tab)
    assert tab.page.locator(".js-plotly-plot").count() >= PAGES[link]
    tab.page.set_viewport_size({"width": 390, "height": 844})
    tab.settled()
    assert overflow(tab) <= 0
    assert found + violations(tab) == []
    assert tab.pale_in_charts() == []


@pytest.mark.parametrize("page", ["", "districts", "district", "policy", "borders"])
def test_a_state_without_boundaries_or_races_makes_sense(visit, page):
    tab = visit(CALIFORNIA.format(page=page))
    assert "California" in tab.view
    assert "nan" not in tab.text.lower().split()
    assert tab.page.get_by_test_id("stAlertContentError").count() == 0


def test_a_link_to_a_dataset_that_is_not_there_falls_back(visit):
    tab = visit("/?state=Atlantis&year=1812&district=Nowhere")
    assert "Franklin" in tab.view
    assert tab.page.get_by_test_id("stAlertContentError").count() == 0


# one's own data -----------------------------------------------------------------------------------------------------


def upload(tab: Dashboard, path, name: str) -> None:
    tab.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
    tab.page.get_by_role("textbox", name="Name (optional)").fill(name)
    tab.page.get_by_role("button", name="Read and store").click()


def test_a_filled_template_becomes_a_state_to_look_at(visit, command, tmp_path):
    tab = visit("/sources")
    upload(tab, written(tmp_path / "my-schools.csv"), "mine")
    expect(tab.page.get_by_test_id("stAlertContentSuccess")).to_be_visible()
    assert "mine" in command("datasets")
    tab = visit()
    tab.change_view(State="Ohio")
    # The two districts hold 6 of 38 parts of V between them.
    assert tab.row("Variance ratio (V)")[:3] == ["0.26", "0.04", "0.22"]
    tab.open_page("District")
    assert "Uneven" in tab.choose("District", UNEVEN).title
    assert "Even" in tab.choose("District", EVEN).title


def test_a_broken_file_is_refused_in_one_sentence(visit, command, tmp_path):
    before = command("datasets")
    rows = lines()
    tab = visit("/sources")
    upload(tab, written(tmp_path / "broken.csv", [*rows[:2], rows[2].replace(",50,", ",150,"), *rows[3:]]), "broken")
    told = tab.page.get_by_test_id("stAlertContentError")
    expect(told).to_contain_text("broken.csv")
    expect(told).to_contain_text("row 3")
    assert command("datasets") == before
