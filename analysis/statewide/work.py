"""The batch's unit of work: a few districts with the schools they can touch, simulated wherever it is sent."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import KDTree

from analysis.errors import InputError
from analysis.policy.assign import Assignment, years_as_expected
from analysis.policy.draw import Ints
from analysis.policy.figures import Spread, spread
from analysis.policy.ground import COLUMNS, EARTH_RADIUS_MILES, Ground, ground
from analysis.policy.scenario import Scenario
from analysis.units import Floats

# What fills a chunk, about half a second of work, beside which sending it costs nothing: schools, or schools drawn.
_CHUNK_ROWS = 1_500
_CHUNK_DRAWS = 150_000
# A district whose lotteries have been held: its id, ground and draws; its seats and the empty ones.
_Held = tuple[str, Ground, Spread, tuple[int, int]]


@dataclass(frozen=True)
class Chunk:
    """Some districts' scenarios and the schools that they stand on.

    Attributes:
        schools: rows of the schools table, each once.
        scenarios: one a district.
        rows: for each scenario, the positions of its rows in ``schools``.
        replicates, seed: of the lotteries.
    """

    schools: pd.DataFrame
    scenarios: tuple[Scenario, ...]
    rows: tuple[NDArray[np.intp], ...]
    replicates: int
    seed: int


@dataclass(frozen=True)
class Part:
    """What the lotteries of some districts change: everything that combining districts needs, as plain arrays.

    Attributes:
        districts: (districts,) ids of those simulated.
        seats, unfilled: (districts,) seats of the hosts, and how many of them are expected to stay empty.
        moved: (replicates, districts) students who change schools.
        school, district: (rows,) ids of a school that hosts or changes and of the district whose lotteries change it.
        host: (rows,) whether it hosts.
        change: (rows, 2, replicates) ED and other students that it gains.
        refused: (districts, 2) id of a district that could not be simulated, and why.
    """

    districts: NDArray[np.str_]
    seats: Ints
    unfilled: Ints
    moved: Ints
    school: NDArray[np.str_]
    district: NDArray[np.str_]
    host: NDArray[np.bool_]
    change: NDArray[np.int32]
    refused: NDArray[np.str_]

    ROWS: ClassVar = ("school", "district", "host", "change")

    def to_bytes(self) -> bytes:
        """The part as a compressed NumPy archive."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **asdict(self))
        return buffer.getvalue()


def from_bytes(content: bytes) -> Part:
    """The part that ``Part.to_bytes`` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return Part(**{field.name: archive[field.name] for field in fields(Part)})


def chunks(
    table: pd.DataFrame, missing: Sequence[Scenario], scenarios: Sequence[Scenario], replicates: int, seed: int
) -> Iterator[Chunk]:
    """The scenarios in chunks, each with the rows it needs and no others.

    A district's rows are its own schools and those its hosts may draw from; another district's hosts are none of
    these, since their seats and students are settled by lotteries of their own.

    Args:
        table: the schools table of the scenarios' year, every district.
        missing: the scenarios to simulate, one a district.
        scenarios: all of the batch; their hosts are those that take no part in another district's lotteries.
        replicates, seed: of the lotteries.
    """
    table = table[list(COLUMNS)].reset_index(drop=True)
    # In small tables Python's own strings are filtered faster than Arrow's, which saves a fifth of the work.
    table = table.astype({name: object for name in COLUMNS if pd.api.types.is_string_dtype(table[name].dtype)})
    reach = _Reach(table, [host.ncessch for scenario in scenarios for host in scenario.hosts])
    full = min(_CHUNK_ROWS, _CHUNK_DRAWS // replicates)
    waiting: list[tuple[Scenario, NDArray[np.intp]]] = []
    for scenario in missing:
        waiting.append((scenario, reach.of(scenario)))
        if sum(len(rows) for _, rows in waiting) >= full:
            yield _chunk(table, waiting, replicates, seed)
            waiting = []
    if waiting:
        yield _chunk(table, waiting, replicates, seed)


def _chunk(table: pd.DataFrame, asked: list[tuple[Scenario, NDArray[np.intp]]], replicates: int, seed: int) -> Chunk:
    scenarios, rows = zip(*asked, strict=True)
    needed = np.unique(np.concatenate(rows))
    positions = tuple(np.searchsorted(needed, each) for each in rows)
    return Chunk(table.iloc[needed].reset_index(drop=True), scenarios, positions, replicates, seed)


class _Reach:
    """The rows of a state that a district's scenario can touch, found without looking at the whole state."""

    def __init__(self, table: pd.DataFrame, hosts: list[str]) -> None:
        self._position = pd.Series(np.arange(len(table)), table["ncessch"])
        self._own = table.groupby("leaid").indices
        self._county, _ = table["county"].factorize()  # −1 where unknown
        self._in_county = pd.Series(np.arange(len(table))).groupby(self._county).indices
        self._points = _on_globe(table)
        self._has_point: NDArray[np.bool_] = np.asarray(np.isfinite(self._points).all(axis=1))
        self._placed = np.flatnonzero(self._has_point)
        self._tree = KDTree(self._points[self._placed])
        self._host = table["ncessch"].isin(hosts).to_numpy(dtype=bool)

    def of(self, scenario: Scenario) -> NDArray[np.intp]:
        """Positions of the district's schools and of those near its hosts; unknown points count for their county."""
        own = self._own[scenario.district]
        hosts = self._position[[host.ncessch for host in scenario.hosts]].to_numpy(dtype=np.intp)
        known = hosts[self._has_point[hosts]]
        # The straight line through the earth; a little more than needed, as the simulation measures again.
        chord = 2 * np.sin(min(scenario.outside_miles * 1.001 / (2 * EARTH_RADIUS_MILES), np.pi / 2))
        near = [self._placed[each] for each in self._tree.query_ball_point(self._points[known], chord)]
        counties = [np.asarray(self._in_county[code]) for code in np.unique(self._county[hosts]) if code >= 0]
        if len(known):
            counties = [schools[~self._has_point[schools]] for schools in counties]
        around = np.unique(np.concatenate([own, *near, *counties]).astype(np.intp))
        return np.asarray(around[~self._host[around] | np.isin(around, own)])


