"""The students' lottery beside the simulator: the same plan through both, draw after draw."""

import numpy as np
import pandas as pd

from analysis.lottery.draw import Draw, hold
from analysis.lottery.synthetic import OUTSIDE, entries, files
from analysis.policy.assign import Assignment, years
from analysis.policy.draw import Ints
from analysis.policy.draw import Lottery as Chance
from analysis.policy.figures import CHUNK
from analysis.policy.ground import Ground
from analysis.policy.pools import OPEN, pools
from analysis.policy.scenario import Scenario
from analysis.units import Floats, ratio

ENGINES = ("lottery", "simulator")


def compared(ground: Ground, scenario: Scenario, draws: int, seed: int) -> pd.DataFrame:
    """How many get a seat and how many wait, in the mean of many draws by either engine, in the first year.

    Each draw of the students' lottery is of applicants of its own, since who applies is chance too.

    Args:
        ground: what the scenario stands on.
        scenario: the policy.
        draws: by each engine, at least 2.
        seed: of both.

    Returns:
        One row a host and pool of seats: host, pool; then filled, waiting and odds (filled over filled and waiting) by
        the ``lottery`` and by the ``simulator``; and apart, the most by which filled or waiting differ, in standard
        errors of the difference.

    Raises:
        InputError: the scenario cannot be played out student by student; see ``analysis.lottery.synthetic.files``.
    """
    names = pools(ground, scenario).names
    counts = {"lottery": _by_lottery(ground, scenario, names, draws, seed)}
    counts["simulator"] = _by_simulator(ground, scenario, draws, seed)
    table = pd.DataFrame(
        {
            "host": np.repeat(entries(scenario), len(names)),
            "pool": list(names) * len(ground.hosts),
        }
    )
    for at, what in enumerate(("filled", "waiting")):
        for engine in ENGINES:
            table[f"{what}_{engine}"] = counts[engine][at].mean(axis=0).ravel()
    for engine in ENGINES:
        filled, waiting = (table[f"{what}_{engine}"].to_numpy() for what in ("filled", "waiting"))
        table[f"odds_{engine}"] = ratio(filled, filled + waiting)
    return table.assign(apart=_apart(counts["lottery"], counts["simulator"]).max(axis=0).ravel())


def _by_lottery(ground: Ground, scenario: Scenario, names: tuple[str, ...], draws: int, seed: int) -> Ints:
    """(2, draws, hosts, pools) students who get a seat, and who wait for one, in the students' lottery."""
    hosts = entries(scenario)
    found = []
    for draw in range(draws):
        made = files(ground, scenario, (seed, draw))
        found.append(tallied(hold(made.applications, made.seats, made.rules, f"{seed} {draw}"), hosts, names))
    return np.stack(found, axis=1)


def tallied(draw: Draw, hosts: list[str], names: tuple[str, ...]) -> Ints:
    """(2, hosts, pools) students who get a seat, and who wait for one, in a lottery of one round.

    A student counts for the own pool, living in the district or outside it, or for the open one, where everyone who
    waits for seats of a pool waits too; whoever is in line for released seats as well waits once.
    """
    each = draw.rounds[0]
    kinds = each.market.applications["pool"].cat.categories
    open_ = kinds.tolist().index(OPEN)
    own = each.market.applications["pool"].cat.codes.to_numpy()[each.market.rows]
    kind = np.append(np.arange(len(each.claims.seats)) % len(kinds), -1)[each.claims.seat_class]
    above = each.market.applications["rank"].to_numpy()[each.market.rows] < draw.rank_held[:, None]
    which = {"filled": each.is_held, "waiting": each.is_refused & above & (kind == own)}
    school = pd.Index(hosts).get_indexer(pd.Index(each.market.applications["school"].astype("str")))[each.market.rows]
    pool = pd.Index(names).get_indexer(pd.Index([str(name).removesuffix(OUTSIDE) for name in kinds]))
    counted = np.zeros((2, len(hosts), len(names)), dtype=np.int64)
    for at, some in enumerate(which.values()):
        np.add.at(counted[at], (school[some], pool[np.where(kind == open_, open_, own)[some]]), 1)
    if OPEN in names:
        counted[1, :, names.index(OPEN)] = counted[1].sum(axis=1)
    return counted


def _by_simulator(ground: Ground, scenario: Scenario, draws: int, seed: int) -> Ints:
    """(2, draws, hosts, pools) students who get a seat, and who wait for one, in the simulator's first year."""
    found = []
    for chunk in range(-(-draws // CHUNK)):
        first: Assignment = next(years(ground, scenario, Chance((seed, chunk)), CHUNK))
        found.append(np.stack([first.inside + first.outside, first.waiting]))
    return np.moveaxis(np.concatenate(found, axis=-1), -1, 1)[:, :draws]


def _apart(one: Ints, other: Ints) -> Floats:
    """(2, hosts, pools) how far the means of two samples lie apart, in standard errors; 0 where they are the same."""
    gap = np.abs(one.mean(axis=1) - other.mean(axis=1))
    error = np.sqrt(one.var(axis=1, ddof=1) / one.shape[1] + other.var(axis=1, ddof=1) / other.shape[1])
    return np.divide(gap, error, out=np.where(gap > 0, np.inf, 0.0), where=error > 0)
