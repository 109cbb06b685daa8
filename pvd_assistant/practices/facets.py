"""What project sheets are sorted by: the values each has, their order and their French names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pvd_assistant.french import french_number
from pvd_assistant.index.analysis import fold
from pvd_assistant.index.filters import partner_key
from pvd_assistant.messages import load_data, text
from pvd_assistant.practices.facts import stage_keys
from pvd_assistant.practices.projects import Project

#: Key of what a sheet does not say.
UNKNOWN = "inconnu"
#: Key of a sheet that states amounts, none of them the cost of the project.
PARTIAL = "partiel"
#: Key of the years before the first one named.
EARLIER = "avant"

#: The facets whose values are listed by themselves in the order of their meaning; the others, by name.
_ORDERED = ("size", "stage", "cost", "year")


def names() -> tuple[str, ...]:
    """Return the facets in the order of the page."""
    return tuple(_data()["order"])


def values(project: Project) -> dict[str, frozenset[str]]:
    """Return, for each facet, the keys of the values a project has; never none."""
    found: dict[str, Iterable[str]] = {
        "theme": project.metadata.themes,
        "region": [project.region] if project.region else (),
        "departement": [code for code, _ in project.departements],
        "size": _band(project.population, _data()["sizes"]),
        "stage": [project.stage.key] if project.stage else (),
        "partner": map(_family, project.metadata.partners),
        "cost": _cost(project),
        "year": map(_year, project.years),
    }
    return {name: frozenset(found[name]) or frozenset({UNKNOWN}) for name in names()}


class Labels:
    """French names of the values, and their order, for the projects of one catalogue."""

    def __init__(self, projects: Sequence[Project]) -> None:
        spellings: dict[str, Counter[str]] = {}
        for partner in (p for project in projects for p in project.metadata.partners):
            spellings.setdefault(_family(partner), Counter())[partner] += 1
        self._partners = {key: forms.most_common(1)[0][0] for key, forms in spellings.items()}
        self._partners |= {key: name for key, name, _ in _families()}
        self._departements = {code: name for p in projects for code, name in p.departements}

    def label(self, facet: str, key: str) -> str:
        """Return the name of a value; the key itself when nothing else is known."""
        if key == UNKNOWN:
            return text(f"practices.unknown_{facet}")
        named: Mapping[str, Callable[[str], str]] = {
            "theme": _capital,
            "departement": lambda k: (
                f"{self._departements[k]} ({k})" if k in self._departements else k
            ),
            "size": lambda k: _band_label("size", k, _data()["sizes"]),
            "stage": lambda k: text(f"practices.stage_{k}") if k in stage_keys() else k,
            "partner": lambda k: self._partners.get(k, k),
            "cost": _cost_label,
            "year": _year_label,
        }
        return named.get(facet, str)(key)

    def rank(self, facet: str, key: str) -> tuple[Any, ...]:
        """Return where a value stands in its facet; what is not said comes last."""
        if key == UNKNOWN:
            return (2,)
        if facet not in _ORDERED:
            return (0, fold(self.label(facet, key)))
        if key == PARTIAL:
            return (1,)
        if facet == "stage":
            return (0, stage_keys().index(key) if key in stage_keys() else len(stage_keys()))
        number = int(key) if key.isdigit() else 0
        return (0, -number if facet == "year" else number)


def neighbours(key: str) -> tuple[str, ...]:
    """Return a band of population with the bands on each side of it."""
    bounds = [str(bound) for bound in _data()["sizes"]]
    if key not in bounds:
        return (key,)
    at = bounds.index(key)
    return tuple(bounds[max(0, at - 1) : at + 2])


def _band(value: int | None, bounds: Sequence[int]) -> list[str]:
    return [] if value is None else [str(bounds[bisect_right(bounds, value) - 1])]


def _cost(project: Project) -> list[str]:
    if project.cost is None:
        return []
    return _band(project.cost.euros, _data()["costs"]) if project.cost.whole else [PARTIAL]


def _year(year: int) -> str:
    return str(year) if year >= _data()["first_year"] else EARLIER


def _family(partner: str) -> str:
    folded = partner_key(partner)
    family = next((key for key, _, members in _families() if members.search(folded)), None)
    return family or folded.replace(" ", "-")


def _capital(value: str) -> str:
    return value[:1].upper() + value[1:]


def _band_label(facet: str, key: str, bounds: Sequence[int]) -> str:
    """« 2 000 à 3 499 », « moins de 2 000 », « 15 000 et plus »."""
    if not key.isdigit() or int(key) not in bounds:
        return key
    at = list(bounds).index(int(key))
    low = french_number(bounds[at])
    if at + 1 == len(bounds):
        return text(f"practices.{facet}_last", low=low)
    high = bounds[at + 1]
    if at == 0:
        return text(f"practices.{facet}_first", high=french_number(high))
    return text(f"practices.{facet}_between", low=low, high=french_number(high - 1))


def _cost_label(key: str) -> str:
    bounds: Sequence[int] = _data()["costs"]
    if key == PARTIAL:
        return text("practices.cost_partial")
    if not key.isdigit() or int(key) not in bounds:
        return key
    at = list(bounds).index(int(key))
    low = _money(bounds[at])
    if at + 1 == len(bounds):
        return text("practices.cost_last", low=low)
    high = _money(bounds[at + 1])
    return text("practices.cost_between" if at else "practices.cost_first", low=low, high=high)


def _money(euros: int) -> str:
    return (
        f"{euros // 1_000_000}\u00a0M€" if euros >= 1_000_000 else f"{french_number(euros)}\u00a0€"
    )


def _year_label(key: str) -> str:
    return text("practices.year_earlier", year=_data()["first_year"]) if key == EARLIER else key


def _data() -> Any:
    return load_data("practices/facets")


@cache
def _families() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (family["key"], family["label"], re.compile(family["names"]))
        for family in _data()["partner_families"]
    )
