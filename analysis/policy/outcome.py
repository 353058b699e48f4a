"""What a scenario does: every school before and after, who moves, and the figures with their range."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.policy.assign import OF_A_YEAR, Assignment, years_as_expected
from analysis.policy.draw import Ints
from analysis.policy.figures import REPORTED, Change, Spread, covered, figures, low_high, middle, reduced, spread
from analysis.policy.ground import GONE, Ground, counted, ground
from analysis.policy.notes import notes
from analysis.policy.pools import GROUPS, Pools, pools
from analysis.policy.scenario import Scenario
from analysis.policy.shortage import limits
from analysis.units import Floats, ratio

REPLICATES = 200
# Chances of a seat: of all, of the district's students, and of those from outside.
ODDS = ("odds", "odds_inside", "odds_outside")
WAITLIST = ["host", "grade", "group", "year", *OF_A_YEAR, *ODDS]


@dataclass(frozen=True)
class Outcome:
    """The result of a scenario, at the end of its last year.

    Attributes:
        scenario: what was asked.
        schools: one row a school of the district or sending to it: ncessch, leaid, host, students_before, ed_before,
            students_after, ed_after (as the lotteries are expected to fall, whole students), ed_after_low and
            ed_after_high (5–95 % of replicates), share_after_low and share_after_high (of the ED share), and poorer:
            whether it sends students and its ED share rises.
        flows: from_school, to_school, group ("ed" or "other"), grade (that of the seats that the move is about, in the
            year of their lottery; missing where they are in every grade, or for those who leave as their school
            changed), year (of the scenario, 1 for its first, in which their lottery was), students: every move, as
            expected. A place that is no school goes by its name in ``analysis.policy.ground.BESIDE``.
        pools: one row a host, grade and pool of seats, as expected: host, grade (missing for every grade), group (the
            pool), seats, kept, outside, inside, second (those of them filled in a second round), unfilled; then of the
            last year in which the host drew seats, and not of the years added up: year (1 for the first), offered
            (seats that those present left to be drawn), applied (students who applied for them), admitted (those of
            them who got a seat, in whichever round and if another pool left it empty), both also of the district alone
            as applied_inside and admitted_inside, waiting (applicants who would still take one), odds (admitted over
            applied; NaN where nobody applied) of all, of the district's as odds_inside and of the others as
            odds_outside; limit (what leaves seats unfilled, of ``analysis.policy.shortage.LIMITS``; empty where none
            is) and why (the same in a sentence).
        waitlists: the same of every year in which seats were drawn: the columns ``WAITLIST``.
        district: figures of the district's schools: those of ``analysis.policy.figures.figures``, once the lotteries
            are drawn as the median of the replicates, and ``moved`` (students who change schools, as expected).
        state: the indices of ``REPORTED`` over every school of the table of the scenario's level, and ``students`` in
            them, as expected; without a range.
        years: the district's figures at the end of each year: year (0 is before), figure, value, low, high.
        travel: miles from the present school to the next, per student who moves: group, students, miles, low, high,
            unknown (students whose distance is not known). Homes are in no public table.
        unknown: the district's schools left out because their ED count is unknown.
        notes: what the scenario asks for and cannot have, or what the figures do not show, one sentence each.
        replicates, seed: of the range; without replicates there is none yet, and low and high are NaN.
        drawn: (2, replicates, rows of ``schools``) ED and other students of each school in each replicate.
        drawn_moved: (replicates,) students who change schools.
        ground, assignment: what it was simulated on, and who moved by the end of the last year, as expected.
    """

    scenario: Scenario
    schools: pd.DataFrame
    flows: pd.DataFrame
    pools: pd.DataFrame
    waitlists: pd.DataFrame
    district: dict[str, Change]
    state: dict[str, Change]
    years: pd.DataFrame
    travel: pd.DataFrame
    unknown: pd.DataFrame
    notes: tuple[str, ...]
    replicates: int
    seed: int
    drawn: Ints
    drawn_moved: Ints
    ground: Ground = field(repr=False)
    assignment: Assignment = field(repr=False)


def simulate(table: pd.DataFrame, scenario: Scenario, replicates: int = REPLICATES, seed: int = 0) -> Outcome:
    """Run a scenario once as expected and ``replicates`` times by lottery.

    Args:
        table: the schools table of the scenario's year, every district, with ``ed`` on the scenario's basis.
        scenario: the policy.
        replicates: how many times the lotteries are drawn; at least 1.
        seed: of the draws; the same seed gives the same outcome, and more replicates begin with the same ones.

    Raises:
        InputError: the table cannot carry the scenario (see ``ground``).
    """
    return with_ranges(as_expected(table, scenario), replicates, seed)


def as_expected(table: pd.DataFrame, scenario: Scenario) -> Outcome:
    """Run a scenario as expected alone, without a lottery drawn; arguments and errors as ``simulate``."""
    place = ground(table, scenario)
    expected, divided = years_as_expected(place, scenario), pools(place, scenario)
    last, known = expected[-1], reduced(place, scenario, expected)
    by_year = _by_year(figures(place.students[:, None, place.inside & covered(place.schools, scenario)]), known)
    schools = _schools(place, last, None)
    seats = _pools(place, scenario, divided, last)
    return Outcome(
        scenario=scenario,
        schools=schools,
        flows=_flows(place, scenario, last),
        pools=seats,
        waitlists=_waitlists(place, scenario, divided, expected) if scenario.years > 1 else seats[WAITLIST],
        district=_district(by_year),
        state=_state(table, place, scenario, last),
        years=by_year,
        travel=_travel(last, known),
        unknown=place.unknown,
        notes=tuple(notes(place, scenario, divided, last)),
        replicates=0,
        seed=0,
        drawn=np.zeros((2, 0, len(schools)), dtype=np.int64),
        drawn_moved=np.zeros(0, dtype=np.int64),
        ground=place,
        assignment=last,
    )


def with_ranges(
    outcome: Outcome, replicates: int = REPLICATES, seed: int = 0, still: Callable[[], object] = lambda: None
) -> Outcome:
    """An outcome as expected with the range of its lotteries.

    Args:
        outcome: as expected.
        replicates, seed: as ``simulate``.
        still: as ``analysis.policy.figures.spread``.
    """
    place = outcome.ground
    drawn = spread(place, outcome.scenario, replicates, seed, still)
    by_year = _years_with_ranges(outcome.years, drawn)
    schools = _schools(place, outcome.assignment, drawn)
    low, high = low_high(ratio(drawn.miles, drawn.movers.astype(float)).T)
    return replace(
        outcome,
        schools=schools,
        district=_district(by_year),
        years=by_year,
        travel=outcome.travel.assign(low=low, high=high),
        replicates=replicates,
        seed=seed,
        drawn=drawn.after[:, :, place.schools["ncessch"].isin(schools["ncessch"]).to_numpy(dtype=bool)],
        drawn_moved=drawn.figures["moved"][-1].astype(np.int64),
    )


def _schools(ground: Ground, expected: Assignment, drawn: Spread | None) -> pd.DataFrame:
    """``Outcome.schools``, without a range where no lottery is drawn yet."""
    touched = (expected.after[:, 0] != ground.students).any(axis=0)
    if drawn:
        touched |= (drawn.after != ground.students[:, None]).any((0, 1))
    host = np.isin(np.arange(len(ground.schools)), ground.hosts)
    size_before, size_after = ground.students.sum(axis=0), expected.after.sum(axis=0)[0]
    sends = (expected.won[:, :, 0].any(axis=0) | (expected.left[:, 0] > 0)).any(axis=0)
    table = pd.DataFrame(
        {
            "ncessch": ground.schools["ncessch"],
            "leaid": ground.schools["leaid"],
            "host": host,
            "students_before": size_before,
            "ed_before": ground.students[0],
            "students_after": size_after,
            "ed_after": expected.after[0, 0],
            **_ranges_of_schools(drawn),
            "poorer": sends & (expected.after[0, 0] * size_before > ground.students[0] * size_after),
        }
    )
    return table[(ground.inside | touched) & ground.public].reset_index(drop=True)


def _ranges_of_schools(drawn: Spread | None) -> dict[str, Any]:
    """Columns of ``Outcome.schools`` that the lotteries alone can tell."""
    if drawn is None:
        return dict.fromkeys(("ed_after_low", "ed_after_high", "share_after_low", "share_after_high"), np.nan)
    ed_low, ed_high = low_high(drawn.after[0])
    share_low, share_high = low_high(ratio(drawn.after[0].astype(float), drawn.after.sum(axis=0).astype(float)))
    whole = {"ed_after_low": ed_low.astype(np.int64), "ed_after_high": ed_high.astype(np.int64)}
    return whole | {"share_after_low": share_low, "share_after_high": share_high}


def _flows(ground: Ground, scenario: Scenario, expected: Assignment) -> pd.DataFrame:
    ids = ground.schools["ncessch"].to_numpy(dtype=object)
    host, year = (
        np.array([getattr(each, name) for each in expected.moves], dtype=np.intp) for name in ("host", "year")
    )
    grades = np.array([each.grade for each in scenario.hosts], dtype=object)
    tables = []
    for way, toward_host in (("won", True), ("sent", False)):
        arrays = [getattr(each, way)[:, 0] for each in expected.moves]
        moves = np.stack(arrays) if arrays else np.zeros((0, 2, len(ids)), dtype=np.int64)
        which, group, school = np.nonzero(moves)
        ends = ids[school], ids[ground.hosts[host[which]]]
        source, target = ends if toward_host else ends[::-1]
        columns = (source, target, group, grades[host[which]], year[which], moves[which, group, school])
        tables.append(_moves(*columns))
    group, school = np.nonzero(expected.left[:, 0])
    nothing = np.full(len(school), None, dtype=object)
    end = np.full(len(school), scenario.years)
    tables.append(
        _moves(
            ids[school], np.full(len(school), GONE, dtype=object), group, nothing, end, expected.left[group, 0, school]
        )
    )
    return pd.concat(tables, ignore_index=True)


def _moves(*columns: NDArray[Any]) -> pd.DataFrame:
    names = ("from_school", "to_school", "group", "grade", "year", "students")
    found = pd.DataFrame(dict(zip(names, columns, strict=True)))
    text = dict.fromkeys(("from_school", "to_school", "grade"), "str")
    return found.assign(group=np.array(GROUPS)[columns[2]]).astype(text)


def _pools(ground: Ground, scenario: Scenario, divided: Pools, expected: Assignment) -> pd.DataFrame:
    columns = ("seats", "kept", "outside", "inside", "second", "offered", "applied", "waiting")
    seats, kept, outside, inside, second, *of_last_year = (getattr(expected, name)[..., 0] for name in columns)
    balance = seats - kept - outside - inside
    # Seats that one pool released and another filled are no longer empty; the first pools' are filled first.
    taken_over = np.maximum(-balance, 0).sum(axis=1, keepdims=True)
    short = np.maximum(balance, 0)
    unfilled = np.diff(np.maximum(np.cumsum(short, axis=1) - taken_over, 0), axis=1, prepend=0)
    limit, why = limits(ground, scenario, divided, unfilled, *of_last_year)
    waitlist = _waitlist(ground, scenario, divided, expected)
    counts = dict(zip((*columns[:5], "unfilled"), (seats, kept, outside, inside, second, unfilled), strict=True))
    return pd.DataFrame(
        {name: waitlist[name] for name in WAITLIST[:3]}
        | {name: count.ravel() for name, count in counts.items()}
        | {name: waitlist[name] for name in WAITLIST[3:]}
        | {"limit": limit, "why": why}
    )


def _waitlist(ground: Ground, scenario: Scenario, divided: Pools, expected: Assignment) -> pd.DataFrame:
    """Columns of ``WAITLIST``: of each host and pool in the last year in which the host drew seats."""
    counts = pd.DataFrame({name: getattr(expected, name)[..., 0].ravel() for name in OF_A_YEAR})
    each = len(divided.names)
    columns = {
        "host": np.repeat(ground.schools["ncessch"].to_numpy()[ground.hosts], each),
        "grade": pd.Series(np.repeat([host.grade for host in scenario.hosts], each), dtype="str"),
        "group": np.array(divided.names * len(ground.hosts), dtype=object),
        "year": np.repeat(expected.drawn_in, each),
    }
    return pd.DataFrame(columns).join(counts).assign(**odds(counts))


def odds(rows: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    """The chance of a seat: of all who applied, of those of the district, and of the others; NaN where none did.

    Args:
        rows: columns applied, applied_inside, admitted and admitted_inside.
    """
    inside = rows["applied_inside"], rows["admitted_inside"]
    sides = ((rows["applied"], rows["admitted"]), inside, (rows["applied"] - inside[0], rows["admitted"] - inside[1]))
    found = (admitted.div(applied.where(applied > 0)).astype("float64") for applied, admitted in sides)
    return dict(zip(ODDS, found, strict=True))


def _waitlists(ground: Ground, scenario: Scenario, divided: Pools, expected: Sequence[Assignment]) -> pd.DataFrame:
    """Every year's waitlists, host by host."""
    tables = [_waitlist(ground, scenario, divided, year) for year in expected]
    each = pd.concat([table[table["year"] == year] for year, table in enumerate(tables, start=1)])
    return each.sort_index(kind="stable").reset_index(drop=True)


