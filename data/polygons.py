"""School district boundaries."""

from dataclasses import dataclass
from typing import Any
from data.files import Given


@dataclass(frozen=True)
class Polygons:
    label: str
    frame: Any
    notes: tuple[str, ...] = ()


def is_geoparquet(file: Given) -> bool:
    return False


def read(file: Given) -> Polygons:
    raise NotImplementedError
