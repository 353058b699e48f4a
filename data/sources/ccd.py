"""NCES Common Core of Data, school files of 2016–17 and later (the "long" layout): 052, 033, 029, 129 and 059.

Layouts and vocabularies: NCES, "Documentation to the Common Core of Data School and Agency Universe files" (2019-052),
"Totals", "DMS Flag values" and "Data Usage". National files hold eleven million rows and more, so they are read a few
megabytes at a time and only the rows of one state are kept.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.errors import InputError
from data.formats.numbers import counts, numbers
from data.formats.reading import TextTable, stripped
from data.quality.finding import counted
from data.schema import grade_column, level_from_grades
from data.sources.names import flag, grades, school_kinds, statuses, title_case
from data.sources.source import Asked, Part, Source, fall_year, having, nces_id

# MEMBER in the older files: students in grades PK–13 and ungraded, without adult education.
_STUDENTS = "Derived - Education Unit Total minus Adult Education Count"
_WHOLE = "Education Unit Total"
_BY_RACE_AND_SEX = "Derived - Subtotal by Race/Ethnicity and Sex minus Adult Education Count"
_RACES = {
    "American Indian or Alaska Native": "american_indian",
    "Asian": "asian",
    "Black or African American": "black",
    "Hispanic/Latino": "hispanic",
    "Native Hawaiian or Other Pacific Islander": "pacific_islander",
    "Two or more races": "two_or_more",
    "White": "white",
}
_LUNCH = "Free and Reduced-price Lunch Table"
_UNKNOWN = ("Missing", "Not reported", "Suppressed", "Not applicable")
_BY_GRADE = "Subtotal 4 - By Grade"
_DETAIL = "Category Set A - By Race/Ethnicity; Sex; Grade"
_GRADES = {
    "Pre-Kindergarten": grade_column("PK"),
    "Kindergarten": grade_column("KG"),
    **{f"Grade {grade}": grade_column(f"{grade:02d}") for grade in range(1, 14)},
    "Ungraded": grade_column("UG"),
}
_KEYS = ["SCHOOL_YEAR", "NCESSCH"]
_YES, _NO = frozenset({"yes"}), frozenset({"no"})
# VIRTUAL and VIRTUAL_TEXT, whose words have changed over the years.
_FULLY_VIRTUAL = frozenset(
    {"fullvirtual", "full virtual", "fully virtual", "exclusively virtual", "a virtual school", "virtual school", "yes"}
)
_NOT_FULLY_VIRTUAL = frozenset(
    {
        *("facevirtual", "primarily virtual", "virtual with face to face options"),
        *("primarily virtual with some classroom instruction", "suppvirtual", "supplemental virtual"),
        "primarily classroom instruction, supplemented with virtual instruction",
        *("notvirtual", "not virtual", "not a virtual school", "no virtual instruction", "no"),
    }
)


def _batches(table: TextTable, columns: Sequence[str], asked: Asked) -> Iterator[pa.Table]:
    """The rows of one state, a few megabytes at a time, with the file's row number as ``row``.

    Raises:
        InputError: the file holds several states and none was asked for, or not the one asked for.
    """
    found: list[str] = []
    row = table.first_row
    for batch in table.batches([*columns, "ST"]):
        states = stripped(batch.select(["ST"]))["ST"]
        found += [state for state in pc.unique(states).to_pylist() if state and state not in found]
        kept = pc.equal(states, asked.state or next(iter(found), None)).combine_chunks()
        if pc.any(kept).as_py():
            numbers = pa.array(np.arange(row, row + batch.num_rows)).filter(kept)
            yield stripped(batch.filter(kept)).append_column("row", numbers)
        row += batch.num_rows
    if not found:
        raise InputError(f"{table.label}: column ST names no state; download the file again.")
    if not asked.state and len(found) > 1:
        raise InputError(f"{table.label} holds {len(found)} states; name one, such as --state TX.")
    if asked.state and asked.state not in found:
        raise InputError(f"{table.label} holds no school of {asked.state}; it holds {', '.join(sorted(found)[:10])}.")


def _frame(batches: Sequence[pa.Table]) -> pd.DataFrame:
    return pa.concat_tables(batches).to_pandas().set_index("row")


def _counts_of(rows: pd.DataFrame, label: str) -> pd.Series:
    """STUDENT_COUNT as counts; missing where DMS_FLAG says that nothing is known, whatever stands there."""
    known = rows["STUDENT_COUNT"].mask(rows["DMS_FLAG"].isin(_UNKNOWN))
    return counts(known, label, "STUDENT_COUNT")


def _once(rows: pd.DataFrame, keys: Sequence[str], label: str) -> pd.DataFrame:
    """The rows without exact repetitions, which would be counted twice.

    Raises:
        InputError: two rows of one school give different counts for the same thing.
    """
    rows = rows[~rows.duplicated()]
    again = rows.loc[rows.duplicated(list(keys)), "NCESSCH"]
    if len(again):
        raise InputError(
            f"{label}, row {again.index[0]}: school {again.iloc[0]} has a second, different count of the same; "
            "remove one."
        )
    return rows


_NAMES = {"NCESSCH": "ncessch", "LEAID": "leaid", "SCH_NAME": "school", "LEA_NAME": "district", "ST": "state"}


def _named(frame: pd.DataFrame, label: str) -> pd.DataFrame:
    """A frame with the schools table's names in place of NCES's, ids whole and names as people write them."""
    frame = frame.rename(columns=_NAMES)
    frame.insert(0, "year", fall_year(frame.pop("SCHOOL_YEAR"), label, "SCHOOL_YEAR"))
    for name, digits in (("ncessch", 12), ("leaid", 7)):
        if name in frame:
            frame[name] = nces_id(frame[name], digits)
    for name in ("school", "district"):
        if name in frame:
            frame[name] = title_case(frame[name])
    return frame


# 052: membership ----------------------------------------------------------------------------------------------------


_CELLS = ("TOTAL_INDICATOR", "GRADE", "RACE_ETHNICITY", "SEX")
_COUNTED = ("STUDENT_COUNT", "DMS_FLAG")


def _membership(table: TextTable, asked: Asked) -> Part:
    about = [*_KEYS, "LEAID", "SCH_NAME"]
    totals = pa.array([_STUDENTS, _WHOLE, _BY_RACE_AND_SEX, _BY_GRADE])
    schools, detailed, kept = [], [], []
    for batch in _batches(table, [*about, *_CELLS, *_COUNTED], asked):
        schools.append(_first_rows(batch.select([*about, "ST", "row"])))
        detailed.append(batch["NCESSCH"].filter(_of_detail(batch)).unique())
        wanted = pc.is_in(batch["TOTAL_INDICATOR"], value_set=totals)
        kept.append(batch.select([*_KEYS, *_CELLS, *_COUNTED, "row"]).filter(wanted))
    # Every school in the file is a row, even one without a total: it is then excluded with a reason, not lost.
    base = _frame(schools).drop_duplicates(_KEYS)
    rows = _known(_frame(kept), table.label)
    by_race = _races(rows[rows["TOTAL_INDICATOR"] == _BY_RACE_AND_SEX])
    by_grade = _grades(rows[rows["TOTAL_INDICATOR"] == _BY_GRADE])
    with_totals = pa.array(by_grade.index.get_level_values("NCESSCH"))
    without = pa.concat_arrays(detailed).filter(pc.invert(pc.is_in(pa.concat_arrays(detailed), with_totals)))
    if len(without):
        by_grade = pd.concat([by_grade, _grades(_detail(table, asked, without))])
    students, notes = _students(rows, table.label)
    frame = base.join(students, on=_KEYS).join(by_race, on=_KEYS).join(by_grade, on=_KEYS)
    return Part(table.label, _named(frame, table.label), notes=notes)


def _first_rows(rows: pa.Table) -> pa.Table:
    """The first row of each school and year wherever its rows begin; more than one if they do not stand together."""
    others = [pc.not_equal(rows[key][1:], rows[key][:-1]).fill_null(True) for key in _KEYS]
    return rows.filter(pa.chunked_array([[True], *pc.or_(*others).chunks]))


def _known(rows: pd.DataFrame, label: str) -> pd.DataFrame:
    """Each cell once, with its ``count``."""
    rows = _once(rows, [*_KEYS, *_CELLS], label)
    return rows.assign(count=_counts_of(rows, label))


def _students(rows: pd.DataFrame, label: str) -> tuple[pd.Series, tuple[str, ...]]:
    """Each school's students: without adult education where the file has that total, the whole total where not."""
    without_adults, whole = (
        rows[rows["TOTAL_INDICATOR"] == total].groupby(_KEYS)["count"].first() for total in (_STUDENTS, _WHOLE)
    )
    alone = whole[~whole.index.isin(without_adults.index)]
    students = pd.concat([without_adults, alone]).rename("students")
    if alone.empty:
        return students, ()
    note = f"{label}: adult education, if any, is counted in {counted(len(alone), 'school')} without a total less it."
    return students, (note,)


