"""Every preset on the real Dallas of 2018–19, where its files are at hand."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from analysis.policy.draw import Lottery
from analysis.policy.ground import ground
from analysis.policy.optimum import least_segregated
from analysis.policy.outcome import simulate
from analysis.policy.places import Limits, places_of
from analysis.policy.presets import PRESETS, scenario_from_preset
from data import store
from data.load import load
from tests.analysis.policy.districts import last_year
from tests.analysis.policy.every_assignment import INDEX, broken

DALLAS = "4816230"


@pytest.fixture(scope="module")
def texas(realdata: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pd.DataFrame]:
    names = [
        "tx_tapr_2019/CSTUD_19_all.csv",
        "tx_tapr_2019/CREF20.csv",
        "tx_ccd_directory_2013/tx-campuses-ccd.csv",
        "tx_ccd_directory_2013/tx-districts-ccd.csv",
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVENGROUND_HOME", str(tmp_path_factory.mktemp("texas")))
        yield store.schools(load([realdata / name for name in names]))


@pytest.mark.parametrize("measure", list(INDEX))
@pytest.mark.parametrize("limits", [Limits(), Limits(miles=5, move=0.05, stay=0.5)], ids=str)
def test_the_best_of_dallas_is_whole_and_close_to_its_bound(texas: pd.DataFrame, limits: Limits, measure: str) -> None:
    asked = scenario_from_preset(texas, "do-nothing", dataset="texas", district=DALLAS, year=2018)
    places = places_of(ground(texas, asked))
    plan = least_segregated(places, limits, measure)
    assert broken(places, limits, plan.flows.tolist()) == set()
    assert plan.value == pytest.approx(INDEX[measure](plan.after), abs=1e-9)
    assert plan.bound <= plan.value < INDEX[measure](places.students) - 0.1
    assert plan.gap < 0.003


@pytest.mark.parametrize("preset", PRESETS)
def test_dallas_keeps_all_its_students(texas: pd.DataFrame, preset: str) -> None:
    asked = scenario_from_preset(texas, preset, dataset="texas", district=DALLAS, year=2018)
    place = ground(texas, asked)
    done = last_year(place, asked, Lottery(0), 20)
    assert done.after.min() >= 0
    assert (done.after.sum(axis=2) == place.students.sum(axis=1)[:, None]).all()
    filled = done.kept + done.inside + done.outside
    assert (filled.sum(axis=1) <= done.seats.sum(axis=1)).all()
    outcome = simulate(texas, asked, replicates=20)
    for column in ("ed", "students"):
        assert outcome.schools[f"{column}_after"].sum() == outcome.schools[f"{column}_before"].sum()
    own = texas[(texas["leaid"] == DALLAS) & texas["ed"].notna()]
    assert (outcome.schools["leaid"] == DALLAS).sum() == len(own) > 200
    assert (outcome.district["moved"].after > 0) is (preset != "do-nothing")
    assert len(asked.hosts) == (0 if preset == "do-nothing" else 4)
