"""The files of a students' lottery: who applies where, and how many seats each school has.

Nothing is guessed and no row is left out: in a lottery each is somebody's chance, so whatever cannot be right is told
with its file, row and column, and so is every column that counts for nothing.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd
from pandas.api.types import is_bool_dtype

from analysis.errors import InputError
from analysis.lottery.claims import ASIDES, FLAGS, OPEN
from analysis.lottery.numbers import SEPARATOR
from data.check import FLAGS as YES_OR_NO
from data.formats.numbers import counts
from data.formats.reading import TextTable, tables
from data.formats.spreadsheet import begins_as_formula
from data.ids import MANGLED_REMEDY, MANGLED_WORDS, mangled
from data.polygons import Polygons
from data.race_names import is_race

_SEATS = ("school", "pool", "seats")
_APPLICATIONS = ("student", "pool", "rank", "school")
_ALWAYS = ("sibling", "proximity")  # flags that go before all numbers where no seats are set aside
_LEAST_SALT = 16
_LEAST_DIFFERENT = 8  # characters of a salt; sixteen random hexadecimal digits have ten
# What ``evenground applicants`` adds for whoever studies its files.
_OF_THE_GENERATOR = ("home", "group")
_NEARLY = 0.8  # of difflib: "siblings" is .93 like "sibling"; "priority" .71 like "proximity", its nearest

# Takes a sentence to be told that is no error.
Tell = Callable[[str], None]


def _unsaid(_: str) -> None:
    """For whoever needs no sentences."""


def read_seats(path: Path, tell: Tell = _unsaid) -> pd.DataFrame:
    """The seats of a lottery.

    Args:
        path: one row for each school and pool.
        tell: is given which columns count for nothing, in a sentence.

    Returns:
        One row for each school and pool: school, pool (``OPEN`` for seats that are open to all), seats; and those of
        ``ASIDES`` that the file has, in its order: how many of the seats are set aside. The index is the file's row
        number.

    Raises:
        InputError: a column or value is missing, a column is named nearly as one that counts, a school stands twice
            with a pool, there are no seats at all, more are set aside than there are, or a pool is a race.
    """
    label, table = _read(path, _SEATS, tuple(ASIDES), tell)
    _refuse_empty(table, label, tuple(table.columns), "write 0 where there are none")
    asides = list(table.columns[len(_SEATS) :])
    for name in ("seats", *asides):
        table[name] = counts(table[name], label, name, remedy="write how many there are, or 0").astype("int64")
    if asides:
        more = table[asides].sum(axis=1) > table["seats"]
        _refuse(table, more, label, "seats", f"are fewer than are set aside ({' + '.join(asides)}); set aside fewer")
    _refuse_texts(table, label, ["school", "pool"])
    _refuse_pools(table, label, {*table["pool"].unique()}, asides)
    again = table.duplicated(["school", "pool"])
    _refuse(table, again, label, "pool", "stands twice with school {school}; keep one row for each school and pool")
    if not table["seats"].sum():
        raise InputError(f"{label}, column seats: no school has any seats; write how many each offers.")
    return table


def read_applications(path: Path, seats: pd.DataFrame, tell: Tell = _unsaid) -> pd.DataFrame:
    """The applications of a lottery, against its seats.

    Args:
        path: one row for each student and school.
        seats: as ``read_seats`` gives them.
        tell: is given which columns, and which pools' seats, count for nothing, in sentences.

    Returns:
        student, pool, rank (1 is wanted most), school, and of ``FLAGS`` sibling, proximity and those that the file has,
        False where it leaves them empty; the index is the file's row number.

    Raises:
        InputError: a column or value is missing, a column is named nearly as one that counts, a school is unknown, a
            pool has no seats anywhere, a student's rows contradict each other (``_refuse_contradictions``), a rank is
            not a whole number from 1, or a flag is of students for whom the seats file has no column.
    """
    label, table = _read(path, _APPLICATIONS, tuple(FLAGS), tell)
    _refuse_empty(table, label, _APPLICATIONS, "fill it in")
    ranks = table["rank"].drop_duplicates()  # a rank is read once for all its rows
    numbers = counts(ranks, label, "rank", remedy="write 1 for the school wanted most, 2 for the next")
    table["rank"] = table["rank"].map(dict(zip(ranks, numbers, strict=True))).astype("int64")
    _refuse(table, table["rank"] < 1, label, "rank", "is no rank; write 1 for the school wanted most")
    for name in dict.fromkeys((*_ALWAYS, *table.columns[len(_APPLICATIONS) :])):
        table[name] = _flag(table, name, label) if name in table else False
    _refuse_unknown_asides(table, label, seats)
    _refuse_texts(table, label, ["student", "school", "pool"])
    of_open = table["pool"].isin([pool for pool in table["pool"].unique() if pool.casefold() == OPEN])
    _refuse(table, of_open, label, "pool", "is no pool of a student; name the pool the student belongs to")
    _refuse_pools(table, label, {*table["pool"].unique(), *seats["pool"]}, [name for name in ASIDES if name in seats])
    _refuse_unknown(table, label, "school", sorted(set(seats["school"])), "is not in the seats file")
    if reserved := set(seats["pool"]) - {OPEN}:  # a lottery of open seats alone has no need of pools
        _refuse_unknown(table, label, "pool", sorted(reserved), "has no row in the seats file")
        _tell_unclaimed(seats, reserved - set(table["pool"].unique()), tell)
    _refuse_contradictions(table, label)
    return table


def read_salt(path: Path) -> str:
    """The secret text that keeps public ids from being guessed.

    Raises:
        InputError: there is no such file, or its text is too short or always the same.
    """
    try:
        salt = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name} cannot be read as text; give a file that holds the salt.") from None
    if len(salt) < _LEAST_SALT:
        raise InputError(
            f"{path.name} holds {len(salt)} characters; give a salt of at least {_LEAST_SALT}, such as "
            "openssl rand -hex 32 prints."
        )
    if len(set(salt)) < _LEAST_DIFFERENT:
        raise InputError(
            f"{path.name} holds only {len(set(salt))} different characters, so it could be guessed; give a salt of at "
            f"least {_LEAST_DIFFERENT}, such as openssl rand -hex 32 prints."
        )
    return salt


def _read(path: Path, needed: Sequence[str], optional: Sequence[str], tell: Tell) -> tuple[str, pd.DataFrame]:
    """The one table of a file that has the columns needed, with those and the optional ones it has, and its name."""
    found = [table for table in tables(path, footnotes=False) if not isinstance(table, Polygons)]
    fit = [table for table in found if set(needed) <= set(table.header)]
    if len(fit) > 1:
        raise InputError(f"{fit[0].label} and {fit[1].label} both have the columns of the lottery; keep one of them.")
    if not fit:
        raise InputError(_lacking(path, found, needed))
    _check_ignored(fit[0], (*needed, *optional), tell)
    names = [*needed, *(name for name in fit[0].header if name in optional)]
    return fit[0].label, fit[0].frame(names)[names]


def _check_ignored(table: TextTable, known: Sequence[str], tell: Tell) -> None:
    """Tell the columns that count for nothing, and refuse those that may be one of ``known`` by another name."""
    ignored = [name for name in table.header if name not in known]
    for name in ignored:
        if meant := _meant(name, known, table.header):
            raise InputError(
                f'{table.label}: no column named "{name}" is read; is {meant} meant? Name it so, or leave it out.'
            )
    if others := [name for name in ignored if name not in _OF_THE_GENERATOR]:
        plural = "s" * (len(others) > 1)
        tell(f"{table.label}: the column{plural} {', '.join(others)} count{'' if plural else 's'} for nothing.")


def _meant(name: str, known: Sequence[str], header: Sequence[str]) -> str | None:
    """The known column that another may stand for: the same but for capitals and signs, or one the table lacks.

    That is nearly the same, or a word of it: "siblings", "sibling_flag".
    """
    words = re.findall(r"[^\W_]+", name.casefold())
    same = {re.sub(r"[\W_]", "", each): each for each in known}
    lacking = [each for each in known if each not in header]
    near = difflib.get_close_matches("_".join(words), lacking, n=1, cutoff=_NEARLY)
    return next(iter([*filter(None, [same.get("".join(words))]), *near, *(set(words) & set(lacking))]), None)


def _lacking(path: Path, found: Sequence[TextTable], needed: Sequence[str]) -> str:
    if not found:
        return f"{path.name} is a map, not a table; give a table with the columns {', '.join(needed)}."
    nearest = max(found, key=lambda table: len(set(needed) & set(table.header)))
    lacking = [name for name in needed if name not in nearest.header]
    plural = "s" * (len(lacking) > 1)
    return f"{nearest.label} lacks the column{plural} {', '.join(lacking)}; name its columns {', '.join(needed)}."


def _flag(table: pd.DataFrame, name: str, label: str) -> pd.Series:
    meanings = {text: YES_OR_NO.get(str(text).lower()) for text in table[name].dropna().unique()}
    unknown = table[name].isin([text for text, meaning in meanings.items() if meaning is None])
    _refuse(table, unknown, label, name, "is neither yes nor no; give one of them")
    return table[name].isin([text for text, meaning in meanings.items() if meaning])


def _refuse_empty(table: pd.DataFrame, label: str, names: Sequence[str], remedy: str) -> None:
    for name in names:
        empty = table[name].isna()
        if empty.any():
            raise InputError(f"{label}, row {table.index[empty][0]:,}, column {name}: it is empty; {remedy}.")


def _refuse_texts(table: pd.DataFrame, label: str, names: Sequence[str]) -> None:
    for name in names:
        once = table.drop_duplicates(name)
        _refuse(once, once[name].str.contains(SEPARATOR, regex=False), label, name, f"has a {SEPARATOR}; leave it out")
        _refuse(once, mangled(once[name]), label, name, f"{MANGLED_WORDS}; {MANGLED_REMEDY}")
        if name != "student":  # which no number is hashed from
            formula = "begins as a formula, so no CSV file could tell it as it is; begin it with a letter or digit"
            _refuse(once, begins_as_formula(once[name]), label, name, formula)


def _refuse_pools(table: pd.DataFrame, label: str, pools: Iterable[str], asides: Sequence[str]) -> None:
    """Refuse a pool that is a race, nearly "open", or named as the seats that another of the pools sets aside."""
    aside = {f"{pool} {name}" for pool in (*pools, OPEN) for name in asides}
    for wrong, what in (
        (is_race, "is a race, which is never a lottery input; give pools such as ed and other"),
        (lambda pool: pool != OPEN and pool.casefold() == OPEN, f"is no pool; write {OPEN} for seats open to all"),
        (aside.__contains__, "is also what seats set aside for some of a pool are called; name the pool otherwise"),
    ):
        named = [pool for pool in table["pool"].unique() if wrong(pool)]
        _refuse(table, table["pool"].isin(named), label, "pool", what)


def _refuse_unknown(table: pd.DataFrame, label: str, name: str, known: Sequence[str], what: str) -> None:
    unknown = ~table[name].isin(list(known))
    if unknown.any():
        near = difflib.get_close_matches(table.loc[unknown, name].iloc[0], known, n=1)
        meant = f" (is {near[0]} meant?)" if near else ""
        _refuse(table, unknown, label, name, f"{what}{meant}; correct it, or add it there with its seats")


def _tell_unclaimed(seats: pd.DataFrame, pools: set[str], tell: Tell) -> None:
    for pool in sorted(pools):
        many = int(seats.loc[seats["pool"] == pool, "seats"].sum())
        tell(f'No applicant is of the pool "{pool}", which has {many:,} seats.')


def _refuse_unknown_asides(table: pd.DataFrame, label: str, seats: pd.DataFrame) -> None:
    """Refuse students outside the district, or of a feeder, where the seats file sets nothing aside for such."""
    for name in ASIDES:
        if name in table and name not in (*_ALWAYS, *seats.columns):
            what = f"needs a column {name} in the seats file; add there how many seats are set aside, or 0"
            _refuse(table, table[name], label, name, what)


def _refuse_contradictions(table: pd.DataFrame, label: str) -> None:
    """Refuse what cannot be true of one student.

    Two pools, in the district and outside it, a school twice, two schools at one rank, a rank without the one before (a
    row may have been lost), present at two schools, or present but from outside the district.
    """
    student = table.groupby("student")
    for name, second in (
        ("pool", "is student {student}'s second pool; keep one pool for each student"),
        ("outside", "is another answer of student {student} than before; give the same in each of the student's rows"),
    ):
        if name in table:
            _refuse(table, table[name] != student[name].transform("first"), label, name, second)
    for name, kept in (("school", "each school once"), ("rank", "one school at each rank")):
        again = table.duplicated(["student", name])
        _refuse(table, again, label, name, f"stands twice with student {{student}}; keep {kept}")
    skipped = "comes without a row of every rank before it of student {student}; add the row lost, or rank 1, 2, 3 …"
    _refuse(table, table["rank"] > student["rank"].transform("size"), label, "rank", skipped)
    if "present" in table:
        present = table[table["present"]]
        again = present.duplicated("student")
        _refuse(present, again, label, "present", "stands at a second school of student {student}; keep one")
        if "outside" in present:
            both = "is of student {student}, who is said to be from outside the district; correct one of the two"
            _refuse(present, present["outside"], label, "present", both)


def _refuse(table: pd.DataFrame, wrong: pd.Series, label: str, name: str, what: str) -> None:
    """Refuse the rows that are wrong, if any: ``what`` may name the {school} and {student} of the first of them."""
    if wrong.any():
        first = table[wrong].iloc[0]
        value = {True: "yes", False: "no"}[first[name]] if is_bool_dtype(table[name]) else first[name]
        others = f" (and {int(wrong.sum()) - 1:,} more)" if wrong.sum() > 1 else ""
        complaint = what.replace("{school}", first["school"]).replace("{student}", str(first.get("student")))
        raise InputError(f'{label}, row {first.name:,}, column {name}: "{value}"{others} {complaint}.')
