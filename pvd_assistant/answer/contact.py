"""Whom to ask: the préfecture of the département at stake, the programme's way in."""

from __future__ import annotations

from collections.abc import Iterable

from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Departement, Territory
from pvd_assistant.territory.prefectures import prefecture_of


def prefecture(departements: Iterable[Departement], territory: Territory) -> dict[str, str]:
    """Return the contact to show: that of the only département named, or in general."""
    data = load_data("contact")
    found = list(dict.fromkeys(departements))
    if len(found) != 1:
        return {"name": data["general"], "role": data["role"], "url": data["directory"]}
    office = prefecture_of(found[0], territory)
    contact = {
        "name": office.name,
        "town": office.town,
        "departement": office.departement.name,
        "role": data["role"],
        "url": office.page,
        "website": office.website,
        "address": office.address,
        "form": office.form,
        "email": office.email,
        "checked": office.checked,
    }
    return {key: value for key, value in contact.items() if value}
