"""A statewide policy run on a dataset: planned, simulated over a crew of workers, kept, and put together."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import pandas as pd

from analysis.errors import InputError
from analysis.policy.scenario import Scenario
from analysis.statewide.places import Applied, applied
from analysis.statewide.rule import Policy
from analysis.statewide.together import Result, together
from analysis.statewide.work import chunks, run
from data.batches import runs
from data.batches.batch import Crew, here, machine, work_through
from data.batches.runs import Run
from data.inclusion import Rules

# A hundred draws give a state's range to a digit more than is shown.
REPLICATES = 100
# Processes take two seconds to start, in which one simulates about as many districts.
_WORTH_PROCESSES = 100
# How many of all districts are done.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Plan:
    """A policy, the schools it is run on, and how often the lotteries are held.

    Attributes:
        dataset: its name; ``basis`` and ``rules`` are what its table was made with.
        table: the schools that count of one year, with ``ed`` on the basis.
        policy: the rule.
        replicates, seed: of the lotteries.
        applied: the districts that take part, and those that do not.
    """

    dataset: str
    basis: str | None
    rules: Rules
    table: pd.DataFrame
    policy: Policy
    replicates: int
    seed: int
    applied: Applied

    @property
    def left_alone(self) -> pd.Series:
        """How many districts the policy leaves alone, by reason, most first."""
        return self.applied.left_alone["reason"].value_counts()


def planned(
    table: pd.DataFrame,
    grades: pd.DataFrame,
    policy: Policy,
    *,
    dataset: str,
    basis: str | None,
    rules: Rules,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Plan:
    """A plan for one year's schools.

    Args:
        table: the schools that count of one year, every district, with ``ed`` on the basis.
        grades: students by grade; no rows where the dataset has none.
        policy: the rule.
        dataset, basis, rules: what the table was made of.
        replicates, seed: of the lotteries.

    Raises:
        InputError: the policy applies to no district.
    """
    table = table.reset_index(drop=True)
    plain = Scenario(dataset, "", int(table["year"].iloc[0]), basis=basis, **asdict(rules))
    found = applied(table, policy, plain, grades)
    if not found.scenarios:
        reasons = found.left_alone["reason"].value_counts().items()
        why = ", ".join(f"{count:,} have {reason}" for reason, count in reasons) or "there is none"
        raise InputError(f"The policy applies to no district of {dataset}: {why}; give another policy.")
    return Plan(dataset, basis, rules, table, policy, replicates, seed, found)


def name_of(plan: Plan) -> str:
    """The name of a plan's run; see ``data.batches.runs.key``."""
    return runs.key(plan.table, plan.applied.scenarios, plan.replicates, plan.seed)


def run_of(plan: Plan) -> Run:
    """A plan's run with what earlier runs of the same plan have done.

    Raises:
        InputError: the data folder cannot be written.
    """
    year = plan.applied.scenarios[0].year
    about = {"dataset": plan.dataset, "year": year, "policy": plan.policy.as_dict(), "replicates": plan.replicates}
    return runs.opened(name_of(plan), about | {"seed": plan.seed, "program": runs.program()})


def missing(plan: Plan, so_far: Run) -> list[Scenario]:
    """The scenarios that a run has yet to simulate."""
    done = so_far.done
    return [scenario for scenario in plan.applied.scenarios if scenario.district not in done]


def completed(plan: Plan, so_far: Run, crew: Crew, progress: Progress = lambda _done, _all: None) -> Run:
    """A plan's run, its missing districts simulated.

    Args:
        plan: what to do.
        so_far: its run; what is simulated is kept in it at once.
        crew: who does it.
        progress: told how many districts are done, of how many.

    Raises:
        InputError: the data folder cannot be written, or the workers die.
    """
    scenarios = plan.applied.scenarios

    def keep(content: bytes) -> None:
        so_far.keep(content)
        progress(len(so_far.done), len(scenarios))

    progress(len(so_far.done), len(scenarios))
    if lacking := missing(plan, so_far):
        work_through(list(chunks(plan.table, lacking, scenarios, plan.replicates, plan.seed)), run, crew, keep)
    return so_far


def outcome(plan: Plan, whole: Run) -> Result:
    """What a plan's policy does once its run is complete.

    Raises:
        InputError: no district can be simulated.
    """
    return together(plan.table, plan.applied.scenarios, whole.parts)


def crew_for(districts: int) -> Crew:
    """Processes on this machine, or none for so few districts that starting them would take longer than the work."""
    return here() if districts < _WORTH_PROCESSES else machine()
