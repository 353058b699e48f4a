"""One district: its schools, what each contributes to the separation, and its way through the years."""

import pandas as pd
import streamlit as st

from analysis.measured import contributions
from data.privacy import marked_schools
from pages.shared import charts, parts, store, words
from pages.shared.controls import chosen_district
from pages.shared.view import View, current_view, district_label

CONTRIBUTIONS_SHOWN = 20


def school_rows(view: View, leaid: str) -> pd.DataFrame:
    """The district's schools, with the group's share of each and what it contributes to the district's D."""
    everyone, group = store.schools(view), view.groups.group
    rows = everyone[everyone["leaid"] == leaid].reset_index(drop=True)
    shares = contributions(rows, group, view.groups.other)[["ncessch", "contribution"]]
    rows = rows.assign(share=parts.shares(rows, group), school=rows["school"].fillna(rows["ncessch"]))
    rows = rows.merge(shares, on="ncessch", how="left")
    return marked_schools(rows, everyone, group, [group, "share", "contribution"], view.cell)


view = current_view()
leaid = chosen_district(view)
if leaid is None:
    parts.nothing_to_show(view)
name = store.district_names(view).get(leaid) or leaid
group = view.groups.group
schools = school_rows(view, leaid)
known = schools.dropna(subset="share")
share = float(known[group].sum() / known["students"].sum()) if known["students"].sum() else float("nan")

st.title(name)
st.markdown(words.district_range(name, view.year, view.groups, share, known["share"].tolist()))
if known.empty:
    parts.provenance(view)
    st.stop()
rows = store.indices(view, "district")
history = rows[rows["place"] == leaid].set_index("year")
now = history.loc[view.year]

left, right = st.columns(2, gap="large")
with left:
    st.subheader("How its schools differ")
    st.plotly_chart(
        charts.beeswarm(known, share, view.groups.group_words),
        config=charts.config("schools"),
        key="beeswarm",
        alt=f"Each school by its share of {view.groups.group_words}; the table below holds the same numbers.",
    )
    st.caption("One dot a school, larger with more students. Crowded dots are stacked; height has no meaning.")
with right:
    st.subheader("Where they stand")
    parts.school_map(
        view,
        known.assign(
            colour=known["share"],
            symbol="circle",
            hover=[
                f"{school}<br>{words.percent(value)} · {students:,} students"
                for school, value, students in zip(known["school"], known["share"], known["students"], strict=True)
            ],
        ),
        [leaid],
        scale_title=f"share of {view.groups.group_words}",
        middle=share,
        alt=f"Map of the schools coloured by their share of {view.groups.group_words}.",
    )

left, right = st.columns(2, gap="large")
with left:
    st.subheader("What each school contributes")
    contributed = schools.dropna(subset="contribution").sort_values(
        ["contribution", "ncessch"], ascending=[False, True]
    )
    shown = contributed.assign(above=contributed["share"] > share).head(CONTRIBUTIONS_SHOWN)
    if shown.empty:
        st.caption("The schools do not differ, so there is nothing to share out.")
    else:
        st.plotly_chart(
            charts.contributions(shown),
            config=charts.config("contributions"),
            key="contributions",
            alt="Schools by their contribution to the district's dissimilarity, largest first.",
        )
        st.caption(
            f"Share of the district's D (now {words.number(now['dissimilarity'])}) that would go if the school matched "
            f"the district: the {len(shown)} largest of {len(contributed)} schools. Amber lies above the district's "
            "share, blue below."
        )
with right:
    st.subheader("Over the years")
    lines = history.rename(columns={"dissimilarity": "D", "variance_ratio": "V"})
    parts.trend(lines[["D", "V"]].astype(float), {"D": charts.BETWEEN, "V": charts.WITHIN}, "index", key="trend")
    st.subheader("Its measures")
    st.table(parts.place_measures(view, now))

st.page_link(
    "policy.py",
    label="Try 50/50 here",
    icon=":material/shuffle:",
    query_params={"district": district_label(store.district_names(view), leaid)},
)
st.subheader("Every school")
columns = {
    "school": "School",
    "ncessch": "School id",
    "level": "Level",
    "students": "Students",
    group: view.groups.group_words[0].upper() + view.groups.group_words[1:],
    "share": "Share",
    "contribution": "Contribution to D",
}
parts.sortable(
    schools[list(columns)].sort_values("share", ascending=False),
    columns,
    key="schools_table",
    percent=["contribution"],
    bar="share",
)
parts.download(lambda told: school_rows(told, leaid).filter([*columns, "suppressed"]), view, f"{leaid}-schools")
parts.provenance(view)
