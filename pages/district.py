"""One district: its schools, what each contributes to the separation, and its way through the years."""

from functools import partial

import streamlit as st

from analysis.policy.entry import entry_grades
from data.schema import GRADES
from pages.sections import every_school, similar_districts
from pages.shared import atlas, chance, charts, parts, splits, store, years
from pages.shared.controls import chosen_district
from pages.shared.view import current_view, district_label
from pages.words import counts as count_words
from pages.words import districts as district_words
from pages.words import numbers
from pages.words.escaped import in_chart, in_markdown

view = current_view()
leaid = chosen_district(view)
if leaid is None:
    parts.nothing_to_show(view)
name = store.district_name(view, leaid)
place, label = in_markdown(name), district_label(store.district_names(view), leaid)
schools = splits.district_schools(view, leaid)
known = schools.dropna(subset="share")
rows = parts.district_rows(view).set_index("leaid")
share = float(rows["share"].get(leaid, float("nan")))

st.title(place)
st.markdown(district_words.district_range(place, view.year, view.groups, share, known["share"].tolist()))
if "cep_like" in schools:
    flagged = schools.loc[schools["cep_like"].notna(), "students"]
    if len(flagged):
        of_students = flagged.sum() / schools["students"].sum()
        st.markdown(count_words.cep_like_schools(place, view.year, len(flagged), len(schools), of_students))
st.markdown(splits.revenue(view, leaid))
if known.empty:
    parts.provenance(view)
    st.stop()
history = store.indices(view, "district")
history = history[history["place"].isin(store.ids_of(view, leaid))].set_index("year")
now = history.loc[view.year]

left, right = st.columns(2, gap="large")
with left:
    st.subheader("How its schools differ")
    st.plotly_chart(
        charts.beeswarm(known, share, view.groups.share_words, charts.WITHIN if view.groups.many else charts.GROUP),
        config=charts.config("schools"),
        key="beeswarm",
        alt=f"Each school by the {view.groups.share_words}; the table below holds the same numbers.",
    )
    st.caption("One dot a school, larger with more students. Crowded dots are stacked; height has no meaning.")
with right:
    st.subheader("Where they stand")
    atlas.school_map(
        view,
        known.assign(
            colour=known["share"],
            symbol="circle",
            hover=[
                f"{in_chart(school)}<br>{numbers.percent(value)} · {students:,} students"
                for school, value, students in zip(known["school"], known["share"], known["students"], strict=True)
            ],
        ),
        [leaid],
        scale_title=view.groups.share_words,
        middle=share,
        alt=f"Map of the schools coloured by the {view.groups.share_words}.",
    )

left, right = st.columns(2, gap="large")
with left:
    st.subheader("What each school contributes")
    splits.show_contributions(view, name, schools, share, now)
with right:
    st.subheader("Over the years")
    lines = history.rename(columns={"dissimilarity": "D", "variance_ratio": "V"})
    colours = {"D": charts.BETWEEN, "V": charts.WITHIN}
    years.district_trend(view, leaid, name, lines[["D", "V"]].astype(float), colours)
    if len(history) > 1:
        st.page_link("trends.py", label="Why did it change?", icon=":material/timeline:", query_params={"place": label})

st.subheader("Its measures")
chance.show(view, leaid, partial(parts.place_measures, view, now))

years.district_events(view, leaid)
similar_districts.show_similar(view, leaid, name)

st.page_link(
    "policy.py",
    label="Try 50/50 here",
    icon=":material/shuffle:",
    query_params={"district": label},
)
st.page_link(
    "borders.py",
    label="Its borders",
    icon=":material/border_style:",
    query_params={"around": label},
)
every_school.show_every_school(view, leaid, schools)

grades = store.grades(view)
grades = grades[grades["ncessch"].isin(schools["ncessch"])]
if len(grades):
    st.subheader("Students by grade")
    st.markdown(district_words.entering(place, view.year, entry_grades(grades)))
    taught = {grade: district_words.grade_heading(grade) for grade in GRADES if grade in set(grades["grade"])}
    by_grade = grades.pivot_table("students", "ncessch", "grade", aggfunc="first").reindex(columns=list(taught))
    by_grade = schools[["school", "ncessch"]].merge(by_grade, on="ncessch").sort_values("school")
    parts.sortable(by_grade, {"school": "School", "ncessch": "School id", **taught}, key="grades_table")
    st.caption("A dash is a grade without students, or one whose number is not known.")
    parts.download(lambda _: grades, view, f"{leaid}-grades")
parts.provenance(view)
