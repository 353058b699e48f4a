"""Notes on a plan name the controls of the page, not the fields of a file."""

import re

import pytest

from analysis.policy.scenario import Scenario, SetAside
from pages.words import fields
from tests.small_state import UNEVEN

ASIDES = (SetAside("sibling", 0.1), SetAside("feeder", 0.1, schools=("a",)))


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("No seat comes of ed.outside: 1%.", "No seat comes of “Seats offered outside the district first”: 1%."),
        ("Raise ed.willing and other.willing, or wait.", "Raise “3 · Who comes?”, or wait."),
        ("No seat comes of set_asides[1].share.", "No seat comes of “Feeder schools, % of seats”."),
        ("Nobody comes first by set_asides[0]: no.", "Nobody comes first by “Siblings, % of seats”: no."),
        (
            "Share who do, ed.accept or ed.accept, is 0.",
            "Share who do, “Of disadvantaged students offered a seat, % who take it”, is 0.",
        ),
        ("Give ed.outside or other.outside a share.", "Give “Seats offered outside the district first” a share."),
        (
            'No seat is open to all where reserve is "share" as here.',
            "No seat is open to all where “2 · Seats for whom, and from where?” is “a fixed share for each "
            "group” as here.",
        ),
        (
            "Nobody comes: sources is empty; name some.",
            "Nobody comes: “Schools outside the district” is empty; name some.",
        ),
        (
            "No school of the sources that may send; widen sources, or wait.",
            "No school of the sources that may send; widen “Schools outside the district”, or wait.",
        ),
        ("The schools lie outside; 5 seats are shared.", "The schools lie outside; 5 seats are shared."),
    ],
)
def test_a_field_is_named_as_its_control(note, told):
    assert fields.as_on_the_page(note, Scenario("ohio", UNEVEN, 2020, set_asides=ASIDES)) == told


@pytest.mark.parametrize(
    "link",
    [
        {"outside_dallas": "50", "miles": "1", "sources": ""},
        {"siblings_dallas": "20", "sibling_rate": "0", "nearby": "20", "nearby_miles": "0.1"},
        {"siblings_dallas": "20", "siblings_of": "open to all"},
        {"turnout": "by group", "willing_ed": "0", "willing_other": "0"},
    ],
)
def test_every_control_that_a_note_names_is_on_the_page(opened, small, link):
    app = opened("policy", state=small.label, district=f"Uneven ({UNEVEN})", **link)
    notes = [each.value for each in app.warning]
    assert notes
    drawn = {
        each.label
        for kind in ("slider", "number_input", "multiselect", "selectbox", "segmented_control")
        for each in app.get(kind)
    }
    rules = set(app.selectbox(key="reserve").options)
    named = {name for note in notes for name in re.findall("“([^”]+)”", note)}
    assert named
    assert named <= drawn | rules
