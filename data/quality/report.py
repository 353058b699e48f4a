"""The quality report of a dataset: what is known in each year, what was found, and what could not be checked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from data import store
from data.aside import SetAside
from data.grades import typed
from data.manifest import Manifest
from data.privacy import fingerprint, protected, protection_words
from data.quality import counts, places, years
from data.quality.finding import SEVERITIES, Check, Finding, Severity, Subject, Untold
from data.schema import BOUNDS, COLUMNS

if TYPE_CHECKING:  # slow to import
    import geopandas as gpd

CHECKS: dict[str, Check] = {check.key: check for check in (*counts.CHECKS, *years.CHECKS, *places.CHECKS)}
# Every column that may be unknown; bounds stand only where a count is hidden, which is a check of its own.
_FIELDS = [column for column in COLUMNS if not column.required and column.name not in BOUNDS]


@dataclass(frozen=True)
class Report:
    """What is in a dataset and what is wrong with it.

    Attributes:
        label, source, version: which dataset, who published it, and the first digits of its table's SHA-256.
        sizes: by year, the ``schools``, ``districts`` and ``students``.
        coverage: a row for each ``year`` and ``field`` (with its ``label``): shares of ``schools`` and of ``students``
            in schools for which it is known.
        findings: what the checks found, the gravest first, within one severity in the order of ``CHECKS``.
        untold: what the checks do not tell, for it would reveal counts that this report hides.
        hidden: by year, which counts this report hides; nothing where it hides none.
        made: keys of the checks made.
        unchecked: by key, why a check could not be made.
        notes: what was told when the data was read.
    """

    label: str
    source: str
    version: str
    sizes: pd.DataFrame
    coverage: pd.DataFrame
    findings: tuple[Finding, ...]
    untold: tuple[Untold, ...]
    hidden: dict[int, str]
    made: tuple[str, ...]
    unchecked: dict[str, str]
    notes: tuple[str, ...]

    @property
    def years(self) -> list[int]:
        """The falls its school years begin in."""
        return [int(year) for year in self.sizes.index]

    def of_year(self, year: int | None) -> list[Finding]:
        """The findings of one year, or those about no one year."""
        return [finding for finding in self.findings if finding.year == year]

    def untold_of(self, year: int) -> list[Untold]:
        """What is not told of one year."""
        return [untold for untold in self.untold if untold.year == year]

    def clean(self, year: int) -> list[str]:
        """What the checks say that found nothing in a year and tell all of it."""
        found = {finding.check for finding in self.findings if finding.year in (year, None)}
        found |= {untold.check for untold in self.untold_of(year)}
        return [CHECKS[key].clean for key in self.made if key not in found]

    def of_severity(self, year: int | None = None) -> dict[Severity, int]:
        """How many findings of each severity there are: those of a year with those about no one year, or all."""
        counted = [each for each in self.findings if year is None or each.year in (year, None)]
        return {severity: sum(each.severity == severity for each in counted) for severity in SEVERITIES}


def report(
    schools: pd.DataFrame,
    districts: "gpd.GeoDataFrame | None",
    grades: pd.DataFrame | None = None,
    *,
    label: str,
    source: str = "",
    version: str = "",
    aside: Iterable[SetAside] = (),
    notes: Iterable[str] = (),
    cell: int = 0,
) -> Report:
    """Check a schools table and say what it covers; nothing in it is changed.

    Args:
        schools: as ``data.check.checked`` gives it, of any number of years; or, for others, ``protected``.
        districts: as ``data.polygons.Polygons.frame``, or None.
        grades: students by grade, as in ``data.schema.GRADE_COLUMNS``, or None.
        label, source, version: as in ``Report``.
        aside: what was set aside when it was read.
        notes: what was told when it was read.
        cell: below which number counts are hidden in it; 0 if none are.
    """
    grades = typed(pd.DataFrame()) if grades is None else grades
    subject = Subject(schools, districts, grades, tuple(aside), tuple(notes))
    unchecked = {check.key: reason for check in CHECKS.values() if (reason := check.lacking(subject))}
    made = tuple(key for key in CHECKS if key not in unchecked)
    found = [finding for key in made for finding in CHECKS[key].findings(subject)]
    gravity = list(SEVERITIES)
    return Report(
        label=label,
        source=source,
        version=version,
        sizes=schools.groupby("year").agg(
            schools=("ncessch", "nunique"), districts=("leaid", "nunique"), students=("students", "sum")
        ),
        coverage=coverage(schools),
        findings=tuple(sorted(found, key=lambda finding: gravity.index(finding.severity))),
        untold=tuple(untold for key in made for untold in CHECKS[key].not_told(subject)),
        hidden=protection_words(schools, cell),
        made=made,
        unchecked=unchecked,
        notes=subject.notes,
    )


def of_dataset(manifest: Manifest, minimum_cell: int = 0) -> Report:
    """The report of a stored dataset, for others with counts below ``minimum_cell`` hidden.

    Raises:
        InputError: its files are gone or damaged.
    """
    schools = protected(store.schools(manifest), minimum_cell)
    return report(
        schools,
        store.districts(manifest),
        store.grades(manifest),
        label=manifest.label,
        source=manifest.source,
        version=fingerprint(schools) if minimum_cell else manifest.input_hash,
        aside=manifest.aside,
        notes=manifest.notes,
        cell=minimum_cell,
    )


def coverage(schools: pd.DataFrame) -> pd.DataFrame:
    """For each year and field the share of schools, and of students in schools, for which it is known."""
    students = schools["students"].astype("float64")
    parts = []
    for column in _FIELDS:
        known = schools[column.name].notna().astype("float64")
        by_year = pd.DataFrame({"schools": known, "students": known * students, "all": students})
        by_year = by_year.groupby(schools["year"]).agg({"schools": "mean", "students": "sum", "all": "sum"})
        by_year["students"] /= by_year.pop("all")
        parts.append(by_year.reset_index().assign(field=column.name, label=column.label))
    return pd.concat(parts, ignore_index=True)[["year", "field", "label", "schools", "students"]]
