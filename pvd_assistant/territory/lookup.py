"""``pvd-assistant commune``: a commune by name, code or postcode, and what is known of it."""

from __future__ import annotations

from typing import Any

from pvd_assistant.errors import UnknownCommuneError
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.prefectures import prefecture_of
from pvd_assistant.territory.similar import Comparison


def find(words: str, territory: Territory) -> tuple[Commune, ...]:
    """Find the communes that a name, an Insee code or a postcode designates, best first.

    :raises UnknownCommuneError: there is none; the message proposes names that look alike.
    """
    wanted = words.strip()
    found = territory.by_name(wanted)
    if not found and (wanted[:1].isdigit() or wanted[:2].upper() in ("2A", "2B")):
        one = territory.by_code(wanted.upper())
        found = (one,) if one else territory.by_postcode(wanted)
    if found:
        return found
    near = territory.proposals(wanted)
    if near:
        towns = ", ".join(commune.label for commune in near)
        raise UnknownCommuneError("commune.meant", name=wanted, towns=towns)
    raise UnknownCommuneError("commune.unknown", name=wanted)


def describe(commune: Commune, territory: Territory) -> dict[str, Any]:
    """Return what is known of a commune, JSON-ready."""
    today = territory.today(commune)
    office = prefecture_of(today.departement, territory)
    return {
        "code": commune.code,
        "name": commune.name,
        "departement": commune.departement.name,
        "region": commune.departement.region,
        "population": today.population,
        "intercommunality": today.epci,
        "today": today.name if today != commune else commune.name,
        "programme": today.listed or None,
        "prefecture": {"name": office.name, "town": office.town, "url": office.page},
    }


def describe_comparison(comparison: Comparison) -> dict[str, Any]:
    """Return towns like another one with the criteria they were compared on, JSON-ready."""
    return {
        "base": _criteria(comparison.base),
        "lowest_population": comparison.lowest,
        "highest_population": comparison.highest,
        "widened": comparison.widened,
        "towns": [_criteria(town) for town in comparison.towns],
    }


def _criteria(commune: Commune) -> dict[str, Any]:
    epci = commune.intercommunality
    return {
        "code": commune.code,
        "name": commune.name,
        "departement": commune.departement.name,
        "region": commune.departement.region,
        "population": commune.population,
        "intercommunality": commune.epci,
        "intercommunality_kind": epci.kind if epci else None,
        "intercommunality_population": epci.population if epci else None,
        "role": commune.role or None,
    }
