"""Small states of several districts as schools tables."""

import pandas as pd
from hypothesis import strategies as st

from analysis.policy.scenario import Scenario
from analysis.statewide.places import applied
from analysis.statewide.rule import CHOICES, Policy
from data.grades import typed as typed_grades
from tests.analysis.policy.districts import YEAR, Row, school, table

NO_GRADES = typed_grades(pd.DataFrame())
PLAIN = Scenario("test", "", YEAR)
HEADS = st.integers(0, 150)


def district(leaid: str, *mixes: tuple[int, int], **columns: object) -> list[Row]:
    """Elementary schools of (ED, other) students, a hundredth of a degree apart from west to east."""
    return [
        school(
            f"{leaid}0000{number}",
            ed,
            other,
            **({"leaid": leaid, "latitude": 30.0, "longitude": -97.0 + number / 100} | columns),
        )
        for number, (ed, other) in enumerate(mixes)
    ]


def scenarios(schools: pd.DataFrame, policy: Policy) -> tuple[Scenario, ...]:
    return applied(schools, policy, PLAIN, NO_GRADES).scenarios


@st.composite
def states(draw: st.DrawFn) -> tuple[pd.DataFrame, Policy]:
    """Two to four districts on the same ground, so that they draw from each other, and a policy for them."""
    rows = []
    for number in range(draw(st.integers(2, 4))):
        mixes = draw(st.lists(st.tuples(HEADS, HEADS), min_size=2, max_size=4))
        # One school that may host, so that no state is without a scenario.
        rows += district(f"480000{number}", (100, draw(HEADS)), *mixes, county=draw(st.sampled_from(["Travis", None])))
        if draw(st.booleans()):
            rows += district(f"481000{number}", draw(st.tuples(HEADS, HEADS)), longitude=None, county="Travis")
    share = st.sampled_from([0.0, 0.3, 1.0])
    policy = Policy(
        least_schools=2,
        hosts_share=draw(st.sampled_from([0.1, 0.5, 1.0])),
        choose=draw(st.sampled_from(list(CHOICES))),
        outside=draw(share),
        willing=draw(st.sampled_from([0.2, 1.0])),
    )
    return table(*rows), policy
