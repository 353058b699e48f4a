"""Files of a plan: scenarios to open and to save together, and tables of willingness."""

import io
import re
import zipfile
from collections.abc import Sequence

import pandas as pd

from analysis.errors import InputError
from analysis.policy.scenario import Scenario, Weight, from_json


def read_scenario(content: bytes, label: str, dataset: str) -> Scenario:
    """The scenario of a file, of this layout or an older one.

    Raises:
        InputError: the file holds no scenario, or one of another dataset.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{label} cannot be read as text; give a scenario file as saved here.") from None
    scenario = from_json(text, label)
    check_dataset(scenario, label, dataset)
    return scenario


def check_dataset(scenario: Scenario, label: str, dataset: str) -> None:
    """Refuse a scenario of another dataset than the one shown.

    Raises:
        InputError: it is.
    """
    if scenario.dataset != dataset:
        raise InputError(
            f"{label} was made for the dataset {scenario.dataset}, not {dataset}; choose that state under Change view."
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
