"""Every page on states rich and poor in data: it runs, has a heading, and says the numbers the analysis finds."""

import json

import pytest

from analysis.indices import INDICES, MULTIGROUP
from analysis.measured import decomposed, decomposed_by_level, indices_by, ranked_districts
from data import store
from data.groups import comparison, with_bands
from data.quality.report import of_dataset
from data.schema import ED_BASES, LEVELS
from data.sensitivity import sensitivity
from tests.pages.every_page import ABOUT_A_VIEW, CALIFORNIA, PAGES, sentence
from tests.pages.figures import values
from tests.small_state import EVEN, UNEVEN


def label_of(name):
    return store.find(name).label


# every page, every state --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("dataset", ["franklin", "california-2000"])
def test_every_page_has_one_title(opened, page, dataset):
    app = opened(page, state=label_of(dataset))
    assert len(app.title) == 1


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("dataset", ["franklin", "california-2000"])
def test_every_level_has_its_pages(opened, page, level, dataset):
    app = opened(page, state=label_of(dataset), level=level)
    assert app.selectbox(key="level").value == level
    assert level in app.markdown[0].value


@pytest.mark.parametrize("page", ["overview", "district", "policy", "borders"])
def test_a_state_without_places_says_why_there_is_no_map(opened, page):
    app = opened(page, state=CALIFORNIA)
    assert any("no map" in each.value for each in app.info)


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
def test_races_have_their_pages(opened, page):
    app = opened(page)
    bands, all_races, first_race, last_pair = 1, 2, 3, len(app.selectbox(key="groups").options) - 1
    for choice in (bands, all_races, first_race, last_pair):
        app.selectbox(key="groups").select_index(choice).run()
        assert not app.exception
        assert len(app.title) == 1


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
def test_a_state_of_one_school_makes_sense(opened, one_school, page):
    app = opened(page, state=one_school.label)
    assert "1" in app.markdown[0].value
    if page == "overview":
        assert "no separation" in sentence(app)
    if page == "policy":
        assert len(app.info) == 1
        assert not app.metric


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
def test_a_level_without_schools_is_said_to_be_empty(opened, small, page):
    app = opened(page, state=small.label, level="high")
    assert len(app.info) == 1
    assert not app.metric
    assert not app.dataframe


@pytest.mark.parametrize("page", PAGES)
def test_fictional_data_is_labelled_on_every_page(opened, page):
    assert any("invented" in each.value or "fictional" in each.value for each in opened(page).warning)
    assert not any("invented" in each.value for each in opened(page, state=CALIFORNIA).warning)


@pytest.mark.parametrize("page", ["overview", "districts"])
def test_without_boundaries_the_page_says_there_is_no_map(opened, page):
    app = opened(page, state=CALIFORNIA)
    assert any("boundar" in each.value for each in app.info)


def test_without_races_only_ed_can_be_compared(opened):
    assert len(opened("overview", state=CALIFORNIA).selectbox(key="groups").options) == 1


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
@pytest.mark.parametrize(
    "link", [{"state": "Atlantis"}, {"year": "1812–13"}, {"level": "nursery"}, {"groups": "nobody"}, {"basis": "guess"}]
)
def test_a_link_that_says_what_is_not_there_falls_back(opened, page, link):
    app = opened(page, **link)
    assert label_of("franklin") in app.markdown[0].value


@pytest.mark.parametrize(
    "link", [{"district": "Nowhere (1)"}, {"preset": "none"}, {"hosts_1_x": "1"}, {"seats": "700"}]
)
def test_a_link_to_an_unknown_district_or_setting_falls_back(opened, link):
    assert opened("policy", **link).metric


# numbers ------------------------------------------------------------------------------------------------------------


def test_overview_says_where_separation_lies_by_hand(opened, small, numbers):
    # Isolation 134/240, the others' exposure 106/360; 6 of 38 parts of V lie between the two districts.
    app = opened("overview", state=small.label)
    assert set(numbers(sentence(app))) >= {"56", "29", "16%", "84%"}


