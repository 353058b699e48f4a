"""The parts of a change from their definitions, order by order, with proportional fitting carried to 25 digits.

Tables are rows of whole numbers, a row a school that has students of every group both times.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache
from itertools import combinations

from tests.oracle.exact import DIGITS, School, decimal, entropy, mutual_information

Table = Sequence[Sequence[Decimal]]
# Structure, groups, units; the two margins change next to each other.
ORDERS = ("sgu", "sug", "gus", "ugs")
ENOUGH = Decimal("1e-25")
PARTS = {"g": "group_margins", "u": "unit_margins", "s": "structure"}


def shares(table: Sequence[Sequence[int]]) -> list[list[Decimal]]:
    total = sum(map(sum, table))
    return [[decimal(Fraction(n, total)) for n in row] for row in table]


def scaled(row: Sequence[Decimal], to: Decimal) -> list[Decimal]:
    factor = to / sum(row)
    return [each * factor for each in row]


def transposed(table: Table) -> list[list[Decimal]]:
    return [list(column) for column in zip(*table, strict=True)]


def fitted(seed: Table, rows: Sequence[Decimal], columns: Sequence[Decimal]) -> list[list[Decimal]]:
    """Rows and columns scaled in turn until nothing moves; for seeds without a zero, where that is soon."""
    table = [list(row) for row in seed]
    with localcontext(DIGITS):
        while True:
            table = transposed([scaled(each, to) for each, to in zip(transposed(table), columns, strict=True)])
            if all(abs(sum(row) - to) < ENOUGH for row, to in zip(table, rows, strict=True)):
                return table
            table = [scaled(row, to) for row, to in zip(table, rows, strict=True)]


def measures(table: Table) -> tuple[Decimal, Decimal]:
    """H and M."""
    schools = [School(tuple(map(Fraction, row)), sum(map(Fraction, row), Fraction(0))) for row in table]
    information = mutual_information(schools)
    assert information is not None
    return DIGITS.divide(information, entropy(schools)), information


def factors(before: Sequence[Sequence[int]], after: Sequence[Sequence[int]]) -> dict[str, tuple[float, float]]:
    """What structure, groups' and units' margins change H and M by, the mean over the orders."""
    tables = {False: shares(before), True: shares(after)}

    @cache
    def at(changed: frozenset[str]) -> tuple[Decimal, Decimal]:
        margins = {each: tables[each in changed] for each in "gu"}
        rows, columns = [sum(row) for row in margins["u"]], [sum(each) for each in transposed(margins["g"])]
        return measures(fitted(tables["s" in changed], rows, columns))

    steps: dict[str, list[tuple[Decimal, Decimal]]] = {factor: [] for factor in PARTS}
    for order in ORDERS:
        for place, factor in enumerate(order):
            now, then = at(frozenset(order[: place + 1])), at(frozenset(order[:place]))
            steps[factor].append((now[0] - then[0], now[1] - then[1]))
    return {
        PARTS[factor]: (float(sum(h for h, _ in each)) / len(ORDERS), float(sum(m for _, m in each)) / len(ORDERS))
        for factor, each in steps.items()
    }


def can_be_fitted(seed: Sequence[Sequence[int]], rows: Sequence[int], columns: Sequence[int]) -> bool:
    """Whether students can be placed in the seed's cells that are not 0 so that both margins come out.

    The schools that hold only certain groups must not be more than those groups, whatever the groups: Hall's condition
    for a flow from schools to groups.
    """
    groups = range(len(columns))
    for size in groups:
        for some in combinations(groups, size):
            inside = [all(not n or g in some for g, n in enumerate(row)) for row in seed]
            held = Fraction(sum(n for n, own in zip(rows, inside, strict=True) if own), sum(rows))
            if held > Fraction(sum(columns[g] for g in some), sum(columns)):
                return False
    return True