def _races(rows: pd.DataFrame) -> pd.DataFrame:
    """Each school's students of each race over the sexes; unknown for one sex is unknown for the race."""
    race = rows["RACE_ETHNICITY"].map(_RACES).rename("race")
    summed = rows.groupby([*_KEYS, race])["count"].sum(skipna=False).reset_index()
    by_race = summed.pivot_table(index=_KEYS, columns="race", values="count", aggfunc="first")
    return by_race.reindex(columns=list(_RACES.values())).astype("Int64")


def _grades(rows: pd.DataFrame) -> pd.DataFrame:
    """Each school's students by grade over races and sexes; unknown for one of these is unknown for the grade.

    A grade not in the file has no students. Adult education is left out, and so are students of no specified grade.
    """
    grade = rows["GRADE"].map(_GRADES).rename("grade")
    summed = rows.groupby([*_KEYS, grade])["count"].sum(skipna=False)
    wide = summed.unstack(fill_value=0)  # noqa: PD010 a pivot would take what is unknown for none
    return wide.reindex(columns=list(_GRADES.values()), fill_value=0).astype("Int64")


def _of_detail(rows: pa.Table) -> pa.ChunkedArray:
    """Whether a row counts the students of one grade, race and sex."""
    of_grade = pc.is_in(rows["GRADE"], value_set=pa.array(list(_GRADES)))
    return pc.and_(pc.is_in(rows["TOTAL_INDICATOR"], value_set=pa.array([_DETAIL])), of_grade)


