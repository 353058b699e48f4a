"""Figures others have published, reproduced from the same data."""

import warnings
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from analysis.change import FACTORS, MEASURES, PARTS, change, shared
from analysis.decompose import by_level, decompose, nested
from analysis.indices import INDICES, MULTIGROUP
from analysis.local import contribution
from analysis.units import Units
from tests.oracle import exact, exact_change, exact_parts
from tests.oracle.tables import districts_of, exact_places, one_place

RACES = ["asian", "black", "hisp", "native", "white"]


def codes(names: pd.Series) -> np.ndarray:
    return pd.factorize(names)[0]


def value(name: str, table: Units) -> float:
    return float(INDICES[name].function(table)[0])


# --- schools00, the made-up data of the R package segregation (Elbers); figures of its vignette and tests


def made_up(realdata: Path, name: str) -> pd.DataFrame:
    """One row a school: state, district, and its students by race."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Missing constructor for R class", UserWarning)
        long = rdata.read_rda(realdata / "r_segregation_schools00" / f"{name}.rda")[name]
    text = long.astype({"state": str, "district": str, "school": str, "race": str})
    wide = text.pivot_table(index=["state", "district", "school"], columns="race", values="n", fill_value=0.0)
    return wide[RACES].reset_index()


@pytest.fixture(scope="module")
def schools00(realdata: Path) -> pd.DataFrame:
    return made_up(realdata, "schools00")


@pytest.fixture(scope="module")
def schools05(realdata: Path) -> pd.DataFrame:
    return made_up(realdata, "schools05")


def by(table: pd.DataFrame, place: pd.Series | None = None, groups: list[str] | None = None) -> Units:
    """The schools as units of one place, or of the places given; all five races are all the students."""
    place_of = np.zeros(len(table), dtype=int) if place is None else codes(place)
    return Units(
        table[groups or RACES].to_numpy(), table[RACES].sum(axis=1).to_numpy(), place_of, int(place_of.max()) + 1
    )


def test_schools00_information_and_h(schools00: pd.DataFrame) -> None:
    assert value("mutual_information", by(schools00)) == pytest.approx(0.425538975876420, abs=1e-14)
    assert value("theil_h", by(schools00)) == pytest.approx(0.418808314641945, abs=1e-14)


def test_schools00_information_nests_state_district_school(schools00: pd.DataFrame) -> None:
    """Between states; between districts of a state; between schools of a district."""
    by_state = decompose(by(schools00), codes(schools00["state"]))["mutual_information"].loc[0]
    in_states = decompose(by(schools00, schools00["state"]), codes(schools00["district"]))["mutual_information"]
    students = schools00[RACES].sum(axis=1).groupby(codes(schools00["state"])).sum()
    weighted = in_states.mul(students / students.sum(), axis=0).sum()
    assert by_state["between"] == pytest.approx(0.0992437012829, abs=1e-13)
    assert weighted["between"] == pytest.approx(0.2387087955059, abs=1e-13)
    assert weighted["within"] == pytest.approx(0.0875864790876, abs=1e-13)
    assert by_state["within"] == pytest.approx(weighted["total"], abs=1e-13)


def test_schools00_information_nests_in_one_call(schools00: pd.DataFrame) -> None:
    """The same three parts from the chain state, district, school; H's are those over E."""
    chain = [codes(schools00["state"]), codes(schools00["district"])]
    whole = by(schools00)
    parts = by_level(nested(whole, chain))
    expected = [0.0992437012829, 0.2387087955059, 0.0875864790876]
    assert [part["mutual_information"][0] for part in parts] == pytest.approx(expected, abs=1e-13)
    entropy = 0.425538975876420 / 0.418808314641945
    assert [part["theil_h"][0] for part in parts] == pytest.approx([each / entropy for each in expected], abs=1e-13)


def test_schools00_dissimilarity_by_school_and_by_district(schools00: pd.DataFrame) -> None:
    pair = by(schools00, groups=["white", "black"])
    found = decompose(pair, codes(schools00["district"]))["dissimilarity"].loc[0]
    assert found["total"] == pytest.approx(0.728387884871103, abs=1e-14)
    assert found["between"] == pytest.approx(0.680430197859, abs=1e-12)


