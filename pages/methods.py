"""How every number is made: definitions, how to read them, when they have no value, and where they come from."""

import streamlit as st

from analysis.indices import INDICES
from analysis.policy.presets import PRESETS
from analysis.policy.scenario import DRAWS, EXCLUDABLE, UNFILLED
from analysis.suppression import still_possible
from data.geographic import NEAREST_METRES
from data.inclusion import USUALLY_EXCLUDED
from data.privacy import CARRIED, MINIMUM_CELL
from data.schema import COLUMNS
from pages.shared import words

st.title("How is every number made?")
st.markdown(
    "School s of a place holds a_s students of one group, b_s of the other, t_s = a_s + b_s of both and n_s students "
    "of any kind. A, B, T and N are the place's sums; p_s = a_s / t_s and P = A / T. A value that is not defined is "
    "said to be so; it is never shown as 0."
)
st.subheader("Indices")
for index in INDICES.values():
    bounds = f"From {index.low:g} to {index.high:g}." if index.high < float("inf") else f"From {index.low:g} up."
    with st.container(border=True):
        st.markdown(f"**{index.label} ({index.symbol})**")
        st.code(index.formula, language=None, wrap_lines=True)
        st.markdown(f"{index.meaning} {bounds} {index.undefined}")
        st.caption(index.citation)
st.subheader("Between and within districts")
st.markdown(
    """
- V, H, M and the exposure shortfall (what exposure falls short of in an even state) split exactly:
  the part between districts and the parts within each add up to the whole.
- D does not split. D over districts is shown beside D over schools; the difference is what sorting within districts
  adds. It is no mean of the districts' own values.
- A district contributes T_d (P_d − P)² to the part of V between districts and T_d P_d (1 − P_d) V_d to the part within,
  both divided by T P (1 − P).
- A school's contribution is t_s |p_s − P| as a share of that sum over the district's schools: the share of D that would
  go if the school matched the district (Urban Institute, Segregation Contribution Index).
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
st.subheader("Hidden counts and definitions")
st.markdown(
    """
- Values count only schools whose numbers are known. Beside them, *if every hidden count is counted* gives the least and
  the greatest that the index can be over all schools, whatever each hidden count is between the publisher's bounds, or
  from none to all of the school's students where it gives none: the least is exact in fractions of students; the
  greatest is exact for places with up to four hidden schools and for isolation, and elsewhere a proven bound that may
  lie a little too high.
- An index never mixes two definitions of disadvantage. *Direct certification × 1.6* is the share of meals that a school
  under the Community Eligibility Provision may claim, at most all of its students; schools where every student counts
  as disadvantaged are told beside each definition.
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
st.subheader("50/50 assignment")
st.markdown(
    f"""
- At each host as many places as it has lottery seats come free. The present students keep their seats first, each
  within the lottery of their own group.
- What is left of each lottery goes to willing students of other schools of the same grades: first the share for
  students from outside the district, then from inside.
- Which sending schools: {"; ".join(f"*{name}*, {text}" for name, text in DRAWS.items())}.
- Seats one lottery cannot fill: {"; ".join(f"*{name}*, {text}" for name, text in UNFILLED.items())}.
- Present students above their lottery's seats take the places that the drawn students left.
- Students in equal students out, in whole students. The values shown are as the lotteries are expected to fall; the
  range is the 5th to 95th percentile of 200 draws with a fixed seed.
"""
)
for preset in PRESETS.values():
    st.markdown(f"- **{preset.label}**: {preset.basis}")
st.subheader("What this does not tell")
st.markdown("\n".join(f"- {caveat}" for caveat in words.CAVEATS))
st.subheader("Fields of the schools table")
st.table(
    {"Field": [c.name for c in COLUMNS], "Meaning": [c.meaning for c in COLUMNS], "Unit": [c.unit for c in COLUMNS]}
)
