"""Rules of composition, read once from ``data/composition.yaml``: sections, looks, limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.messages import load_data


@cache
def _data() -> Any:
    return load_data("composition")


@cache
def _roles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(rule)) for name, rule in _data()["roles"].items())


@cache
def _looks() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(rule) for name, rule in _data()["looks"].items()}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Return one of the lone patterns, such as ``"weak"`` or ``"domain"``."""
    return re.compile(_data()[name])


def programme_name() -> str:
    """Return the name under which questions on the programme are compared."""
    return str(_data()["programme"]["name"])


@cache
def programme(name: str) -> re.Pattern[str]:
    """Return a pattern on a question: its name (``"called"``), or not being in it (``"outside"``)."""
    return re.compile(_data()["programme"][name], re.IGNORECASE)


def stated(headings: Sequence[str]) -> bool:
    """Tell whether a section may be stated: one that only leads to other documents may not."""
    return not headings or not pattern("unstated").search(fold(headings[-1]))


def limit(name: str) -> int:
    """Return one of the limits: ``hits``, ``statements``, ``characters``, ``suggestions``."""
    return int(_data()["limits"][name])


@cache
def heading(name: str) -> re.Pattern[str]:
    """Return a pattern on a heading: ``"drop"``, what it loses."""
    return re.compile(_data()["headings"][name], re.IGNORECASE)


@cache
def comparisons() -> tuple[re.Pattern[str], ...]:
    """Return the ways of comparing two things, each with the groups ``one`` and ``other``."""
    return tuple(re.compile(rule, re.IGNORECASE) for rule in _data()["comparisons"])


@cache
def compared_rows(kind: str) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """Return the rows of a comparison of documents of a kind: name, roles of sections, look of cells."""
    rows = _data()["compared"]["projects" if kind == "projet" else "sheets"]
    return tuple((row["name"], tuple(row["roles"]), row.get("looks", "")) for row in rows)


@cache
def leading() -> frozenset[str]:
    """Return the kinds of things that an answer starts with when they are asked for."""
    return frozenset(_data()["leading"])


def spelled() -> Mapping[str, str]:
    """Return the numbers in letters, and the same in figures."""
    found: Mapping[str, str] = _data()["spelled"]
    return found


def weight(name: str) -> float:
    """Return one of the measured thresholds."""
    return float(_data()["weights"][name])


@lru_cache(maxsize=4096)
def role(headings: tuple[str, ...]) -> str:
    """Tell what a section is about from its headings, the innermost first; ``""`` if unknown."""
    for heading in reversed(headings):
        folded = fold(heading)
        for name, rule in _roles():
            if rule.search(folded):
                return name
    return ""


@cache
def role_order(name: str) -> int:
    """Return the place of a role in an answer, from 0; unknown roles come after « what »."""
    order = [found for found, _ in _roles()]
    return order.index(name) if name in order else order.index("what")


def fits_section(expected: frozenset[str], name: str) -> bool:
    """Tell whether sections of that role usually answer what is expected."""
    return any(name in _data()["sections"][kind] for kind in expected)


def fits_kind(families: Iterable[str], kind: str) -> bool:
    """Tell whether documents of that kind usually answer questions of one of the families."""
    return any(kind in _data()["kinds"].get(family, ()) for family in families)


def looks_met(expected: frozenset[str], folded: str) -> frozenset[str]:
    """Return the expected kinds of things that a folded text looks like."""
    looks = _looks()
    return frozenset(kind for kind in expected if looks[kind].search(folded))
