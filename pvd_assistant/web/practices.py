"""The pages « Bonnes pratiques »: results, map, themes, selection, comparable towns, one sheet, exports."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from pvd_assistant.messages import text
from pvd_assistant.practices import exports, wording
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.practices_address import HOME, read_state
from pvd_assistant.web.practices_similar import similar_view
from pvd_assistant.web.practices_view import results_view, sheet_view
from pvd_assistant.web.security import FORM_CSP
from pvd_assistant.web.service import Service
from pvd_assistant.web.templating import render

if TYPE_CHECKING:
    pass

_MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_METHODS = ["GET", "HEAD"]


def router(service: Service) -> APIRouter:
    """Return the routes of ``/pratiques``."""
    routes = APIRouter(prefix=HOME)

    @routes.api_route("", methods=_METHODS)
    def show_results(request: Request) -> HTMLResponse:
        view = results_view(service.catalogue(), read_state(request.query_params))
        return _page("practices.html", **view)

    @routes.api_route("/comparables", methods=_METHODS)
    def show_similar(request: Request) -> HTMLResponse:
        view = similar_view(service.catalogue(), request.query_params)
        return _page("practices_similar.html", **view)

    @routes.api_route("/fiche/{document:path}", methods=_METHODS)
    def show_sheet(document: str, request: Request) -> HTMLResponse:
        catalogue = service.catalogue()
        if document not in catalogue.projects:
            return error_page(404, text("web.unknown_document"))
        state = read_state(request.query_params)
        return _page("practices_sheet.html", **sheet_view(catalogue, document, state))

    @routes.api_route("/export.{kind}", methods=_METHODS)
    def send_export(kind: str, request: Request) -> Response:
        state = read_state(request.query_params)
        catalogue = service.catalogue()
        picked = catalogue.of(state.selected)
        search = "" if picked else wording.described(state.criteria, catalogue.labels)
        projects = picked or catalogue.search(state.criteria).projects
        return _file(exports.Export(projects, search, dt.date.today()), kind)

    return routes


def _page(template: str, **values: object) -> HTMLResponse:
    page = HTMLResponse(render(template, practices_page=True, **values))
    page.headers["Content-Security-Policy"] = FORM_CSP
    page.headers["Cache-Control"] = "no-cache"
    return page


def _file(export: exports.Export, kind: str) -> Response:
    writers = {"csv": exports.to_csv, "md": exports.to_markdown, "docx": exports.to_docx}
    if kind not in writers:
        return error_page(404, text("web.unknown_page"))
    name = quote(f"{text('practices.export_file')}-{export.day.isoformat()}.{kind}")
    return Response(
        writers[kind](export),
        media_type=_MEDIA[kind],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Cache-Control": "no-store",
        },
    )
