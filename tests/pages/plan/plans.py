"""Plans of the small state, handed to the page and read off it."""

from dataclasses import replace

from analysis.policy.presets import scenario_from_preset
from data import store
from tests.small_state import UNEVEN


def plan(small, preset="dallas", **changed):
    start = scenario_from_preset(store.schools(small), preset, dataset="small", district=UNEVEN, year=2020)
    of_view = {"excluded": ("virtual", "special", "juvenile", "adult"), "basis": "state"}
    return replace(start, **of_view | changed)


def give(app, *scenarios):
    """Hand the page scenario files, as their texts."""
    texts = [each if isinstance(each, str) else each.to_json() for each in scenarios]
    files = [(f"plan {n}.json", text.encode(), "application/json") for n, text in enumerate(texts, start=1)]
    app.file_uploader(key="scenario_files").set_value(files).run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def cards(app):
    return [card.value for card in app.metric]
