"""The quality report as text, JSON, and an HTML file that needs nothing else."""

import json
from dataclasses import asdict, fields
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.quality.finding import SEVERITIES, Finding, counted, share
from data.quality.report import CHECKS, Report
from data.schema import FIELDS, school_year

if TYPE_CHECKING:  # slow to import, and only the HTML file needs it
    import jinja2

# Columns of findings that are not of the schools table.
_LABELS = {
    "schools": "Schools",
    "race_sum": "Races together",
    "grade_sum": "Grades together",
    "difference": "Difference",
    "students_before": "Students the year before",
    "ed_before": "Economically disadvantaged the year before",
    "ed_basis_before": "ED basis the year before",
    "times": "Times",
    "points": "Points",
    "percent": "Percent disadvantaged",
    "percent_before": "Percent disadvantaged the year before",
    "miles": "Miles outside",
    "stands_in": "Stands in",
    "same_name": "Boundary of the same name",
    "kind": "Kind",
    "reason": "Why",
    "sign": "Why CEP-like",
    "hidden": "Hidden counts",
    "column": "What was told",
    "counted": "Count",
    "reported": "Reported",
    "unit": "What",
    "name": "Name",
    "from_id": "Id before",
    "to_id": "Id after",
    "evidence": "Evidence",
}
_DECIMALS = {"latitude": 4, "longitude": 4}


def sentence(report: Report, year: int) -> str:
    """The report's answer for a year: its size, whether disadvantage is known, and how much was found."""
    schools, districts, students = (int(number) for number in report.sizes.loc[year].to_numpy())
    untold = {each.check for each in report.untold_of(year)}
    rows = report.coverage[(report.coverage["year"] == year) & (report.coverage["field"] == "ed")]
    ed = float(rows["students"].sum())
    known = (
        f"disadvantaged students are counted in schools with {share(ed, 1)} of them" if ed else "none has an ED count"
    )
    withheld = f", {len(untold):,} not told in full" if untold else ""
    found = report.of_severity(year)
    return (
        f"{report.label} in {school_year(year)} has {counted(schools, 'school')} in "
        f"{counted(districts, 'district')} with {counted(students, 'student')}; {known}. "
        f"Found: {', '.join(counted(number, severity) for severity, number in found.items())}. "
        f"{counted(len(report.clean(year)), 'check')} found nothing, {len(report.unchecked):,} could not be made"
        f"{withheld}."
    )


def unchecked(report: Report) -> list[str]:
    """Each check that could not be made, and why."""
    return [f"{CHECKS[key].title}: {reason}." for key, reason in report.unchecked.items()]


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """A finding's rows as people read them: labelled columns of text, unknown as empty."""
    return pd.DataFrame({label(name): _cells(rows[name]) for name in rows.columns}).astype("str")


def shown_coverage(report: Report, year: int) -> pd.DataFrame:
    """What is known in a year, as people read it; fields that no school has come last."""
    rows = report.coverage[report.coverage["year"] == year]
    rows = pd.concat([rows[rows["schools"] > 0], rows[rows["schools"] == 0]])
    return pd.DataFrame(
        {
            "Field": rows["label"],
            "Known for schools": [share(value, 1) for value in rows["schools"]],
            "With students": [share(value, 1) for value in rows["students"]],
        }
    )


def label(name: str) -> str:
    """What people call a column of a finding."""
    return FIELDS[name].label if name in FIELDS else _LABELS[name]


def more(finding: Finding) -> str:
    """How many rows there are beyond those shown."""
    beyond = finding.found - len(finding.rows)
    return f"The first {len(finding.rows):,} of {finding.found:,}." if beyond else ""


def _cells(values: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(values.dtype):
        form = f",.{_DECIMALS.get(str(values.name), 1)}f"
    else:
        form = "," if pd.api.types.is_integer_dtype(values.dtype) else ""
    return ["" if pd.isna(value) else format(value, form) for value in values]


# Files --------------------------------------------------------------------------------------------------------------


def as_text(report: Report) -> str:
    """The report as lines: a sentence for each year, then each finding's severity, year and sentence."""
    found = [
        f"{finding.severity:<9}{school_year(finding.year) if finding.year else 'all years':<11}{finding.sentence}"
        for finding in report.findings
    ]
    untold = [f"{'not told':<9}{school_year(each.year):<11}{each.sentence}" for each in report.untold]
    hidden = [f"{'hidden':<9}{school_year(year):<11}{words}" for year, words in report.hidden.items()]
    reasons = [f"{'unchecked':<20}{reason}" for reason in unchecked(report)]
    lines = [*(sentence(report, year) for year in report.years), "", *found, *untold, *hidden, *reasons]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """The report as JSON; unknown values are null, shares are of 1."""
    record = {
        "label": report.label,
        "source": report.source,
        "data_version": report.version,
        "severities": report.of_severity(),
        "years": [{**size, "found": report.of_severity(size["year"])} for size in _records(report.sizes.reset_index())],
        "findings": [_finding(finding) for finding in report.findings],
        "not_told": [asdict(each) for each in report.untold],
        "hidden_here": report.hidden,
        "nothing_found": {key: CHECKS[key].clean for key in report.made if key not in _found(report)},
        "not_checked": report.unchecked,
        "coverage": _records(report.coverage),
        "notes": report.notes,
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def _found(report: Report) -> set[str]:
    return {finding.check for finding in report.findings} | {untold.check for untold in report.untold}


def _finding(finding: Finding) -> dict[str, Any]:
    values = {field.name: getattr(finding, field.name) for field in fields(finding)}
    return values | {"title": CHECKS[finding.check].title, "rows": _records(finding.rows)}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain JSON values, which pandas knows how to make of its own types."""
    return json.loads(table.to_json(orient="records", double_precision=6))


def as_html(report: Report) -> str:
    """The report as one HTML page: real tables, nothing fetched, light and dark, fit to print."""
    return _template().render(
        report=report,
        severities=SEVERITIES,
        checks=CHECKS,
        sentence=sentence,
        unchecked=unchecked(report),
        shown=shown,
        shown_coverage=shown_coverage,
        more=more,
        school_year=school_year,
    )


@cache
def _template() -> "jinja2.Template":
    import jinja2

    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("reports", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("quality.html")
