"""A first mapping of a table of unknown layout, from its column names and its values."""

import re
from collections.abc import Callable, Sequence

import pandas as pd

from data.formats.reading import TextTable
from data.schema import RACES
from data.sources.cells import MARKS
from data.sources.mapping import Long, Mapping, Take, Unit
from data.states import STATES

_ROWS = 20_000  # looked at
_MOST_GROUPS = 200  # looked at in a column
_MOST = 0.9  # of a column's values that must be of a kind
_LARGEST_CLIP = 20.0  # percent; nobody hides more at an end
_PILED = 3  # schools at each end, and as many times those at a usual value
_IN_FALL = re.compile(
    r"(?:sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|fall)\.?(?: \d{1,2},?)? ((?:19|20)\d\d)"
    r"|((?:19|20)\d\d)\s*[-–/]\s*(?:19|20)?\d\d(?!\d)"
)
_NUMBER = r"\d[\d,]*(?:\.\d*)?%?"
_BOUND = r"(?:n\s*)?(?:<|>|≤|≥)=?\s*[\d.,]+\s*%?|\d+\s*(?:-|–|to)\s*\d+"
_YEAR = r"(?:SY\s*)?(?:19|20)\d\d(?:\s*[-–/_]\s*(?:19|20)?\d\d)?"
_CODE = r'(?:="?)?[A-Z]{0,3}[-_ ]?\d[\d\-_ ]*"?'
_STATES = {word.casefold() for state in STATES.values() for word in (state.code, state.name)}
_TOTAL = re.compile(r"\b(?:total|statewide|districtwide|state of|all schools|grand total)\b", re.IGNORECASE)
_SCHOOL = r"school|sch(?![a-z])|schl|campus|building|bldg|site|org(?![a-z])"
_DISTRICT = r"district|dist(?![a-z])|lea(?![a-z])|leaid|division|div(?![a-z])|psu|agency|corporation|corp|sau|parish"
_ID = r"id(?![a-z])|code|cd(?![a-z])|number|num(?![a-z])|no(?![a-z])|nbr|#|ncessch|leaid"
_PERCENT = re.compile(r"%|percent|pct|share|rate", re.IGNORECASE)
_PART = re.compile(
    r"male|female|(?<!all )grade|(?<![a-z])gr? ?\d|kinder|teacher|staff|ratio|english|learner|disabilit|special|iep"
    r"|migrant|homeless|foster|year|not (?:econ|low|disad)|non",
    re.IGNORECASE,
)
# Where a school stands, by words in the column's name.
_POINTS = {"latitude": r"(?:.* )?lat(?:itude)?", "longitude": r"(?:.* )?(?:lon(?:g(?:itude)?)?|lng)"}
_DEGREES = r"[+-]?\d{1,3}(?:\.\d*)?"
# What a column of counts is, by words in its name; the first that fits.
_COUNTS = {
    "pacific_islander": r"hawaii|nhpi|^(?!.*asian).*pacific",
    "american_indian": r"american ind|amer\.? ind|native am|indian|alaska|aian",
    "asian": r"asian",
    "black": r"black|african",
    "hispanic": r"hispanic|latin[oax]|hisp(?![a-z])",
    "two_or_more": r"two or|2 or|multi|more races|mixed",
    "white": r"white|caucasian",
    "ed_meps": r"meps",
    "ed_direct": r"direct(?:ly)? cert",
    "ed_frpl": r"free.*reduc|frpl|frpm|frl|f/r|nslp",
    "reduced": r"reduc",
    "ed_free": r"free",
    "ed_state": r"econ|disadv|low.?income|poverty|(?<![a-z])eds?(?![a-z])",
    "students": r"enrol|membership|students?(?![a-z])|pupils?|total|headcount|(?<![a-z])(?:adm|den)(?![a-z])",
}


def guess(table: TextTable) -> Mapping:
    """The mapping a table seems to need; what cannot be told is left out for the person to say.

    Names are read together with values: an id has digits, a year looks like one, a share is at most one, a percentage
    at most a hundred; a column of race names with one of counts is a table with a row for each group.

    Raises:
        InputError: the table cannot be read.
    """
    text = table.frame().head(_ROWS)
    columns = {name: _plain(name) for name in table.header}
    fields: dict[str, Take] = {}
    year = _first(
        text, columns, lambda name: _mostly(text[name], _YEAR) and ("year" in columns[name] or "-" in _one(text[name]))
    )
    if year:
        fields["year"] = Take((year,))
    state = _first(text, columns, lambda name: _words_of(text[name], _STATES))
    fields |= _ids_and_names(text, columns, taken={year, state})
    if state:
        fields["state"] = Take((state,))
    fields |= _points(text, columns)
    long = _long(text, columns, taken={name for take in fields.values() for name in take.columns})
    if not long:
        fields |= _counts(text, columns, taken={name for take in fields.values() for name in take.columns})
    kinds = _first(text, columns, lambda name: {"school", "district"} <= _lowered(text[name]))
    used = [name for take in fields.values() for name in take.columns]
    return Mapping(
        label=table.label.partition(" › ")[0].rpartition(".")[0] or table.label,
        fields=fields,
        year=None if year else _year_of_names([columns[name] for name in used]),
        spring=bool(year and re.search(r"end|spring", columns[year])),
        missing=_marks(text, fields, long),
        clipped=_clipped(text, fields),
        only={kinds: tuple(v for v in text[kinds].dropna().unique() if v.casefold() == "school")} if kinds else {},
        without=_totals(text, fields),
        long=long,
    )


