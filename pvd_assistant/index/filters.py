"""What a search is limited to, applied to documents (and told to Chroma) before anything is ranked.

Values are compared without case, accents, hyphens nor apostrophes; a partner may be given by its acronym.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pvd_assistant.index.analysis import fold
from pvd_assistant.messages import load_data
from pvd_assistant.model import Filters, Metadata

_EVERY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Facets:
    """What of a document is filtered, folded."""

    kind: str
    themes: frozenset[str]
    pillar: str
    partners: frozenset[str]
    departement: str
    region: str
    population: int | None
    updated: dt.date


def key(value: str) -> str:
    """Fold a value: ``"Saône-et-Loire"`` → ``"saone et loire"``."""
    return _EVERY.sub(" ", fold(value)).strip()


def partner_key(value: str) -> str:
    """Fold a partner's name, spelled out when it is an acronym: ``"BdT"`` → ``"banque des territoires"``."""
    folded = key(value)
    return _spelled_out().get(folded, folded)


@cache
def _spelled_out() -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in load_data("acronyms"):
        for form in (*entry["short"], *entry["long"]):
            found.setdefault(key(form), key(entry["long"][0]))
    return found


def facets(metadata: Metadata) -> Facets:
    """Return what of a document is filtered."""
    place = metadata.place
    return Facets(
        kind=key(metadata.kind),
        themes=frozenset(map(key, metadata.themes)),
        pillar=key(metadata.pillar or ""),
        partners=frozenset(map(partner_key, metadata.partners)),
        departement=key((place and place.departement) or ""),
        region=key((place and place.region) or ""),
        population=place.population if place else None,
        updated=metadata.updated,
    )


def accepts(filters: Filters, found: Facets) -> bool:
    """Tell whether a document passes every filter."""
    return (
        _one_of(filters.kinds, {found.kind})
        and _one_of(filters.themes, found.themes)
        and _one_of(filters.pillars, {found.pillar})
        and (
            not filters.partners
            or not found.partners.isdisjoint(map(partner_key, filters.partners))
        )
        and _one_of(filters.departements, {found.departement})
        and _one_of(filters.regions, {found.region})
        and _within(filters.population, found.population)
        and (filters.since is None or found.updated >= filters.since)
    )


def _one_of(wanted: tuple[str, ...], found: Iterable[str]) -> bool:
    return not wanted or not _keys(wanted).isdisjoint(found)


@lru_cache(maxsize=256)
def _keys(values: tuple[str, ...]) -> frozenset[str]:
    """Fold the values of a filter once, not once a document."""
    return frozenset(map(key, values))


def _within(band: tuple[int, int] | None, population: int | None) -> bool:
    return band is None or (population is not None and band[0] <= population <= band[1])


def chroma_metadata(metadata: Metadata) -> dict[str, Any]:
    """Return the facets as Chroma keeps them (no empty value: it refuses them)."""
    found = facets(metadata)
    values = {
        "kind_key": found.kind,
        "theme_keys": sorted(found.themes),
        "pillar_key": found.pillar,
        "partner_keys": sorted(found.partners),
        "departement_key": found.departement,
        "region_key": found.region,
        "population": found.population,
        "updated_day": found.updated.toordinal(),
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def chroma_where(filters: Filters) -> dict[str, Any] | None:
    """Return the same filters in Chroma's own language; ``None`` when nothing is filtered."""
    conditions: list[dict[str, Any]] = [
        {name: {"$in": [key(value) for value in values]}}
        for name, values in (
            ("kind_key", filters.kinds),
            ("pillar_key", filters.pillars),
            ("departement_key", filters.departements),
            ("region_key", filters.regions),
        )
        if values
    ]
    for name, values in (
        ("theme_keys", tuple(map(key, filters.themes))),
        ("partner_keys", tuple(map(partner_key, filters.partners))),
    ):
        if values:
            conditions.append(_any([{name: {"$contains": value}} for value in values]))
    if filters.population is not None:
        low, high = filters.population
        conditions += [{"population": {"$gte": low}}, {"population": {"$lte": high}}]
    if filters.since is not None:
        conditions.append({"updated_day": {"$gte": filters.since.toordinal()}})
    return _all(conditions) if conditions else None


def _any(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    return conditions[0] if len(conditions) == 1 else {"$or": conditions}


def _all(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    return conditions[0] if len(conditions) == 1 else {"$and": conditions}