def _detail(table: TextTable, asked: Asked, schools: pa.Array) -> pd.DataFrame:
    """The detail of the schools without totals by grade, from reading the file again: hardly any file has such."""
    batches = _batches(table, [*_KEYS, *_CELLS, *_COUNTED], asked)
    kept = [b.filter(pc.and_(_of_detail(b), pc.is_in(b["NCESSCH"], value_set=schools))) for b in batches]
    return _known(_frame(kept), table.label)


# 033: free and reduced-price lunch ----------------------------------------------------------------------------------


def _lunch(table: TextTable, asked: Asked) -> Part:
    cells = ["DATA_GROUP", "LUNCH_PROGRAM", "TOTAL_INDICATOR"]
    columns = [*_KEYS, *cells, "STUDENT_COUNT", "DMS_FLAG"]
    rows = _once(_frame(list(_batches(table, columns, asked))), [*_KEYS, *cells], table.label)
    rows["count"] = _counts_of(rows, table.label)
    lunch = rows["DATA_GROUP"] == _LUNCH
    by_kind = {
        "total": lunch & (rows["TOTAL_INDICATOR"] == _WHOLE),
        "free": lunch & (rows["LUNCH_PROGRAM"] == "Free lunch qualified"),
        "reduced": lunch & (rows["LUNCH_PROGRAM"] == "Reduced-price lunch qualified"),
        "direct": rows["DATA_GROUP"] == "Direct Certification",
    }
    kinds = pd.DataFrame({kind: rows[of].groupby(_KEYS)["count"].first() for kind, of in by_kind.items()})
    frame = pd.DataFrame(
        {
            "ed_frpl": kinds["total"].fillna(kinds["free"] + kinds["reduced"]),
            "ed_free": kinds["free"],
            "ed_direct": kinds["direct"],
        }
    )
    return Part(table.label, _named(frame.reset_index(names=_KEYS), table.label))