def test_overview_table_holds_the_analysis(opened):
    table = store.schools(store.find("franklin"))
    this_year = table[table["year"] == table["year"].max()]
    parts = decomposed(this_year, "ed", None).iloc[0]
    state = indices_by(this_year, "state", "ed", None).iloc[0]
    shown = opened("overview").table[0].value
    row = shown.loc["Variance ratio (V)"].tolist()
    assert row[:3] == [f"{parts['variance_ratio', part]:.2f}" for part in ("total", "between", "within")]
    row = shown.loc["Dissimilarity (D)"].tolist()
    assert row[:2] == [f"{parts['dissimilarity', part]:.2f}" for part in ("total", "between")]
    assert f"{parts['dissimilarity', 'added_within']:.2f}" in row[2]
    assert shown.loc["Gini (G)"].iloc[0] == f"{state['gini']:.2f}"


def test_overview_answers_for_each_index_what_lies_between_districts(opened, small, numbers):
    app = opened("overview", state=small.label)
    said = next(each.value for each in app.markdown if each.value.startswith("Of the separation"))
    assert "6" not in numbers(said)
    # 6 of 38 parts of V lie between districts.
    assert "By the variance ratio (V), 16% lies between districts and 84% within them." in said
    assert "it is 0.21 over districts, and sorting within districts adds 0.21 to make 0.42" in said


@pytest.mark.parametrize(("label", "measure"), [("Theil's H", "theil_h"), ("Exposure shortfall", "exposure_shortfall")])
def test_overview_ranks_districts_by_the_index_chosen(opened, small, numbers, label, measure):
    """Both of the small state's districts together hold all of it; the picture holds what the analysis gives."""
    app = opened("overview", state=small.label, contributed=label)
    assert app.selectbox(key="contributed").value == label
    rows = ranked_districts(store.schools(small), "ed", None, measure)
    chart = next(chart.proto for chart in app.get("plotly_chart") if "districts-by-contribution" in chart.proto.config)
    bars = [trace for trace in json.loads(chart.spec)["data"] if trace["type"] == "bar"]
    for each, part in zip(bars, ("between", "within"), strict=True):
        assert values(each["x"]) == pytest.approx(rows[part].tolist())
    (said,) = [each.value for each in app.markdown if "districts that contribute most hold" in each.value]
    assert numbers(said)[:2] == ["2", "100%"]


def test_all_races_are_not_ranked_by_what_compares_two(opened):
    of_many = opened("overview", groups="all races").selectbox(key="contributed").options
    assert of_many == ["Normalized exposure of all groups (V)", "Theil's H", "Mutual information (M)"]


def test_income_bands_have_rank_order_h_and_their_own_words(opened):
    label = comparison("income-bands").label
    table = with_bands(store.schools(store.find("franklin")))
    this_year = table[(table["year"] == table["year"].max()) & ~table["virtual"].fillna(False)]
    bands = comparison("income-bands")
    state = indices_by(this_year, "state", bands.group, bands.other, bands.indices).iloc[0]
    app = opened("overview", groups=label)
    assert "two students differ in income band" in sentence(app)
    assert app.table[0].value.loc["Rank-order H (H^R)", "All schools"] == f"{state['rank_order_h']:.2f}"
    compared = opened("districts", groups=label, measure="Rank-order H (H^R)")
    assert compared.selectbox(key="measure").value == "rank_order_h"
    assert label not in opened("overview", state=CALIFORNIA).selectbox(key="groups").options


def test_every_school_stands_with_what_chance_gives_it(opened, small):
    app = opened("district", state=small.label, district=f"Uneven ({UNEVEN})")
    rows = next(each.value for each in app.dataframe if "By chance" in each.value)
    # Three schools of one size share out alike by chance; Uneven's middle school contributes nothing.
    assert rows["By chance"].tolist() == pytest.approx([100 / 3] * 3, abs=5)
    middle = rows.set_index("School id").loc[f"{UNEVEN}00002"]
    assert middle["Contribution to D"] == 0
    assert 0 <= middle["From"] < middle["To"] < 30
    many = opened("district", groups="all races").dataframe
    assert any({"Local H", "By chance", "From"} <= set(each.value) for each in many)


def test_overview_splits_over_a_chain_of_levels(opened):
    table = store.schools(store.find("franklin"))
    this_year = table[(table["year"] == table["year"].max()) & ~table["virtual"].fillna(False)]
    rows = decomposed_by_level(this_year, "ed", None, ["county", "leaid"])
    shares = rows.loc[rows["measure"] == "variance_ratio", "share"].map("{:.0%}".format).tolist()
    app = opened("overview", chain="counties, districts, schools")
    said = next(each.value for each in app.markdown if each.value.startswith("By V"))
    assert [share in said for share in shares] == [True] * 3
    assert app.selectbox(key="chain").value == "counties, districts, schools"


