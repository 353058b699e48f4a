"""What a plan comes to lies within the range of its lotteries, and what is expected near it, on the embedded data."""

import pandas as pd
import pytest

from analysis.policy.figures import REPORTED
from analysis.policy.outcome import as_expected, with_ranges
from analysis.policy.presets import PRESETS, scenario_from_preset
from data import store
from data.inclusion import Rules, included

LARGEST = 4
# Of what D falls by; rounded school by school half of these plans lie further apart.
NEAR = 0.06


def schools_of(dataset: str) -> pd.DataFrame:
    manifest = store.find(dataset)
    return included(store.schools(manifest, [max(manifest.years)]), Rules().excluded)[0]


@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "do-nothing"])
@pytest.mark.parametrize("dataset", ["franklin", "california-2000"])
def test_figures_lie_within_their_ranges_and_near_what_is_expected(dataset: str, preset: str) -> None:
    schools = schools_of(dataset)
    year = int(schools["year"].iloc[0])
    for district in schools.groupby("leaid").size().nlargest(LARGEST).index:
        asked = scenario_from_preset(schools, preset, dataset=dataset, district=district, year=year)
        first = as_expected(schools, asked)
        found = with_ranges(first, 100).district
        for name in (*REPORTED, "balanced", "high_poverty", "moved"):
            change = found[name]
            assert change.low <= change.after <= change.high, f"{name} of {district}"
        change = found["dissimilarity"]
        off = abs(first.district["dissimilarity"].after - change.after)
        assert off <= NEAR * abs(change.before - change.after), f"{district}: {off}"
