"""Whether a statement says again what the answer has said: same words, and no new figure of its own.

The date of a source, or of the day it was read, is no new figure; « six ans » says the 6 of « 6 ans ».
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache, lru_cache

from pvd_assistant.answer import composition
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.ranking import choice
from pvd_assistant.index.analysis import term_set


def repeats(statement: str, earlier: Collection[str]) -> bool:
    """Tell whether a statement brings nothing new.

    >>> repeats("Le prêt dure six ans (Sénat, 2024).", ["Le prêt dure 6 ans."])
    True
    """
    if statement in earlier:
        return True
    if new_figures(statement, earlier):
        return False
    told = _without_source(statement)
    return any(_says_same(statement, told, other) for other in earlier)


def _says_same(statement: str, told: str, other: str) -> bool:
    """Compare with one statement; one that gives another date is the same when it adds few words."""
    if _unestablished(statement) and not _unestablished(other):
        return False  # that something is not known is no repetition
    if overlap(statement, other) <= choice("repeats"):
        return False
    if not _given(statement) - _given(other):
        return True
    own = frozenset(word for word in term_set(told) if not word[0].isdigit())
    return len(own & term_set(other)) > choice("repeats") * len(own)


def new_figures(statement: str, earlier: Iterable[str]) -> frozenset[str]:
    """Return the figures of a statement, those of its source left out, that nothing earlier gives."""
    return figures(statement).difference(*map(_given, earlier))


@lru_cache(maxsize=4096)
def figures(statement: str) -> frozenset[str]:
    """Return the figures of a statement, those of its source left out."""
    return frozenset(word for word in term_set(_without_source(statement)) if word[0].isdigit())


def _without_source(statement: str) -> str:
    return composition.pattern("sourced").sub(" ", fold(statement))


def overlap(one: str, other: str) -> float:
    """Return the share of the words of the shorter statement that the other one holds too."""
    first, second = term_set(one), term_set(other)
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 1.0


@lru_cache(maxsize=4096)
def _given(statement: str) -> frozenset[str]:
    """Return every figure of a statement, those in letters too."""
    folded = fold(statement)
    spelled = composition.spelled()
    in_letters = (spelled[word] for word in _in_letters().findall(folded))
    return frozenset({*(w for w in term_set(statement) if w[0].isdigit()), *in_letters})


@cache
def _in_letters() -> re.Pattern[str]:
    words = sorted(composition.spelled(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])")


def _unestablished(statement: str) -> bool:
    return bool(composition.pattern("unestablished").search(fold(statement)))
