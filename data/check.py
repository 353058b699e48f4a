"""A schools table is checked once, on the way in, against the field dictionary.

What passes is typed as ``data.schema`` says. Nothing is repaired by guessing: a value that cannot be right is told to
the person with its file, row and column, and only schools that cannot be counted are left out, with their number.
"""

import difflib
from collections.abc import Callable

import pandas as pd

from analysis.errors import InputError
from data.aside import SetAside, by_year
from data.formats.numbers import counts, numbers
from data.ids import MANGLED_REMEDY, MANGLED_WORDS, mangled
from data.joining.contradiction import ContradictionError
from data.schema import (
    BOUNDED,
    COLUMNS,
    FIELDS,
    GRADES,
    GROUP_COUNTS,
    RACES,
    REQUIRED,
    Column,
    Kind,
    bounds_of,
    level_from_grades,
    typed,
)
from data.schema import school_year as year_words

_TEMPLATE = "compare it with the template, which the Sources page gives"
# Yes and no as people write them, in lower case.
FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "t", "1", "1.0"), True),
    **dict.fromkeys(("no", "n", "false", "f", "0", "0.0"), False),
}
# Grades as people write them, in lower case without blanks, dots and hyphens.
_GRADES = {
    **{grade.lower(): grade for grade in GRADES},
    **{str(number): f"{number:02d}" for number in range(1, 14)},
    **{f"grade{number}": f"{number:02d}" for number in range(1, 14)},
    **dict.fromkeys(("k", "kindergarten"), "KG"),
    **dict.fromkeys(("prek", "prekindergarten"), "PK"),
    **dict.fromkeys(("ungraded",), "UG"),
    **dict.fromkeys(("adulteducation",), "AE"),
}


def checked(frame: pd.DataFrame, label: str) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    """The schools table a frame holds, or one sentence saying what is wrong with it.

    Args:
        frame: columns named as in ``data.schema``, as text or already typed, others are ignored; the index is the
            file's row number.
        label: the file, for messages.

    Returns:
        The table as ``data.schema.typed`` gives it, sorted by year and school, without the schools that have no
        students or no number of them; and which those were.

    Raises:
        ContradictionError: a school stands twice in a year, has more ED students than students, or bounds that leave
            no value; one year mixes two ED bases, or has a value that its column does not allow.
        InputError: a column is missing, or what stands for a number or a year is none.
    """
    _check_columns(frame, label)
    known = [column for column in COLUMNS if column.name in frame.columns]
    table = pd.DataFrame({column.name: _read(frame[column.name], column, label) for column in known}, frame.index)
    for column in known:
        _check_values(table, column, label)
    _check_once(table, label)
    table = _with_basis(typed(table))
    _check_ed(table, label)
    _check_bounds(table, label)
    table = _with_room(table)
    table["level"] = table["level"].fillna(level_from_grades(table["grade_low"], table["grade_high"]))
    return _countable(table, label)


def check_description(frame: pd.DataFrame, label: str) -> None:
    """Refuse a value that no school can have, in a file that only describes schools.

    Args:
        frame: what the file says of schools that others bring in, as ``checked`` takes it.
        label: the file.

    Raises:
        ContradictionError: naming the file, which the schools can do without.
    """
    try:
        for column in COLUMNS:
            if column.name in frame and not column.required:
                read = frame.assign(**{column.name: _read(frame[column.name], column, label)})
                _check_values(read, column, label)
    except InputError as fault:
        raise ContradictionError(str(fault), label=label) from None


def _countable(table: pd.DataFrame, label: str) -> tuple[pd.DataFrame, tuple[SetAside, ...]]:
    """The schools with students, sorted, and what was left out."""
    left_out = {"no number of students": table["students"].isna(), "no students": table["students"].eq(0).fillna(False)}
    aside = tuple(each for reason, rows in left_out.items() for each in by_year("left_out", reason, table[rows]))
    table = table[table["students"].gt(0).fillna(False)]
    if table.empty:
        raise InputError(f"{label}, column students: no school has any students; fill in the column.")
    return table.sort_values(["year", "ncessch"], ignore_index=True), aside


# Columns ------------------------------------------------------------------------------------------------------------


