"""The page that shows a cited passage in its document, and the routes that serve the documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from pvd_assistant.corpus.roots import find_file
from pvd_assistant.messages import text
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings
from pvd_assistant.web import links, pdf_pages
from pvd_assistant.web.links import document_url, fingerprint, picture_url
from pvd_assistant.web.marking import Span, excerpt
from pvd_assistant.web.pages import error_page, render_page
from pvd_assistant.web.service import Service

if TYPE_CHECKING:
    from pvd_assistant.index.store import Index

#: What a browser may show itself. Anything else (HTML, Office files) is shown as text or downloaded:
#: a document is data, and must never run in our pages.
_SHOWN = {
    ".pdf": "application/pdf",
    ".md": "text/plain; charset=utf-8",
    ".csv": "text/plain; charset=utf-8",
    ".html": "text/plain; charset=utf-8",
    ".htm": "text/plain; charset=utf-8",
}
_DOWNLOADED = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
}
_SPANS = re.compile(r"\d+-\d+(?:,\d+-\d+)*")
_DOCUMENT_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, as read from an address.

    :ivar digest: fingerprint of the passage when it was cited; empty when unknown.
    """

    part: int = 0
    passage: Span | None = None
    statements: tuple[Span, ...] = ()
    digest: str = ""

    @classmethod
    def of(cls, request: Request) -> Place:
        """Read an address; what makes no sense in it is ignored."""
        query = request.query_params
        part = _whole(query.get("partie")) or 0
        start, end = _whole(query.get("debut")), _whole(query.get("fin"))
        passage = (start, end) if start is not None and end is not None and start < end else None
        marks = query.get("reperes", "")
        pairs = marks.split(",") if len(marks) < 500 and _SPANS.fullmatch(marks) else []
        spans = [(int(a), int(b)) for a, b in (pair.split("-") for pair in pairs)]
        return cls(part, passage, tuple(spans), query.get("empreinte", ""))


def router(service: Service) -> APIRouter:
    """Return the routes ``/sources/…`` (pages), ``/documents/…`` (files), ``/pages/…`` (pictures)."""
    routes = APIRouter()

    @routes.api_route("/sources/{document:path}", methods=["GET", "HEAD"])
    def show_source(document: str, request: Request) -> HTMLResponse:
        index = service.assistant().index
        if document not in index.documents:
            return error_page(404, text("web.unknown_document"))
        view = source_view(index, document, Place.of(request), service.settings)
        return render_page("source.html", **view)

    @routes.api_route("/documents/{document:path}", methods=["GET", "HEAD"])
    def send_document(document: str) -> Response:
        record = service.assistant().index.documents.get(document)
        if record is None:
            return error_page(404, text("web.unknown_document"))
        return _file(find_file(service.settings, record.path))

    @routes.api_route("/pages/{document:path}", methods=["GET", "HEAD"])
    def send_page(document: str, request: Request) -> Response:
        record = service.assistant().index.documents.get(document)
        path = _pdf(service.settings, record.path) if record else None
        page = _whole(request.query_params.get("page")) or 1
        drawn = pdf_pages.picture(path, page) if path else None
        if drawn is None:
            return error_page(404, text("web.missing_file"))
        # The address names the version of the file: the picture never changes.
        headers = {"Cache-Control": "private, max-age=86400"}
        return Response(drawn, media_type="image/webp", headers=headers)

    return routes


def source_view(
    index: Index, document: str, place: Place, settings: Settings | None = None
) -> dict[str, Any]:
    """Return what the page of a source shows.

    :param settings: where the documents are; without them no page of a PDF is drawn.
    """
    record = index.documents[document]
    parts = index.parts(document)
    number = min(place.part, len(parts) - 1)
    part = parts[number]
    span = place.passage if number == place.part else None
    changed = span is not None and (
        span[1] > len(part.text) or (place.digest not in ("", fingerprint(part.text[slice(*span)])))
    )
    shown = None if changed else span
    pdf = _pdf(settings, record.path) if settings and part.page else None
    titles = {title for p in index.passages_of(document) for title in p.headings}
    return {
        "title": record.metadata.title,
        "document": document,
        "record": record,
        "metadata": record.metadata,
        "part": part,
        "section": _section(index, document, number, shown),
        "changed": changed,
        "cited": shown is not None,
        "statement_shown": shown is not None and bool(place.statements),
        "excerpt": excerpt(part.text, shown, () if changed else place.statements, titles),
        "previous": links.part_url(document, number - 1) if number else None,
        "following": links.part_url(document, number + 1) if number + 1 < len(parts) else None,
        "file_url": document_url(document, part.page),
        "is_pdf": record.path.lower().endswith(".pdf"),
        "sheet": _sheet(pdf, part, shown, () if changed else place.statements),
        "picture_url": picture_url(document, part.page or 1, record.digest),
    }


def _sheet(
    pdf: Path | None, part: Part, shown: Span | None, statements: Sequence[Span]
) -> pdf_pages.Sheet | None:
    """Return the page of a PDF with what is highlighted on it; ``None`` for anything else."""
    if pdf is None or part.page is None:
        return None
    passage = part.text[slice(*shown)] if shown else ""
    return pdf_pages.sheet(
        pdf, part.page, passage, [part.text[slice(*span)] for span in statements]
    )


def _section(index: Index, document: str, part: int, span: Span | None) -> str:
    """Return the titles above the passage, or above the first passage of the part."""
    passages = [p for p in index.passages_of(document) if p.part == part]
    inside = [p for p in passages if span and p.start < span[1] and span[0] < p.end]
    found = next(iter(inside or passages), None)
    return " › ".join(found.headings) if found else ""


def _pdf(settings: Settings, relative: str) -> Path | None:
    path = find_file(settings, relative)
    return path if path and path.suffix.lower() == ".pdf" else None


def _file(path: Path | None) -> Response:
    suffix = path.suffix.lower() if path else ""
    media = _SHOWN.get(suffix) or _DOWNLOADED.get(suffix)
    if path is None or media is None:
        return error_page(404, text("web.missing_file"))
    kind = "inline" if suffix in _SHOWN else "attachment"
    return FileResponse(
        path,
        media_type=media,
        headers={
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(path.name)}",
            "Content-Security-Policy": _DOCUMENT_CSP,
            "Cache-Control": "no-cache",
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def _whole(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
