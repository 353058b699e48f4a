"""Lottery numbers that anyone can recompute, and further numbers made from them to see what other draws would give.

A number is the first 64 bits of a SHA-256 (FIPS 180-4), so a family needs the published seed, its own public id and any
tool that computes one. ``docs/lottery.md`` shows how; ``docs/decisions/0020-lottery.md`` says why.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

# Stands in a number's text where one number counts at all schools.
ANY_SCHOOL = "*"
# What may stand in no school or pool, since it separates the parts of a number's text.
SEPARATOR = "|"
_ID_DIGITS = 32
_HEX_DIGITS = 16


def is_text(words: str) -> bool:
    """Whether words can be hashed: a command line's byte that is no UTF-8 stands in them as half a character."""
    return not any("\ud800" <= each <= "\udfff" for each in words)


def public_ids(students: Iterable[str], salt: str) -> list[str]:
    """Ids that do not tell who a student is to anyone without the salt.

    Half of an HMAC-SHA-256 (RFC 2104) of the id under the salt, as 32 hexadecimal digits: two students share one with
    a chance below 1 in 10²⁸ for 150,000 of them. Hashed one by one, in under a microsecond each.
    """
    key = salt.encode()
    return [hmac.digest(key, student.encode(), "sha256").hex()[:_ID_DIGITS] for student in students]


def lottery_numbers(seed: str, round_: int, parts: Iterable[tuple[str, str, str]]) -> Numbers:
    """The lottery numbers under a published seed; the lowest is first.

    Args:
        seed: any text, published after applications are closed.
        round_: 1, or 2 for a second round.
        parts: the school (``ANY_SCHOOL`` where one number counts at all), the pool and the public id of each.
    """
    start = f"{seed}{SEPARATOR}{round_}{SEPARATOR}".encode()
    digests = (sha256(start + SEPARATOR.join(part).encode()).digest()[:8] for part in parts)
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64)


def written(numbers: Numbers) -> list[str]:
    """Numbers as ``sha256sum`` prints them: 16 hexadecimal digits, which sort as the numbers do."""
    return [f"{number:0{_HEX_DIGITS}x}" for number in numbers.tolist()]


def other_draw(numbers: Numbers, draw: int) -> NDArray[np.uint32]:
    """The numbers of another draw: 32 bits of SplitMix64 started at each number (Steele, Lea & Flood 2014).

    Args:
        numbers: those of the lottery itself.
        draw: 1 or more; each gives an order of its own.
    """
    mixed = numbers + np.uint64(draw * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)).astype(np.uint32)


def words(numbers: NDArray[np.unsignedinteger[Any]]) -> list[NDArray[np.uint16]]:
    """Numbers as keys of ``np.lexsort``, 16 bits each.

    Those are sorted by radix, several times as fast as whole numbers by comparison.
    """
    if numbers.dtype == np.uint16:
        return [numbers]
    least = np.promote_types(numbers.dtype, np.uint16).newbyteorder("<")
    pieces = numbers.astype(least).view("<u2").reshape(len(numbers), least.itemsize // 2)
    return [np.ascontiguousarray(piece, dtype=np.uint16) for piece in pieces.T]