def _check_columns(frame: pd.DataFrame, label: str) -> None:
    given = [str(name) for name in frame.columns]
    lacking = [name for name in REQUIRED if name not in given]
    if lacking:
        raise InputError(
            f"{label} lacks the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}"
            f"{_near_misses(lacking, given)}; {_TEMPLATE}."
        )
    if not set(GROUP_COUNTS) & set(given):
        raise InputError(
            f"{label} has no column that counts a group of students{_near_misses(GROUP_COUNTS, given)}: give the "
            f"economically disadvantaged (ed) or a race ({', '.join(RACES)}), in it or in a file beside it."
        )


def _near_misses(lacking: list[str] | tuple[str, ...], given: list[str]) -> str:
    """The columns a person may have meant: named almost so, or by the label shown on screen."""
    plain = {name.lower().replace(" ", "_"): name for name in given if name not in FIELDS}
    near = [
        plain[match]
        for name in lacking
        for match in difflib.get_close_matches(name, plain, n=1) or difflib.get_close_matches(_plain(name), plain, n=1)
    ]
    return f" (rename {', '.join(dict.fromkeys(near))} if that is meant)" if near else ""


def _plain(name: str) -> str:
    return FIELDS[name].label.lower().replace(" ", "_")


# Values -------------------------------------------------------------------------------------------------------------


def _text(values: pd.Series) -> pd.Series:
    """A column as stripped text; a blank is missing, a whole number has no decimal point."""
    if pd.api.types.is_float_dtype(values.dtype) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype("str").str.strip()
    return text.mask(text == "")


def _coded(values: pd.Series, meanings: dict[str, object], squeeze: str = "") -> pd.Series:
    """Text replaced by what it means, ignoring case; what has no meaning stays, to be told to the person."""
    text = _text(values)
    plain = text.str.lower().str.replace(squeeze, "", regex=True) if squeeze else text.str.lower()
    return plain.map(meanings).astype("object").where(plain.isin(list(meanings)), text)


def _read(values: pd.Series, column: Column, label: str) -> pd.Series:
    """A column as its kind is written; a word where a number should be is an error."""
    readers: dict[Kind, Callable[[], pd.Series]] = {
        "year": lambda: counts(values, label, column.name),
        "count": lambda: counts(values, label, column.name),
        "number": lambda: numbers(values, label, column.name),
        "degrees": lambda: numbers(values, label, column.name),
        "flag": lambda: values if values.dtype == "boolean" else _coded(values, dict(FLAGS)),
        "grade": lambda: _coded(values, dict(_GRADES), squeeze=r"[\s.\-]"),
        "choice": lambda: _coded(values, {choice: choice for choice in column.choices}),
    }
    return readers.get(column.kind, lambda: _text(values))()


def _check_values(table: pd.DataFrame, column: Column, label: str) -> None:
    """Refuse what the field dictionary does not allow in a column."""
    values = table[column.name]
    if column.required and column.kind != "count":
        _refuse(table, values.isna(), column, label, f"fill in the {column.label.lower()}")
    if column.kind == "id":
        _refuse(table, mangled(values), column, label, MANGLED_REMEDY)
    if column.choices:
        allowed = f"give one of {', '.join(column.choices)}"
        _refuse(table, values.notna() & ~values.isin(column.choices), column, label, allowed)
    if column.kind == "flag":
        _refuse(table, values.notna() & ~values.isin([True, False]), column, label, "give yes or no")
    if column.low is not None and column.high is not None:
        outside = values.notna() & ~values.between(column.low, column.high).fillna(False)
        _refuse(table, outside, column, label, f"give a number from {column.low:g} to {column.high:g}")
    elif column.kind == "number" and column.low is not None:
        _refuse(table, values < column.low, column, label, f"give a number from {column.low:g}")


def _refuse(table: pd.DataFrame, wrong: pd.Series, column: Column, label: str, remedy: str) -> None:
    if wrong.any():
        bad = table[wrong]
        value = bad[column.name].iloc[0]
        says = MANGLED_WORDS if column.kind == "id" else "cannot be right"
        what = "it is empty" if pd.isna(value) else f'"{value}" {says}'
        others = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
        sentence = f"{label}, row {bad.index[0]:,}, column {column.name}: {what}{others}; {remedy}."
        year = bad["year"].iloc[0] if "year" in bad else None
        raise InputError(sentence) if pd.isna(year) else ContradictionError(sentence, year=int(year))


