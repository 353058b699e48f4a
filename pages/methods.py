"""How every number is made: definitions, how to read them, when they have no value, and where they come from."""

import pandas as pd
import streamlit as st

from analysis.hidden.suppression import still_possible
from analysis.indices import INDICES, MULTIGROUP, ORDERED, SCHOOL, Index
from analysis.peers import PARTS
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import APPLICANTS, DRAWS, EXCLUDABLE, RESERVES, SET_ASIDES, STAYS, UNFILLED
from data.geographic import NEAREST_METRES
from data.inclusion import USUALLY_EXCLUDED
from data.neighbours import TOLERANCE_METRES
from data.privacy import CARRIED, MINIMUM_CELL
from data.schema import COLUMNS
from pages.shared import store
from pages.shared.view import current_view
from pages.words import measures as measure_words
from pages.words import plan as plan_words

st.title("How is every number made?")
st.markdown(
    "School s of a place holds a_s students of one group, b_s of the other, t_s = a_s + b_s of both and n_s students "
    "of any kind. A, B, T and N are the place's sums; p_s = a_s / t_s and P = A / T. A value that is not defined is "
    "said to be so; it is never shown as 0."
)
view = current_view()
state = store.indices(view, "state")
state = state[state["year"] == view.year]


def define(indices: dict[str, Index], *, read: bool = False) -> None:
    """The indices of a registry, each with its value for the view's state said aloud where it has one."""
    for index in indices.values():
        bounds = f"From {index.low:g} to {index.high:g}." if index.high < float("inf") else f"From {index.low:g} up."
        with st.container(border=True):
            st.markdown(f"**{index.called}**")
            st.code(index.formula, language=None, wrap_lines=True)
            st.markdown(f"{index.meaning} {bounds} {index.undefined}")
            if read and len(state) == 1 and pd.notna(value := state[index.name].iloc[0]):
                st.markdown(f"**Here:** {measure_words.reading(index, value, view.place, view.year, view.groups)}")
            st.caption(index.citation)


st.subheader("Indices of two groups")
define(INDICES, read=not view.groups.many)
st.subheader("Indices of all groups at once")
st.markdown(
    "For all races, and income bands. n_sg counts the students of group g in school s, t_s those of every group; N_g "
    f"and T are the place's sums, p_sg = n_sg / t_s and P_g = N_g / T. {measure_words.absent_among_many()}"
)
define(MULTIGROUP, read=view.groups.many)
st.subheader("Ordered bands")
st.markdown(
    "Income bands are students with free lunch, with reduced-price lunch and without either, where the data counts "
    "both free lunch and free or reduced-price lunch: families up to 130% of the poverty line, up to 185% and above, "
    "as far as each is counted. Schools that count every student as free lunch put them all into the lowest band."
)
define(ORDERED)
st.subheader("One school in its place")
define(SCHOOL)
st.subheader("Between and within districts")
st.markdown(
    """
- The same holds level by level, over any chain such as county, district, level of school and school: the parts add
  up to the whole. Where levels do not nest, as a district in two counties, the part in each counts on its own, and the
  page says so.
- V, H, M and the exposure shortfall (what exposure falls short of in an even state) split exactly:
  the part between districts and the parts within each add up to the whole.
- D does not split. D over districts is shown beside D over schools; the difference is what sorting within districts
  adds. It is no mean of the districts' own values.
- A district contributes T_d (P_d − P)² to the part of V between districts and T_d P_d (1 − P_d) V_d to the part within,
  both divided by T P (1 − P).
- A level adds to D from 0 to Σ min(A_u/A, B_u/B) D_u over the cells u of the level above.
"""
)
st.subheader("Districts two ways, and who counts")
st.markdown(
    f"""
- *Administrative*: a school counts for the district that runs it. *Geographic*: for the district on whose ground it
  stands; charter schools then count for the districts around them, as in Stanford's Segregation Explorer.
- Where districts overlap, the one that serves most of the school's grades: elementary up to grade 8, secondary from
  grade 9; on a tie the one that runs it. Just outside every boundary, the nearest within {NEAREST_METRES / 1000:g} km.
- A school wholly online or without coordinates keeps the district that runs it. If that has no boundary either, the
  school is unassigned; it still counts for the state, and the foot of each page lists it.
- Left out unless chosen otherwise: {", ".join(EXCLUDABLE[name] for name in USUALLY_EXCLUDED)}. A school stays in where
  the data does not say what it is.
"""
)
st.subheader("Chance, and how sure")
st.markdown(
    """
- *By chance alone*: the value expected if the students of a place were assigned at random to its schools, every school
  keeping its size. Small schools differ by chance, so indices of small places are high even then. It is exact for D,
  exposure, isolation, V, H and M, of many groups for D, P*, H and M, and the mean of random assignments for the others.
  It splits over levels as the index does, and D with what each level adds.
- *Chance explains much* where random assignment alone would give more than half of what sets the value apart from
  schools of one and the same mix.
- *Corrected for chance*: each school's students are taken for one draw of as many from those who might have attended
  it. The schools' shares are drawn towards the place's until they vary as much as is estimated of those they were
  drawn from, with many groups those most that differ by chance only; for V that gives the adjusted R². The interval
  covers 95 of 100 bootstrap samples drawn with those shares and corrected in the same way, and is widened by as much
  as these lie off. It speaks of such draws, next year's intake for one. Of this year's students every one is counted,
  and the value itself is exact.
- The correction takes shares to vary smoothly. Where schools fall into a few kinds far apart it may take off a little
  too much of D, Gini, H, M and Atkinson.
- So for one school: its gap to the district is 0 by chance, its local H has an exact expected value, and its
  contribution is a mean of random assignments, never 0. Drawing shares together leaves contributions as they are; their
  range is that of students drawn anew.
- *In brackets*, as in 0.45, corrected 0.43 (0.41–0.46), is that interval. It stands behind the corrected index, never
  behind the index as counted, which may lie outside it; in a picture of parts it is the bar through the dot. A part of
  a chain of levels is corrected by the degrees of freedom of its level, as in a nested analysis of variance. For a
  change between two years the students of both are drawn anew, each year by itself. Of joined districts, and after
  seats are opened, the same is done as of today's.
- Under 50/50 policy *by intake* is that interval, of today; *by lottery* is the range of the draws, whose students are
  those of today.
- Draws have a fixed seed, and large states fewer of them (at least 40): their intervals are narrower than a digit.
"""
)

