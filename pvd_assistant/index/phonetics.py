"""How a French word sounds, to read one written by ear: « boulanjri » sounds like « boulangerie ».

A folding of our own after the idea of Phonex (Brouard, 1999) and Soundex2; its rules are in
``data/phonetics.yaml``. Words are folded first, hence without accents: every *e* but the first is dropped.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pvd_assistant.messages import load_data


@lru_cache(maxsize=50_000)
def sound(folded: str) -> str:
    """Return the key that words of the same sound share.

    >>> sound("arjan") == sound("argent"), sound("sinie") == sound("signe")
    (True, True)
    """
    for rule, replacement in _rules():
        folded = rule.sub(replacement, folded)
    return folded


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rule), new) for rule, new in load_data("phonetics")["rules"])