def test_a_state_of_one_chain_offers_no_choice(opened):
    app = opened("overview", state=CALIFORNIA)
    assert "chain" not in [each.key for each in app.selectbox] or len(app.selectbox(key="chain").options) > 1


def test_all_races_have_the_multigroup_indices_and_say_what_is_absent(opened):
    app = opened("overview", groups="all races")
    table = store.schools(store.find("franklin"))
    this_year = table[(table["year"] == table["year"].max()) & ~table["virtual"].fillna(False)]
    every = comparison("all-races")
    state = indices_by(this_year, "state", every.group, every.other).iloc[0]
    shown = app.table[0].value["All schools"]
    for name, index in MULTIGROUP.items():
        assert shown[index.called] == f"{state[name]:.2f}"
    assert shown["Exposure (aPb)"] == "not defined: compares two groups only"
    assert f"{state['diversity']:.0%}" in sentence(app)
    assert app.markdown[0].value.count("all races") == 1


def test_districts_and_schools_of_all_races(opened):
    app = opened("districts", groups="all races")
    rows = app.dataframe[0].value
    assert "Exposure" not in rows
    assert rows["Dissimilarity of all groups"].notna().all()
    assert any("compare two groups only" in each.value for each in app.caption)
    tables = [each.value for each in opened("district", groups="all races").dataframe]
    shown = next(each for each in tables if "Local H" in each)
    assert {"Chance of difference in race", "Contribution to M", "Local H"} <= set(shown)
    assert shown["Contribution to M"].sum() == pytest.approx(100)


def test_methods_reads_the_views_own_values_aloud(opened, small):
    said = [each.value for each in opened("methods", state=small.label).markdown if "Here:" in each.value]
    assert len(said) == len(INDICES)
    # D is 5/12.
    assert "42% of economically disadvantaged students would have to change schools" in said[0]
    every = [each.value for each in opened("methods", groups="all races").markdown if "Here:" in each.value]
    assert len(every) == len(MULTIGROUP)


def test_overview_sets_the_definitions_side_by_side(opened, small):
    table = store.schools(store.find("franklin"))
    rows = sensitivity(table[table["year"] == table["year"].max()]).set_index("basis")
    app = opened("overview")
    shown = app.table[2].value
    assert shown.index.tolist() == [ED_BASES[basis] for basis in rows.index]
    counted = [float(cell.partition(",")[0]) for cell in shown["V"]]
    assert counted == pytest.approx(rows["variance_ratio"].tolist(), abs=0.0051)
    said = next(each.value for each in app.markdown if "over all definitions" in each.value)
    assert f"{rows['full_schools'].max():,} schools" in said
    assert len(opened("overview", state=small.label).table) == 2


def test_districts_table_holds_the_analysis(opened, small):
    app = opened("districts", state=small.label, floor="0")
    rows = app.dataframe[0].value.set_index("District")
    assert rows["Students"].to_dict() == {"Uneven": 300, "Even": 300}
    # The page ranks by V, and rounds only on screen.
    assert rows.index[0] == "Uneven"
    assert rows["Variance ratio"].to_dict() == pytest.approx({"Uneven": 32 / 75, "Even": 0.0}, abs=1e-15)


def test_districts_side_by_side(opened, small):
    app = opened("districts", state=small.label)
    assert not app.table
    app.multiselect(key="picked").set_value([UNEVEN, EVEN]).run()
    shown = app.table[0].value
    uneven, even = shown.loc["Variance ratio (V)"]
    assert uneven.startswith("0.43, corrected 0.4")
    assert even.startswith("0.00, corrected 0.0")
    assert shown.loc["Gini (G)"].str.fullmatch(r"0\.\d\d, corrected 0\.\d+ \(0\.\d+–\u20600\.\d+\)").all()


def test_district_says_its_share_and_range_by_hand(opened, small, numbers):
    app = opened("district", state=small.label, district=f"Uneven ({UNEVEN})")
    assert "Uneven" in app.title[0].value
    assert numbers(sentence(app))[-5:] == ["50", "100", "3", "10", "90"]
    assert app.table[0].value.loc["Dissimilarity (D)", "Value"] == "0.53"
    assert app.table[0].value.loc["Variance ratio (V)", "Value"] == "0.43"


def test_a_district_of_equal_schools_has_nothing_to_share_out(opened, small):
    app = opened("district", state=small.label, district=f"Even ({EVEN})")
    assert app.table[0].value.loc["Variance ratio (V)", "Value"] == "0.00"
    assert len(app.get("plotly_chart")) < len(opened("district").get("plotly_chart"))


