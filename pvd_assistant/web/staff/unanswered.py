"""The page « Questions sans réponse »: what keeps coming and is in no document, and what is done of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.unanswered import Mark, Subject, UnansweredStore
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Filters
from pvd_assistant.storage.database import Database
from pvd_assistant.web.links import passage_url
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff.access import Access, Sent, staff_page

HOME = "/equipe/sans-reponse"
_METHODS = ["GET", "HEAD"]
_SIZE = 20
#: The views of the page: name in the address, decisions shown (``None``: none yet).
_VIEWS: Mapping[str, Mark | None] = {
    "a-traiter": None,
    "a-rediger": Mark.TO_WRITE,
    "redigees": Mark.WRITTEN,
    "sans-suite": Mark.DROPPED,
}


@dataclass(frozen=True, slots=True)
class SubjectView:
    """A subject, and the document that is nearest to it: its title and address, empty without any."""

    subject: Subject
    title: str
    address: str


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the routes of ``/equipe/sans-reponse``."""
    routes = APIRouter()
    store = UnansweredStore(database)

    @routes.api_route(HOME, methods=_METHODS)
    def show(
        request: Request, person: Person = Depends(access.needs(Permission.VALIDATE_SOURCES))
    ) -> Response:
        index = service.assistant().index
        values = _view(store.subjects(index), index, request.query_params)
        return staff_page(request, "unanswered.html", marks=list(Mark), **values)

    @routes.post(f"{HOME}/decider")
    def decide(sent: Sent = Depends(access.sends(Permission.VALIDATE_SOURCES))) -> Response:
        mark, subject = sent.text("marque"), sent.text("sujet")
        if mark not in set(Mark):
            return error_page(422, text("knowledge.mark_unknown"), text("knowledge.not_possible"))
        number = int(subject) if subject.isdecimal() else 0
        try:
            store.mark(sent.person, sent.text("question"), Mark(mark), number)
        except KnowledgeError as error:
            return error_page(409, str(error), text("knowledge.not_possible"))
        view = sent.text("vue")
        kept = view if view in _VIEWS else "a-traiter"
        return RedirectResponse(f"{HOME}?{urlencode({'etat': kept, 'fait': mark})}", 303)

    return routes


def _view(subjects: Sequence[Subject], index: Index, query: Mapping[str, str]) -> dict[str, Any]:
    counts = {
        name: sum(subject.mark is mark for subject in subjects) for name, mark in _VIEWS.items()
    }
    view = query.get("etat", "")
    view = view if view in _VIEWS else "a-traiter"
    shown = [subject for subject in subjects if subject.mark is _VIEWS[view]]
    given = query.get("page", "1")
    last = max(1, -(-len(shown) // _SIZE))
    page = min(last, max(1, int(given) if given.isdecimal() else 1))
    done = query.get("fait", "")
    return {
        "view": view,
        "views": [
            (f"{HOME}?etat={name}", text(f"knowledge.subjects_{name}"), counts[name], name == view)
            for name in _VIEWS
        ],
        "subjects": [_shown(one, index) for one in shown[_SIZE * (page - 1) : _SIZE * page]],
        "pages": [(f"{HOME}?etat={view}&page={n}", n, n == page) for n in range(1, last + 1)],
        "done": text(f"knowledge.marked_{done}") if done in set(Mark) else "",
    }


def _shown(subject: Subject, index: Index) -> SubjectView:
    hits = index.search(subject.question, filters=Filters(), limit=1)
    if not hits:
        return SubjectView(subject, "", "")
    nearest = hits[0].passage
    title = index.documents[nearest.document].metadata.title
    return SubjectView(subject, title, passage_url(nearest))