st.subheader("Borders and similar districts")
st.markdown(
    f"""
- A border is the line along which two districts lie on opposite sides: outlines that share their points, or run within
  {TOLERANCE_METRES} m of each other. Meeting in a point is none, nor is ground that elementary and secondary districts
  share. Its length is measured on the ellipsoid.
- *Students to level it*: with n and m students on both sides and shares p and q of the group, n m (p − q) / (n + m) of
  the group trade places with as many others, and both shares are the same. Joining the two would take n m (p − q)² /
  ((n + m) T P (1 − P)) from the V between districts to the V within them.
- *Revenue per student* of a side is the mean over its students of what their schools' districts have, of all sources,
  transfers and capital included, and not adjusted for prices or need. It is shown, and no part of likeness.
- Similar districts are near in {"; ".join(PARTS.values())}. Each part's distance is divided by its spread over all
  districts of the view; the distance in all is the root mean square of the parts known of both districts.
"""
)
st.subheader("Hidden counts and definitions")
st.markdown(
    """
- Values count only schools whose numbers are known. Beside them, *if every hidden count is counted* gives the least and
  the greatest that the index can be over all schools, whatever each hidden count is between the publisher's bounds, or
  from none to all of the school's students where it gives none: the least is exact in fractions of students; the
  greatest is exact for places with up to four hidden schools and for isolation, and elsewhere a proven bound that may
  lie a little too high. So for disadvantage and for one race against everyone else. Of two races isolation and exposure
  are exact; the greatest D, V, H, Gini and Atkinson's are in places with few hidden counts; all else is a proven bound
  that may lie a little outside, of the least Gini up to a good deal. Of all races at once the greatest H, M and Gini
  are exact or nearly so; all else is a proven bound that may lie a good deal outside; in places where few counts are
  possible all are tried, and both ends exact. Of income bands, whose counts lie between what free and free or
  reduced-price lunch leave open, likewise; rank-order H is a proven bound, wide where both thresholds are on one side
  of the median student. Beside each range stands which end is *exact*, as some completion attains it, and which is
  *proven only*.
- A hidden count of one race is never more than the other races leave room for. A count made from a rounded percentage
  is anything that rounds so.
- An index never mixes two definitions of disadvantage. *Direct certification × 1.6* is the share of meals that a school
  under the Community Eligibility Provision may claim, at most all of its students; schools where every student counts
  as disadvantaged are told beside each definition.
- A school of ten students or more is *CEP-like* where its count of disadvantaged students, its free or reduced-price
  lunch or its direct certification × 1.6 takes in every student. It is marked on its district's page and in the quality
  report, and told where it hosts a 50/50 lottery; its counts are used as reported.
"""
)
st.subheader("Schools and districts over the years")
st.markdown(
    """
- An id that stays is the same school or district. Another id is the same school if the federal school number or the
  state's own id agrees, no other school holds it at the time, and the directory does not call the school new; names
  decide nothing.
- A district has another id if the state's own id for it stayed, or if more than half of the schools and students of
  both are the same the year one ends and the other begins. Its trend is then one line.
- A district that merges into another ends. The other's line is its own before and after, never the sum: before the
  merger the two did not assign students together, and a sum would show the separation between them as its own.
- Where no directory says that a school opened or closed, it has only appeared or gone. Ids that may be one but that
  something contradicts are not joined, and are listed.
"""
)
st.subheader("What leaves this product")
st.markdown(
    f"""
- Pages show the data as loaded. Downloads, and all that the command line gives, are computed from *protected* counts: a
  school's count of students below {MINIMUM_CELL} (or the size chosen in the view), or of all its students but fewer, is
  hidden. So are the school's largest counts where the sum of its races would tell a small one.
- In place of a hidden count stands a fixed number, the same whatever the count, in every sum and index. So no tables,
  totals, years, definitions or scenarios set against each other tell more: for each hidden small count at least
  {still_possible(MINIMUM_CELL)} neighbouring values stay possible, for readers who know this program too.
- Hidden counts are empty cells, never 0, with a word on why. Totals that rest on some are rounded to the minimum, with
  how far they may be off; an index is left out where hidden counts could be wrong by more than {CARRIED:.0%} of the
  smaller group, or where a group may have fewer students than the minimum.
"""
)
st.subheader("Why an index changed")
st.markdown(
    """
- Between two years, H and M change by five parts that add up to the whole: schools counted in the first year only,
  schools counted in the last year only, and over the schools of both years the groups' shares of all students, the
  schools' sizes, and how the groups are spread over the schools.
- How groups are spread is measured by the odds ratios between schools, which neither a school's size nor a group's size
  moves. A table with one year's spread and the other year's sizes and shares is fitted to 12 digits; a school without a
  student of a group keeps none.
- Each part is the mean of what it changes the index by over the orders in which spread and sizes can change, and among
  the latter shares of groups and sizes of schools.
- It says what changed in the counts, not why families or districts did what they did. Counts that become known, or
  another way of counting, change an index like students who move; the page names what it can see of them.
"""
)
st.subheader("50/50 assignment")
st.markdown(
    f"""
- Seats are divided among pools, a lottery for each:
  {"; ".join(f"*{name}*, {text}" for name, text in RESERVES.items())}.
- At each host as many places as it has lottery seats come free; a magnet's seats are places of their own. For those
  present: {"; ".join(f"*{name}*, {text}" for name, text in STAYS.items())}.
- What is left of each pool goes to willing students of other schools of the same grades: first the share for
  students from outside the district, then each set-aside, then from inside. A set-aside is a share of a pool's seats
  for some of the district's students: {"; ".join(f"*{name}*, {text}" for name, text in SET_ASIDES.items())}.
- Who may apply for seats in one grade: {"; ".join(f"*{name}*, {text}" for name, text in APPLICANTS.items())}.
- Seats in one grade are drawn anew each year and the students drawn stay to the host's highest grade, but for those who
  go back; the district is taken to stay as it is otherwise.
- Which sending schools: {"; ".join(f"*{name}*, {text}" for name, text in DRAWS.items())}.
- Seats one lottery cannot fill: {"; ".join(f"*{name}*, {text}" for name, text in UNFILLED.items())}.
- The chance of a seat is the share of a lottery's applicants who get one, in whichever round and from whichever pool;
  it is undefined where nobody applies.
- Present students above their lottery's seats take the places that the drawn students left.
- Students in equal students out, in whole students. Schools, moves and seats are shown as the lotteries are expected to
  fall, indices and shares of the district as the middle one (the median) of 200 draws with a fixed seed; the range is
  their 5th to 95th percentile.
- Every field of a scenario file, with examples, is told in docs/scenarios.md of the program.
"""
)
for preset in PRESETS.values():
    st.markdown(f"- **{preset.label}**: {preset.basis}")
st.subheader("What this does not tell")
st.markdown("\n".join(f"- {caveat}" for caveat in plan_words.CAVEATS))
st.subheader("Fields of the schools table")
st.table(
    {"Field": [c.name for c in COLUMNS], "Meaning": [c.meaning for c in COLUMNS], "Unit": [c.unit for c in COLUMNS]}
)
