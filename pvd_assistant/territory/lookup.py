"""``pvd-assistant commune``: a commune by name, code or postcode, and what is known of it."""

from __future__ import annotations

from pvd_assistant.errors import UnknownCommuneError
from pvd_assistant.territory.communes import Commune, Territory


def find(words: str) -> tuple[Commune, ...]:
    """Find the communes that a name, an Insee code or a postcode designates, best first.

    :raises UnknownCommuneError: there is none; the message proposes names that look alike.
    """
    territory = Territory.load()
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


def describe(commune: Commune) -> dict[str, str | int | None]:
    """Return what is known of a commune, JSON-ready."""
    today = Territory.load().today(commune)
    return {
        "code": commune.code,
        "name": commune.name,
        "departement": commune.departement.name,
        "region": commune.departement.region,
        "population": today.population,
        "intercommunality": today.epci,
        "today": today.name if today != commune else commune.name,
        "programme": today.listed or None,
    }
