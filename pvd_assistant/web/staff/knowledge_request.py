"""In the page of a request: canned replies to put in its reply, and whether it may become a source."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import KnowledgeError, RequestError
from pvd_assistant.french import french_date
from pvd_assistant.helpdesk.canned import CannedStore, added, filled
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.model import Request
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.territory.communes import Territory
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff.access import Access, Sent

REQUESTS = "/equipe/demandes"


def pieces(database: Database, request: Request) -> dict[str, Any]:
    """Return what ``request_templates.html`` and ``request_propose.html`` show.

    :raises StorageError: the database cannot be reached.
    """
    return {
        "canned": [] if request.is_sent else CannedStore(database).search(),
        "proposed": KnowledgeStore(database).of_request(request.id) if request.is_sent else [],
    }


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the route that puts a canned reply in the reply of a request."""
    routes = APIRouter()
    canned, requests = CannedStore(database), RequestStore(database, service.settings)

    @routes.post(f"{REQUESTS}/{{request_id:int}}/reponse-type")
    def insert(
        request_id: int, sent: Sent = Depends(access.sends(Permission.WRITE_REPLIES))
    ) -> Response:
        chosen, version = sent.text("reponse_type"), sent.text("version")
        try:
            request = requests.get(request_id)
            words = canned.get(int(chosen) if chosen.isdecimal() else 0).body
            values = _values(request, sent.person, Territory.load(service.settings.official_dir))
            # What is being written is kept with it.
            body = sent.text("texte") or requests.reply(request).body
            done = requests.write(
                sent.person,
                request_id,
                int(version) if version.isdecimal() else 0,
                added(body, filled(words, values)),
            )
        except (KnowledgeError, RequestError) as error:
            return error_page(409, str(error), text("knowledge.not_possible"))
        after = "?fait=insere" if done.accepted else f"/comparer/{done.number}"
        return RedirectResponse(f"{REQUESTS}/{request_id}{after}", 303)

    return routes


def _values(request: Request, person: Person, territory: Territory) -> dict[str, str]:
    """Return what is known of what stands between braces."""
    town = territory.by_code(request.town) if request.town else None
    return {
        "commune": town.name if town else "",
        "nom": request.sender_name,
        "objet": request.subject,
        "agent": person.name,
        "date": french_date(dt.date.today()),
    }
