"""Small histories of schools to follow by hand, and ids to change in them."""

import pandas as pd

from data import schema


def schools(*rows, state="TX"):
    """A schools table from rows of (year, district, number, students) and a dict of more columns.

    A district is three digits: its LEAID is 4800 and these, a school's id its LEAID and five digits.
    """
    made = []
    for year, district, number, students, *more in rows:
        leaid = f"4800{district}"
        row = {"year": year, "leaid": leaid, "ncessch": f"{leaid}{number:05d}", "students": students, "state": state}
        row |= {
            "school": f"School {number}",
            "district": f"District {district}",
            "ed": students // 2,
            "ed_basis": "state",
        }
        made.append(row | (more[0] if more else {}))
    return schema.typed(pd.DataFrame(made)).sort_values(["year", "ncessch"], ignore_index=True)


def steady(years, district, numbers, students=100, **columns):
    """The rows of a district whose schools stay."""
    return [(year, district, number, students, columns) for year in years for number in numbers]


def told(events, *kinds):
    """Events of these kinds as (year, unit, kind, id before, id after), missing as None."""
    shown = events[events["kind"].isin(kinds)] if kinds else events
    rows = shown[["year", "unit", "kind", "from_id", "to_id"]].astype("object")
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows.itertuples(index=False)]


def renumbered(table, leaids, year):
    """The table with other ids for some districts, and so for their schools, from a year on; all else stays."""
    rows = table["leaid"].isin(leaids) & (table["year"] >= year)
    new = "487" + table["leaid"].str[3:]
    return table.assign(
        leaid=table["leaid"].mask(rows, new), ncessch=table["ncessch"].mask(rows, new + table["ncessch"].str[7:])
    ).sort_values(["year", "ncessch"], ignore_index=True)