def _plain(name: str) -> str:
    """A column name as words in lower case: "SchoolCode", "SCHOOL_CODE" and "school code" are alike."""
    return re.sub(r"[_\s.]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).casefold().strip()


def _mostly(values: pd.Series, pattern: str) -> bool:
    known = values.dropna()
    return bool(len(known)) and bool(known.str.fullmatch(pattern).mean() >= _MOST)


def _words_of(values: pd.Series, words: set[str]) -> bool:
    known = values.dropna()
    return bool(len(known)) and bool(known.str.casefold().isin(words).mean() >= _MOST)


def _lowered(values: pd.Series) -> set[str]:
    return set(values.dropna().str.casefold().unique()) if values.nunique() < 20 else set()


def _one(values: pd.Series) -> str:
    return str(values.dropna().iloc[0])


def _first(text: pd.DataFrame, columns: dict[str, str], fits: Callable[[str], bool]) -> str | None:
    return next((name for name in columns if text[name].notna().any() and fits(name)), None)


# Ids and names ------------------------------------------------------------------------------------------------------


def _ids_and_names(text: pd.DataFrame, columns: dict[str, str], taken: set[str | None]) -> dict[str, Take]:
    fields: dict[str, Take] = {}
    free = {name: words for name, words in columns.items() if name not in taken}
    school = _best_id(text, free, _SCHOOL, but=_DISTRICT) or _best_id(text, free, _SCHOOL)
    district = _best_id(text, {n: w for n, w in free.items() if n != school}, _DISTRICT)
    if school:
        fields["ncessch"] = _school_id(text, school, district)
    if district:
        fields["leaid"] = Take((district,), digits=(width(text[district]),))
    for field, words, but in (
        ("school", _SCHOOL, _DISTRICT),
        ("district", _DISTRICT, None),
        ("county", "county", None),
    ):
        name = next((n for n, w in free.items() if _is_name(text[n], w, words, but)), None)
        if name and name not in (school, district):
            fields[field] = Take((name,))
    return fields


def _best_id(text: pd.DataFrame, columns: dict[str, str], words: str, but: str | None = None) -> str | None:
    """The column of codes with such words in its name: NCES's own first, then the one with most distinct values."""
    found = [
        name
        for name, plain in columns.items()
        if re.search(rf"(?:{words}).*(?:{_ID})|(?:{_ID}).*(?:{words})|ncessch|leaid", plain)
        and not (but and re.search(but, plain))
        and _mostly(text[name], _CODE)
    ]
    return max(found, key=lambda name: ("nces" in columns[name], text[name].nunique()), default=None)


def _school_id(text: pd.DataFrame, school: str, district: str | None) -> Take:
    """The school's code, after the district's where the same code stands in several districts."""
    if district and text.groupby(school)[district].nunique().gt(1).any():
        return Take((district, school), digits=(width(text[district]), width(text[school])))
    return Take((school,), digits=(width(text[school]),))


def width(ids: pd.Series) -> int:
    """How many digits an id has when none is dropped; 12 and 7 for NCES's. A footnote below them is none."""
    known = ids.dropna()
    codes = known[known.str.fullmatch(_CODE)]
    widest = int((known if codes.empty else codes).str.len().max())
    return 12 if widest == 11 else widest


def _is_name(values: pd.Series, plain: str, words: str, but: str | None) -> bool:
    if (
        not re.search(words, plain)
        or (but and re.search(but, plain))
        or re.search(r"type|level|year|grade|status", plain)
    ):
        return False
    known = values.dropna()
    return bool(len(known)) and bool(known.str.contains(r"[A-Za-z]{3}").mean() >= _MOST)


def _points(text: pd.DataFrame, columns: dict[str, str]) -> dict[str, Take]:
    """Latitude and longitude, where there are both."""
    degrees = {name: words for name, words in columns.items() if _mostly(text[name], _DEGREES)}
    found = {
        field: next((name for name, words in degrees.items() if re.fullmatch(pattern, words)), None)
        for field, pattern in _POINTS.items()
    }
    return {field: Take((name,)) for field, name in found.items() if name} if all(found.values()) else {}


# Counts -------------------------------------------------------------------------------------------------------------


def _counts(text: pd.DataFrame, columns: dict[str, str], taken: set[str]) -> dict[str, Take]:
    """The columns of numbers by what their names say, counts before percentages of the same."""
    found: dict[str, Take] = {}
    for name, plain in columns.items():
        field = next((f for f, words in _COUNTS.items() if re.search(words, plain)), None)
        if field is None or name in taken or _PART.search(plain) or not _is_number(text[name]):
            continue
        unit = _unit(text[name], plain)
        if field == "students" and unit != "count":
            continue
        if field not in found or (found[field].unit != "count" and unit == "count"):
            found[field] = Take((name,), unit=unit)
    reduced = found.pop("reduced", None)
    if reduced and "ed_free" in found and "ed_frpl" not in found and reduced.unit == found["ed_free"].unit:
        found["ed_frpl"] = Take((*found["ed_free"].columns, *reduced.columns), unit=reduced.unit)
    return found


def _clipped(text: pd.DataFrame, fields: dict[str, Take]) -> tuple[float, float] | None:
    """The two percentages that stand for all beyond them: no value lies beyond, and many schools have just these."""
    columns = [_percents(text[name], take.unit) for take in fields.values() if take.unit != "count"
               for name in take.columns]  # fmt: skip
    known = pd.concat(columns).dropna() if columns else pd.Series(dtype="float64")
    if known.empty:
        return None
    low, high = float(known.min()), float(known.max())
    usual = known[known.between(low, high, inclusive="neither")].value_counts().median()
    least = max(_PILED, _PILED * (0 if pd.isna(usual) else usual))
    piled = min((known == low).sum(), (known == high).sum()) >= least
    return (low, high) if 0 < low <= _LARGEST_CLIP and round(low + high, 6) == 100 and piled else None


def _percents(values: pd.Series, unit: Unit) -> pd.Series:
    numbers = pd.to_numeric(_unmarked(values).str.replace(r"[,%]", "", regex=True), errors="coerce").astype("float64")
    return (100 * numbers if unit == "share" else numbers).round(6)


def _year_of_names(names: Sequence[str]) -> int | None:
    """The fall that column names speak of, such as "enrollment as of oct 2019" and "2019-20 total", if it is one."""
    found = {int(match[1] or match[2]) for name in names for match in _IN_FALL.finditer(name)}
    return found.pop() if len(found) == 1 else None


def _is_number(values: pd.Series) -> bool:
    known = _unmarked(values)
    return bool(len(known)) and bool(known.str.fullmatch(f"{_NUMBER}|{_BOUND}").mean() >= _MOST)


def _unmarked(values: pd.Series) -> pd.Series:
    known = values.dropna()
    return known[~known.str.casefold().isin(MARKS)]


def _unit(values: pd.Series, plain: str) -> Unit:
    known = _unmarked(values)
    numbers = pd.to_numeric(known.str.replace(r"[,%]", "", regex=True), errors="coerce").dropna()
    fractional = bool((numbers * 2 % 1 != 0).any())
    if known.str.endswith("%").any():
        return "percent"
    if not fractional and not _PERCENT.search(plain):
        return "count"
    return "share" if numbers.max() <= 1 else "percent" if numbers.max() <= 100 else "count"


def _long(text: pd.DataFrame, columns: dict[str, str], taken: set[str]) -> Long | None:
    """A column that names races and a column of counts beside it."""
    races = {field: _COUNTS[field] for field in RACES}
    for name in columns:
        found = text[name].dropna().unique()
        values = [str(value) for value in found[:_MOST_GROUPS]]
        names = {
            value: field for value in values for field, words in races.items() if re.search(words, value.casefold())
        }
        counted = [
            n for n in columns if n not in taken and _is_number(text[n]) and _unit(text[n], columns[n]) == "count"
        ]
        counted.sort(key=lambda n: not re.search("count|number|students|enrol|total", columns[n]))
        if len(set(names.values())) >= 3 and counted and name not in taken:
            extra = {value: _beside(value) for value in values if value not in names}
            return Long((name,), counted[0], names | {value: field for value, field in extra.items() if field})
    return None


def _beside(value: str) -> str | None:
    """What else stands among groups: everyone, or the disadvantaged."""
    if value.casefold() in ("all", "all students", "total", "total students"):
        return "students"
    return "ed_state" if re.match(r"econ(?:omically)?\.? ?disadv|low.?income", value.casefold()) else None


def _marks(text: pd.DataFrame, fields: dict[str, Take], long: Long | None) -> tuple[str, ...]:
    """Words in number columns that are no usual mark: what the publisher writes where a value is unknown."""
    counted = [n for f, take in fields.items() if f in (*_COUNTS, "ed_free") for n in take.columns]
    counted += [long.count] if long else []
    found = [_unmarked(text[name]) for name in dict.fromkeys(counted)]
    odd = [values[~values.str.fullmatch(f"{_NUMBER}|{_BOUND}").fillna(False).astype(bool)] for values in found]
    return tuple(sorted({str(value) for values in odd for value in values.unique()}))


def _totals(text: pd.DataFrame, fields: dict[str, Take]) -> dict[str, tuple[str, ...]]:
    """Rows whose school is a total."""
    found = {}
    for field in ("school", "ncessch", "district"):
        for name in fields[field].columns if field in fields else ():
            values: Sequence[str] = [str(v) for v in text[name].dropna().unique() if _TOTAL.search(str(v))]
            if values:
                found[name] = tuple(values)
    return found
