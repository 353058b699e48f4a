"""Which names are of a race, so that no lottery's pool is one."""

import re
import unicodedata

from data.schema import RACES

# Words that are of a race in any name, and words in a row.
_ALWAYS = (
    "african",
    "afro",
    "asian",
    "biracial",
    "caucasian",
    "chicana",
    "chicano",
    "ethnicity",
    "hispanic",
    "islander",
    "latina",
    "latine",
    "latino",
    "latinx",
    "mestizo",
    "multiracial",
    "negro",
    "race",
    "racial",
    "alaska native",
    "american indian",
    "native american",
    "native hawaiian",
    "of color",
    "of colour",
)
# Words that also stand in names of places and languages ("White Oak", "native speakers"): of a race beside these alone.
_ALONE = {"black", "indian", "indigenous", "minority", "native", "white"}
_PEOPLE = {
    *("student", "pupil", "child", "children", "kid", "youth", "family", "applicant", "boy", "girl"),
    *("people", "pool", "group", "male", "female", "non", "not", "no", "only", "other", "and", "or"),
    *("ed", "low", "income", "poor", "economically", "disadvantaged"),
}
_LABELS = {name.casefold() for name in (*RACES, *RACES.values())}


def is_race(name: str) -> bool:
    """Whether a name is one of ``RACES`` or has the usual words of one; what an abbreviation means cannot be known."""
    if name.casefold() in _LABELS:
        return True
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = [re.sub("ies$", "y", word).removesuffix("s") for word in re.findall("[a-z]+", plain)]
    text = f" {' '.join(words)} "
    return any(f" {word} " in text for word in _ALWAYS) or (
        not _ALONE.isdisjoint(words) and all(word in _ALONE | _PEOPLE for word in words)
    )
