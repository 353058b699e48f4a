"""Neighbours and the lines they share, on maps drawn by hand, on every small grid, and on Texas.

Lengths are checked against geodesics on the ellipsoid, which use no projection.
"""

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from libpysal.weights import Rook
from pyproj import Geod
from shapely import box

from data.formats.reading import tables
from data.neighbours import neighbours

GEOD = Geod(ellps="WGS84")
METRES_PER_MILE = 1609.344
WEST, SOUTH = -100.0, 31.0
METRE = 1 / 111_320  # degrees of latitude
UNIT = 0.1  # degrees: the side of a square


def square(x, y, wide=1.0, tall=1.0):
    """A rectangle, in units of a tenth of a degree."""
    return box(WEST + x * UNIT, SOUTH + y * UNIT, WEST + (x + wide) * UNIT, SOUTH + (y + tall) * UNIT)


def districts(*areas, kinds=()):
    ids = [chr(ord("a") + number) for number in range(len(areas))]
    kind = list(kinds) or ["unified"] * len(areas)
    return gpd.GeoDataFrame({"leaid": ids, "kind": kind}, geometry=list(areas), crs="EPSG:4326")


def found(*areas, kinds=()):
    """Miles of border of each pair."""
    table = neighbours(districts(*areas, kinds=kinds))
    return {
        one + other: miles
        for one, other, miles in table[["leaid", "neighbour", "miles"]].itertuples(index=False, name=None)
    }


def geodesic(line):
    return GEOD.geometry_length(line) / METRES_PER_MILE


def upright(x, y=0.0, tall=1.0):
    """The length in miles of a line to the north."""
    at = WEST + x * UNIT
    return geodesic(shapely.LineString([(at, SOUTH + y * UNIT), (at, SOUTH + (y + tall) * UNIT)]))


# by hand ------------------------------------------------------------------------------------------------------------


def test_two_squares_share_a_side():
    assert found(square(0, 0), square(1, 0)) == {"ab": pytest.approx(upright(1), rel=1e-6)}


def test_meeting_in_a_corner_is_no_border():
    assert found(square(0, 0), square(1, 1)) == {}
    assert set(found(square(0, 0), square(1, 0), square(0, 1), square(1, 1))) == {"ab", "ac", "bd", "cd"}


def test_one_district_alone_has_no_border():
    assert found(square(0, 0)) == {}
    assert found(square(0, 0), square(3, 0)) == {}


@pytest.mark.parametrize("metres", [-80, -5, 5, 80])
def test_outlines_drawn_a_little_apart_or_over_each_other_share_a_border(metres):
    apart = shapely.affinity.translate(square(1, 0), metres * METRE)
    # Each end may run on by the tolerance of 100 m, 0.062 miles, around its corner.
    assert found(square(0, 0), apart) == {"ab": pytest.approx(upright(1), abs=4 * 0.0622)}


def test_a_strip_of_no_district_between_two_is_no_border():
    assert found(square(0, 0), shapely.affinity.translate(square(1, 0), 300 * METRE)) == {}


def test_sides_that_have_no_points_in_common():
    miles = found(square(0, 0, tall=2), square(1, 0), square(1, 1))
    assert set(miles) == {"ab", "ac", "bc"}
    assert miles["ab"] == pytest.approx(upright(1), abs=0.13)
    assert miles["ac"] == pytest.approx(upright(1, 1), abs=0.13)


def test_a_district_inside_another_has_its_whole_outline_for_border():
    inner = square(1, 1)
    outer = square(0, 0, 3, 3) - inner
    assert found(outer, inner) == {"ab": pytest.approx(geodesic(inner.exterior), rel=1e-6)}


def test_a_district_in_parts_adds_up_its_borders():
    parts = shapely.union_all([square(0, 0), square(2, 0)])
    miles = found(parts, square(1, 0))
    assert miles == {"ab": pytest.approx(upright(1) + upright(2), rel=1e-6)}


def test_districts_on_the_same_ground_are_no_neighbours():
    assert found(square(0, 0), square(0, 0)) == {}
    # Its outer side runs 50 m inside the larger one's.
    assert found(square(0, 0, 2), shapely.affinity.translate(square(0, 0), 50 * METRE)) == {}


@pytest.mark.parametrize(
    ("kinds", "neighbours"),
    [
        (("unified", "unified"), True),
        (("elementary", "elementary"), True),
        (("secondary", "secondary"), True),
        (("unified", "elementary"), True),
        (("secondary", "unified"), True),
        (("elementary", "secondary"), False),
    ],
)
@pytest.mark.parametrize("metres", [0, 50])
def test_only_districts_with_grades_in_common_are_neighbours(kinds, neighbours, metres):
    areas = square(0, 0), shapely.affinity.translate(square(1, 0), metres * METRE)
    assert bool(found(*areas, kinds=kinds)) == neighbours