def test_schools00_isolation_among_all_students(schools00: pd.DataFrame) -> None:
    assert value("isolation", by(schools00, groups=["black", "white"])) == pytest.approx(0.611959574521, abs=1e-12)
    assert value("isolation", by(schools00, groups=["white", "black"])) == pytest.approx(0.794300703565, abs=1e-12)


def test_schools00_to_schools05_in_five_parts(schools00: pd.DataFrame, schools05: pd.DataFrame) -> None:
    """With the fitting converged: at the package's own loose tolerance the last part has another sign."""
    old, new = (each.set_index("school")[RACES] for each in (schools00, schools05))
    schools = old.index.union(new.index)
    found = change(*(each.reindex(schools, fill_value=0).to_numpy() for each in (old, new)))
    parts = found.parts.loc["mutual_information"]
    figures = {
        "additions": (-0.003412776, 5e-10),
        "removals": (-0.011405093, 5e-10),
        "group_margins": (0.01625042, 5e-9),
        "unit_margins": (-0.01673998, 5e-9),
        "structure": (0.00315354, 5e-9),
    }
    assert set(figures) == set(PARTS)
    for part, (figure, digits) in figures.items():
        assert parts[part] == pytest.approx(figure, abs=digits)


def test_schools00_to_schools05_in_five_parts_to_nine_decimals(
    schools00: pd.DataFrame, schools05: pd.DataFrame
) -> None:
    """Beside the definition, order by order, with proportional fitting carried to 25 digits."""
    old, new = (each.set_index("school")[RACES] for each in (schools00, schools05))
    schools = old.index.union(new.index)
    before, after = (each.reindex(schools, fill_value=0).to_numpy() for each in (old, new))
    found = change(before, after).parts
    both, groups = shared(before, after)
    assert groups.all()
    own = exact_change.factors(*(each[both].astype(int).tolist() for each in (before, after)))
    for factor in FACTORS:
        np.testing.assert_allclose(found[factor], own[factor], rtol=0, atol=1e-9)
    whole, common = [
        np.array(
            [[float(exact.MULTIGROUP[name](exact_places(one_place(*each))[0])) for name in MEASURES] for each in pair]
        )
        for pair in ((before, after), (before[both], after[both]))
    ]
    np.testing.assert_allclose(found["removals"], common[0] - whole[0], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["additions"], whole[1] - common[1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found[list(PARTS)].sum(axis=1), whole[1] - whole[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", [name for name in MULTIGROUP if name != "gini"])
def test_schools05_of_five_races(schools05: pd.DataFrame, name: str) -> None:
    units = by(schools05)
    figure = float(exact.MULTIGROUP[name](exact_places(units)[0]))
    assert MULTIGROUP[name].function(units)[0] == pytest.approx(figure, abs=1e-12)


@pytest.mark.parametrize("name", INDICES)
def test_schools05_of_white_and_black_students_state_by_state(schools05: pd.DataFrame, name: str) -> None:
    """In the smallest state alone for the Gini, whose definition compares every two schools."""
    states = schools05[schools05["state"] == "A"] if name == "gini" else schools05
    units = by(states, states["state"], ["white", "black"])
    figures = [float(exact.INDICES[name](place)) for place in exact_places(units)]
    np.testing.assert_allclose(INDICES[name].function(units), figures, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", exact_parts.PARTS)
def test_schools05_between_and_within_districts(schools05: pd.DataFrame, name: str) -> None:
    pair, district = by(schools05, groups=["white", "black"]), codes(schools05["district"])
    figures = exact_parts.PARTS[name](districts_of(pair, district)[0])
    found = decompose(pair, district)[name].loc[0]
    np.testing.assert_allclose(found, [float(each) for each in figures], rtol=0, atol=1e-12)


# --- Sacramento's census tracts, 2000: see sacramento.md


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("dissimilarity", 0.32184656076566864),
        ("gini", 0.43506510676886234),
        ("theil_h", 0.09626774479970557),
        ("atkinson", 0.15079259382667654),
        ("variance_ratio", 0.09164042012926693),
    ],
)
def test_sacramentos_tracts(name: str, figure: float) -> None:
    tracts = pd.read_csv(Path(__file__).with_name("sacramento.csv"))
    assert len(tracts) == 403
    hispanic, everyone = tracts["hispanic"], tracts["population"]
    pair = one_place(*zip(hispanic, everyone - hispanic, strict=True))
    assert value(name, pair) == pytest.approx(figure, abs=1e-14)


# --- Milwaukee, 2017, in Urban Institute's Segregation Contribution Index


@pytest.fixture(scope="module")
def milwaukee(realdata: Path) -> pd.DataFrame:
    """Its elementary, middle and high schools, public and private: students, minority students, ``sci``."""
    return pd.read_csv(realdata / "urban_sci_2017" / "wi_schools.csv")


def levels(table: pd.DataFrame) -> Units:
    """A place for each level of school."""
    counts = np.column_stack([table["minority_pop"], table["pop"] - table["minority_pop"]]).astype(float)
    return Units(counts, counts.sum(axis=1), table["level"].to_numpy() - 1, 3)


def test_milwaukees_contributions(milwaukee: pd.DataFrame) -> None:
    """Published to seven decimals, so within half of the seventh (and a float's own rounding)."""
    np.testing.assert_allclose(contribution(levels(milwaukee)), milwaukee["sci"], rtol=0, atol=5e-8 + 1e-15)


def test_milwaukees_dissimilarity(milwaukee: pd.DataFrame) -> None:
    assert milwaukee["level"].value_counts(sort=False).tolist() == [209, 172, 57]
    found = INDICES["dissimilarity"].function(levels(milwaukee))
    np.testing.assert_allclose(found, [0.61767, 0.58862, 0.47193], rtol=0, atol=5e-6)


# --- Pure chance


@pytest.mark.parametrize(
    ("size", "share", "expected"), [(10, 0.1, 0.387420), (10, 0.5, 0.246094), (100, 0.1, 0.131865)]
)
def test_dissimilarity_of_schools_filled_at_random(size: int, share: float, expected: float) -> None:
    """Endless schools of one size: those with k of the group are as common as the binomial says.

    The variance ratio of such schools is 1 / size.
    """
    often = [comb(size, k) * share**k * (1 - share) ** (size - k) for k in range(size + 1)]
    chance = one_place(*((f * k, f * (size - k)) for k, f in enumerate(often)))
    assert value("dissimilarity", chance) == pytest.approx(expected, abs=5e-7)
    assert value("variance_ratio", chance) == pytest.approx(1 / size, abs=1e-12)


# --- A half-and-half school opens in a district of twenty schools with 85.55 % ED

SEATS = 250.0
ED = np.array([495.0] * 8 + [480] * 4 + [450] * 3 + [400] * 2 + [300, 150, 75])
OTHERS = 500 - ED


def opened(ed_leaving: np.ndarray, others_leaving: np.ndarray) -> Units:
    rows = zip([*(ED - ed_leaving), SEATS], [*(OTHERS - others_leaving), SEATS], strict=True)
    return one_place(*rows)


IN_PROPORTION_ED = SEATS * ED / ED.sum()
IN_PROPORTION_OTHERS = SEATS * OTHERS / OTHERS.sum()
NOBODY = np.zeros(20)
FROM_THE_495S = np.where(ED == 495, SEATS / 8, 0)
FROM_THE_LEAST_ED = np.where(ED <= 300, OTHERS, 0) * SEATS / OTHERS[ED <= 300].sum()


@pytest.mark.parametrize(
    ("schools", "figures"),
    [
        (one_place(*zip(ED, OTHERS, strict=True)), (0.6583, 0.4336, 0.0818)),
        (opened(IN_PROPORTION_ED, IN_PROPORTION_OTHERS), (0.6659, 0.4062, 0.0858)),
        (opened(IN_PROPORTION_ED, NOBODY), (0.6611, 0.4214, 0.0957)),
        (opened(FROM_THE_495S, FROM_THE_LEAST_ED), (0.6290, 0.3597, 0.0925)),
    ],
    ids=["before", "A: in proportion", "B: others from outside", "C: from the extremes"],
)
def test_the_half_and_half_school_that_makes_dissimilarity_worse(
    schools: Units, figures: tuple[float, float, float]
) -> None:
    found = [value(name, schools) for name in ("dissimilarity", "variance_ratio", "exposure")]
    np.testing.assert_allclose(found, figures, rtol=0, atol=5e-5)
