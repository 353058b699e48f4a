"""What the mapping step asks beyond which column holds what."""

import io

import pandas as pd
import pytest

from data import store
from data.sources import remembered
from tests.pages.sections.test_mapping_step import pressed

# The real header is in the fourth row; the second looks like one.
LINES = (
    "Fall counts by school,,,,,",
    "Kind,School,District,Students,Poor,Black",
    "as reported,in words,,in numbers,in percent,in numbers",
    "type,school id,district id,total enrollment,% econ disadv,black",
    "School,1,7,200,45.0,s/d",
    "School,2,7,100,5.0,20",
    "School,3,8,100,95.0,9",
    "District,9,7,300,50.0,9",
)


def uploaded(opened, content=None, name="odd.csv", year=2018):
    content = content or "\n".join(LINES).encode()
    app = opened("sources")
    app.file_uploader[0].upload(name, content, "text/csv").run()
    app.text_input[1].set_value("OH").run()
    if year:
        next(box for box in app.number_input if box.label.startswith("Fall of the school year")).set_value(year).run()
    return pressed(app, "Read and store")


def box(app, kind, label):
    return next(each for each in getattr(app, kind) if each.label == label)


def test_the_header_the_rows_the_marks_and_the_ids_are_said_before_anything_is_stored(opened, home):
    app = uploaded(opened)
    assert box(app, "number_input", "Row of column names").value == 2
    box(app, "number_input", "Row of column names").set_value(4).run()
    box(app, "multiselect", "Keep only some rows, by").set_value(["type"]).run()
    box(app, "multiselect", "type is").set_value(["School"]).run()
    box(app, "slider", "Percentages are shown only from and to").set_value((5.0, 95.0)).run()
    box(app, "text_input", "Marks for an unknown value").set_value("s/d").run()
    box(app, "number_input", "Digits of the school id, school id").set_value(3).run()
    assert not app.exception
    assert any("3 schools with 400 students" in each.value for each in app.markdown)
    (rows,) = [each.value for each in app.dataframe if "School id" in each.value]
    assert rows["School id"].tolist() == ["001", "002", "003"]
    assert rows["ED by state definition"].tolist() == ["90", "0–5", "95–100"]
    assert not (home / "datasets" / "ohio").exists()
    pressed(app, "Store with this mapping")
    assert store.schools(store.find("ohio"))["ncessch"].tolist() == ["001", "002", "003"]
    (saved,) = remembered.sources()
    assert saved.header_row == 4


def test_a_row_that_is_no_header_is_told(opened):
    app = uploaded(opened)
    box(app, "number_input", "Row of column names").set_value(99).run()
    assert not app.exception
    assert any("has no row 99 to be its header" in each.value for each in app.warning)


@pytest.fixture
def workbook():
    """Two sheets with the same columns, of schools and of districts."""
    columns = ["school id", "district id", "total enrollment", "% econ disadv"]
    content = io.BytesIO()
    with pd.ExcelWriter(content) as book:
        pd.DataFrame([["9", "7", 300, 50.0]], columns=columns).to_excel(book, sheet_name="Districts", index=False)
        pd.DataFrame([["1", "7", 200, 45.5]], columns=columns).to_excel(book, sheet_name="Schools", index=False)
    return content.getvalue()


def test_the_sheet_is_said_where_several_have_the_same_columns(opened, workbook):
    app = uploaded(opened, workbook, "book.xlsx")
    box(app, "selectbox", "Table").select("book.xlsx › Schools").run()
    pressed(app, "Store with this mapping")
    assert store.find("ohio").students == 200
    (saved,) = remembered.sources()
    assert saved.sheet == "Schools"


def test_the_school_year_is_said_where_no_column_says_it(opened):
    lines = "school id,district id,total enrollment,% econ disadv\n1,7,200,45.5\n"
    app = uploaded(opened, lines.encode(), year=None)
    assert any("does not say which school year" in each.value for each in app.warning)
    box(app, "number_input", "Fall the school year begins in").set_value(2019).run()
    pressed(app, "Store with this mapping")
    assert store.find("ohio").years == (2019,)


def test_a_table_may_be_left_out_beside_files_that_are_known(opened):
    app = opened("sources")
    known = "year,ncessch,leaid,state,students,black\n2018,390000100001,3900001,OH,100,40\n"
    files = [("odd.csv", b"a,b\n1,2\n", "text/csv"), ("known.csv", known.encode(), "text/csv")]
    app.file_uploader[0].set_value(files).run()
    pressed(app, "Read and store")
    assert "What do these columns hold?" in [each.value for each in app.subheader]
    pressed(app, "Store without this table")
    manifest = store.find("ohio")
    assert manifest.students == 100
    assert manifest.notes[0].startswith("odd.csv is of no known layout and was left out")
    assert "What do these columns hold?" not in [each.value for each in app.run().subheader]


def test_two_unknown_tables_are_asked_about_one_after_the_other(opened):
    app = opened("sources")
    schools = "school id,district id,total enrollment\n1,7,200\n"
    poor = "bldg number,lea number,pct econ disadv\n1,7,45.5%\n"
    files = [("a.csv", schools.encode(), "text/csv"), ("b.csv", poor.encode(), "text/csv")]
    app.file_uploader[0].set_value(files).run()
    app.text_input[1].set_value("OH").run()
    next(box for box in app.number_input if box.label.startswith("Fall of the school year")).set_value(2018).run()
    pressed(app, "Read and store")
    assert any(each.value.startswith("a.csv is of no known layout.") for each in app.markdown)
    pressed(app, "Store with this mapping")
    assert any(each.value.startswith("b.csv is of no known layout.") for each in app.markdown)
    pressed(app, "Store with this mapping")
    assert store.schools(store.find("ohio"))[["students", "ed"]].to_numpy().tolist() == [[200, 91]]
    assert len(remembered.sources()) == 2
