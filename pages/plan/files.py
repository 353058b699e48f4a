"""Files of a plan: scenarios to open and to save together, and tables of willingness."""

import io
import re
import zipfile
from collections.abc import Sequence

import pandas as pd

from analysis.errors import InputError
from analysis.policy.scenario import Scenario, Weight, from_json
from data.inclusion import ADMINISTRATIVE
from data.schema import school_year
from pages.plan import cached
from pages.shared import counted
from pages.shared.view import View


def read_scenario(content: bytes, label: str, view: View) -> Scenario:
    """The scenario of a file, of this layout or an older one.

    Raises:
        InputError: the file holds no scenario, or one that asks for what the data shown does not have.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{label} cannot be read as text; give a scenario file as saved here.") from None
    scenario = from_json(text, label)
    check_fits(scenario, label, view)
    return scenario


def check_fits(scenario: Scenario, label: str, view: View) -> None:
    """Refuse a scenario that asks for what the dataset shown does not have, which another would be shown for.

    Raises:
        InputError: it is of another dataset, or of a year, definition, kind of district or district that is not here.
    """
    data = view.dataset
    if scenario.dataset != data.name:
        raise InputError(
            f"{label} was made for the dataset {scenario.dataset}, not {data.name}; choose that state under Change "
            "view."
        )
    if scenario.year not in data.years:
        raise InputError(
            f"{label} starts from {scenario.year}, a year that {data.label} does not have; give year one of "
            f"{', '.join(map(str, data.years))}."
        )
    known = counted.bases(data.name, data.input_hash, scenario.year)
    for field in ("basis", "lottery_basis"):
        if (given := getattr(scenario, field)) not in (None, *known):
            raise InputError(
                f'{label} has {field} "{given}", by which {data.label} counts nobody in {school_year(scenario.year)}; '
                f"give {' or '.join(known) or 'null'}."
            )
    if scenario.districts != ADMINISTRATIVE and not data.districts_file:
        raise InputError(
            f"{label} has {scenario.districts} districts, for which {data.label} has no boundaries; give districts "
            f"{ADMINISTRATIVE}."
        )
    _check_district(scenario, label, view)


def _check_district(scenario: Scenario, label: str, view: View) -> None:
    schools = cached.schools_of(view, scenario)
    if scenario.level:
        schools = schools[schools["level"] == scenario.level]
    if scenario.district in set(schools["leaid"]):
        return
    of_level = f" with {scenario.level} schools" if scenario.level else ""
    example = schools.groupby("leaid")["students"].sum().idxmax() if len(schools) else None
    raise InputError(
        f'{label} has district "{scenario.district}", which is none of {view.dataset.label} in '
        f"{school_year(scenario.year)}{of_level}; "
        + (
            f"give the id of one, such as {example}; the box District names each with its id."
            if example
            else "give another level."
        )
    )


def read_weights(content: bytes, label: str) -> tuple[Weight, ...]:
    """A table of willingness: a line a school with ncessch, ed and other.

    Raises:
        InputError: a column is missing, or a value is no number of 0 or more.
    """
    try:
        rows = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False)
    except (ValueError, UnicodeDecodeError):
        raise InputError(f"{label} cannot be read as a table; save it as CSV with commas.") from None
    if missing := [name for name in ("ncessch", "ed", "other") if name not in rows]:
        raise InputError(f"{label} has no column {missing[0]}; give the columns ncessch, ed and other.")
    values = rows[["ed", "other"]].apply(pd.to_numeric, errors="coerce")
    wrong = (~(values >= 0) | (values == float("inf"))).any(axis=1)
    if wrong.any():
        line = int(wrong.to_numpy().argmax()) + 2
        raise InputError(f"{label}, line {line}, has a weight that is no number of 0 or more; correct it there.")
    return tuple(
        Weight(school, ed, other)
        for school, ed, other in zip(
            rows["ncessch"], values["ed"].astype(float), values["other"].astype(float), strict=True
        )
    )


def together(scenarios: Sequence[Scenario]) -> bytes:
    """A zip archive of scenario files, numbered in their order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, scenario in enumerate(scenarios, start=1):
            # A fixed date, so that the same scenarios make the same file.
            entry = zipfile.ZipInfo(f"{number}-{_plain(scenario.name)}.json", (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, scenario.to_json())
    return packed.getvalue()


def _plain(name: str) -> str:
    """A name that any system takes for a file's."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "scenario"
