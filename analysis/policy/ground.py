"""The schools a scenario can touch, as arrays, checked against the schools table."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import InputError
from analysis.policy.draw import Ints, round_half_up
from analysis.policy.grades import begin, check_grades, grade_counts, grade_ranks, share_grades, stays
from analysis.policy.named import check_named
from analysis.policy.scenario import Host, NewSchool, Scenario
from analysis.units import Floats

EARTH_RADIUS_MILES = 3958.8  # mean radius, IUGG
# Places beside the schools, in no table: where students come from or go to. Ids of no school.
PRIVATE, HOME, GONE = "private schools", "home schooling", "left the district"
BESIDE = (PRIVATE, HOME, GONE)
# A new school farther than this from every school of its district is a slip of the pen: a day has no such way in it.
FARTHEST_MILES = 100.0
# A building of unknown capacity is taken to hold what a small one may, or at most this many times its students.
MOST_GROWTH, SMALL_BUILDING = 2, 1_000
# What the ground takes from the schools table.
COLUMNS = (
    *("year", "ncessch", "leaid", "school", "county", "level", "grade_low", "grade_high", "charter"),
    *("latitude", "longitude", "students", "ed", "capacity"),
)
# ED students on the basis the lottery goes by, where that is another.
LOTTERY_ED = "lottery_ed"


@dataclass(frozen=True)
class Ground:
    """Schools of the district and places outside it that may send students. Groups: 0 is ED, 1 is all others.

    Attributes:
        schools: their rows of the schools table, positions 0 to n − 1; new schools and, last, the places of ``BESIDE``
            that the scenario needs have rows with little in them.
        students: (2, n) students of each group today.
        lottery_ed: (n,) students whom the lottery's definition counts as disadvantaged.
        inside: (n,) whether the school is the district's.
        public: (n,) whether it is a school at all, and no place beside the schools.
        hosts: (hosts,) positions of the host schools, in the scenario's order; one of a school with seats in several
            grades is there once for each.
        seats: (years, hosts) lottery seats of each in each year.
        serves: (hosts, n) whether the school shares the host's grades, so that students can move between them. Where
            the scenario is of one level, hosts of it exchange students with schools of it alone.
        may_send: (2, n) whether the school may send students of each group.
        miles: (hosts, n) distance to each host; inf where either point is unknown.
        stays: (hosts,) years a student drawn into a host stays there.
        begin: (hosts,) whether the seats are in the school's lowest grade, for children who are not yet in it.
        unknown: the district's schools left out because their ED count is not known.
    """

    schools: pd.DataFrame
    students: Ints
    lottery_ed: Ints
    inside: NDArray[np.bool_]
    public: NDArray[np.bool_]
    hosts: NDArray[np.intp]
    seats: Ints
    serves: NDArray[np.bool_]
    may_send: NDArray[np.bool_]
    miles: Floats
    stays: Ints
    begin: NDArray[np.bool_]
    unknown: pd.DataFrame

    @cached_property
    def grades(self) -> Ints:
        """(n,) how many grades each school has, from kindergarten on."""
        return grade_counts(self.schools)


def ground(table: pd.DataFrame, scenario: Scenario) -> Ground:
    """What a scenario stands on, after checking that the table can carry it.

    The whole table is passed over once, for the district and, where students may come from outside it, for the schools
    near its hosts; all else is done on those.

    Args:
        table: the schools table of the scenario's year, every district, with ``ed`` on the scenario's basis and, where
            the lottery goes by another, ``lottery_ed`` on that.
        scenario: the policy.

    Raises:
        InputError: the district, a host or a sender is not in the table, a host's ED count is unknown, its seats exceed
            what it can hold or are in a grade it does not have, it is to stand far from its district, or no other
            school of the district serves its grades.
    """
    own_basis = [] if scenario.lottery_basis is None else [LOTTERY_ED]
    table = table[[name for name in (*COLUMNS, *own_basis) if name in table]]
    if own_basis and LOTTERY_ED not in table:
        raise InputError(f'The data has no ED count by the lottery_basis "{scenario.lottery_basis}"; choose another.')
    of_year = _is(table["year"], scenario.year)
    of_district = of_year & _is(table["leaid"], scenario.district)
    if not of_district.any():
        raise InputError(f"District {scenario.district} has no school in {scenario.year}; check the district and year.")
    own = table[of_district]
    usable = _usable(own)
    _check_hosts(own, usable, scenario)
    new = _new_schools(own, scenario)
    rows = np.flatnonzero(of_district)[usable]
    if _reaches_out(scenario):
        hosts = pd.concat([own, new]) if len(new) else own
        rest = np.flatnonzero(of_year & ~of_district)
        near = _may_come(table.iloc[rest], hosts.set_index("ncessch"), scenario)
        rows = np.sort(np.concatenate([rows, rest[near]]))
    added = [part for part in (new, _beside(own, scenario)) if len(part)]
    scope = pd.concat([table.iloc[rows], *added]) if added else table.iloc[rows]
    check_named(scope["ncessch"], table, scenario)
    result = _arrays(scope.reset_index(drop=True), scenario, own[~usable])
    _check_company(result)
    return result


def _arrays(scope: pd.DataFrame, scenario: Scenario, unknown: pd.DataFrame) -> Ground:
    ids = scope["ncessch"]
    hosts = pd.Index(ids).get_indexer([host.ncessch for host in scenario.hosts])
    ed, everyone = (scope[name].to_numpy(dtype=np.int64) for name in ("ed", "students"))
    return Ground(
        schools=scope,
        students=np.stack([ed, everyone - ed]),
        lottery_ed=np.minimum(scope[LOTTERY_ED].to_numpy(dtype=np.int64), everyone) if LOTTERY_ED in scope else ed,
        inside=_is(scope["leaid"], scenario.district),
        public=~ids.isin(BESIDE).to_numpy(dtype=bool),
        hosts=hosts,
        seats=_seats(scenario),
        serves=_serves(scope, hosts, scenario.level, scenario.hosts),
        may_send=_may_send(ids, scenario),
        miles=_miles(_points(scope.iloc[hosts]), _points(scope)),
        stays=stays(scenario.hosts, scope.iloc[hosts]),
        begin=begin(scenario.hosts, scope.iloc[hosts]),
        unknown=unknown,
    )


def _is(column: pd.Series, value: object) -> NDArray[np.bool_]:
    return (column == value).to_numpy(dtype=bool, na_value=False)


def counted(schools: pd.DataFrame) -> NDArray[np.bool_]:
    """(rows,) whether a school's students and its ED students are known, so that it can take part."""
    return schools["ed"].notna().to_numpy(dtype=bool) & schools["students"].notna().to_numpy(dtype=bool)


