"""Sentences on one policy for a whole state, for pages and the command alike."""

import pandas as pd


def rises_and_falls(districts: pd.DataFrame) -> str:
    """In how many districts V and D fall and rise, whichever way they go together.

    Args:
        districts: as ``analysis.statewide.together.Result.districts``.
    """
    told = []
    for name, symbol in (("variance_ratio", "V"), ("dissimilarity", "D")):
        change = districts[f"{name}_after"] - districts[f"{name}_before"]
        told.append(f"{symbol} falls in {int((change < 0).sum()):,} districts and rises in {int((change > 0).sum()):,}")
    return "; ".join(told) + "."


def empty_seats(districts: pd.DataFrame) -> str:
    """In how many districts seats are expected to stay empty, and how many.

    Args:
        districts: as ``rises_and_falls``; those whose empty seats are not told do not count.
    """
    told = districts[districts["unfilled"].notna()]
    return (
        f"Seats are expected to stay empty in {int((told['unfilled'] > 0).sum()):,} of {len(told):,} districts: "
        f"{int(told['unfilled'].sum()):,} of {int(told['seats'].sum()):,} seats."
    )


def ranking(districts: pd.DataFrame, level: str) -> list[str]:
    """What a table of districts is of and ordered by, what the policy does there, and why some have no rank.

    Args:
        districts: as ``rises_and_falls``, of which figures may be left empty with a word on why in ``suppressed``.
        level: of the schools that the figures are of.
    """
    unranked = districts[districts["rank"].isna()]
    why = unranked.get("suppressed", pd.Series("", unranked.index)).replace("", "all students are of one group")
    return [
        f"Figures are of {level} schools alone. Districts are ranked by how much V between economically disadvantaged "
        f"and other students falls. {rises_and_falls(districts)}",
        empty_seats(districts),
        *(f"Last, without V and rank: {count:,} districts, {reason}." for reason, count in why.value_counts().items()),
    ]
