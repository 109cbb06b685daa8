"""Whom to ask: the préfecture of the département at stake, the programme's way in."""

from __future__ import annotations

from collections.abc import Iterable

from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Departement


def prefecture(departements: Iterable[Departement]) -> dict[str, str]:
    """Return the contact to show: that of the only département named, or in general."""
    data = load_data("contact")
    found = list(dict.fromkeys(departements))
    if len(found) != 1:
        return {"name": data["general"], "role": data["role"], "url": data["directory"]}
    departement = found[0]
    name = data["named"].format(
        of=data["articles"][departement.link], departement=departement.name.replace("'", "’")
    )
    return {
        "name": name,
        "town": departement.seat,
        "departement": departement.name,
        "role": data["role"],
        "url": data["directory"],
    }
