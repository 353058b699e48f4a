"""Made-up applicants, in the proportions of real or simulated schools."""

import numpy as np
import pandas as pd


def synthetic_applications(
    counts: pd.DataFrame, appeal: pd.Series, choices: int, seed: int, *, sibling: float = 0.1, proximity: float = 0.2
) -> pd.DataFrame:
    """Applications of students drawn from schools' counts.

    Each student ranks schools by a random utility: the school's appeal and a Gumbel error of the student's own, so that
    first choices follow the multinomial logit (McFadden 1974).

    Args:
        counts: how many apply from each school (index) in each pool (columns).
        appeal: how attractive each school applied to (index) is; 0 is usual, 1 is chosen e times as often.
        choices: how many schools each ranks.
        seed: of the random numbers; the same gives the same applications.
        sibling: the share of applications with a sibling at the school.
        proximity: the share of applications from the school's area.

    Returns:
        student (a number as text), home (the school of today), pool, rank, school, sibling, proximity.
    """
    random = np.random.default_rng(seed)
    many = counts.to_numpy().ravel()
    home = np.repeat(np.repeat(counts.index, counts.shape[1]), many)
    pool = np.repeat(np.tile(counts.columns, len(counts)), many)
    students = len(home)
    utility = random.gumbel(size=(students, len(appeal))).astype(np.float32) + appeal.to_numpy(dtype=np.float32)
    ranked = np.argsort(-utility, axis=1)[:, :choices]
    chosen = ranked.ravel()
    wide = len(str(students))
    return pd.DataFrame(
        {
            "student": pd.Series(np.arange(1, students + 1)).astype("str").str.zfill(wide).repeat(ranked.shape[1]),
            "home": home.repeat(ranked.shape[1]),
            "pool": pool.repeat(ranked.shape[1]),
            "rank": np.tile(np.arange(1, ranked.shape[1] + 1), students),
            "school": appeal.index.to_numpy()[chosen],
            "sibling": random.random(len(chosen)) < sibling,
            "proximity": random.random(len(chosen)) < proximity,
        }
    ).reset_index(drop=True)
