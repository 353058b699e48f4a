"""A 50/50 policy in a large district, beside the random numbers it cannot do without."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from analysis.policy.assign import years
from analysis.policy.draw import Lottery
from analysis.policy.ground import ground
from analysis.policy.outcome import REPLICATES, simulate
from analysis.policy.presets import scenario_from_preset
from analysis.policy.scenario import DRAWS, Host, Scenario
from benchmarks import inputs
from benchmarks.timing import Figure, Timing, timed

HOSTS = (4, 10, 25)
MANY = 1_000
GROWTH = (250, 500, 1_000, 2_000, 4_000)
TARGETS = {REPLICATES: 0.5, MANY: 1.0}  # seconds, with the fewest hosts


def figures() -> Iterator[Figure]:
    state = inputs.state()
    preset = scenario_from_preset(state.schools, "dallas", dataset=state.name, district=state.district, year=state.year)
    for hosts in HOSTS:
        scenario = with_hosts(state, preset, hosts)
        for draw in (name for name in DRAWS if name != "table"):
            yield _of(state, replace(scenario, draw=draw), REPLICATES)
        yield _of(state, scenario, MANY)
    for hosts in HOSTS:
        yield from _growth(state, with_hosts(state, preset, hosts))


def _growth(state: inputs.State, scenario: Scenario) -> Iterator[Figure]:
    """Time and memory as replicates double."""
    before: tuple[Timing, int] | None = None
    for replicates in GROWTH:
        run = partial(simulate, state.schools, scenario, replicates)
        ours, held = timed(run, repeats=3), _held(run)
        memory = f"{held / 1e6:,.0f} MB" + (f", {held / before[1]:.1f} × half as many" if before else "")
        beside = (("half as many", before[0]),) if before else ()
        yield Figure(f"{len(scenario.hosts)} hosts, growth, {replicates:,} replicates; {memory}", ours, beside)
        before = ours, held


def _held(run: Callable[[], object]) -> int:
    """Bytes that a run holds at most, of Python and of arrays."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def with_hosts(state: inputs.State, scenario: Scenario, hosts: int) -> Scenario:
    """The scenario with the district's largest schools of the first host's level for hosts, all their places seats."""
    own = state.schools[state.schools["leaid"] == state.district].set_index("ncessch")
    level = own.loc[scenario.hosts[0].ncessch, "level"]
    places = own[own["level"] == level][["students", "capacity"]].min(axis=1).nlargest(hosts)
    return replace(scenario, hosts=tuple(Host(str(school), int(seats)) for school, seats in places.items()))


def _of(state: inputs.State, scenario: Scenario, replicates: int) -> Figure:
    target = TARGETS.get(replicates) if state.real and len(scenario.hosts) == HOSTS[0] else None
    repeats = 7 if replicates == REPLICATES else 3
    ours = timed(partial(simulate, state.schools, scenario, replicates), repeats)
    floor = timed(Drawn.of(state, scenario, replicates).again, repeats)
    what = f"{len(scenario.hosts)} hosts, {scenario.draw}, {replicates:,} replicates"
    return Figure(what, ours, (("its draws alone", floor),), target)


@dataclass
class Drawn:
    """A random generator that notes what a run draws from it, to draw the same again in two calls."""

    random: np.random.Generator
    asked: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {"binomial": [], "hypergeometric": []})

    @classmethod
    def of(cls, state: inputs.State, scenario: Scenario, replicates: int) -> "Drawn":
        """What the lotteries of a scenario draw."""
        lottery = Lottery(0)
        noted = cls(np.random.default_rng(0))
        lottery._random = noted  # type: ignore[assignment]
        list(years(ground(state.schools, scenario), scenario, lottery, replicates))
        return noted

    def binomial(self, *given: Any) -> Any:
        """Draw and note it."""
        return self._noted("binomial", given)

    def hypergeometric(self, *given: Any) -> Any:
        """Draw and note it."""
        return self._noted("hypergeometric", given)

    def _noted(self, kind: str, given: tuple[Any, ...]) -> Any:
        self.asked[kind].append(tuple(np.ravel(each) for each in np.broadcast_arrays(*given)))
        return getattr(self.random, kind)(*given)

    def again(self) -> None:
        """All the binomial draws in one call and all the hypergeometric ones in another."""
        for kind, arguments in self._joined.items():
            getattr(self.random, kind)(*arguments)

    @cached_property
    def _joined(self) -> dict[str, list[Any]]:
        return {kind: [np.concatenate(each) for each in zip(*asked, strict=True)] for kind, asked in self.asked.items()}
