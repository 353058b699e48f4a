"""A state small enough to check by hand: two districts of three schools of 100 students each.

Uneven has 90, 50 and 10 disadvantaged students in its schools (P = 1/2), Even 30 in each (P = 3/10), the state 240 of
600 (P = 2/5). So D = 100 (0.5 + 0.1 + 0.3 + 3 × 0.1) / (2 × 600 × 0.4 × 0.6) = 5/12, of which districts alone make
300 (0.1 + 0.1) / 288 = 5/24, and V = 100 (0.25 + 0.01 + 0.09 + 3 × 0.01) / (600 × 0.4 × 0.6) = 38/144, 6/144 of it
between districts. Within Uneven D = 80/150 and V = 32/75, and its middle school contributes nothing.
"""

from pathlib import Path

from analysis.policy.outcome import Outcome, simulate
from analysis.policy.scenario import Host, Pool, Scenario
from data.load import read_schools

COLUMNS = "year,ncessch,leaid,school,district,state,county,level,students,ed,ed_basis,black,white"
UNEVEN, EVEN = "3900001", "3900002"
_ED = (90, 50, 10, 30, 30, 30)
_BLACK = (60, 0, 0, 20, 20, 20)


def lines() -> list[str]:
    """The state as the lines of a CSV file in the template's columns."""
    rows = [
        f"2020,{leaid}0000{number},{leaid},{district} School {number},{district},OH,{county},elementary,"
        f"100,{ed},state,{black},{100 - black}"
        for leaid, district, county, number, ed, black in zip(
            [UNEVEN] * 3 + [EVEN] * 3,
            ["Uneven"] * 3 + ["Even"] * 3,
            ["Adams"] * 3 + ["Brown"] * 3,
            [1, 2, 3, 1, 2, 3],
            _ED,
            _BLACK,
            strict=True,
        )
    ]
    return [COLUMNS, *rows]


def uneven_plan(folder: Path, hosts: int, seats: int = 100, willing: float = 1.0) -> Outcome:
    """What a scenario of the uneven district with so many hosts does."""
    table = read_schools(written(folder / "small.csv"))
    chosen = tuple(Host(f"{UNEVEN}0000{n + 1}", seats) for n in range(hosts))
    pool = Pool(willing=willing)
    return simulate(table, Scenario("small", UNEVEN, 2020, chosen, ed=pool, other=pool), 10)


def written(path: Path, rows: list[str] | None = None) -> Path:
    """The state as a CSV file, or other lines."""
    path.write_text("\n".join(rows or lines()) + "\n", encoding="utf-8")
    return path
