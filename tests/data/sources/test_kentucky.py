"""Kentucky's six years, as its files say."""

import pytest

from data import store
from data.load import load


@pytest.fixture(scope="module")
def kentucky(realdata, tmp_path_factory):
    """Six years of Kentucky, loaded once."""
    folder = realdata / "ky_src_2012_2018"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(tmp_path_factory.mktemp("kentucky")))
        manifest = load(sorted(folder.glob("*.rda")))
        yield manifest, store.schools(manifest)


def test_kentucky_has_six_years_with_races_lunch_teachers_and_points(kentucky):
    manifest, table = kentucky
    assert manifest.label == "Kentucky"
    assert manifest.years == (2011, 2012, 2013, 2014, 2015, 2016)
    # The folder's README: lunch counts are missing in 104 to 277 of some 1,430 schools a year.
    for name, least in (("white", 0.85), ("teachers", 0.85), ("latitude", 0.95), ("ed_frpl", 1 - 277 / 1430)):
        assert table.groupby("year")[name].apply(lambda values: values.notna().mean()).min() > least
    assert table.loc[table["year"] == 2016, "students"].sum() == 684_177
    assert table["ncessch"].str.fullmatch(r"\d{12}").mean() > 0.99


def test_kentuckys_revenue_stands_beside_its_schools_and_files_of_districts_are_told(kentucky):
    manifest, table = kentucky
    allen = table[table["district"].eq("Allen County") & table["year"].eq(2011)]
    # The state's own: 28,649,009 dollars, and 2,914 students in its file of districts.
    assert allen["students"].sum() == 2_914
    assert allen["revenue"].to_numpy() == pytest.approx(28_649_009 / 2_914)
    known = table["revenue"].notna()
    assert not known[table["year"] == 2016].any()  # the file's zeros
    # What the state runs itself is no district with revenue of its own.
    of_state = {"Kentucky Tech System", "Kentucky School for the Blind", "Kentucky School for the Deaf"}
    assert set(table.loc[~known & table["year"].lt(2016), "district"]) <= of_state
    left_out = [note.split(" › ")[0] for note in manifest.notes if "no known layout" in note]
    assert left_out == ["fin_summary_dist.rda", "frpl_dist.rda", "profile_dist.rda", "race_dist.rda"]


def test_kentuckys_impossible_lunch_counts_are_unknown_and_told(kentucky, realdata, part):
    manifest, table = kentucky
    published = part(realdata / "ky_src_2012_2018" / "frpl_sch.rda").frame
    above = published["ed_frpl"].gt(published["students"]).fillna(False)
    assert (
        f"Schools with more ED students than students, whose ED is taken as unknown: {above.sum()}." in manifest.notes
    )
    enrolled = published[published["students"].gt(0) & published["year"].eq(2016)]
    unknown = (enrolled["ed_frpl"].isna() | above[enrolled.index]).sum()
    assert table.loc[table["year"] == 2016, "ed"].isna().sum() == unknown
    assert any(f"unknown in {unknown:,} of {len(enrolled):,} schools" in note for note in manifest.notes)


def test_kentuckys_lunch_counts_as_published(realdata, part):
    frame = part(realdata / "ky_src_2012_2018" / "frpl_sch.rda").frame
    last = frame[frame["year"] == 2016]
    assert (last["students"].sum(), last["ed_frpl"].sum()) == (684_177, 398_975)
