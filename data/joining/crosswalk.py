"""The state's own ids of schools and districts become those of NCES, where a directory gives both.

A directory of the Common Core of Data writes a school as state, district and school (CA-0861820-6005417); the state's
own files write the same school as its code alone (6005417), as both together (08618206005417), or shorter. The form
that finds most of the schools is taken for all of them, and it is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from data.ids import of_nces
from data.sources.source import Part
from data.states import STATES

_NCES_DISTRICT = r"\d{7}"
_SHORTEST_END = 4  # characters that an id must have in common with the end of a longer one


@dataclass(frozen=True)
class Crosswalk:
    """NCES ids by the state's own as the files write them.

    Attributes:
        schools, districts: by the state's own id.
        listed: all NCES ids of both that a directory has.
        states: the postal abbreviations of the states that the files are of.
        notes: what to tell of how ids were found.
    """

    schools: pd.Series
    districts: pd.Series
    listed: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def translated(self, frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """The frame with NCES ids in place of the state's own wherever they are known; notes tell where they are not.

        Args:
            frame: with ``ncessch``, ``leaid`` or both. Where a school has an NCES id, so has its district.
        """
        if self.schools.empty and self.districts.empty:
            return frame, ()
        own = _own(frame, self)
        if not own.any():
            return frame, ()
        frame = frame.copy()
        notes: tuple[str, ...] = ()
        for name, known, what in (("ncessch", self.schools, "schools"), ("leaid", self.districts, "districts")):
            if name in frame:
                found = frame[name].map(known).astype("str").where(own)
                frame[name] = found.fillna(frame[name])
                notes += _kept_notes(frame[name], own & found.isna() & ~frame[name].isin(self.listed), what)
        return frame, notes


def crosswalk(parts: Sequence[Part], state: str | None = None) -> Crosswalk:
    """The NCES id of each of the state's own ids in the parts, by those parts that have both.

    Args:
        parts: all that is joined.
        state: the postal abbreviation of the state they are of, where the person said so.
    """
    said = [part.frame["state"].dropna().unique() for part in parts if "state" in part.frame]
    states = frozenset([state] if state else np.concatenate(said).tolist() if said else [])
    both = _pairs(parts, "state_school", "ncessch", "state_leaid")
    districts = _pairs(parts, "state_leaid", "leaid")
    listed = frozenset((*both["nces"], *districts["nces"]))
    nothing = Crosswalk(pd.Series(dtype="str"), pd.Series(dtype="str"), listed, states)
    notes = tuple(note for part in parts for note in _own_notes(part, nothing))
    if (both.empty and districts.empty) or (ids := _own_ids(parts, nothing)).empty:
        return replace(nothing, notes=notes)
    schools, form = nothing.schools, ""
    if ids["ncessch"].notna().any():
        schools, form = _best(_school_forms(ids, both), both["nces"])
    known, _ = _best(_district_forms(ids["leaid"].dropna().drop_duplicates(), districts), districts["nces"])
    notes += (f"School ids were found in the directory by {form}: {len(schools):,}.",) if form else ()
    return replace(nothing, schools=schools, districts=known, notes=notes)


def _own_notes(part: Part, known: Crosswalk) -> tuple[str, ...]:
    """That ids of twelve digits, as many as an NCES id has, are taken for the state's own, where a part's are."""
    if "ncessch" not in part.frame:
        return ()
    ids = part.frame.loc[_own(part.frame, known), "ncessch"].dropna().drop_duplicates()
    ids = ids[ids.str.fullmatch(r"\d{12}")]
    if ids.empty:
        return ()
    names = [f"{STATES[state].fips} ({STATES[state].name})" for state in sorted(known.states & STATES.keys())]
    return (
        f"{part.label}: the {len(ids):,} school ids of twelve digits, such as {ids.iloc[0]}, are taken for the state's "
        f"own, not for those of NCES: most do not begin with {' or '.join(names) or 'the code of a state'}, nor with "
        "their district's id.",
    )


def _pairs(parts: Sequence[Part], own: str, nces: str, beside: str | None = None) -> pd.DataFrame:
    """Each of the state's ids (``own``) with its NCES id (``nces``) and, of a school, its district's (``district``)."""
    frames = [
        part.frame.reindex(columns=[own, nces, *([beside] if beside else [])])
        for part in parts
        if {own, nces} <= set(part.frame)
    ]
    if not frames:
        return pd.DataFrame({"own": [], "nces": [], "district": []}, dtype="str")
    pairs = pd.concat(frames).dropna(subset=[own, nces]).drop_duplicates([*([beside] if beside else []), own, nces])
    pairs = pairs.rename(columns={own: "own", nces: "nces", beside: "district"}).astype("str")
    return pairs.reset_index(drop=True)


def _own(frame: pd.DataFrame, known: Crosswalk) -> "pd.Series[bool]":
    """Rows whose ids are the state's own: a school's that is no NCES id; a district's alone that is known as such."""
    if "ncessch" in frame:
        return ~of_nces(frame, known.states, known.listed)
    return frame["leaid"].isin(known.districts.index) & ~frame["leaid"].isin(known.districts)


