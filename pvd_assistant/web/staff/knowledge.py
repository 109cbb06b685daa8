"""The pages « Réponses validées »: proposals, sources of the helpdesk, what was withdrawn and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_model import State, ValidatedReply, Wording
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff import knowledge_view as view
from pvd_assistant.web.staff.access import Access, Sent, staff_page

_METHODS = ["GET", "HEAD"]
_ONE = f"{view.HOME}/{{number:int}}"
_PROPOSE = f"{view.HOME}/proposer/{{request_id:int}}"


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the routes of ``/equipe/reponses-validees``."""
    routes = APIRouter()
    pages = _Pages(service, KnowledgeStore(database))
    reads = access.needs(Permission.VALIDATE_SOURCES)
    validates = access.sends(Permission.VALIDATE_SOURCES)
    proposes = access.sends(Permission.PROPOSE_SOURCES)

    @routes.api_route(view.HOME, methods=_METHODS)
    def show_list(request: Request, person: Person = Depends(reads)) -> Response:
        values = view.list_view(pages.store, request.query_params, dt.date.today())
        return staff_page(request, "knowledge.html", **values)

    @routes.api_route(_PROPOSE, methods=_METHODS)
    def show_proposal(
        request_id: int,
        request: Request,
        person: Person = Depends(access.needs(Permission.PROPOSE_SOURCES)),
    ) -> Response:
        return pages.proposal(request, request_id)

    @routes.post(_PROPOSE)
    def propose(request_id: int, request: Request, sent: Sent = Depends(proposes)) -> Response:
        return pages.propose(request, request_id, sent)

    @routes.api_route(_ONE, methods=_METHODS)
    def show_one(number: int, request: Request, person: Person = Depends(reads)) -> Response:
        return pages.one(request, number, person)

    @routes.post(f"{_ONE}/proposer")
    def propose_again(number: int, request: Request, sent: Sent = Depends(proposes)) -> Response:
        return pages.decide(request, number, sent, pages.propose_again)

    @routes.post(f"{_ONE}/valider")
    def validate(number: int, request: Request, sent: Sent = Depends(validates)) -> Response:
        return pages.decide(request, number, sent, pages.validate)

    @routes.post(f"{_ONE}/confirmer")
    def renew(number: int, request: Request, sent: Sent = Depends(validates)) -> Response:
        return pages.decide(request, number, sent, pages.renew)

    @routes.post(f"{_ONE}/refuser")
    def refuse(number: int, request: Request, sent: Sent = Depends(validates)) -> Response:
        return pages.decide(request, number, sent, pages.refuse)

    @routes.post(f"{_ONE}/retirer")
    def withdraw(number: int, request: Request, sent: Sent = Depends(validates)) -> Response:
        return pages.decide(request, number, sent, pages.withdraw)

    return routes


