"""The field dictionary on paper: ``docs/data-dictionary.md`` and the upload template.

``python -m data.dictionary`` writes the page anew.
"""

import io
from collections.abc import Iterable
from pathlib import Path

from data.schema import COLUMNS, FILE_FIELDS, GRADE_COLUMNS, GRADE_COUNTS, GROUP_COUNTS, Column, Kind

PAGE = Path(__file__).parents[1] / "docs" / "data-dictionary.md"
_HEADINGS = ("Column", "Label", "What it holds", "Required", "Meaning")
_KINDS: dict[Kind, str] = {
    "year": "a year",
    "id": "an id, as text",
    "text": "text",
    "choice": "one of",
    "grade": "one of",
    "flag": "yes or no",
    "count": "a whole number",
    "number": "a number",
    "degrees": "degrees",
}


def page() -> str:
    """The data dictionary as a Markdown page."""
    return "\n".join(
        [
            "# The schools table",
            "",
            "One row for each school year and school. Unknown is an empty cell, never zero.",
            f"Beside the required columns a table needs a count of at least one group: {_listed(GROUP_COUNTS)}.",
            "",
            *_table(COLUMNS),
            "",
            "## Students by grade",
            "",
            "One row for each school year, school and grade with students, in a table of its own.",
            f"A file to be loaded gives it in one column a grade beside its others: {_listed(tuple(GRADE_COUNTS))}.",
            "",
            *_table(GRADE_COLUMNS),
            "",
            "Written by `python -m data.dictionary` from `data/schema.py`.",
            "",
        ]
    )


def _table(columns: Iterable[Column]) -> list[str]:
    """Columns as the lines of a Markdown table."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *((f"`{row[0]}`", *row[1:]) for row in map(_row, columns))]
    return ["| " + " | ".join(row) + " |" for row in rows]


def template() -> bytes:
    """The upload template as an XLSX workbook: a sheet to fill in and a sheet that says what each column means."""
    from openpyxl import Workbook  # type: ignore[import-untyped]  # slow to import
    from openpyxl.styles import Font  # type: ignore[import-untyped]

    book = Workbook()
    schools = book.active
    schools.title = "schools"
    schools.append(list(FILE_FIELDS))
    for column, cells in zip(FILE_FIELDS.values(), schools.columns, strict=True):
        if column.kind in ("id", "grade"):  # as text, so that Excel keeps leading zeros
            schools.column_dimensions[cells[0].column_letter].number_format = "@"
    meanings = book.create_sheet("dictionary")
    for row in (_HEADINGS, *map(_row, FILE_FIELDS.values())):
        meanings.append(row)
    for sheet in (schools, meanings):
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = 18
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def template_csv() -> str:
    """The upload template as CSV: its header."""
    return ",".join(FILE_FIELDS) + "\n"


def _row(column: Column) -> tuple[str, ...]:
    """One column's entry under ``_HEADINGS``."""
    holds = _KINDS[column.kind]
    if column.choices:
        holds = f"{holds} {_listed(column.choices)}"
    if column.low is not None and column.high is not None:
        holds = f"{holds} from {column.low:g} to {column.high:g}"
    if column.unit:
        holds = f"{holds} ({column.unit})"
    return column.name, column.label, holds, "yes" if column.required else "", column.meaning


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