# 029 and 129: directory and characteristics -------------------------------------------------------------------------

DESCRIBED_BY = (
    "GSLO",
    "GSHI",
    "CHARTER_TEXT",
    "MAGNET_TEXT",
    "VIRTUAL",
    "VIRTUAL_TEXT",
    "ST_LEAID",
    "ST_SCHID",
    "SY_STATUS",
)
_SCHOOL_TYPE = ("SCH_TYPE", "SCH_TYPE_TEXT")


def _directory(table: TextTable, asked: Asked) -> Part:
    given = [column for column in (*_NAMES, *DESCRIBED_BY, *_SCHOOL_TYPE) if column in table.header and column != "ST"]
    text = _frame(list(_batches(table, ["SCHOOL_YEAR", *given], asked)))
    frame = _named(text[["SCHOOL_YEAR", *(column for column in _NAMES if column in text)]], table.label)
    return Part(table.label, frame.assign(**described(text)), key=("ncessch",))


def described(text: pd.DataFrame) -> dict[str, pd.Series]:
    """What the ``DESCRIBED_BY`` columns of a directory or characteristics file say, by the schools table's names."""
    said: dict[str, pd.Series] = {}
    has_grades = {"GSLO", "GSHI"} <= set(text)
    if has_grades:
        said["grade_low"], said["grade_high"] = grades(text["GSLO"]), grades(text["GSHI"])
        said["level"] = level_from_grades(said["grade_low"], said["grade_high"])
    for column, name in (("CHARTER_TEXT", "charter"), ("MAGNET_TEXT", "magnet")):
        if column in text:
            said[name] = flag(text[column], _YES, _NO)
    if "VIRTUAL" in text or "VIRTUAL_TEXT" in text:
        words = text["VIRTUAL" if "VIRTUAL" in text else "VIRTUAL_TEXT"].str.removesuffix(".")
        said["virtual"] = flag(words, _FULLY_VIRTUAL, _NOT_FULLY_VIRTUAL)
    for column in [column for column in _SCHOOL_TYPE if column in text][:1]:
        said["kind"] = school_kinds(text[column])
    if has_grades:
        # Adult education has no school type: its schools teach no other grade.
        kind = said.get("kind", pd.Series(None, text.index, "str"))
        said["kind"] = kind.mask(said["grade_low"].eq("AE") & said["grade_high"].eq("AE"), "adult")
    if "ST_SCHID" in text and "ST_LEAID" in text:
        said |= _state_ids(text)
    if "SY_STATUS" in text:
        said["status"] = statuses(text["SY_STATUS"], "changed agency")
    return said


def _state_ids(text: pd.DataFrame) -> dict[str, pd.Series]:
    """The state's own ids without what CCD puts before them: TX-057905-057905001 is district 057905's 057905001."""
    school, district = (text[column].fillna("").to_numpy("U") for column in ("ST_SCHID", "ST_LEAID"))
    bare = np.char.replace(school, np.char.add(district, "-"), "", count=1)
    return {
        "state_school": pd.Series(bare, text.index, dtype="str").replace("", np.nan),
        "state_leaid": state_district(text["ST_LEAID"]),
    }


