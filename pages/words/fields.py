"""What a scenario file calls its fields, in the words of the controls that set them."""

import re

from analysis.policy.scenario import Scenario

# The controls that notes send to; the page draws them with these labels.
FOR_WHOM = "2 · Seats for whom, and from where?"
WHO_COMES = "3 · Who comes?"
OUTSIDE = "Seats offered outside the district first"
SEATS_FOR_ED = "Seats for disadvantaged students"
ACCEPT = "Of {} students offered a seat, % who take it"
OUTSIDE_MILES = "Miles from a host within which schools outside the district may send"
OUTSIDE_SCHOOLS = "Schools outside the district"
# How seats are divided, in as few words as a box shows.
DIVIDED = {
    "share": "a fixed share for each group",
    "district": "the district's share",
    "band": "a band around it",
    "tiers": "tiers",
}
SET_ASIDES = {
    "sibling": "Siblings, % of seats",
    "proximity": "Nearby, % of seats",
    "feeder": "Feeder schools, % of seats",
}
_LABELS = {
    "ed_share": SEATS_FOR_ED,
    "outside_miles": OUTSIDE_MILES,
    **{f"{pool}.willing": WHO_COMES for pool in ("ed", "other")},
    **{f"{pool}.outside": OUTSIDE for pool in ("ed", "other")},
    "ed.accept": ACCEPT.format("disadvantaged"),
    "other.accept": ACCEPT.format("other"),
}
_FIELD = re.compile(
    r"set_asides\[(?P<aside>\d+)\](?:\.share)?"
    r'|reserve is "(?P<rule>\w+)"'
    # The word is plain elsewhere: "no school of the sources that may send".
    r"|(?P<sources>sources(?= is empty)|(?<=widen )sources)|" + "|".join(map(re.escape, _LABELS))
)
_TWICE = re.compile(r"(“[^”]+”) (?:and|or) \1")


def as_on_the_page(note: str, scenario: Scenario) -> str:
    """A note on a scenario with its fields named as the page's controls are.

    Args:
        note: of an outcome.
        scenario: what was simulated.
    """

    def label(match: re.Match[str]) -> str:
        if aside := match["aside"]:
            return f"“{SET_ASIDES[scenario.set_asides[int(aside)].kind]}”"
        if rule := match["rule"]:
            return f"“{FOR_WHOM}” is “{DIVIDED[rule]}”"
        return f"“{OUTSIDE_SCHOOLS if match['sources'] else _LABELS[match[0]]}”"

    return _TWICE.sub(r"\1", _FIELD.sub(label, note))
