"""The rooms that somebody may enter, in the order of the menu."""

from __future__ import annotations

from dataclasses import dataclass

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.messages import text


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the menu.

    :ivar purpose: what it is for, in a sentence.
    """

    address: str
    name: str
    purpose: str


_ROOMS = (
    ("/equipe/demandes", "helpdesk", Permission.READ_REQUESTS),
    ("/equipe/reponses-types", "templates", Permission.READ_REQUESTS),
    ("/equipe/reponses-validees", "knowledge", Permission.VALIDATE_SOURCES),
    ("/equipe/sans-reponse", "unanswered", Permission.VALIDATE_SOURCES),
    ("/equipe/bibliotheque", "library", Permission.READ_LIBRARY),
    ("/equipe/fraicheur", "freshness", Permission.READ_LIBRARY),
    ("/equipe/qualite", "quality", Permission.READ_LIBRARY),
    ("/equipe/avis", "opinions", Permission.READ_OPINIONS),
    ("/equipe/comptes", "accounts", Permission.MANAGE_ACCOUNTS),
)


def rooms(person: Person) -> list[Room]:
    """Return the rooms that somebody may enter."""
    return [
        Room(address, text(f"staff.room_{name}"), text(f"staff.room_{name}_purpose"))
        for address, name, permission in _ROOMS
        if person.may(permission)
    ]
