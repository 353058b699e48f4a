"""What charts write beside lines and bars: names short enough, and where they lie free."""

import re

import pandas as pd

from pages.words.escaped import in_chart

_KIND_OF_DISTRICT = re.compile(r"\b((Consolidated|Elementary|High|Independent|Unified) )*School District$")


def label_place(lines: pd.DataFrame, name: str, top: float) -> str:
    """Where the label of a line's end lies: away from another line's end close by, else from where the line came."""
    apart = (lines.iloc[-1] - lines[name].iloc[-1]).drop(name) / top if top else pd.Series(dtype="float64")
    if apart.between(0, 0.1).any():
        return "bottom left"
    before, end = lines[name].iloc[-2] / top if top else 0.0, lines[name].iloc[-1] / top if top else 0.0
    falls = before - end > 0.03 and end > 0.1  # below it there must be room above the axis
    return "bottom left" if falls and not apart.between(-0.1, 0).any() else "top left"


def cut(name: str, longest: int) -> str:
    """A name of so many letters at most; a long one ends as districts are known for short, "Oak USD"."""
    if len(name) > longest:
        name = _KIND_OF_DISTRICT.sub(lambda words: "".join(word[0] for word in words[0].split()), name)
    return name if len(name) <= longest else name[: longest - 1] + "…"


def short(names: pd.Series, longest: int = 40) -> list[str]:
    """Names short enough for an axis, as a chart takes them, with a trailing invisible mark where they repeat."""
    short = names.fillna("").map(lambda name: cut(name, longest))
    repeat = short.groupby(short).cumcount()
    return [in_chart(name) + "\u200b" * int(n) for name, n in zip(short, repeat, strict=True)]
