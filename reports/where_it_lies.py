"""Sentences on where segregation lies, for pages and the command alike."""

import math

import pandas as pd

from data.groups import Comparison
from data.schema import school_year

# What an index that splits is called in a sentence, by its name in ``analysis.decompose.ADDITIVE``.
_NAMES = {
    "variance_ratio": "the variance ratio (V)",
    "theil_h": "Theil's H",
    "mutual_information": "mutual information (M)",
    "exposure_shortfall": "what exposure falls short of in an even state",
}


def names_of(groups: Comparison) -> dict[str, str]:
    """What each index that splits is called in a sentence, where these groups are compared."""
    return _NAMES | ({"variance_ratio": "the normalized exposure (V)"} if groups.many else {})


def shares_between(place: str, year: int, groups: Comparison, parts: pd.Series) -> tuple[str, list[str]]:
    """What share of the separation lies between districts: a lead, and one answer for each index.

    Args:
        place, year, groups: what the numbers are about.
        parts: columns (measure, part) as in ``analysis.decompose.decompose``.
    """
    lead = f"Of the separation of {groups.words} in {place} in {school_year(year)}:"
    said = [
        f"By {name}, {(share := parts[measure, 'between'] / parts[measure, 'total']):.0%} lies between districts and "
        f"{1 - share:.0%} within them."
        for measure, name in names_of(groups).items()
        if parts[measure, "total"] > 0
    ]
    total, between, added = (parts["dissimilarity", part] for part in ("total", "between", "added_within"))
    if not math.isnan(total):
        said.append(
            f"Dissimilarity (D) does not split: it is {between:.2f} over districts, and sorting within districts "
            f"adds {added:.2f} to make {total:.2f} over schools."
        )
    return lead, said


def by_level(place: str, year: int, groups: Comparison, parts: pd.DataFrame, name: str = "V") -> str:
    """A chain's answer: the share of an index that lies at each level.

    Args:
        place, year, groups: what the numbers are about.
        parts: columns label and share, the largest cells first.
        name: of the index.
    """
    within = ["", *(f" within {label}" for label in parts["label"])]
    shares = zip(parts["share"], parts["label"], within, strict=False)
    first, *more = (f"{share:.0%} between {label}{larger}" for share, label, larger in shares)
    *others, last = more or [""]
    return (
        f"By {name}, of the separation of {groups.words} in {place} in {school_year(year)}, "
        f"{first.replace('%', '% lies')}{''.join(f', {share}' for share in others)}{last and f' and {last}'}."
    )
