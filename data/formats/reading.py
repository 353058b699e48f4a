"""Any file a person gives becomes tables of text, safely.

A file may be delimited text, a workbook, Parquet, a map, or a zip of these; it is known by its content. Every value
comes out as text exactly as written (stripped), because ids have leading zeros and publishers mix codes with counts:
``data.formats.numbers`` turns a column into numbers and says where one is not.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from analysis.errors import InputError
from data import polygons
from data.formats import files, json_pages, parquet_file, rdata_file, workbook
from data.formats.files import BLOCK, Given, NotATableError, Utf8Stream
from data.formats.headers import header_at, named
from data.formats.spreadsheet import restored
from data.polygons import Polygons

MOST_COLUMNS = 5_000
LARGEST_TABLE = 300 << 20  # in memory; a nation's schools in 300 columns take two thirds of it
_SHAPEFILE_PART = re.compile(r"(.+?)(\.shp(\..+)?\.xml|\.(dbf|shx|prj|cpg|qpj|sbn|sbx|qix))", re.IGNORECASE)
_FOOTNOTE = re.compile(r"\W*[^\W\d]+\W.*\w", re.DOTALL)
_SAMPLE_BYTES = 256 << 10
_SAMPLE_ROWS = 50
_DELIMITERS = (",", "\t", "|", ";")

# Given the columns wanted, by position: (row number of the part's first row, the part) from top to bottom.
Parts = Callable[[Sequence[int]], Iterator[tuple[int, pa.Table]]]


@dataclass(frozen=True)
class TextTable:
    """One table inside a file the person gave: a CSV, a sheet of a workbook, a zip entry.

    Attributes:
        label: as shown to people: "ccd.zip › ccd_sch_052.csv", "meals.xlsx › Sheet 2".
        header: the column names, stripped, a newline inside one folded to a space; nameless columns are left out.
        first_row: the file's row number (from 1, every row counted) of the first row of data.
    """

    label: str
    header: tuple[str, ...]
    first_row: int
    _positions: dict[str, int] = field(repr=False)
    _parts: Parts = field(repr=False)

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The whole table as text, a blank as missing, without rows that are wholly blank.

        Args:
            columns: the columns wanted, all of them if None.

        Returns:
            One "str" column each; the index is the file's row number (from 1, the header counted).

        Raises:
            InputError: a row has too many or too few fields, there are no rows, or the file is damaged.
        """
        parts, size = [], 0
        for first, part in self._named(self.header):
            parts.append((first, stripped(part)))
            size += part.nbytes
            if size > LARGEST_TABLE:
                raise InputError(f"{self.label} is too large to be held: give only the rows and columns needed.")
        table = pa.concat_tables([part for _, part in parts])
        # Tables of ours come back; the long files of ``batches`` are never that.
        table = pa.table([restored(column) for column in table.columns], names=table.column_names)
        rows = np.concatenate([np.arange(first, first + part.num_rows) for first, part in parts])
        filled = np.logical_or.reduce([column.is_valid().to_numpy() for column in table.columns])
        if not filled.any():
            raise InputError(self._no_rows())
        wanted = table.select(list(self.header if columns is None else columns))
        del parts, table
        if not filled.all():
            wanted = wanted.filter(pa.array(filled))
        frame = wanted.to_pandas(self_destruct=True).astype("str")
        return frame.set_axis(pd.Index(rows[filled], name="row"))

    def batches(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """The same a few megabytes at a time, as it stands in the file: ``stripped`` is for the rows that are kept.

        Raises:
            InputError: as ``frame``.
        """
        for _, part in self._named(columns):
            yield part

    def _named(self, names: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        rows = 0
        for first, part in self._parts([self._positions[name] for name in names]):
            rows += part.num_rows
            yield first, part.rename_columns(list(names))
        if not rows:
            raise InputError(self._no_rows())

    def _no_rows(self) -> str:
        return f"{self.label} has a header but no rows of data below it: add them or give another file."


def stripped(table: pa.Table) -> pa.Table:
    """A table of text without the blanks around each value; a value that is only blanks is missing."""
    return pa.table([_strip(column) for column in table.columns], names=table.column_names)


def _strip(column: pa.ChunkedArray) -> pa.ChunkedArray:
    stripped = pc.utf8_trim_whitespace(column)
    if pc.min(pc.binary_length(stripped)).as_py() == 0:
        stripped = pc.if_else(pc.equal(stripped, ""), None, stripped)
    return stripped


def tables(path: Path, header_row: int | None = None, *, footnotes: bool = True) -> list[TextTable | Polygons]:
    """Every table and map in a file, in the file's order.

    The header is found by itself, unless ``header_row`` says in which row (from 1) it is. Sentences below the table of
    a text file are passed over, unless ``footnotes`` is False, where a row cut short must not be taken for one.

    Delimited text is only looked at here and read when asked for; maps are read at once. The parts of a shapefile
    beside its ``.shp`` give nothing of their own.

    Raises:
        InputError: one plain sentence naming the file, what is wrong with it and what to do.
    """
    path = Path(path)
    if _is_shapefile_part(path.name, lambda name: path.with_name(name).exists()):
        return []
    file = files.given(path)
    if files.kind(file) != "zip" or files.is_office(file):
        return _tables_of(file, header_row, footnotes)
    found: list[TextTable | Polygons] = []
    faults: list[NotATableError] = []
    entries = files.entries(file)
    names = {str(entry.entry) for entry in entries}
    for entry in entries:
        if _is_shapefile_part(str(entry.entry), names.__contains__):
            continue
        # Documentation and other formats beside the table are passed over, unless there is nothing else.
        try:
            found += _tables_of(entry, header_row, footnotes)
        except NotATableError as fault:
            faults.append(fault)
    if not found:
        raise faults[0]
    return found


def _is_shapefile_part(name: str, exists: Callable[[str], bool]) -> bool:
    """Whether a file (ohio.dbf, ohio.shp.xml) belongs to a shapefile of the same name and says nothing by itself."""
    part = _SHAPEFILE_PART.fullmatch(name)
    return part is not None and exists(f"{part[1]}.shp")


def _tables_of(file: Given, header_row: int | None, footnotes: bool) -> list[TextTable | Polygons]:
    kind = files.kind(file)
    if kind == "text":
        return [_delimited(file, header_row, footnotes)]
    if kind == "workbook":
        return [*_sheets(file, header_row)]
    if kind == "r":
        return [held(f"{file.label} › {name}", table) for name, table in rdata_file.frames(file).items()]
    if kind == "parquet" and not polygons.is_geoparquet(file):
        return [_table(file.label, parquet_file.names(file), 1, partial(parquet_file.parts, file))]
    if kind == "json" and json_pages.is_page(file):
        return [held(file.label, json_pages.table(file))]
    if kind == "zip":
        raise NotATableError(f"{file.label} is a document, not a table: give a CSV, XLSX, Parquet, zip or map file.")
    return [polygons.read(file)]


# Delimited text ----------------------------------------------------------------------------------------------------


def _delimited(file: Given, header_row: int | None, footnotes: bool) -> TextTable:
    """Find the delimiter, the header and the first row of a text file from its first rows."""
    with Utf8Stream(file) as stream:
        sample = stream.read(_SAMPLE_BYTES)
    if not sample.strip():
        raise NotATableError(f"{file.label} is empty: download it again.")
    text, whole = sample.decode(errors="ignore"), len(sample) < _SAMPLE_BYTES
    readings = {delimiter: _sample_rows(text, delimiter, whole) for delimiter in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda candidate: _regularity(readings[candidate][0]))
    rows, lines = readings[delimiter]
    if re.fullmatch(r"\d{12}", rows[0][0].strip()):
        # EDGE geocode files have no header; their first field is the 12-digit school id.
        names, at, skipped = tuple(str(i) for i in range(len(rows[0]))), 0, 0
    else:
        at = _header_row(file.label, rows, header_row)
        names, skipped = named(rows[at - 1]), lines[at - 1]
    parts = partial(_csv_parts, file, delimiter, len(names), skipped=skipped, first_row=at + 1, footnotes=footnotes)
    return _table(file.label, names, at + 1, parts)


def _sample_rows(text: str, delimiter: str, whole: bool) -> tuple[list[list[str]], list[int]]:
    """The first rows of a text, and how many lines of the file each and those above it take."""
    csv.field_size_limit(_SAMPLE_BYTES)  # a wide row is one long field to any delimiter but its own
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    for row in islice(reader, _SAMPLE_ROWS):
        rows.append(row or [""])
        lines.append(reader.line_num)
    if not whole and 1 < len(rows) < _SAMPLE_ROWS:  # the last one is cut by the sample's end
        rows, lines = rows[:-1], lines[:-1]
    return rows, lines


def _regularity(rows: Sequence[Sequence[str]]) -> int:
    """How well a delimiter explains the rows: fields beyond the first, over the rows that agree on how many."""
    usual = Counter(len(row) for row in rows if row != [""]).most_common(1)
    return sum((width - 1) * agreeing for width, agreeing in usual)


def _csv_parts(
    file: Given,
    delimiter: str,
    width: int,
    positions: Sequence[int],
    *,
    skipped: int,
    first_row: int,
    footnotes: bool,
) -> Iterator[tuple[int, pa.Table]]:
    """The columns wanted, a block at a time, with the row number each block starts at.

    Args:
        file: the text file.
        delimiter: what stands between fields.
        width: how many fields every row must have.
        positions: the columns wanted, from 0.
        skipped: lines of the file above the first row of data (more than rows, where a header holds a line break).
        first_row: the row number of the first row of data.
        footnotes: whether a sentence by itself is one, to be passed over where it ends the file.
    """
    names = [str(i) for i in range(width)]
    ragged: list[pyarrow.csv.InvalidRow] = []

    def remember(row: pyarrow.csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip" if footnotes and row.actual_columns == 1 and _FOOTNOTE.match(row.text) else "error"

    reading = pyarrow.csv.ReadOptions(column_names=names, skip_rows=skipped, block_size=BLOCK, use_threads=False)
    parsing = pyarrow.csv.ParseOptions(
        delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=remember
    )
    as_text = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=[str(i) for i in positions],
    )
    with Utf8Stream(file) as stream:
        row, batch = first_row, None
        try:
            for batch in pyarrow.csv.open_csv(stream, reading, parsing, as_text):
                yield row, pa.Table.from_batches([batch])
                row += batch.num_rows
            if ragged and ragged[0].number - skipped + first_row - 1 < row:
                raise pa.ArrowInvalid
        except pa.ArrowInvalid as fault:
            if not ragged:
                raise InputError(
                    f"{file.label} cannot be read as a table from row {row:,} on: close the quotation mark that is "
                    "open there, or save it again as CSV in UTF-8."
                ) from fault
            raise _of_another_width(ragged, file.label, width, first_row - 1 - skipped) from None
        if batch is not None and names[-1] in batch.schema.names:
            _check_closed(batch[names[-1]], stream, f"{file.label}, row {row - 1:,}")


def _of_another_width(ragged: Sequence[pyarrow.csv.InvalidRow], label: str, width: int, shift: int) -> InputError:
    """What is wrong with the first row that has too few or too many fields; rows are counted from ``shift`` on."""
    first = next((row for row in ragged if row.actual_columns > 1), ragged[0])
    remedy = "close the quotation mark left open" if "\n" in first.text else "quote the text with the delimiter"
    return InputError(
        f"{label}, row {first.number + shift:,}: {first.actual_columns} fields where the header has {width}; "
        f"correct the row, or {remedy}."
    )


def _check_closed(last_column: pa.StringArray, stream: Utf8Stream, where: str) -> None:
    """Refuse a last value that swallowed the rows below it because its quotation mark is never closed."""
    value = last_column[-1].as_py() if len(last_column) else None
    if value and "\n" in value and not stream.tail.rstrip().endswith(b'"'):
        raise InputError(f"{where}: a quotation mark is opened and never closed; close it or remove it.")


# Workbooks ----------------------------------------------------------------------------------------------------------


def _sheets(file: Given, header_row: int | None) -> list[TextTable]:
    """The sheets of a workbook that hold a table."""
    found: list[TextTable] = []
    faults = [NotATableError(f"{file.label} has no sheet with a table in it.")]
    for sheet, rows in workbook.sheets(file).items():
        try:
            found.append(_sheet(f"{file.label} › {sheet}", rows, header_row))
        except NotATableError as fault:
            faults.append(fault)
    if not found:
        raise faults[-1]
    return found


def _sheet(label: str, rows: list[list[str]], header_row: int | None) -> TextTable:
    at = _header_row(label, rows[:_SAMPLE_ROWS], header_row)
    data = rows[at:]

    def parts(positions: Sequence[int]) -> Iterator[tuple[int, pa.Table]]:
        columns = [pa.array([row[i] if i < len(row) else None for row in data], pa.string()) for i in positions]
        yield at + 1, pa.table(columns, names=[str(i) for i in positions])

    return _table(label, named(rows[at - 1]) if rows else (), at + 1, parts)


def _header_row(label: str, rows: Sequence[Sequence[str]], told: int | None) -> int:
    """The row of column names, from 1: the one told, or else found."""
    if told is None:
        return 1 + header_at(rows)
    if not 1 <= told <= len(rows):
        raise NotATableError(f"{label} has no row {told} to be its header; give another row.")
    return told


def held(label: str, table: pa.Table) -> TextTable:
    """A table of text that is already in memory, its columns named."""
    return _table(label, tuple(table.column_names), 1, lambda positions: iter([(1, table.select(list(positions)))]))


def _table(label: str, names: tuple[str, ...], first_row: int, parts: Parts) -> TextTable:
    """The table, once its header has been checked."""
    if not any(names):
        raise NotATableError(f"{label} is empty: download it again.")
    if len(names) > MOST_COLUMNS:
        raise InputError(f"{label} has more than {MOST_COLUMNS:,} columns: give only those needed.")
    repeated = [name for name, times in Counter(filter(None, names)).items() if times > 1]
    if repeated:
        raise InputError(
            f"{label}, row {first_row - 1}: more than one column is named {', '.join(repeated[:5])}; rename them."
        )
    positions = {name: i for i, name in enumerate(names) if name}
    return TextTable(label, tuple(positions), first_row, positions, parts)