# Rows ---------------------------------------------------------------------------------------------------------------


def _check_once(table: pd.DataFrame, label: str) -> None:
    """Refuse a school that stands twice in a year."""
    again = table[table.duplicated(["year", "ncessch"], keep=False)]
    if len(again):
        schools = again[["year", "ncessch"]].drop_duplicates()
        named = []
        for year, school in schools.head(3).itertuples(index=False):
            rows = again.index[(again["year"] == year) & (again["ncessch"] == school)]
            named.append(f"{school} ({year_words(int(year))}) in rows {' and '.join(f'{row:,}' for row in rows[:3])}")
        others = f", and {len(schools) - 3:,} more" if len(schools) > 3 else ""
        raise ContradictionError(
            f"{label}, column ncessch: the same school stands more than once in a year: {', '.join(named)}{others}; "
            "keep one row for each school and year.",
            year=int(again["year"].iloc[0]),
        )


def _with_basis(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every ED count's basis named: where the person does not say, it is their own definition."""
    unsaid = table["ed"].notna() & table["ed_basis"].isna()
    return table.assign(ed_basis=table["ed_basis"].mask(unsaid, "user"))


def _check_ed(table: pd.DataFrame, label: str) -> None:
    more = table[table["ed"].gt(table["students"]).fillna(False)]
    if len(more):
        row, others = more.iloc[0], f" (and {len(more) - 1:,} more)" if len(more) > 1 else ""
        raise ContradictionError(
            f"{label}, row {more.index[0]:,}, column ed: {row['ed']:,} ED students of {row['students']:,} in school "
            f"{row['ncessch']}{others}; correct one of the two, or leave ed empty if it is not known.",
            year=int(row["year"]),
        )
    bases = table.dropna(subset="ed_basis").groupby("year")["ed_basis"].unique().map(sorted)
    mixed = bases[bases.map(len) > 1]
    if len(mixed):
        year, found = int(mixed.index[0]), mixed.iloc[0]
        row = table.index[(table["year"] == year) & (table["ed_basis"] == found[-1])][0]
        raise ContradictionError(
            f"{label}, row {row:,}, column ed_basis: {year_words(year)} counts ED on more than one basis "
            f"({', '.join(found)}); keep one basis a year, the others in columns of their own (ed_frpl, ed_direct …).",
            year=year,
        )


def _check_bounds(table: pd.DataFrame, label: str) -> None:
    """Refuse a hidden count's bounds that leave it no value; what hides "1 to 9" may be a school of five."""
    for count in BOUNDED:
        low, high = bounds_of(count)
        highest = table[[high, "students"]].min(axis=1)
        wrong = table[table[low].gt(highest).fillna(False)]
        if len(wrong):
            row, others = wrong.iloc[0], f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
            raise ContradictionError(
                f"{label}, row {wrong.index[0]:,}, column {low}: at least {row[low]:,} students but at most "
                f"{highest[wrong.index[0]]:,} in school {row['ncessch']}{others}; correct {low}, {high} or students.",
                year=int(row["year"]),
            )


def _with_room(table: pd.DataFrame) -> pd.DataFrame:
    """The table with what other races leave to a race whose count is unknown: a student is of one race alone.

    Only for races that the year's data counts at all. Where the counts known already exceed the students nothing
    follows.
    """
    least = pd.DataFrame({race: table[bounds_of(race)[0]].fillna(table[race]).fillna(0) for race in RACES})
    together = least.sum(axis=1)
    ends: dict[str, pd.Series] = {}
    for race in RACES:
        low, high = bounds_of(race)
        carried = table[[race, high]].notna().any(axis=1).groupby(table["year"]).transform("any")
        room = table["students"] - (together - least[race])
        tighter = together.le(table["students"]) & room.lt(table[high].fillna(table["students"]))
        tighter = table[race].isna() & carried & tighter.fillna(False)
        ends |= {low: table[low].mask(tighter, least[race]), high: table[high].mask(tighter, room)}
    return table.assign(**ends)
