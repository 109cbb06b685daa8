"""The versions of a reply, two of them side by side, the reply taken away, a request erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk import exports
from pvd_assistant.helpdesk.comparing import side_by_side
from pvd_assistant.helpdesk.desk import Desk
from pvd_assistant.helpdesk.model import State, Version
from pvd_assistant.messages import text
from pvd_assistant.web.staff import requests_view as view
from pvd_assistant.web.staff.access import Access, Sent, staff_page
from pvd_assistant.web.staff.requests import HOME, ONE, checked, missing

_WRITERS: dict[str, Callable[[exports.Letter], bytes]] = {
    "eml": exports.to_eml,
    "txt": lambda letter: exports.to_text(letter).encode("utf-8-sig"),
    "docx": exports.to_docx,
    "md": lambda letter: exports.to_markdown(letter).encode(),
}
_MAIL = ("eml",)


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes of versions, comparison, files and erasure."""
    routes = APIRouter()
    reader = access.needs(Permission.READ_REQUESTS)
    writer = access.needs(Permission.WRITE_REPLIES)

    @routes.api_route(f"{ONE}/versions", methods=["GET", "HEAD"])
    def show_versions(
        request: Request, request_id: int, person: Person = Depends(reader)
    ) -> Response:
        return _found(lambda: _versions_page(request, desk, request_id))

    @routes.api_route(ONE + "/versions/{number:int}", methods=["GET", "HEAD"])
    def show_version(
        request: Request, request_id: int, number: int, person: Person = Depends(reader)
    ) -> Response:
        return _found(lambda: _version_page(request, desk, request_id, number))

    @routes.api_route(ONE + "/comparer/{number:int}", methods=["GET", "HEAD"])
    def compare(
        request: Request, request_id: int, number: int, person: Person = Depends(reader)
    ) -> Response:
        return _found(lambda: _comparison(request, desk, person, request_id, number))

    @routes.api_route(ONE + "/export.{kind}", methods=["GET", "HEAD"])
    def take_away(request_id: int, kind: str, person: Person = Depends(reader)) -> Response:
        return _found(lambda: _file(desk, request_id, kind))

    @routes.api_route(f"{ONE}/supprimer", methods=["GET", "HEAD"])
    def ask_to_erase(
        request: Request, request_id: int, person: Person = Depends(writer)
    ) -> Response:
        def page() -> Response:
            row = desk.store.get(checked(request_id))
            return staff_page(request, "request_delete.html", home=HOME, row=row)

        return _found(page)

    @routes.post(f"{ONE}/supprimer")
    def erase(
        request_id: int, sent: Sent = Depends(access.sends(Permission.WRITE_REPLIES))
    ) -> Response:
        def erased() -> Response:
            desk.store.delete(sent.person, checked(request_id))
            return RedirectResponse(f"{HOME}?fait=supprimee", 303)

        return _found(erased)

    return routes


def _found(page: Callable[[], Response]) -> Response:
    """Return a page, or the one that says that there is no such request or version."""
    try:
        return page()
    except RequestError as error:
        return missing(error)


def _versions_page(request: Request, desk: Desk, request_id: int) -> Response:
    row = desk.store.get(checked(request_id))
    return staff_page(
        request,
        "request_versions.html",
        home=HOME,
        row=row,
        versions=desk.store.versions(row.id),
        origin=view.origin,
        moment=view.moment,
    )


def _version_page(request: Request, desk: Desk, request_id: int, number: int) -> Response:
    row = desk.store.get(checked(request_id))
    version = desk.store.version(row.id, checked(number))
    return staff_page(
        request,
        "request_version.html",
        home=HOME,
        row=row,
        version=version,
        origin=view.origin(version),
        moment=view.moment,
    )


def _comparison(
    request: Request, desk: Desk, person: Person, request_id: int, number: int
) -> Response:
    row = desk.store.get(checked(request_id))
    other = desk.store.version(row.id, checked(number))
    current = desk.store.version(row.id, row.accepted) if row.accepted else other
    pairs = side_by_side(current.draft.body, other.draft.body)
    return staff_page(
        request,
        "request_compare.html",
        home=HOME,
        row=row,
        current=current,
        other=other,
        author=view.author,
        lead=_lead(current, other, person),
        pairs=pairs,
        differs=any(pair.kind != "same" for pair in pairs),
        open=row.state is not State.SENT and current.number != other.number,
    )


def _lead(current: Version, other: Version, person: Person) -> str:
    """Say why two texts are side by side."""
    mine = other.origin == "aside" and other.author_id == person.id
    kind = other.origin if other.origin != "aside" or mine else "person"
    return text(f"helpdesk.compare_lead_{kind}", other=view.author(current), version=other.number)


def _file(desk: Desk, request_id: int, kind: str) -> Response:
    row = desk.store.get(checked(request_id))
    reply = desk.store.reply(row)
    read = row.state is not State.DRAFT
    if kind not in _WRITERS or not reply.body or (kind in _MAIL and not read):
        raise RequestError("helpdesk.no_file")
    looked = desk.look(row, reply, dt.date.today())
    content = _WRITERS[kind](exports.letter(row, reply, looked.standing.assisted))
    name = text(f"helpdesk.export_{'' if read else 'draft_'}file", number=row.id)
    return Response(
        content,
        media_type=exports.MEDIA[kind],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{kind}",
            "Cache-Control": "no-store",
        },
    )
