"""Whom an index compares, and on which ED basis: the words of a link or command turned into columns."""

from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from analysis.errors import InputError
from analysis.indices import INDICES, ORDERED
from analysis.units import Other
from data.schema import ED_BASES, RACES


@dataclass(frozen=True)
class Comparison:
    """Two groups of students, all races at once, or income bands.

    Attributes:
        key: what links and commands say: "ed", "black,white", "black" for Black students and everyone else,
            "all-races" or "income-bands".
        group, other: the columns that count them; ``other`` is None for everyone else, several columns of many groups.
        group_words, other_words: what to call them in a sentence; ``other_words`` is "" of many groups.
        adjective: what the group's students are, as in "73 of 100 students are …"; "" of many groups.
        by: what many groups differ in.
        label_words: what many groups are called in controls and links.
    """

    key: str
    group: str
    other: Other
    group_words: str
    other_words: str
    adjective: str
    by: str = ""
    label_words: str = ""

    @property
    def many(self) -> bool:
        """Whether more than two groups are compared."""
        return isinstance(self.other, tuple)

    @property
    def bands(self) -> bool:
        """Whether its groups are bands, from the lowest to the highest, that hold every student between them."""
        return self.key == INCOME_BANDS

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its numbers rest on."""
        if isinstance(self.other, tuple):
            return (self.group, *self.other)
        return (self.group,) if self.other is None else (self.group, self.other)

    @property
    def label(self) -> str:
        """What it is called in controls and links."""
        return self.label_words if self.many else f"{self.group_words} / {self.other_words}"

    @property
    def indices(self) -> tuple[str, ...]:
        """The indices that compare its groups, and those that leave a column empty where there are more than two."""
        return (*INDICES, *(ORDERED if self.bands else ()))

    @property
    def words(self) -> str:
        """Whom it compares, in a sentence."""
        return f"{self.group_words} and {self.other_words}" if self.other_words else self.group_words

    @property
    def share_label(self) -> str:
        """What a table's column of that share is called."""
        return f"Chance of difference in {self.by}" if self.many else "Share of the group"

    @property
    def share_words(self) -> str:
        """What the share that maps and scatters show is the share of; see ``analysis.measured.shares``."""
        return f"chance that two students differ in {self.by}" if self.many else f"share of {self.group_words}"


ALL_RACES = "all-races"
INCOME_BANDS = "income-bands"
# Students by what their families pay for lunch, the poorest first: at most 130 %, at most 185 % of the poverty line and
# above (42 USC 1758(b)).
BANDS = {"band_free": "free", "band_reduced": "reduced-price", "band_paid": "paid"}

# A count, and the least and the most it can be.
_SIDES = ("", "_low", "_high")

# In a sentence: "are Black", "Black students"; "are of two or more races", "students of two or more races".
_ADJECTIVES = {"ed": "economically disadvantaged"} | RACES | {"two_or_more": "of two or more races"}
_WORDS = {
    name: f"students {words}" if words.startswith("of ") else f"{words} students" for name, words in _ADJECTIVES.items()
}


def comparison(key: str) -> Comparison:
    """The comparison a key names.

    Raises:
        InputError: a group is not known, or the two are the same or cannot be set against each other.
    """
    if key == ALL_RACES:
        first, *rest = RACES
        return Comparison(key, first, tuple(rest), "students of all races", "", "", "race", "all races")
    if key == INCOME_BANDS:
        first, *rest = BANDS
        words = f"income bands: {', '.join(BANDS.values())}"
        return Comparison(key, first, tuple(rest), "students of three income bands", "", "", "income band", words)
    group, comma, other = key.partition(",")
    for name in [group, *([other] if comma else [])]:
        if name not in _WORDS:
            raise InputError(
                f'There is no group "{name}"; choose from {", ".join((*_WORDS, ALL_RACES))} or {INCOME_BANDS}.'
            )
    if other and (group == other or "ed" in (group, other)):
        raise InputError(
            f'Groups "{key}" cannot be compared; give "ed", one race, or two different races as in black,white.'
        )
    return Comparison(
        key, group, other or None, _WORDS[group], _WORDS[other] if other else "other students", _ADJECTIVES[group]
    )


def comparisons(table: pd.DataFrame) -> list[str]:
    """Keys of the comparisons that a schools table has counts for: ED, bands, all races, each race, every two."""
    races = [race for race in RACES if table[race].notna().any()]
    pairs = [f"{group},{other}" for group, other in combinations(races, 2)]
    ed = ["ed"] if table["ed"].notna().any() else []
    bands = [INCOME_BANDS] if {"free", "frpl"} <= {*bases(table)} else []
    return [*ed, *bands, *([ALL_RACES] if len(pairs) > 1 else []), *races, *pairs]


def bases(table: pd.DataFrame) -> list[str]:
    """The ED bases a schools table has counts on, its own default first."""
    default = table["ed_basis"].dropna().unique().tolist()
    known = [basis for basis in ED_BASES if counted_on(table, basis).notna().any()]
    return list(dict.fromkeys(default + known))