def _on_globe(table: pd.DataFrame) -> Floats:
    """(schools, 3) points on a globe of radius 1; NaN where unknown."""
    lat, lon = (np.radians(table[name].to_numpy(dtype=np.float64)) for name in ("latitude", "longitude"))
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def district_seed(seed: int, district: str) -> int:
    """The seed of a district's lotteries: of the batch's seed and the district's id alone.

    So no order, chunk or machine changes a figure, and no two districts share their numbers.
    """
    words = np.random.SeedSequence(seed, spawn_key=tuple(district.encode())).generate_state(4)
    return int.from_bytes(words.tobytes(), "little")


def run(chunk: Chunk) -> bytes:
    """Hold the lotteries of a chunk's districts; ``from_bytes`` reads the part that comes back.

    What each is expected to come to, school by school, is left out: combining districts needs the draws, and of what is
    expected the empty seats alone, which are then as many as in the plan of the district.
    """
    held: list[_Held] = []
    refused = []
    for scenario, rows in zip(chunk.scenarios, chunk.rows, strict=True):
        seed = district_seed(chunk.seed, scenario.district)
        try:
            place = ground(chunk.schools.iloc[rows].reset_index(drop=True), scenario)
        except InputError as error:
            refused.append((scenario.district, str(error)))
        else:
            drawn = spread(place, scenario, chunk.replicates, seed)
            held.append((scenario.district, place, drawn, _seats(years_as_expected(place, scenario)[-1])))
    return _part(held, refused, chunk.replicates).to_bytes()


def _seats(expected: Assignment) -> tuple[int, int]:
    """The seats of all hosts and how many of them are empty; a host's pools fill each other's, and no other host's."""
    seats, *filled = (getattr(expected, name).sum(axis=(1, 2)) for name in ("seats", "kept", "inside", "outside"))
    return int(seats.sum()), int(np.maximum(seats - sum(filled), 0).sum())


def _part(held: list[_Held], refused: list[tuple[str, str]], replicates: int) -> Part:
    moved = [drawn.figures["moved"][-1] for _, _, drawn, _ in held]
    rows = [_rows(district, place, drawn) for district, place, drawn, _ in held]
    seats, unfilled = np.array([each for *_, each in held], dtype=np.int64).reshape(-1, 2).T
    text = np.zeros(0, dtype=np.str_)
    change = np.zeros((0, 2, replicates), dtype=np.int32)
    none = {"school": text, "district": text, "host": np.zeros(0, dtype=np.bool_), "change": change}
    return Part(
        districts=np.array([district for district, *_ in held], dtype=np.str_),
        seats=seats,
        unfilled=unfilled,
        moved=np.array(moved, dtype=np.int64).reshape(-1, replicates).T,
        refused=np.array(refused, dtype=np.str_).reshape(-1, 2),
        **{name: np.concatenate([none[name], *(each[name] for each in rows)]) for name in Part.ROWS},
    )


def _rows(district: str, place: Ground, drawn: Spread) -> dict[str, NDArray[Any]]:
    """``Part.ROWS`` of one district."""
    change = np.moveaxis(drawn.after - place.students[:, None, :], 2, 0).astype(np.int32)
    host = np.isin(np.arange(len(place.students[0])), place.hosts)
    kept = (change.any(axis=(1, 2)) | host) & place.public
    school = place.schools["ncessch"].to_numpy(dtype=np.str_)[kept]
    return {"school": school, "district": np.repeat(district, len(school)), "host": host[kept], "change": change[kept]}