def _own_ids(parts: Sequence[Part], known: Crosswalk) -> pd.DataFrame:
    """Every school's id of the state's own in the parts, with its district's where a part says it."""
    found = []
    for part in parts:
        frame = part.frame
        if "ncessch" in frame:
            own = frame[_own(frame, known)]
            found.append(own.reindex(columns=["ncessch", "leaid"]))
        elif "leaid" in frame:
            own = frame[~frame["leaid"].str.fullmatch(_NCES_DISTRICT).fillna(False).astype(bool)]
            found.append(own.reindex(columns=["ncessch", "leaid"]))
    ids = pd.concat(found).astype("str").drop_duplicates()
    return ids.sort_values("leaid", na_position="last").drop_duplicates(["ncessch", "leaid"]).reset_index(drop=True)


# Forms of ids -------------------------------------------------------------------------------------------------------

# A form's words, the key of each of the files' ids (the id itself is the index), and that of each of the directory's.
_Form = tuple[str, pd.Series, pd.Series]


def _school_forms(ids: pd.DataFrame, both: pd.DataFrame) -> list[_Form]:
    schools = ids.dropna(subset="ncessch").drop_duplicates("ncessch").set_index("ncessch")["leaid"]
    own = pd.Series(schools.index, schools.index, dtype="str")
    district = both["district"].fillna("")
    together = _plain(district) + _plain(both["own"])
    file_district = _plain(schools.fillna(""))
    rest = _without_start(_plain(own), file_district)
    by_both = _plain(district).str.lstrip("0") + "-" + _plain(both["own"]).str.lstrip("0")
    return [
        ("", own, both["own"]),
        ("the codes of district and school together", _plain(own), together.where(both["district"].notna())),
        ("their letters and digits alone", _plain(own), _plain(both["own"])),
        (
            "the codes of district and school without leading zeros",
            (file_district.str.lstrip("0") + "-" + rest.str.lstrip("0")).where(schools.notna()),
            by_both.where(both["district"].notna()),
        ),
        ("the directory's code at their end", *_ends(_plain(own), _plain(both["own"]))),
        ("the end of the directory's code", *reversed(_ends(_plain(both["own"]), _plain(own)))),
    ]


def _district_forms(own: pd.Series, districts: pd.DataFrame) -> list[_Form]:
    own = own.set_axis(pd.Index(own))
    plain, listed = _plain(own), _plain(districts["own"])
    return [
        ("", own, districts["own"]),
        ("their letters and digits alone", plain, listed),
        ("their codes without leading zeros", plain.str.lstrip("0"), listed.str.lstrip("0")),
        ("the directory's code at their end", *_ends(plain, listed)),
        ("the end of the directory's code", *reversed(_ends(listed, plain))),
    ]


def _plain(ids: pd.Series) -> pd.Series:
    """Ids without the state's letters before them, and without what stands between their parts: TX-057-1 is 0571."""
    bare = ids.str.upper().str.replace(r"^[A-Z]{2}-", "", regex=True)
    return bare.str.replace(r"[^0-9A-Z]", "", regex=True)


def _without_start(ids: pd.Series, starts: pd.Series) -> pd.Series:
    """Each id without its own start, where it has it."""
    text, start = (values.fillna("").to_numpy("U") for values in (ids, starts))
    cut = np.where(np.char.startswith(text, start), np.char.replace(text, start, "", count=1), text)
    return pd.Series(cut, ids.index, dtype="str").replace("", np.nan)


def _ends(longer: pd.Series, shorter: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The longer ids cut to the length that most of the shorter have, and the shorter of that length."""
    lengths = shorter.str.len()
    usual = lengths[lengths >= _SHORTEST_END].mode()
    if usual.empty:
        return longer.where(longer.isna()), shorter.where(shorter.isna())
    length = int(usual.iloc[0])
    return longer.where(longer.str.len() > length).str[-length:], shorter.where(lengths == length)


def _best(forms: Sequence[_Form], nces: pd.Series) -> tuple[pd.Series, str]:
    """The NCES ids by the form that finds most, the first of those that find as many; and the words that tell it."""
    found = [(_one_to_one(own, listed, nces), words) for words, own, listed in forms]
    return max(found, key=lambda each: len(each[0]))


def _one_to_one(own: pd.Series, listed: pd.Series, nces: pd.Series) -> pd.Series:
    """The NCES id of each id whose key is that of one school in the directory and of no other id of the files."""
    pairs = pd.DataFrame({"key": listed, "nces": nces}).dropna().drop_duplicates()
    single = pairs[~pairs.duplicated("key", keep=False) & ~pairs.duplicated("nces", keep=False)]
    keys = own.dropna()
    keys = keys[~keys.duplicated(keep=False)]
    return keys.map(single.set_index("key")["nces"]).dropna().astype("str")


def _kept_notes(ids: pd.Series, kept: pd.Series, what: str) -> tuple[str, ...]:
    if not kept.any():
        return ()
    count, of = ids[kept].nunique(), ids.nunique()
    keep, them = ("keeps", "it") if count == 1 else ("keep", "them")
    return (f"{count:,} of {of:,} {what} {keep} the state's own id: the directory has no NCES id for {them}.",)