def counted_on(table: pd.DataFrame, basis: str, side: str = "") -> pd.Series:
    """ED students of each school on a basis, missing where the table does not know; or the bound on a side.

    ``direct_x16`` is the claiming share of the Community Eligibility Provision: identified students × 1.6, at most
    everyone (7 CFR 245.9(f)). Tenths of 1.6 times a whole number are never 5, so rounding has no ties.
    """
    if basis != "direct_x16":
        counted = table.get(f"ed_{basis}{side}", pd.Series(pd.NA, index=table.index, dtype="Int64"))
        return counted.mask(table["ed_basis"] == basis, table[f"ed{side}"])
    claimed = (counted_on(table, "direct", side) * 16 + 5) // 10
    return claimed.mask((claimed > table["students"]).fillna(False), table["students"])


def with_bands(table: pd.DataFrame) -> pd.DataFrame:
    """The schools table with the students of each of ``BANDS``, where it counts lunch free and free or reduced-price.

    Missing for a school where either is unknown, or where more have it free than free or reduced-price. Beside them the
    least and the most that each can be, ``<band>_low`` and ``<band>_high``, missing where nothing is known of either.
    """
    if not {"free", "frpl"} <= {*bases(table)}:
        return table
    free, either, students = counted_on(table, "free"), counted_on(table, "frpl"), table["students"]
    sound = (free.le(either) & either.le(students)).fillna(False)
    counts = zip(BANDS, (free, either - free, students - either), strict=True)
    found = {name: count.astype("Int64").where(sound) for name, count in counts}
    return table.assign(**found, **_bounds_of_bands(table))


def _bounds_of_bands(table: pd.DataFrame) -> dict[str, pd.Series]:
    """What each of ``BANDS`` can be, given what the lunch counts can; bands within these ends fit both of them."""
    (free_low, free_high), (low, high) = (_ends_on(table, basis) for basis in ("free", "frpl"))
    free_high, low = free_high.clip(upper=high), low.clip(lower=free_low)
    students = table["students"]
    sound = free_low.le(free_high) & low.le(high) & students.notna()
    told = pd.concat([counted_on(table, basis, side) for basis in ("free", "frpl") for side in _SIDES], axis=1)
    ends = {
        "band_free": (free_low, free_high),
        "band_reduced": ((low - free_high).clip(lower=0), high - free_low),
        "band_paid": (students - high, students - low),
    }
    return {
        f"{name}{side}": end.astype("Int64").where(sound & told.notna().any(axis=1))
        for name, both in ends.items()
        for side, end in zip(_SIDES[1:], both, strict=True)
    }


def _ends_on(table: pd.DataFrame, basis: str) -> tuple[pd.Series, pd.Series]:
    """The least and the most ED students of each school on a basis: none and all where nothing is known."""
    counted, low, high = (counted_on(table, basis, side) for side in _SIDES)
    students = table["students"].fillna(0)
    # A publisher hides "1 to 9" of a school of five just the same.
    ends = low.fillna(counted).fillna(0), high.fillna(counted).fillna(students)
    return ends[0].clip(upper=students), ends[1].clip(upper=students)


def on_basis(table: pd.DataFrame, basis: str | None, field: str = "basis") -> pd.DataFrame:
    """The schools table with ``ed`` counted on a basis; None keeps the table's own.

    Args:
        table: the schools.
        basis: one of ``data.schema.ED_BASES``.
        field: where the basis was given, for a message.

    Raises:
        InputError: the table has no count on that basis.
    """
    own = table["ed_basis"].dropna().unique()
    if basis is None or (len(own) == 1 and own[0] == basis):
        return table
    if basis not in bases(table):
        there = ", ".join(bases(table))
        choose = f"choose one of {there}" if there else "load data with one"
        raise InputError(f'The data has no ED count by the {field} "{basis}"; {choose}.')
    # A publisher's bounds are of its own basis; those of what we hide ourselves stand beside each basis.
    counts = {f"ed{side}": counted_on(table, basis, side) for side in ("", "_low", "_high")}
    if "ed_hidden" in table:
        counts["ed_hidden"] = _hidden_on(table, basis)
    return table.assign(**counts, ed_basis=basis)


def _hidden_on(table: pd.DataFrame, basis: str) -> pd.Series:
    """Whether ``data.privacy.protected`` hides each school's count on a basis, or the one it is worked out from."""
    counted = "direct" if basis == "direct_x16" else basis
    own = table.get(f"ed_{counted}_hidden", pd.Series(False, index=table.index))
    return own.mask(table["ed_basis"].eq(counted).fillna(False), table["ed_hidden"])


def on_bases(table: pd.DataFrame, basis: str | None, lottery_basis: str | None) -> pd.DataFrame:
    """The schools table as ``on_basis``, with what a lottery of another basis counts beside it as ``lottery_ed``.

    Raises:
        InputError: the table has no count on one of them.
    """
    found = on_basis(table, basis)
    return found if lottery_basis is None else with_lottery(found, on_basis(table, lottery_basis, "lottery_basis"))


def with_lottery(table: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """The schools table with what a lottery of another basis counts beside it, hidden where it is there.

    Args:
        table: on the basis of the figures.
        counts: the same rows on the lottery's.
    """
    names = [name for name in ("ed", "ed_low", "ed_high", "ed_hidden") if name in counts]
    return table.assign(**{f"lottery_{name}": counts[name] for name in names})
