"""What a mapping makes of a table, for a person to judge before anything is stored."""

import pandas as pd

from data.formats.reading import TextTable
from data.schema import FILE_FIELDS
from data.sources.mapping import Mapping, matching

_UNITS = {"count": "", "percent": "percent", "share": "share"}


def label_of(field: str) -> str:
    """What people call a field that may be mapped."""
    return FILE_FIELDS[field].label


def preview(table: TextTable, mapping: Mapping) -> pd.DataFrame:
    """One row a field: its label, the columns it is taken from, their unit, and the first values as written.

    Raises:
        InputError: the table cannot be read.
    """
    rows = []
    text = table.frame().head(1_000)
    for field, take in mapping.fields.items():
        found = [name for pattern in take.columns for name in matching(pattern, table.header)]
        examples = [", ".join(text[name].dropna().drop_duplicates().head(3)) for name in found]
        rows.append((field, label_of(field), " + ".join(found), _UNITS[take.unit], " + ".join(examples)))
    if mapping.long:
        names = ", ".join(f"{value} → {label_of(field)}" for value, field in mapping.long.names.items())
        rows.append(("", "Groups", f"{mapping.long.count} by {' / '.join(mapping.long.columns)}", "", names))
    return pd.DataFrame(rows, columns=["field", "label", "columns", "unit", "examples"])
