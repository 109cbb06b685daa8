"""The documents, for those who keep them true: the list, and the page of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.corpus import readers
from pvd_assistant.corpus.catalogue import Catalogue, Entry
from pvd_assistant.corpus.metadata import KINDS
from pvd_assistant.errors import CorpusError, LibraryError
from pvd_assistant.library.changes import is_reply
from pvd_assistant.library.listing import (
    ORDERS,
    PAGE_SIZE,
    STATES,
    Line,
    Standing,
    Wanted,
    counts,
    find,
    listing,
    problems_of,
)
from pvd_assistant.library.preview import Extract, extracts_of
from pvd_assistant.web.links import picture_url
from pvd_assistant.web.staff.access import Access, staff_page
from pvd_assistant.web.staff.library_view import LIBRARY, Desk, done, refused
from pvd_assistant.web.wording import label

_NAMES = {
    "words": "mots",
    "kind": "nature",
    "publisher": "editeur",
    "state": "etat",
    "order": "tri",
}
_DOWN = "-"


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes of the list and of a document."""
    routes = APIRouter()
    reader = access.needs(Permission.READ_LIBRARY)

    @routes.api_route(LIBRARY, methods=["GET", "HEAD"])
    def show_list(request: Request, person: Person = Depends(reader)) -> Response:
        lines = _lines(desk)
        wanted = _wanted(request)
        found = find(lines, wanted)
        page, pages = _page(request, len(found))
        first = (page - 1) * PAGE_SIZE
        return staff_page(
            request,
            "library.html",
            done=done(request),
            lines=found[first : first + PAGE_SIZE],
            found=len(found),
            total=len(lines),
            counts=counts(lines),
            wanted=wanted,
            kinds=sorted(KINDS, key=lambda kind: label("kinds", kind)),
            publishers=sorted({line.metadata.publisher for line in lines if line.metadata}),
            states=STATES,
            columns=[_column(wanted, order) for order in ORDERS],
            page=page,
            links=[(number, _address(wanted, number)) for number in _near(page, pages)],
            job=desk.last_job(),
            indexed=desk.index() is not None,
        )

    @routes.api_route(LIBRARY + "/document/{document:path}", methods=["GET", "HEAD"])
    def show_document(
        request: Request, document: str, person: Person = Depends(reader)
    ) -> Response:
        try:
            entry = desk.editor.entry(document)
        except (LibraryError, CorpusError) as error:
            return refused(request, error)
        (line,) = [line for line in _lines(desk) if line.id == document]
        return staff_page(
            request,
            "library_document.html",
            done=done(request),
            line=_looked_into(desk, entry, line),
            reply=is_reply(document),
            erasable=desk.editor.erasable(document),
            history=desk.editor.history(document),
            job=desk.last_job(),
            **_preview(desk, entry, line),
        )

    return routes


def _lines(desk: Desk) -> list[Line]:
    return listing(desk.settings, desk.database, desk.records(), dt.date.today())


def _looked_into(desk: Desk, entry: Entry, line: Line) -> Line:
    """Say at once why a document is not in the index, rather than after the next run."""
    if line.standing is not Standing.WAITING:
        return line
    problems = problems_of(Catalogue.of(desk.settings), entry)
    standing = Standing.WRONG if problems else Standing.WAITING
    return replace(line, problems=(*line.problems, *problems), standing=standing)


def _preview(desk: Desk, entry: Entry, line: Line) -> dict[str, Any]:
    """Return the text as readers see it, and the picture of the first page of a PDF."""
    index = desk.index()
    record = index.documents.get(entry.id) if index else None
    extracts: Sequence[Extract] = ()
    if index and record and record.digest == entry.digest:
        extracts = extracts_of(index.parts(entry.id))
    elif entry.refusal is None:
        try:
            extracts = extracts_of(readers.read(entry.file, desk.settings))
        except CorpusError:
            extracts = ()  # its problems say why
    drawn = record is not None and entry.format == ".pdf" and line.standing is Standing.INDEXED
    picture = picture_url(entry.id, 1, record.digest) if record and drawn else ""
    return {"extracts": extracts, "picture": picture, "readable": record is not None}


def _wanted(request: Request) -> Wanted:
    query = request.query_params
    order = query.get(_NAMES["order"], "")
    kind, state = query.get(_NAMES["kind"], ""), query.get(_NAMES["state"], "")
    return Wanted(
        words=query.get(_NAMES["words"], "").strip()[:200],
        kind=kind if kind in KINDS else "",
        publisher=query.get(_NAMES["publisher"], "")[:200],
        state=state if state in STATES else "",
        order=order.lstrip(_DOWN) if order.lstrip(_DOWN) in ORDERS else "title",
        descending=order.startswith(_DOWN),
    )


def _address(wanted: Wanted, page: int = 1, **changes: str) -> str:
    order = (_DOWN if wanted.descending else "") + wanted.order
    values = {
        "mots": wanted.words,
        "nature": wanted.kind,
        "editeur": wanted.publisher,
        "etat": wanted.state,
        "tri": order if order != "title" else "",
        "page": str(page) if page > 1 else "",
    }
    kept = {name: value for name, value in (values | changes).items() if value}
    return f"{LIBRARY}?{urlencode(kept)}" if kept else LIBRARY


def _column(wanted: Wanted, order: str) -> dict[str, str]:
    """Return a column that can be sorted: a second click turns it over."""
    current = wanted.order == order
    down = current and not wanted.descending
    state = ("descending" if wanted.descending else "ascending") if current else "none"
    return {
        "name": order,
        "sorted": state,
        "link": _address(wanted, tri=(_DOWN if down else "") + order),
    }


def _page(request: Request, found: int) -> tuple[int, int]:
    pages = max(1, -(-found // PAGE_SIZE))
    given = request.query_params.get("page", "1")
    page = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    return min(max(page, 1), pages), pages


def _near(page: int, pages: int) -> list[int]:
    """Return the numbers of the pages that are linked to: the ends, and those around this one."""
    return [n for n in range(1, pages + 1) if n in (1, pages) or abs(n - page) <= 2]
