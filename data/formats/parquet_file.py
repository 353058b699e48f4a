"""A Parquet table as text, a batch at a time."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import InputError
from data.formats.files import Given


def names(file: Given) -> tuple[str, ...]:
    """The columns' names, those of an index that pandas kept blank.

    Raises:
        InputError: the file is damaged.
    """
    with _faults_told(file.label):
        found = pq.read_schema(_content(file)).names
    return tuple("" if name.startswith("__index_level_") else name for name in found)


def parts(file: Given, positions: Sequence[int]) -> Iterator[tuple[int, pa.Table]]:
    """The columns wanted, by position, a batch at a time, with the number of its first row.

    Raises:
        InputError: the file is damaged, or a column holds more than plain values.
    """
    row = 1
    with _faults_told(file.label):
        opened = pq.ParquetFile(_content(file))
        wanted = [opened.schema_arrow.names[i] for i in positions]
        for batch in opened.iter_batches(columns=wanted):
            as_text = pa.table([batch[name].cast(pa.string()) for name in wanted], names=wanted)
            as_text.validate(full=True)
            yield row, as_text
            row += batch.num_rows


def _content(file: Given) -> io.BytesIO | Path:
    return io.BytesIO(file.read()) if file.entry else file.path


@contextmanager
def _faults_told(label: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise InputError(f"{label} is damaged or has columns that are not plain values: download it again.") from None
