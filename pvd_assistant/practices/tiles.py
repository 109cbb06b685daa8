"""The map of départements as a grid of squares, and the shade of a number."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.messages import load_data

_EMPTY = ".."


@dataclass(frozen=True, slots=True)
class Tile:
    """A square of the map; ``row`` and ``column`` count from 1."""

    code: str
    row: int
    column: int


@cache
def tiles() -> tuple[Tile, ...]:
    """Return the squares, row by row."""
    return tuple(
        Tile(code, row, column)
        for row, line in enumerate(_data()["rows"], 1)
        for column, code in enumerate(line.split(), 1)
        if code != _EMPTY
    )


def shade(number: int, chart: str = "map") -> int:
    """Return the colour of a number of projects, from 0 (none) to the number of steps.

    :param chart: ``"map"``, or ``"heat"`` for the table of themes by region.
    """
    return bisect_right(_data()["steps"][chart], number)


def _data() -> Any:
    return load_data("practices/tiles")
