"""Which schools are taken for ones under the Community Eligibility Provision, and by what."""

import pandas as pd
import pytest

from data.cep import cep_signs
from data.groups import on_basis
from data.schema import typed

EVERYONE, LUNCH, DIRECT = (
    "every student is counted",
    "free or reduced-price lunch equals enrollment",
    "direct certification × 1.6 reaches 100 %",
)


@pytest.mark.parametrize(
    ("school", "sign"),
    [
        ({"ed": 80}, EVERYONE),
        ({"ed": 79, "ed_frpl": 79, "ed_direct": 49}, None),
        ({"ed": 60, "ed_frpl": 80}, LUNCH),
        # 50 identified students of 80 are 62.5 %, which × 1.6 is 100 %; 49 claim 78.
        ({"ed": 60, "ed_direct": 50}, DIRECT),
        ({"ed": 80, "ed_frpl": 80, "ed_direct": 80}, EVERYONE),
        ({"ed_direct": 50}, DIRECT),
        ({}, None),
        ({"students": 9, "ed": 9, "ed_frpl": 9, "ed_direct": 9}, None),
        ({"students": 10, "ed": 10}, EVERYONE),
    ],
)
def test_each_sign_by_itself_and_the_first_of_several(school: dict[str, int], sign: str | None) -> None:
    table = typed(pd.DataFrame({"students": 80, "ed_basis": "state", **school}, index=[0]))
    (found,) = cep_signs(table)
    assert found == sign if sign else pd.isna(found)


def test_a_sign_stays_on_another_basis() -> None:
    table = typed(
        pd.DataFrame({"students": [80, 80], "ed": [80, 60], "ed_basis": "frpl", "ed_frpl": [80, 60], "ed_direct": 40})
    )
    assert cep_signs(table).notna().tolist() == [True, False]
    assert cep_signs(on_basis(table, "direct")).fillna("").tolist() == [LUNCH, ""]