class _Pages:
    """Reads a form, does what it asks, or shows the page again with what is wrong."""

    def __init__(self, service: Service, store: KnowledgeStore) -> None:
        self._service = service
        self.store = store

    def proposal(
        self,
        request: Request,
        request_id: int,
        typed: Wording | None = None,
        error: KnowledgeError | None = None,
    ) -> Response:
        """Show a sent reply that is about to be proposed."""
        try:
            sent = self.store.sent(request_id)
        except KnowledgeError as refused:
            return _refused(refused)
        at = request.query_params.get("question", "0")
        wording = typed or sent.wording(int(at) if at.isdecimal() else 0)
        assistant = self._service.assistant()
        values = view.proposal_view(sent, wording, self.store, assistant.index, assistant.territory)
        return staff_page(
            request,
            "knowledge_propose.html",
            422 if error else 200,
            form=view.form_of(wording),
            errors=view.errors_of(error) if error else {},
            **values,
        )

    def propose(self, request: Request, request_id: int, sent: Sent) -> Response:
        """Propose a sent reply."""
        wording, assistant = view.written(sent), self._service.assistant()
        try:
            sources = self.store.sent(request_id).sources
            view.check_read(sent, wording, sources, assistant.index, assistant.territory)
            known = view.digests(assistant.index)
            number = self.store.propose(sent.person, request_id, wording, known)
        except KnowledgeError as error:
            return self.proposal(request, request_id, wording, error)
        return RedirectResponse(f"{view.HOME}/{number}?fait=proposee", 303)

    def one(
        self,
        request: Request,
        number: int,
        person: Person,
        sent: Sent | None = None,
        error: KnowledgeError | None = None,
    ) -> Response:
        """Show a reply, with what was typed when it was refused."""
        try:
            reply = self.store.get(number)
        except KnowledgeError as refused:
            return _refused(refused)
        assistant = self._service.assistant()
        months = self._service.settings.reply_review_months
        day = view.default_review(reply.sources, assistant.index, months, dt.date.today())
        typed = view.written(sent) if sent is not None else Wording("", "")
        kept = typed if typed.question or typed.answer else reply.wording
        review_by = (sent.text("relecture") if sent is not None else "") or day.isoformat()
        done = request.query_params.get("fait", "")
        return staff_page(
            request,
            "knowledge_one.html",
            422 if error else 200,
            form=view.form_of(kept, review_by),
            reason=sent.text("raison") if sent is not None else "",
            errors=view.errors_of(error) if error else {},
            done=text(f"knowledge.done_{done}") if done in set(State) | {"confirmee"} else "",
            **view.reply_view(
                reply, kept, self.store, assistant.index, assistant.territory, person
            ),
        )

    def decide(
        self,
        request: Request,
        number: int,
        sent: Sent,
        act: Callable[[ValidatedReply, Sent], str],
    ) -> Response:
        """Do what a form of the page of a reply asks; ``act`` returns what is told afterwards."""
        try:
            done = act(self.store.get(number), sent)
        except KnowledgeError as error:
            return self.one(request, number, sent.person, sent, error)
        return RedirectResponse(f"{view.HOME}/{number}?fait={done}", 303)

    def propose_again(self, reply: ValidatedReply, sent: Sent) -> str:
        """Propose a reply again."""
        wording, known = self._read(reply, sent)
        self.store.propose_again(sent.person, reply.id, _version(sent), wording, known)
        return State.PROPOSED

    def validate(self, reply: ValidatedReply, sent: Sent) -> str:
        """Make a reply a source."""
        wording, known = self._read(reply, sent)
        day = view.review_day(sent)
        self.store.validate(sent.person, reply.id, _version(sent), wording, day, known)
        return State.VALIDATED

    def renew(self, reply: ValidatedReply, sent: Sent) -> str:
        """Put off the day when a reply must be read again."""
        self.store.renew(sent.person, reply.id, _version(sent), view.review_day(sent))
        return "confirmee"

    def refuse(self, reply: ValidatedReply, sent: Sent) -> str:
        """Refuse a reply."""
        self.store.refuse(sent.person, reply.id, _version(sent), sent.text("raison"))
        return State.REFUSED

    def withdraw(self, reply: ValidatedReply, sent: Sent) -> str:
        """Take a reply out of the sources."""
        self.store.withdraw(sent.person, reply.id, _version(sent), sent.text("raison"))
        return State.WITHDRAWN

    def _read(self, reply: ValidatedReply, sent: Sent) -> tuple[Wording, dict[str, str]]:
        """Return what was typed by somebody who saw the sources as they are."""
        wording, assistant = view.written(sent), self._service.assistant()
        view.check_read(sent, wording, reply.sources, assistant.index, assistant.territory)
        return wording, view.digests(assistant.index)


def _version(sent: Sent) -> int:
    given = sent.text("version")
    return int(given) if given.isdecimal() else -1


def _refused(error: KnowledgeError) -> Response:
    """Say why there is no page."""
    missing = error.code in ("knowledge.unknown", "knowledge.unknown_request")
    title = text("web.not_found" if missing else "knowledge.not_possible")
    return error_page(404 if missing else 409, str(error), title)
