"""Every layout Evenground reads."""

from collections.abc import Sequence

from data.sources import ccd, ccd_finance, ccd_wide, edge, layouts, remembered, template, texas, urban
from data.sources.source import Source

# A table is of the first source that recognises it. Sources that bring schools in come before those that describe
# them, so that the state is known when a national directory is read.
SOURCES: tuple[Source, ...] = (
    *template.SOURCES,
    *texas.SOURCES,
    *ccd.SOURCES,
    *ccd_wide.SOURCES,
    *urban.SOURCES,
    *edge.SOURCES,
    *ccd_finance.SOURCES,
)


def sources() -> tuple[Source, ...]:
    """Every layout, in the order in which they are tried: what a person has mapped themselves first."""
    return (*remembered.sources(), *layouts.sources(), *SOURCES)


def source_of(header: tuple[str, ...], known: Sequence[Source] | None = None, label: str = "") -> Source | None:
    """The source whose layout has these columns, or None.

    Args:
        header: the columns.
        known: the sources to try; all of them if None.
        label: the table's, which ends with its sheet.
    """

    def meant(source: Source) -> bool:
        return source.sheet is None or label.rpartition(" › ")[2] == source.sheet

    return next((source for source in (known or sources()) if source.recognises(header) and meant(source)), None)