def _usable(schools: pd.DataFrame) -> NDArray[np.bool_]:
    """(rows,) whether what the lottery goes by is known as well."""
    if LOTTERY_ED not in schools:
        return counted(schools)
    return counted(schools) & schools[LOTTERY_ED].notna().to_numpy(dtype=bool)


def _seats(scenario: Scenario) -> Ints:
    """(years, hosts) seats drawn in each year."""
    seats = [[host.seats_in(year + 1) for host in scenario.hosts] for year in range(scenario.years)]
    return np.array(seats, dtype=np.int64).reshape(scenario.years, len(scenario.hosts))


def seats_held(ground: Ground, scenario: Scenario) -> Ints:
    """(hosts,) seats of each whose students are there at the end of the last year.

    Seats in every grade are drawn once and held to the end; of those in a grade, the ones drawn while their students
    have not left the host's highest.
    """
    stays = np.where([host.grade is None for host in scenario.hosts], scenario.years, ground.stays)
    age = np.arange(scenario.years)[::-1, None]
    return np.asarray((ground.seats * (age < stays)).sum(axis=0))


def _new_schools(own: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Rows of the schools that do not stand yet, laid out as the table is."""
    new = {host.ncessch: host for host in scenario.hosts if host.new}.values()
    return _rows(own, [_row(own, ncessch=host.ncessch, capacity=host.capacity, **vars(host.new)) for host in new])


def _beside_names(scenario: Scenario) -> list[str]:
    leaves = any(pool.leave or pool.leave_changed for pool in (scenario.ed, scenario.other))
    needed = (scenario.private is not None, scenario.home is not None, leaves)
    return [name for name, wanted in zip(BESIDE, needed, strict=True) if wanted]


def _beside(own: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Rows of the places beside the schools: those who might come from there, and nobody where students leave to."""
    rows = []
    for name in _beside_names(scenario):
        supply = {PRIVATE: scenario.private, HOME: scenario.home, GONE: None}[name]
        students = supply.students if supply else 0
        ed = int(round_half_up(np.array(students * supply.ed_share))) if supply else 0
        rows.append(_row(own, ncessch=name, school=name, leaid=None, students=students, ed=ed, lottery_ed=ed))
    return _rows(own, rows)


def _row(own: pd.DataFrame, **columns: Any) -> dict[str, Any]:
    first = {name: own[name].iloc[0] for name in ("year", "leaid")}
    row = first | {"students": 0, "ed": 0, LOTTERY_ED: 0} | columns
    return {name: value for name, value in row.items() if name in own}


def _rows(own: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return own[:0]
    return pd.DataFrame(rows).reindex(columns=own.columns).astype(own.dtypes.to_dict())


def _reaches_out(scenario: Scenario) -> bool:
    """Whether schools outside the district can play a part."""
    sides = (scenario.ed, scenario.other)
    wanted = scenario.unfilled == "outside" or any(side.outside > 0 or side.senders for side in sides)
    return bool(scenario.hosts) and bool(scenario.sources) and wanted


def _may_come(table: pd.DataFrame, own: pd.DataFrame, scenario: Scenario) -> NDArray[np.bool_]:
    """(rows,) the schools outside the district that distance, grades and the sources let send students to a host."""
    hosts = own.loc[list(dict.fromkeys(host.ncessch for host in scenario.hosts))]
    ends, points = _points(hosts), _points(table)
    # A first sieve without trigonometry: a degree of latitude is the same everywhere.
    north = np.degrees(scenario.outside_miles / EARTH_RADIUS_MILES) * 1.01
    least, most = np.nanmin(ends[0], initial=90) - north, np.nanmax(ends[0], initial=-90) + north
    sieved = np.flatnonzero(((points[0] >= least) & (points[0] <= most)) | np.isnan(points[0]) | np.isnan(ends).any())
    some = table.iloc[sieved]
    miles = _miles(ends, points[:, sieved]).min(axis=0, initial=np.inf)
    # The county stands in for distance where points are unknown.
    same_county = some["county"].isin(hosts["county"].dropna()).to_numpy(dtype=bool) & np.isinf(miles)
    source = np.where(_is(some["charter"], True), "charters" in scenario.sources, "districts" in scenario.sources)
    both = pd.concat([each[["ncessch", "level", "grade_low", "grade_high"]] for each in (hosts.reset_index(), some)])
    serves = _serves(both, np.arange(len(hosts)), scenario.level)[:, len(hosts) :].any(axis=0)
    may = np.zeros(len(table), dtype=bool)
    may[sieved] = ((miles <= scenario.outside_miles) | same_county) & source & serves & _usable(some)
    return may


def _check_hosts(own: pd.DataFrame, usable: NDArray[np.bool_], scenario: Scenario) -> None:
    ids = pd.Index(own["ncessch"])
    at_hosts = ids.get_indexer([host.ncessch for host in scenario.hosts])
    for i, (host, at) in enumerate(zip(scenario.hosts, at_hosts, strict=True)):
        if host.new:
            _check_new(host, host.new, own, scenario, f"hosts[{i}]")
        elif at < 0:
            raise InputError(
                f"Host {host.ncessch} is no school of district {scenario.district} in {scenario.year}; "
                "choose hosts among the district's schools."
            )
        elif not usable[at]:
            raise InputError(f"Host {host.ncessch} has no known ED count in {scenario.year}; choose another host.")
        else:
            school = own.iloc[at : at + 1]
            _check_grade(host, school, f"hosts[{i}]")
            if at not in at_hosts[:i]:  # all entries of a school are asked for together
                _check_room(host, school, scenario, f"hosts[{i}]")


def _check_grade(host: Host, school: pd.DataFrame, field: str) -> None:
    """Seats are in a grade that the host has, where its grades are known."""
    if host.grade is None:
        return
    ends = [school[name].iloc[0] for name in ("grade_low", "grade_high")]
    low, high, grade = grade_ranks(pd.Series([*ends, host.grade], dtype=object)).tolist()
    if low >= 0 and high >= 0 and not low <= grade <= high:
        raise InputError(
            f"Host {host.ncessch} has grades {ends[0]} to {ends[1]}, not the {host.grade} of {field}.grade; give one "
            "of its grades, or choose another host."
        )


def _check_room(host: Host, school: pd.DataFrame, scenario: Scenario, field: str) -> None:
    """A building holds what it is given, or what it already holds."""
    students, known = int(school["students"].iloc[0]), school["capacity"].iloc[0]
    if host.capacity is not None and host.capacity < students:
        raise InputError(
            f"Host {host.ncessch} has {students:,} students, more than the {host.capacity:,} of {field}.capacity; give "
            "a capacity that holds them, or leave it out."
        )
    most = known if host.capacity is None else host.capacity
    seats = _needed(host, school, scenario)
    needed = seats + (students if host.magnet and seats else 0)
    if pd.isna(most):
        # A school in the table with nobody in it yet stands for a new one, of any size.
        if students and needed > max(MOST_GROWTH * students, SMALL_BUILDING):
            raise InputError(
                f"Host {host.ncessch} is given {_given(host, seats)} beside {students:,} students today, and how many "
                f"it holds is not known; give {field}.capacity, or fewer seats."
            )
    elif needed > max(most, students):
        beside = f" beside its {students:,} students" if host.magnet else ""
        raise InputError(
            f"Host {host.ncessch} is given {_given(host, seats)}{beside} but holds {max(most, students):,}; give it "
            "fewer seats."
        )


def _given(host: Host, needed: int) -> str:
    """The seats a host is given, in words."""
    if needed == host.seats:
        return f"{needed:,} seats"
    return f"{host.seats:,} seats a year, {needed:,} in all," if not host.later else f"{needed:,} seats in all"


def _needed(host: Host, school: pd.DataFrame, scenario: Scenario) -> int:
    """The most seats of a school, of all its grades, that are held in one year."""
    entries = tuple(each for each in scenario.hosts if each.ncessch == host.ncessch)
    if scenario.years == 1:
        return sum(each.seats_in(1) for each in entries)
    stay_years = stays(entries, school.iloc[[0] * len(entries)]).tolist()
    drawn = [[each.seats_in(year + 1) for year in range(scenario.years)] for each in entries]
    held = [
        sum(sum(seats[max(year - stay + 1, 0) : year + 1]) for seats, stay in zip(drawn, stay_years, strict=True))
        for year in range(scenario.years)
    ]
    return max(held)


def _check_new(host: Host, new: NewSchool, own: pd.DataFrame, scenario: Scenario, field: str) -> None:
    if host.ncessch in own["ncessch"].array or host.ncessch in BESIDE:
        raise InputError(f"New school {host.ncessch} has the id of another; choose an id that nothing else has.")
    school = _new_schools(own, scenario).query("ncessch == @host.ncessch")
    check_grades(host, new)
    _check_grade(host, school, field)
    needed = _needed(host, school, scenario)
    if host.capacity is not None and needed > host.capacity:
        raise InputError(
            f"Host {host.ncessch} is given {_given(host, needed)} but holds {host.capacity:,}; give it fewer seats."
        )
    point = np.array([[new.latitude], [new.longitude]])
    miles = float(_miles(point, _points(own)).min())
    if FARTHEST_MILES < miles < np.inf:
        raise InputError(
            f"New school {host.ncessch} lies {miles:,.0f} miles from the nearest school of its district; give "
            f"{field}.new.latitude and longitude of a point within {FARTHEST_MILES:g} miles of one."
        )


def _check_company(ground: Ground) -> None:
    """Every host with seats needs another school of its district to exchange students with."""
    elsewhere = ground.serves & ground.inside
    elsewhere[:, ground.hosts] = False
    company = np.asarray(elsewhere.any(axis=1))
    for position, seats, others in zip(ground.hosts, ground.seats.max(axis=0, initial=0), company, strict=True):
        if seats and not others:
            school = ground.schools["ncessch"][position]
            raise InputError(f"No other school of the district serves the grades of host {school}; choose other hosts.")


def _serves(
    schools: pd.DataFrame, hosts: NDArray[np.intp], only: str | None, entries: tuple[Host, ...] | None = None
) -> NDArray[np.bool_]:
    """(hosts, n) the schools that share the host's grades, or the grade of its seats; see ``grades.share_grades``.

    Hosts of the level ``only`` exchange students with schools of it alone: those are the schools that the scenario's
    figures cover, so what stays within a district leaves its covered students as many as they were. The places beside
    the schools are of no level, and the students who enter from there no school's: they may enter any host.
    """
    serves = share_grades(schools, hosts, entries)
    of_level = _is(schools["level"], only)
    beside = schools["ncessch"].isin(BESIDE).to_numpy(dtype=bool)
    return serves & (of_level | beside | ~of_level[hosts][:, None])


def _points(schools: pd.DataFrame) -> Floats:
    """(2, schools) latitude and longitude in degrees."""
    return np.stack([schools[name].to_numpy(dtype=np.float64) for name in ("latitude", "longitude")])


def _miles(hosts: Floats, schools: Floats) -> Floats:
    """(hosts, n) great-circle distance by the haversine formula; inf where a point is unknown."""
    (host_lat, host_lon), (lat, lon) = np.radians(hosts)[:, :, None], np.radians(schools)
    half_lat, half_lon = (lat - host_lat) / 2, (lon - host_lon) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat) * np.cos(host_lat) * np.sin(half_lon) ** 2
    return np.nan_to_num(2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(chord, 1.0))), nan=np.inf)


def _may_send(ids: pd.Series, scenario: Scenario) -> NDArray[np.bool_]:
    hosts = ids.isin([host.ncessch for host in scenario.hosts])
    allowed = []
    for pool in (scenario.ed, scenario.other):
        listed = ids.isin(pool.senders)
        allowed.append((listed if pool.senders else ~listed) & ~hosts)
    return np.stack([mask.to_numpy(dtype=bool) for mask in allowed])
