"""Any file a person gives becomes tables of text."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from analysis.errors import InputError
from data.formats import files
from data.formats.numbers import counts, numbers
from data.formats.reading import TextTable, stripped, tables

ROWS = (("id", "name", "students"), ("01", "Peñasco", "1,200"), ("02", "O'Neill “East”", "7"))


def text(delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(ROWS)
    return out.getvalue()


def workbook(*above: tuple[object, ...], rows: tuple[tuple[object, ...], ...] = ROWS) -> bytes:
    book = Workbook()
    for row in (*above, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet() -> bytes:
    return pd.DataFrame(ROWS[1:], columns=list(ROWS[0])).to_parquet()


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def given_file(tmp_path: Path, content: bytes, name: str = "given.dat") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def only(path: Path) -> TextTable:
    (table,) = tables(path)
    assert isinstance(table, TextTable)
    return table


FORMS = {
    "comma": (text().encode(), 2),
    "tab": (text("\t").encode(), 2),
    "pipe": (text("|").encode(), 2),
    "semicolon": (text(";").encode(), 2),
    "byte-order mark": (text().encode("utf-8-sig"), 2),
    "UTF-16 little end": (b"\xff\xfe" + text().encode("utf-16-le"), 2),
    "UTF-16 big end": (b"\xfe\xff" + text().encode("utf-16-be"), 2),
    "Windows-1252": (text().encode("cp1252"), 2),
    "Windows line ends": (text().replace("\n", "\r\n").encode(), 2),
    "no newline at the end": (text().rstrip("\n").encode(), 2),
    "blank lines at the end": (text().encode() + b"\n\n,,\n", 2),
    "title lines above": (b"Report\n\nSchool year 2018-19\n" + text().encode(), 5),
    "workbook": (workbook(), 2),
    "workbook with preamble": (workbook(("State report",), (), ("Printed in 2019",)), 5),
    "parquet": (parquet(), 1),
    "zip": (zipped(**{"in/side.csv": text().encode(), "readme.pdf": b"%PDF-1.4 ...", "x.sas7bdat": bytes(50)}), 2),
    "workbook in a zip": (zipped(**{"side.xlsx": workbook()}), 2),
    "parquet in a zip": (zipped(**{"side.parquet": parquet()}), 1),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_text_whatever_the_name(tmp_path: Path, form: str) -> None:
    content, first_row = FORMS[form]
    table = only(given_file(tmp_path, content))
    frame = table.frame()
    assert table.header == ROWS[0]
    assert table.first_row == first_row
    assert [tuple(row) for row in frame.itertuples(index=False)] == list(ROWS[1:])
    assert list(frame.index) == [first_row, first_row + 1]
    assert all(dtype == "str" for dtype in frame.dtypes)
    parts = pd.concat(stripped(part).to_pandas() for part in table.batches(["students"]))
    assert parts["students"].dropna().tolist() == ["1,200", "7"]


def test_labels_say_which_part_of_a_file(tmp_path: Path) -> None:
    assert only(given_file(tmp_path, text().encode(), "a.csv")).label == "a.csv"
    assert only(given_file(tmp_path, zipped(**{"folder/b.csv": text().encode()}), "a.zip")).label == "a.zip › b.csv"
    assert only(given_file(tmp_path, workbook(), "a.xlsx")).label == "a.xlsx › Sheet"


def test_a_frame_is_stripped_and_blanks_are_missing_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    frame = only(given_file(tmp_path, b'a,b,c\n x ,"",\xc2\xa0\n,,\n\n4,"two\nlines",5\n')).frame(["b", "a"])
    assert list(frame.columns) == ["b", "a"]
    assert list(frame.index) == [2, 5]
    assert frame["a"].tolist() == ["x", "4"]
    assert frame["b"].isna().tolist() == [True, False]
    assert frame.loc[5, "b"] == "two\nlines"


def test_a_row_stays_when_only_the_columns_asked_for_are_blank(tmp_path: Path) -> None:
    assert len(only(given_file(tmp_path, b"a,b\n1,\n2,\n")).frame(["b"])) == 2


def test_headers_fold_line_breaks_and_leave_out_nameless_columns(tmp_path: Path) -> None:
    table = only(given_file(tmp_path, b'"Percent\n Eligible",,id \n1,2,3\n4,5,6,\n'))
    assert table.header == ("Percent Eligible", "id")
    with pytest.raises(InputError, match="row 3: 4 fields where the header has 3"):
        table.frame()


def test_edge_points_have_no_header(tmp_path: Path) -> None:
    table = only(
        given_file(tmp_path, b"010000500870|0100005|Albertville|34.26|-86.2\n010000500871|0100005|X|34.2|-86\n")
    )
    assert table.header == ("0", "1", "2", "3", "4")
    assert table.frame(["0"])["0"].tolist() == ["010000500870", "010000500871"]
    assert table.first_row == 1


def test_a_file_of_mixed_states_is_read_line_by_line(tmp_path: Path) -> None:
    content = "name,n\nPeñasco,1\n".encode() + "Cañon,2\n".encode("cp1252")
    assert only(given_file(tmp_path, content)).frame()["name"].tolist() == ["Peñasco", "Cañon"]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_blocks_never_split_a_character_or_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    names = [f"ñandú {'é' * (i % 7)}{i}" for i in range(300)]
    path = given_file(
        tmp_path, ("name,n\n" + "".join(f"{name},{i}\n" for i, name in enumerate(names))).encode(encoding)
    )
    monkeypatch.setattr(files, "BLOCK", 64)
    assert only(path).frame()["name"].tolist() == names


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cc", "Cs"]), max_size=8)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=12))
def test_whatever_is_quoted_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("first", "second"), *rows, ("end", "end")])
    path = given_file(tmp_path_factory.mktemp("quoted"), out.getvalue().encode())
    frame = only(path).frame().fillna("")
    expected = [(a.strip(), b.strip()) for a, b in (*rows, ("end", "end"))]
    assert [tuple(row) for row in frame.itertuples(index=False)] == [row for row in expected if any(row)]


def patched_flag(content: bytes) -> bytes:
    """The zip with its entry marked as encrypted, in both of its headers."""
    local, central = content.index(b"PK\x03\x04"), content.index(b"PK\x01\x02")
    marked = bytearray(content)
    marked[local + 6] |= 1
    marked[central + 8] |= 1
    return bytes(marked)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "too many fields": (lambda: b"a,b\n1,2\n3,4,5\n", "row 3: 3 fields where the header has 2"),
    "too few fields": (lambda: b"a,b,c\n1,2,3\n\n1,2\n", "row 4: 2 fields where the header has 3"),
    "ragged below a title": (lambda: b"Title\n\na,b\n1,2\n3\n5,6\n", "row 5: 1 fields"),
    "an open quotation mark": (lambda: b'a,b\n1,2\n3,"4\n5,6\n', "row 3: a quotation mark is opened and never closed"),
    "one name twice": (lambda: b"a,b,a\n1,2,3\n", "row 1: more than one column is named a"),
    "5,001 columns": (lambda: b"%s\n%s\n" % (b",".join(b"c%d" % i for i in range(5001)), b"," * 5000), "5,000 columns"),
    "header alone": (lambda: b"a,b\n", "header but no rows"),
    "workbook's header alone": (lambda: workbook(rows=ROWS[:1]), "header but no rows"),
    "nothing": (lambda: b"", "is empty"),
    "blanks": (lambda: b" \n\n", "is empty"),
    "empty workbook": (lambda: workbook(rows=()), "is empty"),
    "empty zip": (zipped, "nothing in it"),
    "noise": (lambda: bytes(range(256)) * 20, r"not text \(row 1\)"),
    "a NUL far down": (lambda: b"a,b\n" + b"1,2\n" * 5000 + b"1,\0\n", "row 5,002: not readable as text"),
    "bytes of no encoding": (lambda: b"a,b\n1,\x81\xff\n", "row 2: not readable as text"),
    "half a UTF-16 character": (lambda: b"\xff\xfe" + "a,b\n1,2\n".encode("utf-16-le") + b"x", "not readable as text"),
    "an old Excel file": (lambda: b"\xd0\xcf\x11\xe0" + bytes(99), "save it as .xlsx"),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3\n", "is a PDF"),
    "a web page": (lambda: b"<!DOCTYPE html><html>not found</html>", "web page"),
    "JSON that is no map": (lambda: b'{"schools": []}', "JSON but not a map"),
    "a truncated zip": (lambda: zipped(**{"a.csv": text().encode()})[:-30], "damaged or cut short"),
    "a truncated workbook": (lambda: workbook()[:2000], "damaged or cut short"),
    "a workbook without sense": (
        lambda: zipped(**{"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<y/>"}),
        "is damaged",
    ),
    "truncated parquet": (lambda: parquet()[:-9], "damaged or cut short"),
    "zip in a zip": (lambda: zipped(**{"b.zip": zipped(**{"a.csv": text().encode()})}), "zip inside a zip"),
    "zip of documents": (
        lambda: zipped(**{"a.pdf": b"%PDF-1.4 ...", "b.docx": zipped(**{"[Content_Types].xml": b"<y/>"})}),
        "is a PDF",
    ),
    "a zip bomb": (lambda: zipped(**{"a.csv": bytes(50_000_000)}), "more than 500 times its size"),
    "a bomb of a workbook": (
        lambda: zipped(**{"xl/workbook.xml": b" " * 50_000_000}),
        "more than 500 times its size",
    ),
    "an entry above its folder": (lambda: zipped(**{"../../a.csv": text().encode()}), "outside its own folder"),
    "an absolute entry": (lambda: zipped(**{"/etc/a.csv": text().encode()}), "outside its own folder"),
    "a Windows path": (lambda: zipped(**{r"..\a.csv": text().encode()}), "outside its own folder"),
    "a locked entry": (lambda: patched_flag(zipped(**{"a.csv": text().encode()})), "locked with a password"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_right_is_refused_in_one_sentence(tmp_path: Path, case: str) -> None:
    make, message = REFUSED[case]
    path = given_file(tmp_path, make(), "given.csv")
    with pytest.raises(InputError, match=message) as fault:
        only(path).frame()
    assert str(fault.value).startswith("given.csv")
    assert str(fault.value).endswith(".")
    assert "\n" not in str(fault.value)


def test_an_archive_too_large_in_all_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_ARCHIVE", 100)
    with pytest.raises(InputError, match="unpacks to"):
        tables(given_file(tmp_path, zipped(a=bytes(range(60)), b=bytes(range(60)))))


def test_what_must_be_held_in_memory_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_HELD", 1000)
    with pytest.raises(InputError, match="give a smaller part of it"):
        tables(given_file(tmp_path, workbook()))


def test_a_table_too_large_to_be_held_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.formats.reading.LARGEST_TABLE", 50)
    with pytest.raises(InputError, match=r"^given\.dat is too large to be held: give only the rows and columns needed"):
        only(given_file(tmp_path, text().encode())).frame()


def test_parquet_is_read_a_batch_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "given.parquet"
    pd.DataFrame({"n": [str(i) for i in range(10)], "m": ""}).to_parquet(path, row_group_size=3)
    frame = only(path).frame(["n"])
    assert frame["n"].tolist() == [str(i) for i in range(10)]
    assert list(frame.index) == list(range(1, 11))
    assert [part.num_rows for part in only(path).batches(["n"])] == [10]


def test_a_workbook_that_claims_cells_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.formats.workbook.MOST_CELLS", 50_000)
    far = ("",) * 9_999 + ("x",)
    with pytest.raises(InputError, match="more than 50,000 cells: save it as CSV"):
        tables(given_file(tmp_path, workbook(rows=(*ROWS, *[far] * 6))))


def test_a_line_break_in_the_last_row_is_no_open_quotation_mark(tmp_path: Path) -> None:
    for content in (b'a,b\n1,2\n"3\n4",5\n', b'a,b\n1,2\n3,"4\n5"\n\n', b'a,b\n1,2\n3,"4\n5"'):
        table = only(given_file(tmp_path, content))
        assert len(table.frame()) == 2
        assert sum(part.num_rows for part in table.batches(["a"])) >= 2


def test_places_that_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        tables(tmp_path)
    with pytest.raises(InputError, match=r"^absent\.csv was not found"):
        tables(tmp_path / "absent.csv")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = given_file(tmp_path, text().encode())

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)  # as the superuser may read everything
    with pytest.raises(InputError, match="may not be read"):
        tables(path)


def series(*values: str | None) -> pd.Series:
    return pd.Series(values, index=range(2, 2 + len(values)), dtype="str")


def test_numbers_read_thousands_commas_and_the_codes_for_missing() -> None:
    read = numbers(series("1,234,567.5", " -3 ", "*", "", None, "1e3"), "f.csv", "meals", missing=["*"])
    assert read.tolist()[:2] == [1_234_567.5, -3.0]
    assert read.isna().tolist() == [False, False, True, True, True, False]
    assert read.loc[7] == 1000


def test_counts_are_whole_and_not_negative() -> None:
    read = counts(series("234,567", "3.0", "0", None), "f.csv", "students")
    assert read.dtype == "Int64"
    assert read.tolist()[:3] == [234_567, 3, 0]
    assert read.isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize(
    ("value", "what"),
    [("12,34", "is not a number"), ("many", "is not a number"), ("inf", "is not a number"), ("nan", "is not a number"),
     ("-1", "is negative"), ("2.5", "is not a whole number"), ("1e30", "is too large"), ("4800001", "is too large")],
)  # fmt: skip
def test_a_count_that_is_none_is_told_with_file_row_column_and_value(value: str, what: str) -> None:
    with pytest.raises(InputError) as fault:
        counts(series("1", value, value), "f.csv", "students")
    assert str(fault.value).startswith(f'f.csv, row 3, column students: "{value}" {what} (and 1 more); ')


def test_the_texas_file(realdata: Path) -> None:
    frame = only(realdata / "tx_tapr_2019" / "CSTUD_19_all.csv").frame()
    assert frame.shape == (8838, 115)
    # The totals that shared/realdata/README.md gives.
    assert counts(frame["CPETALLC"], "", "").sum() == 5_416_400
    assert counts(frame["CPETECOC"], "", "").sum() == 3_283_812


def test_the_california_workbook(realdata: Path) -> None:
    by_label = {one.label: one for one in tables(realdata / "ca_frpm_1920" / "frpm1920.xlsx")}
    table = next(table for label, table in by_label.items() if "School-Level" in label)
    assert isinstance(table, TextTable)
    assert (table.first_row, len(table.frame())) == (3, 10_592)
    assert "Percent (%) Eligible FRPM (K-12)" in table.header
