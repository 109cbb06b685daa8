"""Where a text names a region or a département, with the words that lead to it (« dans le Finistère »)."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files

from pvd_assistant.messages import load_data
from pvd_assistant.territory.names import name_key

_LEAD = r"(?:\b(?:dans|en|du|de|des|a|au|aux|pour|sur)\b|\bd')"
_ARTICLE = r"(?:\s*\b(?:le|la|les)\b|\s*\bl'|\s*\bd[eu]\b|\s*\b(?:region|departement)\b)*"

#: Between the words of a name.
_GAP = "[-' ]+"


def area_spans(aligned: str) -> list[tuple[int, int]]:
    """Return where areas are named, in order.

    A département counts when a preposition or an article leads to it: « cher » and « lot » are words.

    :param aligned: the text in lower case, without accents, with straight apostrophes.
    """
    found = [match.span() for rule in _rules() for match in rule.finditer(aligned)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


@cache
def _rules() -> tuple[re.Pattern[str], ...]:
    regions = load_data("territory/regions")
    raw = files("pvd_assistant").joinpath("data", "territory", "departements.json")
    departements = [row[1] for row in json.loads(raw.read_bytes())]
    named = {name_key(name) for name in departements}
    sure = _any(
        [n for key in ("of", "short", "former") for n in regions[key] if name_key(n) not in named]
    )
    said = "|".join(f"(?:{rule['said']})" for rule in load_data("listing")["regions"])
    code = load_data("census")["code"]
    return (
        re.compile(rf"{_LEAD}?{_ARTICLE}\s*\b{sure}\b"),
        re.compile(rf"(?:{_LEAD}{_ARTICLE}|\b(?:le|la|les)\b|\bl')\s*\b{_any(departements)}\b"),
        re.compile(said),
        re.compile(code),
    )


def _any(names: list[str]) -> str:
    """Return a pattern of any of the names, the longest first, hyphens and spaces alike."""
    keys = sorted(map(name_key, names), key=len, reverse=True)
    spelled = (_GAP.join(map(re.escape, key.split())) for key in keys)
    return f"(?:{'|'.join(spelled)})"
