"""Read an XLS or OpenDocument workbook from standard input, in a process of its own, and write its sheets as JSON.

Calamine holds every cell between the first and the last filled one, and over damage it may panic: neither may end or
fill the process that asks. Run by its path, it imports nothing of Evenground.
"""

import datetime
import io
import json
import sys

MOST_MEMORY = 768 << 20  # where the system can limit it, as all but Windows do
DAMAGED, TOO_LARGE = 3, 4


def main() -> int:
    """Write each sheet's rows, from its first row and column on, by its name; the exit status says what went wrong."""
    _limit_memory()
    import python_calamine  # not where only the numbers above are wanted

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        json.dump(sheets, sys.stdout, default=_written)
    except (python_calamine.CalamineError, OSError, ValueError):
        return DAMAGED
    except MemoryError:
        return TOO_LARGE
    return 0


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _written(value: object) -> str:
    """A day or a time as text; a day as in XLSX, where days have a time."""
    is_day = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return f"{value} 00:00:00" if is_day else str(value)


if __name__ == "__main__":
    sys.exit(main())