def test_a_union_of_elementary_districts_beside_a_unified_one():
    # a and b are elementary on the ground of the secondary c; d is unified and lies beside b and c.
    kinds = ("elementary", "elementary", "secondary", "unified")
    miles = found(square(0, 0), square(1, 0), square(0, 0, 2), square(2, 0), kinds=kinds)
    assert set(miles) == {"ab", "bd", "cd"}
    assert miles["bd"] == pytest.approx(upright(2), rel=1e-6)
    assert miles["cd"] == pytest.approx(upright(2), rel=1e-6)


def test_the_line_is_where_the_border_is():
    (line,) = neighbours(districts(square(0, 0), square(1, 0))).geometry
    assert shapely.hausdorff_distance(line, shapely.LineString([(-99.9, 31), (-99.9, 31.1)])) < METRE


# every small grid ---------------------------------------------------------------------------------------------------

SIZE = 4


@given(st.lists(st.integers(0, 4), min_size=SIZE * SIZE, max_size=SIZE * SIZE))
def test_grids_of_districts_as_counted_cell_by_cell(owners):
    """Districts are any sets of cells: in parts, with holes, meeting in corners."""
    grid = np.array(owners).reshape(SIZE, SIZE)
    expected = {}
    for (x, y), owner in np.ndenumerate(grid):
        for dx, dy in ((1, 0), (0, 1)):
            if max(x + dx, y + dy) < SIZE and (other := grid[x + dx, y + dy]) != owner:
                side = square(x, y).intersection(square(x + dx, y + dy))
                pair = tuple(sorted((int(owner), int(other))))
                expected[pair] = expected.get(pair, 0) + geodesic(side)
    names = np.unique(grid)
    areas = [shapely.union_all([square(x, y) for x, y in np.argwhere(grid == name)]) for name in names]
    code = {int(name): chr(ord("a") + number) for number, name in enumerate(names)}
    assert found(*areas) == {
        code[one] + code[other]: pytest.approx(miles, rel=1e-6) for (one, other), miles in expected.items()
    }


@given(st.permutations(range(SIZE)))
def test_the_order_of_the_districts_does_not_matter(order):
    frame = districts(square(0, 0), square(1, 0), square(0, 1), square(1, 1))
    one, other = neighbours(frame), neighbours(frame.iloc[list(order)])
    assert one[["leaid", "neighbour"]].equals(other[["leaid", "neighbour"]])
    assert np.allclose(one["miles"], other["miles"], rtol=1e-12)


# Texas --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texas(realdata):
    (found,) = tables(realdata / "boundaries_derived" / "TX_districts_2016geom.zip")
    return found.frame


def test_texas_has_the_neighbours_that_pysal_finds(texas):
    table = neighbours(texas)
    pairs = set(zip(table["leaid"], table["neighbour"], strict=True))
    contiguous = Rook.from_dataframe(texas, ids=texas["leaid"].tolist(), silence_warnings=True).neighbors
    peers = {(one, other) for one, others in contiguous.items() for other in others if one < other}
    assert len(pairs) > 2_800
    assert pairs <= peers
    # Where outlines have no points in common, less than 500 m are not told from a corner.
    outline = texas.set_index("leaid").geometry.boundary
    assert all(geodesic(outline[one].intersection(outline[other])) < 0.32 for one, other in peers - pairs)


def test_texas_lines_are_as_long_as_geodesics(texas):
    """Dallas, Houston and El Paso, far east and far west, with all their neighbours."""
    table = neighbours(texas).set_index(["leaid", "neighbour"])["miles"]
    outline = texas.set_index("leaid").geometry.boundary
    dallas, houston, el_paso = "4816230", "4823640", "4818300"
    pairs = [pair for pair in table.index if {dallas, houston, el_paso} & set(pair)]
    assert len(pairs) > 20
    for one, other in pairs:
        assert table[one, other] == pytest.approx(geodesic(outline[one].intersection(outline[other])), rel=1e-5)


def test_elementary_and_secondary_districts_of_the_embedded_state(franklin):
    """No pair shares ground, and every pair of one kind that touches along a line is found."""
    table = neighbours(franklin)
    areas = franklin.set_index("leaid")
    for kind in ("elementary", "secondary"):
        own = areas[areas["kind"] == kind].geometry.to_dict()
        touching = {
            pair
            for pair in combinations(sorted(own), 2)
            if own[pair[0]].boundary.intersection(own[pair[1]].boundary).length > 0
        }
        same = table[(table["kind"] == kind) & (table["neighbour_kind"] == kind)]
        assert set(zip(same["leaid"], same["neighbour"], strict=True)) == touching
    one, other = (areas.geometry.loc[table[side]].to_numpy() for side in ("leaid", "neighbour"))
    assert shapely.area(shapely.intersection(one, other)).max() < 1e-12


@pytest.fixture
def franklin():
    from data import store

    return store.districts(store.find("franklin"))