def test_a_district_shows_its_students_by_grade(opened, small):
    app = opened("district")
    shown = app.dataframe[-1].value
    assert [*shown.columns] == ["School", "School id", "PK", "K", *map(str, range(1, 13))]
    rows = store.schools(store.find("franklin"), [2023]).set_index("ncessch")["students"]
    sums = shown.set_index("School id").drop(columns="School").sum(axis=1)
    assert (sums == rows[sums.index]).all()
    assert "Students by grade" not in [each.value for each in opened("district", state=small.label).subheader]


def test_cep_like_schools_are_marked_on_their_districts_page(opened, full):
    app = opened("district", state=full, district=f"Uneven ({UNEVEN})")
    assert any("1 of 3 schools of Uneven in 2020–21 is CEP-like, with 33% of" in each.value for each in app.markdown)
    marks = next(each.value for each in app.dataframe if "CEP-like" in each.value).set_index("School")["CEP-like"]
    assert marks.dropna().to_dict() == {"Uneven School 1": "every student is counted"}
    even = opened("district", state=full, district=f"Even ({EVEN})")
    assert not any("CEP-like" in each.value for each in even.markdown)
    races = opened("district", state=full, district=f"Uneven ({UNEVEN})", groups="Black students / other students")
    assert "CEP-like" not in races.dataframe[0].value


def test_the_view_holds_from_page_to_page(opened):
    app = opened("overview", state=CALIFORNIA, level="high")
    for page in PAGES:
        app.switch_page(f"{page}.py").run()
        assert not app.exception
        assert app.selectbox(key="state").value == CALIFORNIA
        assert app.selectbox(key="level").value == "high"


# what is downloaded -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ABOUT_A_VIEW)
def test_every_page_of_numbers_says_where_they_come_from(opened, page):
    told = opened(page).caption[-1].value
    manifest = store.find("franklin")
    assert manifest.source in told
    assert manifest.input_hash[:12] in told


def test_sources_lists_every_dataset(opened, small):
    app = opened("sources")
    assert [each.label.split("**")[1] for each in app.expander if "**" in each.label] == [
        label_of("franklin"),
        CALIFORNIA,
        small.label,
    ]


# quality ------------------------------------------------------------------------------------------------------------


def test_quality_shows_each_finding_of_the_year_with_its_rows(opened):
    report = of_dataset(store.find("franklin"))
    app = opened("quality", year="2020–21")
    found = report.of_year(2020)
    assert [metric.value for metric in app.metric] == [str(number) for number in report.of_severity(2020).values()]
    shown = [each.label.partition(" · ")[2] for each in app.expander if " · " in each.label]
    assert shown == [finding.sentence for finding in found]
    jump = next(finding for finding in found if finding.check == "enrolment_jump")
    assert any(jump.rows["school"].iloc[0] in table.value.to_numpy() for table in app.table)
    assert [button.label for button in app.get("download_button")] == ["Every year (HTML)", "Every year (JSON)"]


def test_quality_says_what_could_not_be_checked(opened):
    shown = "\n".join(each.value for each in opened("quality", state=CALIFORNIA).markdown)
    assert "Enrolment more than doubled or halved: the data has one school year." in shown


def test_indices_stand_beside_what_chance_alone_gives(opened, small):
    link = {"state": small.label}
    (shown,) = [each.value for each in opened("district", **link).table if "By chance alone" in each.value]
    # Uneven, the first: three schools of 100, so V is 2/299 by chance and (32/75 − 2/299) / (1 − 2/299) without it.
    assert shown.loc["Variance ratio (V)", "By chance alone"] == "0.007"
    assert shown.loc["Variance ratio (V)"].iloc[2].startswith("0.42 (")
    (state,) = [each.value for each in opened("overview", **link).table if "By chance alone" in each.value]
    assert state.loc["Variance ratio (V)", ["All schools", "By chance alone"]].tolist() == ["0.26", "0.008"]


def test_a_ranking_marks_districts_where_chance_explains_much(opened, small):
    app = opened("districts", state=small.label, floor="0")
    assert any("In 1 of the 2 districts of Ohio ranked in 2020–21" in each.value for each in app.markdown)
    table = app.dataframe[0].value.set_index("District")
    assert table["Read with care"].to_dict() == {"Uneven": "", "Even": "chance explains much"}
