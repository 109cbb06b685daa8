"""The pages « Fraîcheur »: which documents are going stale, and what cites each of them."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.library.freshness import Freshness
from pvd_assistant.library.freshness_usage import Citations
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff import freshness_citations as citations
from pvd_assistant.web.staff import freshness_view as view
from pvd_assistant.web.staff.access import Access, staff_page
from pvd_assistant.web.staff.dashboard import csv_file

_METHODS = ["GET", "HEAD"]


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the routes of ``/equipe/fraicheur``."""
    routes = APIRouter()
    freshness, counts = Freshness(), Citations(database)
    reads = access.needs(Permission.READ_LIBRARY)

    @routes.api_route(view.HOME, methods=_METHODS)
    def show_stale(request: Request, person: Person = Depends(reads)) -> Response:
        index, today = service.assistant().index, dt.date.today()
        asked = view.read_asked(request.query_params)
        stale = freshness.stale(index, today)
        return staff_page(request, "freshness.html", **view.stale_view(index, stale, asked, today))

    @routes.api_route(view.EXPORT, methods=_METHODS)
    def send_stale(request: Request, person: Person = Depends(reads)) -> Response:
        index, today = service.assistant().index, dt.date.today()
        asked = view.read_asked(request.query_params)
        rows = view.stale_rows(freshness.stale(index, today), asked, today)
        return csv_file("freshness", rows, today)

    @routes.api_route(citations.HOME, methods=_METHODS)
    def show_usage(request: Request, person: Person = Depends(reads)) -> Response:
        usages = counts.usage(service.assistant().index)
        asked = citations.read_asked(request.query_params)
        values = citations.usage_view(usages, asked, counts.evaluated())
        return staff_page(request, "freshness_usage.html", **values)

    @routes.api_route(citations.EXPORT, methods=_METHODS)
    def send_usage(request: Request, person: Person = Depends(reads)) -> Response:
        usages = counts.usage(service.assistant().index)
        rows = citations.usage_rows(usages, citations.read_asked(request.query_params))
        return csv_file("usage", rows, dt.date.today())

    @routes.api_route(f"{citations.HOME}/document/{{document:path}}", methods=_METHODS)
    def show_cited(document: str, request: Request, person: Person = Depends(reads)) -> Response:
        index = service.assistant().index
        usage = next((one for one in counts.usage(index) if one.id == document), None)
        if usage is None:
            return error_page(404, text("web.unknown_document"))
        values = citations.cited_view(usage, index, person)
        return staff_page(request, "freshness_cited.html", **values)

    return routes
