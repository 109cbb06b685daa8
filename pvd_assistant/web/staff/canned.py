"""The pages « Réponses types »: texts that come back in replies, written, searched, put in a reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.corpus import metadata as meta
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.canned import (
    LONGEST_TITLE,
    CannedReply,
    CannedStore,
    CannedText,
    places,
)
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.staff.access import Access, Sent, staff_page

HOME = "/equipe/reponses-types"
_METHODS = ["GET", "HEAD"]
_ONE = f"{HOME}/{{number:int}}"
_FIELDS = {
    "knowledge.canned_no_title": "titre",
    "knowledge.canned_taken": "titre",
    "knowledge.canned_no_body": "texte",
    "knowledge.canned_unknown_place": "texte",
}


def router(access: Access, database: Database) -> APIRouter:
    """Return the routes of ``/equipe/reponses-types``."""
    routes = APIRouter()
    store = CannedStore(database)
    reads, writes = access.needs(Permission.READ_REQUESTS), access.needs(Permission.WRITE_REPLIES)
    sends = access.sends(Permission.WRITE_REPLIES)

    @routes.api_route(HOME, methods=_METHODS)
    def show_list(request: Request, person: Person = Depends(reads)) -> Response:
        return staff_page(request, "canned.html", **_list(store, request.query_params))

    @routes.api_route(f"{HOME}/nouvelle", methods=_METHODS)
    def show_new(request: Request, person: Person = Depends(writes)) -> Response:
        return _form(request, store, CannedText("", ""))

    @routes.post(f"{HOME}/nouvelle")
    def create(request: Request, sent: Sent = Depends(sends)) -> Response:
        try:
            store.create(sent.person, _written(sent))
        except KnowledgeError as error:
            return _form(request, store, _written(sent), error=error)
        return _back("creee")

    @routes.api_route(_ONE, methods=_METHODS)
    def show_one(number: int, request: Request, person: Person = Depends(writes)) -> Response:
        try:
            kept = store.get(number)
        except KnowledgeError as error:
            return error_page(404, str(error))
        return _form(request, store, CannedText(kept.title, kept.body, kept.themes), kept)

    @routes.post(_ONE)
    def change(number: int, request: Request, sent: Sent = Depends(sends)) -> Response:
        given = sent.text("version")
        try:
            kept = store.get(number)
            version = int(given) if given.isdecimal() else -1
            store.change(sent.person, number, version, _written(sent))
        except KnowledgeError as error:
            if error.code == "knowledge.canned_unknown":
                return error_page(404, str(error))
            return _form(request, store, _written(sent), kept, error)
        return _back("modifiee")

    @routes.post(f"{_ONE}/effacer")
    def delete(number: int, sent: Sent = Depends(sends)) -> Response:
        try:
            store.delete(sent.person, number)
        except KnowledgeError as error:
            return error_page(404, str(error))
        return _back("effacee")

    return routes


def _list(store: CannedStore, query: Mapping[str, str]) -> dict[str, Any]:
    words, theme = query.get("q", "").strip()[:200], query.get("theme", "")
    done = query.get("fait", "")
    known = ("creee", "modifiee", "effacee")
    return {
        "replies": store.search(words, theme),
        "words": words,
        "theme": theme,
        "themes": sorted({one for reply in store.search() for one in reply.themes}),
        "done": text(f"knowledge.canned_done_{done}") if done in known else "",
    }


def _form(
    request: Request,
    store: CannedStore,
    written: CannedText,
    kept: CannedReply | None = None,
    error: KnowledgeError | None = None,
) -> Response:
    return staff_page(
        request,
        "canned_form.html",
        422 if error else 200,
        written=written,
        kept=kept,
        events=store.history(kept.id) if kept else [],
        places=places(),
        longest_title=LONGEST_TITLE,
        known_themes=meta.themes(),
        errors={_FIELDS.get(error.code, ""): str(error)} if error else {},
    )


def _written(sent: Sent) -> CannedText:
    body = sent.text("texte").replace("\r\n", "\n")
    return CannedText(sent.text("titre"), body, tuple(sent.texts("themes")))


def _back(done: str) -> Response:
    return RedirectResponse(f"{HOME}?fait={done}", 303)
