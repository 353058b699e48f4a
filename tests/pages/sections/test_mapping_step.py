"""The step in which a person says what the columns of an unknown table hold."""

from data import store
from data.sources import remembered

LINES = (
    "SchoolYear,Dist Code,Sch Code,School Name,Total Enrollment,% Econ Disadv",
    "2018-19,1,1,Oak,200,45.0",
    "2018-19,1,2,Elm,100,<5",
    "2018-19,2,3,Ash,50,20.0",
)
CONTENT = ("\n".join(LINES) + "\n").encode()


def pressed(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def uploaded(opened):
    app = opened("sources")
    app.file_uploader[0].upload("odd.csv", CONTENT, "text/csv").run()
    app.text_input[1].set_value("OH").run()
    return pressed(app, "Read and store")


def test_nothing_is_stored_before_the_person_says_so(opened, home):
    app = uploaded(opened)
    assert "What do these columns hold?" in [each.value for each in app.subheader]
    assert any("3 schools with 350 students" in each.value for each in app.markdown)
    assert not (home / "datasets" / "ohio").exists()
    assert remembered.sources() == ()
    (rows,) = [each.value for each in app.dataframe if "School id" in each.value]
    assert rows["School year"].tolist() == ["2018–19"] * 3
    assert rows["ED by state definition"].tolist() == ["90", "0–4", "10"]


def test_what_the_person_confirms_is_stored_and_remembered(opened):
    app = pressed(uploaded(opened), "Store with this mapping")
    assert not app.error
    table = store.schools(store.find("ohio"))
    assert table["students"].tolist() == [200, 100, 50]
    assert table["ed_high"].fillna(-1).tolist() == [-1, 4, -1]
    assert len(remembered.sources()) == 1
    assert not any(status.label == "Nothing was stored" for status in app.status)
    store.remove("ohio")
    again = uploaded(opened)
    assert "What do these columns hold?" not in [each.value for each in again.subheader]
    assert store.find("ohio").students == 350
