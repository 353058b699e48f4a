"""Students whom the lotteries of two districts drew: they take one of the offers.

Districts hold their lotteries without knowing of each other, so two that draw from the same school outside may together
draw more students of a group than it has. As many as that withdraw: the district whose id comes first keeps its
students, the other's seats stay empty, and the students stay where they are. So students in equal students out,
whatever the policy.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.policy.draw import Ints
from analysis.statewide.work import Part
from analysis.units import Codes

_RUN = ["district", "group", "run"]


def settled(after: Ints, part: Part, school: Codes, lea: NDArray[np.str_]) -> tuple[Ints, Ints]:
    """Every school's students once those drawn twice have withdrawn, and how many did.

    Args:
        after: (schools, 2, runs) students if all who were drawn came; below 0 where too many were.
        part: every district's changes.
        school: (rows,) position of each of the part's rows.
        lea: (schools,) each school's own district.

    Returns:
        As ``after``, 0 or more everywhere with the same sums; and (runs, districts) students who withdrew.
    """
    after = after.copy()
    withdrawn = np.zeros_like(part.moved)
    places = np.argwhere(after < 0)
    lacking = pd.DataFrame(places, columns=["school", "group", "run"]).assign(lacking=-after[tuple(places.T)])
    district = np.searchsorted(part.districts, part.district)
    rows = pd.DataFrame({"school": school, "district": district, "row": np.arange(len(school))})
    drawn = lacking.merge(rows[lea[school] != part.district], on="school")
    drawn["drawn"] = np.maximum(-part.change[drawn["row"], drawn["group"], drawn["run"]], 0)
    drawn = drawn.sort_values(["school", "group", "run", "district"], ascending=[True, True, True, False])
    drawn["back"] = _in_turn(drawn, "lacking", "drawn", ["school", "group", "run"])
    np.add.at(after, tuple(drawn[name] for name in ("school", "group", "run")), drawn["back"])
    back = drawn.groupby(_RUN, as_index=False)["back"].sum()
    np.add.at(withdrawn, (back["run"], back["district"]), back["back"])
    hosts = back.merge(rows.loc[part.host, ["district", "school"]], on="district")
    hosts["present"] = after[hosts["school"], hosts["group"], hosts["run"]]
    hosts["empty"] = _in_turn(hosts, "back", "present", _RUN)
    np.subtract.at(after, tuple(hosts[name] for name in ("school", "group", "run")), hosts["empty"])
    return after, withdrawn


def _in_turn(table: pd.DataFrame, wanted: str, most: str, by: list[str]) -> "pd.Series[int]":
    """What each row gives of what its group wants altogether: the first its most, then the next, until it is enough."""
    before = table.groupby(by)[most].cumsum() - table[most]
    return (table[wanted] - before).clip(lower=0).clip(upper=table[most])