def _by_year(before: dict[str, Floats], known: Spread) -> pd.DataFrame:
    """``Outcome.years``, without a range after the first year's beginning, which none has."""
    names = [*before, "moved"]
    start = np.array([[*(float(value[0]) for value in before.values()), 0.0]]).T
    value = np.hstack([start, np.stack([known.figures[name][:, 0] for name in names])])
    years = value.shape[1]
    table = pd.DataFrame(
        {"year": np.tile(np.arange(years), len(names)), "figure": np.repeat(np.array(names, dtype=object), years)}
    ).assign(value=value.ravel())
    end = table["value"].where(table["year"] == 0)
    return table.assign(low=end, high=end)


def _years_with_ranges(by_year: pd.DataFrame, drawn: Spread) -> pd.DataFrame:
    """``Outcome.years`` as the replicates have it, but for the moves, which are those of ``flows``."""
    names = by_year["figure"].unique()
    start = by_year.loc[by_year["year"] == 0, "value"].to_numpy()[:, None]
    found = np.moveaxis(np.stack([drawn.figures[name] for name in names]), -1, 0)
    value, low, high = (np.hstack([start, each]).ravel() for each in (middle(found), *low_high(found)))
    return by_year.assign(value=by_year["value"].where(by_year["figure"] == "moved", value), low=low, high=high)


