"""A simulated plan beside the best that moves as many students, in one line."""

import argparse
import shlex
from dataclasses import replace

import pandas as pd

from analysis.errors import InputError
from analysis.policy.ground import ground
from analysis.policy.outcome import Outcome
from data.privacy import told
from reports import optimum as sentences


def beside_the_best(given: argparse.Namespace, table: pd.DataFrame, outcome: Outcome) -> list[str]:
    """How far a plan is from the least D with as many moves, and the command that shows more.

    Nothing where the plan moves nobody, D has no meaning for the district, or hidden counts forbid to tell it.
    """
    from analysis.policy.beside import as_many, now_and_then
    from analysis.policy.frontier import row
    from analysis.policy.optimum import least_segregated
    from analysis.policy.places import Limits, places_of

    scenario = outcome.scenario
    if not outcome.district["moved"].after:
        return []
    try:
        places = places_of(ground(table, scenario), scenario.level)
    except InputError:  # all of one group, or no school of the level: a plan can be simulated there, but has no D
        return []
    if not told(table[table["ncessch"].isin(places.ids)], given.minimum_cell):
        return []
    measure, limits = "dissimilarity", replace(Limits(), move=as_many(outcome, places))
    best = row("as many moves", least_segregated(places, limits, measure), limits)
    words = sentences.as_many_moves(pd.DataFrame([*now_and_then(outcome, places, limits, measure), best]), measure)
    command = shlex.join(["evenground", "optimum", str(given.data), str(given.scenario)])
    return [f"{words} {command} shows the frontier."]
