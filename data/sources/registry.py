"""Every layout Evenground reads."""

from data.sources import ccd, ccd_wide, edge, template, texas
from data.sources.source import Source

# A table is of the first source that recognises it. Sources that bring schools in come before those that describe
# them, so that the state is known when a national directory is read.
SOURCES: tuple[Source, ...] = (
    *template.SOURCES,
    *texas.SOURCES,
    *ccd.SOURCES,
    *ccd_wide.SOURCES,
    *edge.SOURCES,
)


def source_of(header: tuple[str, ...]) -> Source | None:
    """The source whose layout has these columns, or None."""
    return next((source for source in SOURCES if source.recognises(header)), None)
