"""The best assignment of a large district, in whole students and with its bound; the best hosts; the frontier."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from analysis.policy.beside import Question, beside
from analysis.policy.best_hosts import best_hosts
from analysis.policy.ground import ground
from analysis.policy.optimum import least_segregated
from analysis.policy.outcome import simulate
from analysis.policy.outside import smallest_outside
from analysis.policy.places import Limits, places_of
from analysis.policy.presets import scenario_from_preset
from analysis.policy.tangents import MEASURES
from benchmarks import inputs
from benchmarks.timing import Figure, timed

NEAR = 5.0
HOSTS = 4


def figures() -> Iterator[Figure]:
    state = inputs.state()
    preset = scenario_from_preset(state.schools, "dallas", dataset=state.name, district=state.district, year=state.year)
    places = places_of(ground(state.schools, preset))
    n = len(places.ids)
    anywhere = replace(places, serves=np.ones((n, n), dtype=bool))
    asked = {
        "any school to any": (anywhere, Limits()),
        "any to any, 5 % move": (anywhere, Limits(move=0.05)),
        "same grades": (places, Limits()),
        f"same grades, {NEAR:g} miles": (places, Limits(miles=NEAR)),
        f"same grades, {NEAR:g} miles, 5 % move": (places, Limits(miles=NEAR, move=0.05)),
    }
    for measure, about in MEASURES.items():
        for words, (where, limits) in asked.items():
            gap = least_segregated(where, limits, measure).gap
            ours = timed(partial(least_segregated, where, limits, measure), 3)
            what = f"least {about.index.symbol}, {n} schools, {words}; gap {gap:.4f}"
            yield Figure(what, ours, target=5.0 if state.real else None)
    near = Limits(miles=NEAR)
    question = Question(near, hosts=HOSTS)
    plan = simulate(state.schools, preset, 1)
    yield Figure(f"a plan beside the best, {NEAR:g} miles", timed(partial(beside, plan, places, question), 1))
    yield Figure(
        "proof that no outside share reaches D = 0.1", timed(partial(smallest_outside, state.schools, preset, 0.1), 1)
    )
    for words, limits in (("", Limits()), (f", {NEAR:g} miles", near)):
        yield Figure(f"best {HOSTS} hosts of {n}{words}", timed(partial(best_hosts, places, limits, HOSTS), 1))
