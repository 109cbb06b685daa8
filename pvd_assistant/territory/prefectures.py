"""The préfecture of each département: its name, its town, its page in the official directory.

Names follow from the tables. What ``corpus sync prefectures`` brings (website, form, address of the service)
is added when it is there; names of persons never are.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Departement, Territory


@dataclass(frozen=True, slots=True)
class Prefecture:
    """Whom a commune asks about the programme.

    :ivar name: « Préfecture de l’Ain ».
    :ivar town: where it sits.
    :ivar page: its page in the official directory, or the list where it stands.
    :ivar address: postal address, form or e-mail of the service: empty until refreshed.
    :ivar checked: day the directory gives for what is said (ISO): empty until refreshed.
    """

    name: str
    departement: Departement
    town: str
    page: str
    website: str = ""
    address: str = ""
    form: str = ""
    email: str = ""
    checked: str = ""


def prefecture_of(departement: Departement, territory: Territory) -> Prefecture:
    """Return the préfecture of a département."""
    data = load_data("contact")
    found = territory.prefectures.get(departement.code, {})
    own_name = data["names"].get(departement.code)
    name = own_name or data["named"].format(
        of=data["articles"][departement.link], departement=departement.name.replace("'", "’")
    )
    page = data["page"].format(
        region=_slug(departement.region), departement=_slug(departement.name)
    )
    return Prefecture(
        name=name,
        departement=departement,
        town=departement.seat,
        page=found.get("page") or page,
        website=found.get("website", ""),
        address=found.get("address", ""),
        form=found.get("form", ""),
        email=found.get("email", ""),
        checked=found.get("checked", ""),
    )


def _slug(name: str) -> str:
    """Write a place as the addresses of the directory do: « val-d-oise »."""
    text = unicodedata.normalize("NFKD", name)
    bare = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")
