"""Documents are withdrawn, restored, removed, erased; changes are told and undone."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import CorpusError, LibraryError
from pvd_assistant.library.changes import is_reply
from pvd_assistant.web.staff.access import Access, Sent, staff_page
from pvd_assistant.web.staff.library_view import LIBRARY, Desk, done, page_of, refused

_PAGE_SIZE = 50


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes that change documents without sending any."""
    routes = APIRouter()
    sender = access.sends(Permission.CHANGE_LIBRARY)

    @routes.post(LIBRARY + "/retirer/{document:path}")
    def withdraw(request: Request, document: str, sent: Sent = Depends(sender)) -> Response:
        def change() -> str:
            desk.editor.withdraw(document, sent.person)
            return page_of(document, "retire")

        return desk.attempt(request, change, page_of(document))

    @routes.post(LIBRARY + "/remettre/{document:path}")
    def restore(request: Request, document: str, sent: Sent = Depends(sender)) -> Response:
        def change() -> str:
            desk.editor.restore(document, sent.person)
            return page_of(document, "remis")

        return desk.attempt(request, change, page_of(document))

    @routes.post(LIBRARY + "/supprimer/{document:path}")
    def remove(request: Request, document: str, sent: Sent = Depends(sender)) -> Response:
        def change() -> str:
            desk.editor.remove(document, sent.person)
            return _page_or_history(desk, document, "supprime")

        return desk.attempt(request, change, page_of(document))

    @routes.post(LIBRARY + "/annuler/{change_id:int}")
    def undo(request: Request, change_id: int, sent: Sent = Depends(sender)) -> Response:
        def change() -> str:
            return _page_or_history(desk, desk.editor.undo(change_id, sent.person), "annule")

        return desk.attempt(request, change, f"{LIBRARY}/historique")

    _add_erasing(routes, desk, access)
    _add_history(routes, desk, access)
    return routes


def _add_erasing(routes: APIRouter, desk: Desk, access: Access) -> None:
    address = LIBRARY + "/effacer/{document:path}"

    @routes.api_route(address, methods=["GET", "HEAD"])
    def show_erase(
        request: Request,
        document: str,
        person: Person = Depends(access.needs(Permission.ERASE_DOCUMENTS)),
    ) -> Response:
        return _erase_page(request, desk, document)

    @routes.post(address)
    def erase(
        request: Request,
        document: str,
        sent: Sent = Depends(access.sends(Permission.ERASE_DOCUMENTS)),
    ) -> Response:
        if sent.text("sure") != "oui":
            return _erase_page(request, desk, document, unsure=True)

        def change() -> str:
            desk.editor.erase(document, sent.person)
            return f"{LIBRARY}/historique?fait=efface"

        return desk.attempt(request, change, page_of(document))


def _erase_page(request: Request, desk: Desk, document: str, unsure: bool = False) -> Response:
    try:
        erasable = not is_reply(document) and desk.editor.erasable(document)
    except CorpusError as error:
        return refused(request, error)
    if not erasable:
        return refused(request, LibraryError("library.not_added", document=document))
    return staff_page(
        request, "library_erase.html", 422 if unsure else 200, document=document, unsure=unsure
    )


def _add_history(routes: APIRouter, desk: Desk, access: Access) -> None:
    @routes.api_route(f"{LIBRARY}/historique", methods=["GET", "HEAD"])
    def show_history(
        request: Request, person: Person = Depends(access.needs(Permission.READ_LIBRARY))
    ) -> Response:
        given = request.query_params.get("page", "1")
        page = int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 5 else 1
        page = max(page, 1)
        # One more than is shown says whether there is a page after this one.
        found = desk.editor.history(limit=_PAGE_SIZE + 1, skip=(page - 1) * _PAGE_SIZE)
        return staff_page(
            request,
            "library_history.html",
            done=done(request),
            history=found[:_PAGE_SIZE],
            page=page,
            more=len(found) > _PAGE_SIZE,
            days=desk.settings.library_undo_days,
            present={line.id for line in desk.editor.entries()},
        )


def _page_or_history(desk: Desk, document: str, said: str) -> str:
    """Return the page of a document, or the history when the document is no longer there."""
    if document in {entry.id for entry in desk.editor.entries()}:
        return page_of(document, said)
    return f"{LIBRARY}/historique?fait={said}"
