"""Names and grades as publishers write them, brought to one spelling."""

import re

import pandas as pd

from data.schema import GRADES, LOCALES, OUTSIDE_METRO, SCHOOL_STATUSES

# Words that stay in capitals: what the letters stand for is not a word. EL (elementary) only ends a name, as in
# "CAYUGA EL"; it begins "EL PASO".
_CAPITALS = re.compile(
    r"\b(?:(?:[A-Z][a-z]{0,3})?[Ii]sd|[ACM]sd|Jjaep|Daep|Aep|Ecs|Echs|Stem|Steam|Kipp|Idea|Ymca|Ywca|Sped|Iii?|Iv|Vi{1,3}|Pk|Ut|Ace"
    r"|[B-DF-HJ-NP-TV-XZ][b-df-hj-np-tv-xz]+)\b|\bEl$"
)
_ABBREVIATIONS = re.compile("Ste?|Mt|Ft|Dr|Mrs?|Ms|Jr|Sr|Ctr|Lrn|Schs?|Hts|Spgs|Blvd|Sgt|Wm")
_SMALL = re.compile(r"(?<=\w )(?:Of|The|For|And|At|In|On|To)\b")
_SCOTTISH = re.compile(r"\bMc([a-z])")
_LOWERED = re.compile(r"(?<=')[SL]\b|(?<=\d)(?:St|Nd|Rd|Th)\b")


def title_case(names: pd.Series) -> pd.Series:
    """Names written wholly in capitals as people write them; names with any small letter stay as they are.

    "W T WHITE H S" becomes "W T White H S", "MCKINNEY ISD" becomes "McKinney ISD".
    """
    titled = (
        names.str.title()
        .str.replace(_LOWERED, lambda found: found[0].lower(), regex=True)
        .str.replace(_SCOTTISH, lambda found: "Mc" + found[1].upper(), regex=True)
        .str.replace(_CAPITALS, lambda found: _capitals(found[0]), regex=True)
        .str.replace(_SMALL, lambda found: found[0].lower(), regex=True)
    )
    return titled.where(names == names.str.upper(), names)


def _capitals(word: str) -> str:
    return word if _ABBREVIATIONS.fullmatch(word) else word.upper()


def grades(written: pd.Series) -> pd.Series:
    """Grades as in ``data.schema.GRADES``: "K" is KG, "EE" (early education) is PK, "5" is 05; all else is missing."""
    tidy = written.str.upper().str.zfill(2).replace({"0K": "KG", "EE": "PK"})
    return tidy.where(tidy.isin(GRADES)).astype("str")


# SCH_TYPE and TYPE of the Common Core of Data as code and as words (NCES 2019-052, "School type"). Its code 5,
# reportable program, is no school. Juvenile justice has no code of its own.
_SCHOOL_KINDS = {
    **dict.fromkeys(("1", "regular school"), "regular"),
    **dict.fromkeys(("2", "special education school"), "special education"),
    **dict.fromkeys(
        ("3", "career and technical school", "career/technical education school", "vocational school"), "vocational"
    ),
    **dict.fromkeys(
        ("4", "alternative school", "alternative education school", "alternative/other school"), "alternative"
    ),
}


def school_kinds(written: pd.Series) -> pd.Series:
    """CCD's school type, code or words, as in ``data.schema.SCHOOL_KINDS``; missing for any other."""
    return written.str.casefold().map(_SCHOOL_KINDS).astype("str")


_LOCALES_BY_WORDS = {words: code for code, words in LOCALES.items()}


def locales(written: pd.Series) -> pd.Series:
    """NCES's locale codes from "43", "43-Rural: Remote" or "Suburb: Mid-size"; missing for any other."""
    code = written.str.extract(r"^(\d\d)(?!\d)", expand=False)
    words = written.str.casefold().str.replace("mid-size", "midsize", regex=False).map(_LOCALES_BY_WORDS)
    return code.where(code.isin(list(LOCALES))).fillna(words).astype("str")


def metros(code: pd.Series, name: pd.Series) -> pd.Series:
    """Names of core-based statistical areas, the code where there is no name; "N" is NCES's not applicable."""
    known = name.mask(name == "N").fillna("CBSA " + code.mask(code == "N"))
    return known.mask(code.eq("N") & known.isna(), OUTSIDE_METRO).astype("str")


# SY_STATUS, STATUS and BOUND of the Common Core of Data as code and as words (layouts of the school directory and the
# agency universe 2013–14; 2019-052). Code 5 is a change of agency for a school and of boundary for a district.
_STATUSES = {
    **dict(zip("1234678", (word for word in SCHOOL_STATUSES if word != "changed agency"), strict=True)),
    **{word: word for word in SCHOOL_STATUSES if word != "changed agency"},
    "inactive": "temporarily closed",
}
_CHANGED = ("5", "changed agency", "changed boundary", "changed boundary/agency")


def statuses(written: pd.Series, changed: str) -> pd.Series:
    """CCD's status of a school or district, code or words, as in ``data.schema.SCHOOL_STATUSES``.

    Args:
        written: codes or words; any other is missing.
        changed: what code 5 means: "changed agency" of a school, "changed boundary" of a district.
    """
    return written.str.casefold().map(_STATUSES | dict.fromkeys(_CHANGED, changed)).astype("str")


def flag(written: pd.Series, true: frozenset[str], false: frozenset[str]) -> pd.Series:
    """Words as a flag: whether they are among ``true`` or ``false``, whatever the case; missing for any other."""
    words = written.str.casefold()
    return words.isin(true).astype("boolean").mask(~words.isin(true | false))