def state_district(written: pd.Series) -> pd.Series:
    """The state's own district ids without the state's letters, which CCD puts before them."""
    return written.str.replace(r"^[A-Z]{2}-", "", regex=True)


def _districts(table: TextTable, asked: Asked) -> Part:
    text = _frame(list(_batches(table, ["SCHOOL_YEAR", *_OF_DISTRICTS], asked)))
    frame = _named(text[["SCHOOL_YEAR", "LEAID", "LEA_NAME"]], table.label)
    return Part(table.label, frame.assign(**described_districts(text)), key=("leaid",))


def described_districts(text: pd.DataFrame) -> dict[str, pd.Series]:
    """What a directory of districts says of each beside its name."""
    return {
        "state_leaid": state_district(text["ST_LEAID"]),
        "district_status": statuses(text["SY_STATUS"], "changed boundary"),
    }


# 059: teachers ------------------------------------------------------------------------------------------------------


def _teachers(table: TextTable, asked: Asked) -> Part:
    rows = _frame(list(_batches(table, [*_KEYS, "TEACHERS", "TOTAL_INDICATOR", "DMS_FLAG"], asked)))
    rows = _once(rows[rows["TOTAL_INDICATOR"] == _WHOLE], _KEYS, table.label)
    written = rows["TEACHERS"].mask(rows["DMS_FLAG"].isin(_UNKNOWN))
    frame = rows[_KEYS].assign(teachers=numbers(written, table.label, "TEACHERS"))
    return Part(table.label, _named(frame, table.label))


# The files that are not of schools ----------------------------------------------------------------------------------


def _not_of_schools(header: tuple[str, ...]) -> bool:
    of_ccd = {"SCHOOL_YEAR", "STATENAME"} <= set(header) or {"SURVYEAR", "STATENAME"} <= set(header)
    return of_ccd and "NCESSCH" not in header and not set(_OF_DISTRICTS) <= set(header)


def _refused(table: TextTable, _asked: Asked) -> Part:
    kind = "district-level" if "LEAID" in table.header else "state-level"
    raise InputError(
        f"{table.label} is a {kind} file; Evenground needs the school-level one (ccd_sch_… in NCES's list of files)."
    )


_OF_DISTRICTS = ("LEAID", "LEA_NAME", "ST_LEAID", "SY_STATUS")
_LONG = ("SCHOOL_YEAR", "ST", "NCESSCH")
SOURCES = (
    Source(
        "ccd-052",
        "NCES Common Core of Data, school membership",
        having(*_LONG, "LEAID", "SCH_NAME", *_CELLS, *_COUNTED),
        _membership,
    ),
    Source(
        "ccd-033",
        "NCES Common Core of Data, lunch program eligibility",
        having(*_LONG, "DATA_GROUP", "LUNCH_PROGRAM", "STUDENT_COUNT", "TOTAL_INDICATOR", "DMS_FLAG"),
        _lunch,
    ),
    Source("ccd-029", "NCES Common Core of Data, school directory", having(*_LONG, "GSLO", "GSHI"), _directory),
    Source("ccd-129", "NCES Common Core of Data, school characteristics", having(*_LONG, "VIRTUAL"), _directory),
    Source(
        "ccd-059",
        "NCES Common Core of Data, teachers",
        having(*_LONG, "TEACHERS", "TOTAL_INDICATOR", "DMS_FLAG"),
        _teachers,
    ),
    Source(
        "ccd-029-districts",
        "NCES Common Core of Data, district directory",
        having("SCHOOL_YEAR", "ST", *_OF_DISTRICTS, but_not="NCESSCH"),
        _districts,
    ),
    Source("ccd-other", "", _not_of_schools, _refused),
)
