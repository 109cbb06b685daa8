"""What awaits somebody, in words and as links, for the first page of the rooms."""

from __future__ import annotations

import datetime as dt

from pvd_assistant.accounts.roles import Person
from pvd_assistant.errors import PvdError
from pvd_assistant.library.freshness import Reason
from pvd_assistant.library.inbox import Treatment
from pvd_assistant.library.inbox_tasks import Task, waiting
from pvd_assistant.model import Metadata
from pvd_assistant.storage.database import Database
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff.dashboard import Link, counted

_ADDRESSES = {
    Task.TO_ANSWER: "/equipe/demandes?etat=brouillon",
    Task.TO_REVIEW: "/equipe/demandes?etat=brouillon",
    Task.TO_SEND: "/equipe/demandes?etat=relu",
    Task.TO_VALIDATE: "/equipe/reponses-validees?etat=a-valider",
    Task.TO_READ_AGAIN: "/equipe/reponses-validees?etat=a-relire",
    Task.EXPIRED: f"/equipe/fraicheur?motif={Reason.EXPIRED}",
    Task.EXPIRING: f"/equipe/fraicheur?motif={Reason.EXPIRING}",
    Task.OPINIONS: f"/equipe/avis?traitement={Treatment.WAITING}",
    Task.JOBS: "/equipe/bibliotheque/indexation",
}


def tasks(person: Person, service: Service, database: Database) -> list[Link]:
    """Return what awaits somebody, with its number and the page to go to.

    :raises StorageError: the database cannot be reached.
    """
    found = waiting(person, database, _documents(service), dt.date.today())
    return [Link(_ADDRESSES[one.task], counted(f"task_{one.task}", one.number)) for one in found]


def _documents(service: Service) -> list[Metadata]:
    """Return the documents; none without an index, which must not close the first page."""
    try:
        return [record.metadata for record in service.assistant().index.documents.values()]
    except PvdError:
        return []
