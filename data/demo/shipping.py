"""Writing the embedded datasets' files, the same way for each."""

import json
from pathlib import Path
from typing import TypedDict

import pandas as pd


class Exclusion(TypedDict):
    """Schools left out, and why."""

    reason: str
    schools: int


class Metadata(TypedDict):
    """What an embedded dataset says of itself, beside its tables."""

    name: str
    label: str
    state: str
    fictional: bool
    source: str
    rights: str
    notes: list[str]
    exclusions: list[Exclusion]


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a schools table, or students by grade, as Parquet."""
    table.to_parquet(path, index=False, compression="zstd")


def write_metadata(metadata: Metadata, path: Path) -> None:
    """Write a dataset's description as JSON."""
    path.write_text(json.dumps(metadata, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
