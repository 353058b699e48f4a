"""Every layout that comes with Evenground, from its files to a stored dataset, in seconds of processor time.

Real files where they stand beside the project; for the other layouts a file made up from the layout itself, of as many
schools as a large state has.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.inputs import REALDATA, TEXAS_FILES
from benchmarks.timing import Figure, of
from data.load import load
from data.schema import FILE_FIELDS
from data.sources import layouts
from data.sources.mapping import Long, read_mapping

REPEATS = 3
TARGET = 10  # seconds
SCHOOLS = 4_000
_REAL = {
    "Texas TAPR": TEXAS_FILES,
    "Kentucky, six years": tuple(sorted((REALDATA / "ky_src_2012_2018").glob("*.rda"))),
    "California FRPM": (REALDATA / "ca_frpm_1920" / "frpm1920.xlsx",),
    "NCES school search": (REALDATA / "nces_school_search_wa_2324" / "geocoded_washington_schools.csv",),
}
_MADE_UP = (
    ("massachusetts-e2c",),
    ("new-jersey-enrollment",),
    ("new-jersey-enrollment-percent",),
    ("north-carolina-eds",),
    ("rhode-island-october",),
    ("virginia-fall-membership", "virginia-fall-membership-by-race", "virginia-fall-membership-disadvantaged"),
    ("wisconsin-wisedash",),
)


def figures() -> Iterator[Figure]:
    before = os.environ.get("EVENGROUND_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EVENGROUND_HOME"] = str(Path(folder) / "home")
        try:
            for what, files in _REAL.items():
                if files and all(file.is_file() for file in files):
                    yield _figure(f"{what}, {len(files)} real files", files)
            for names in _MADE_UP:
                made = [_made_up(Path(folder), name) for name in names]
                rows = sum(rows for _, rows in made)
                yield _figure(f"{names[0]}, {rows:,} rows made up", [path for path, _ in made])
        finally:
            if before is None:
                del os.environ["EVENGROUND_HOME"]
            else:
                os.environ["EVENGROUND_HOME"] = before


def _figure(what: str, files: Sequence[Path]) -> Figure:
    return Figure(what, of([_processor_seconds(files) for _ in range(REPEATS)]), (), TARGET)


def _processor_seconds(files: Sequence[Path]) -> float:
    """What loading takes of a processor, its child processes' time included."""
    before = sum(os.times()[:4])
    load(files, name="measured", year=2023)
    return sum(os.times()[:4]) - before


def _made_up(folder: Path, name: str) -> tuple[Path, int]:
    """A file of a layout, a row a school or, in a long one, a row a school and group; and how many rows."""
    mapping = read_mapping(Path(layouts.__file__).parent / f"{name}.toml")
    school = np.arange(SCHOOLS)
    table = pd.DataFrame(dict.fromkeys(mapping.recognise, ""), index=school)
    for field, take in mapping.fields.items():
        for i, column in enumerate(take.columns):
            table[column] = _values(field, take.unit, school, i == len(take.columns) - 1)
    for column, values in mapping.only.items():
        table[column] = values[0]
    if mapping.long:
        table = pd.concat([_of_group(table, mapping.long, group) for group in mapping.long.names])
    path = folder / f"{name}.csv"
    table.to_csv(path, index=False)
    return path, len(table)


def _values(field: str, unit: str, school: np.ndarray, last: bool) -> "np.ndarray | str | pd.Series":
    """A column of a field; of an id, its last piece is the school's own number and those before it the district's."""
    if field == "year":
        return "2023-24"
    if field in ("ncessch", "leaid"):
        return school if field == "ncessch" and last else school // 10
    if FILE_FIELDS[field].kind != "count":
        return pd.Series(school).astype("str").radd("Name ")
    if field == "students":
        return np.full(len(school), 1_000)
    share = 0.05 + school % 7 / 100
    return {"count": np.round(1_000 * share).astype(int), "percent": 100 * share, "share": share}[unit].round(4)


def _of_group(table: pd.DataFrame, long: Long, group: str) -> pd.DataFrame:
    """The table's rows for one group of a long layout."""
    named = dict(zip(long.columns, group.split(" / "), strict=True))
    return table.assign(**named, **{long.count: 1_000 if long.names[group] == "students" else 50})
