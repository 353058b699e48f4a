"""Rows as the Education Data API answers them: numbers where it has numbers, ids as text, its own codes."""

from collections.abc import Sequence


def school(ncessch: str, year: int = 2018, **said: object) -> dict[str, object]:
    """A row of the school directory; whatever is not said is as in an ordinary school of 100 students."""
    return {
        "year": year,
        "ncessch": ncessch,
        "school_id": ncessch[7:],
        "school_name": f"SCHOOL {ncessch[-2:]}",
        "leaid": ncessch[:7],
        "lea_name": f"DISTRICT {ncessch[6:7]} ISD",
        "state_location": "TX",
        "fips": int(ncessch[:2]),
        "latitude": 33.65,
        "longitude": -101.24,
        "school_level": 1,
        "school_type": 1,
        "school_status": 1,
        "lowest_grade_offered": 0,
        "highest_grade_offered": 5,
        "charter": 0,
        "magnet": 0,
        "virtual": 0,
        "teachers_fte": 6.0,
        "free_lunch": 40,
        "reduced_price_lunch": 10,
        "free_or_reduced_price_lunch": 50,
        "direct_certification": 30,
        "enrollment": 100,
        "ncessch_num": int(ncessch),
    } | said


def races(ncessch: str, counts: dict[int, int], year: int = 2018) -> list[dict[str, object]]:
    """The rows of a school's enrollment by race over all grades: counts by race code, the total with them."""
    cells = counts | {99: sum(counts.values())}
    return [
        {
            "year": year,
            "ncessch": ncessch,
            "ncessch_num": int(ncessch),
            "grade": 99,
            "race": race,
            "sex": 99,
            "enrollment": count,
            "fips": int(ncessch[:2]),
            "leaid": ncessch[:7],
        }
        for race, count in cells.items()
    ]


def poverty(shares: Sequence[tuple[str, float | None]], year: int = 2018) -> list[dict[str, object]]:
    """The rows of modelled poverty: percentages of students by school."""
    return [
        {
            "year": year,
            "fips": int(ncessch[:2]),
            "gleaid": ncessch[:7],
            "ncessch": ncessch,
            "meps_poverty_pct": share,
            "meps_poverty_se": 1.1,
            "meps_mod_poverty_pct": None if share is None else share + 1,
            "ncessch_num": int(ncessch),
            "leaid": ncessch[:7],
        }
        for ncessch, share in shares
    ]
