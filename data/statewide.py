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
from data import runs
from data.batch import Crew, work_through
from data.inclusion import Rules

# A hundred draws give a state's range to a digit more than is shown.
REPLICATES = 100
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


def simulated(plan: Plan, crew: Crew, progress: Progress = lambda _done, _all: None) -> Result:
    """What a plan's policy does, simulating only what no earlier run of the same plan has.

    Args:
        plan: what to do.
        crew: who does it.
        progress: told how many districts are done, of how many.

    Raises:
        InputError: the data folder cannot be written, the workers die, or no district can be simulated.
    """
    scenarios = plan.applied.scenarios
    name = runs.key(plan.table, scenarios, plan.replicates, plan.seed)
    about = {"dataset": plan.dataset, "year": scenarios[0].year, "policy": asdict(plan.policy)}
    kept = runs.opened(name, about | {"replicates": plan.replicates, "seed": plan.seed, "program": runs.program()})
    missing = [scenario for scenario in scenarios if scenario.district not in kept.done]

    def keep(content: bytes) -> None:
        kept.keep(content)
        progress(len(kept.done), len(scenarios))

    progress(len(kept.done), len(scenarios))
    pieces = list(chunks(plan.table, missing, scenarios, plan.replicates, plan.seed)) if missing else []
    work_through(pieces, run, crew, keep)
    return together(plan.table, scenarios, kept.parts)
