"""Numbers of inhabitants that a question gives, by the rules of ``data/listing.yaml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from pvd_assistant.messages import load_data

#: Larger than any town.
MOST_INHABITANTS = 10_000_000


def without_size(folded: str) -> tuple[str, tuple[int, int] | None]:
    """Return a folded question without its number of inhabitants, and the smallest and largest it gives.

    >>> without_size("des bourgs de moins de 2 000 habitants")
    ('des bourgs  ', (0, 1999))
    """
    found = _first(folded)
    if found is None:
        return folded, None
    name, match = found
    rest = f"{folded[: match.start()]} {folded[match.end() :]}"
    return rest, _band(name, {k: _number(v) for k, v in match.groupdict().items()})


def size_span(folded: str) -> tuple[int, int] | None:
    """Return where a question gives a number of inhabitants."""
    found = _first(folded)
    return found[1].span() if found else None


def _first(folded: str) -> tuple[str, re.Match[str]] | None:
    for name, rule in _populations().items():
        match = rule.search(folded)
        if match is not None:
            return name, match
    return None


def _band(name: str, said: Mapping[str, int]) -> tuple[int, int]:
    if name == "about":
        times = float(load_data("listing")["about"])
        return round(said["about"] / times), round(said["about"] * times)
    low, high = said.get("low", 0), said.get("high", MOST_INHABITANTS)
    return (low, high - 1) if name == "under" else (low, high)


def _number(said: str) -> int:
    return int(re.sub(r"\D", "", said)) * (1000 if "mille" in said else 1)


@cache
def _populations() -> dict[str, re.Pattern[str]]:
    rules = load_data("listing")
    return {
        name: re.compile(
            rule.replace("{n}", rules["number"]).replace("{inhabitants}", rules["inhabitants"])
        )
        for name, rule in rules["population"].items()
    }