def _district(by_year: pd.DataFrame) -> dict[str, Change]:
    """Before the first year and after the last."""
    first, last = (by_year[by_year["year"] == year] for year in (0, by_year["year"].max()))
    columns = first["figure"], first["value"], last["value"], last["low"], last["high"]
    return {name: Change(*numbers) for name, *numbers in zip(*(column.tolist() for column in columns), strict=True)}


def _state(table: pd.DataFrame, ground: Ground, scenario: Scenario, expected: Assignment) -> dict[str, Change]:
    of_year = (table["year"] == scenario.year).to_numpy(dtype=bool, na_value=False)
    rows = table.loc[of_year & counted(table), ["ncessch", "level", "ed", "students"]]
    ed = rows["ed"].to_numpy(dtype=np.int64)
    students = np.stack([ed, rows["students"].to_numpy(dtype=np.int64) - ed])
    at = pd.Index(rows["ncessch"]).get_indexer(ground.schools["ncessch"])
    after, new = students.copy(), ground.public & (at < 0)
    after[:, at[at >= 0]] = expected.after[:, 0, at >= 0]
    parts = (covered(rows, scenario), covered(ground.schools, scenario) & new)
    opened = expected.after[:, 0, parts[1]]
    sides = [students[:, parts[0]], np.hstack([after[:, parts[0]], opened])]
    found = [figures(side[:, None, :]) | {"students": np.array([float(side.sum())])} for side in sides]
    return {
        name: Change(float(found[0][name][0]), float(found[1][name][0]), float("nan"), float("nan"))
        for name in (*REPORTED, "students")
    }


def _travel(expected: Assignment, known: Spread) -> pd.DataFrame:
    """``Outcome.travel`` without a range."""
    movers = (expected.won + expected.sent).sum(axis=(0, 2, 3)) + expected.left.sum(axis=(1, 2))
    return pd.DataFrame(
        {
            "group": GROUPS,
            "students": movers,
            "miles": ratio(known.miles, known.movers.astype(float))[:, 0],
            "low": np.nan,
            "high": np.nan,
            "unknown": movers - known.movers[:, 0],
        }
    )
