"""What is in the data, what is missing and what cannot be right, with the rows to look at."""

from collections.abc import Iterable

import streamlit as st

from data.quality.finding import SEVERITIES, Finding
from data.schema import school_year
from pages.shared import parts, store, tables
from pages.shared.view import current_view
from pages.words.escaped import in_markdown
from reports import quality

ICONS = {"error": ":material/error:", "warning": ":material/warning:", "note": ":material/info:"}


def show_findings(findings: Iterable[Finding]) -> None:
    """Each finding with its severity in words, what was done, and its rows."""
    for finding in findings:
        label = f"**{finding.severity.capitalize()}** · {in_markdown(finding.sentence)}"
        with st.expander(label, icon=ICONS[finding.severity], expanded=finding.severity == "error"):
            st.markdown(in_markdown(finding.done))
            rows = quality.shown(finding.rows)
            tables.show(rows.set_index(rows.columns[0]))
            if more := quality.more(finding):
                st.caption(more)


def show_list(title: str, sentences: Iterable[str]) -> None:
    """Sentences under a heading, if there are any."""
    if lines := [f"- {in_markdown(sentence)}" for sentence in sentences]:
        st.subheader(title)
        st.markdown("\n".join(lines))


view = current_view()
with st.spinner("Checking the data"):
    report = store.quality(view)

st.title("What is in the data, and what is wrong with it?")
st.markdown(in_markdown(quality.sentence(report, view.year)))
for column, (severity, number) in zip(st.columns(3), report.of_severity(view.year).items(), strict=True):
    column.metric(f"{severity.capitalize()}s", number, help=f"{severity.capitalize()}: {SEVERITIES[severity]}.")
st.caption(
    "Every level of schools, whatever the view. Nothing is changed by these checks. The downloads hide small counts, "
    "and say which checks they cannot tell in full for that."
)

st.subheader(f"Found in {school_year(view.year)}")
show_findings([*report.of_year(view.year), *report.of_year(None)])
left, right = st.columns(2, gap="large")
with left:
    show_list("Checked, and nothing found", report.clean(view.year))
    show_list("Not checked", quality.unchecked(report))
    show_list("Told when the data was read", report.notes)
with right:
    st.subheader("What is known")
    tables.show(quality.shown_coverage(report, view.year).set_index("Field"))

downloads = st.columns([1, 1, 4])
for column, (form, content) in zip(downloads, {"html": quality.as_html, "json": quality.as_json}.items(), strict=False):
    column.download_button(
        f"Every year ({form.upper()})",
        data=lambda content=content: content(store.quality(view.exported)),
        file_name=f"{view.dataset.name}-quality.{form}",
        on_click="ignore",
        icon=":material/download:",
        key=f"download_quality_{form}",
    )
parts.provenance(view)
