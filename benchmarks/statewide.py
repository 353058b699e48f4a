"""One 50/50 policy in every district of a state, from the command to the ranking, and what it is made of."""

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from analysis.statewide.rule import Policy
from analysis.statewide.together import together
from analysis.statewide.work import chunks, from_bytes, run
from benchmarks import inputs
from benchmarks.process import environment, python
from benchmarks.timing import Figure, Timing, of, timed
from data import store
from data.batches.statewide import Plan, planned
from data.inclusion import Rules, included

REPEATS = 3
POLICIES = {
    "4 elementary schools or more, most central tenth": Policy(),
    "2 elementary schools or more, Dallas's lotteries": Policy(least_schools=2, preset="dallas"),
}


def figures() -> Iterator[Figure]:
    state = inputs.state()
    with environment() as env:
        for words, policy in POLICIES.items():
            plan = _plan(state, policy)
            what = f"{state.label}, {len(plan.applied.scenarios)} districts with {words}"
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "policy.json"
                file.write_text(policy.to_json())
                command = partial(python, env, "-m", "cli", "statewide", state.name, str(file), "--seed")
                # A seed of its own each time, since a finished run is not simulated again.
                yield Figure(f"{what}: the command", _of_each(command, REPEATS), (), 10 if state.real else None)
                yield Figure(f"{what}: again, nothing to simulate", timed(partial(command, "0"), REPEATS))
            pieces = list(chunks(plan.table, plan.applied.scenarios, plan.applied.scenarios, plan.replicates, 0))
            yield Figure(f"{what}: simulating, one process", timed(lambda p=pieces: [run(each) for each in p], REPEATS))
            parts = [from_bytes(run(each)) for each in pieces]
            whole = partial(together, plan.table, plan.applied.scenarios, parts)
            yield Figure(f"{what}: putting it together", timed(whole, REPEATS))
            yield from _growth(plan, what)


def _growth(plan: Plan, what: str) -> Iterator[Figure]:
    """How the simulation grows with replicates, on a tenth of the districts."""
    some, before = plan.applied.scenarios[::10], None
    for replicates in (100, 200, 400):
        pieces = list(chunks(plan.table, some, plan.applied.scenarios, replicates, 0))
        ours = timed(lambda p=pieces: [run(each) for each in p], REPEATS)
        beside = (("half as many", before),) if before else ()
        yield Figure(f"{what}: a tenth of them, {replicates} replicates", ours, beside)
        before = ours


def _of_each(command: partial[None], repeats: int) -> Timing:
    seconds = []
    for seed in range(repeats):
        start = time.perf_counter()
        command(str(seed))
        seconds.append(time.perf_counter() - start)
    return of(seconds)


def _plan(state: inputs.State, policy: Policy) -> Plan:
    with inputs.home():
        grades = store.grades(store.find(state.name), [state.year])
    table, _ = included(state.schools, Rules().excluded)
    return planned(table, grades, policy, dataset=state.name, basis=None, rules=Rules())
