"""The page « Qualité »: the evaluation of the answers on the index in use."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import EvaluationError
from pvd_assistant.library.report import Reports
from pvd_assistant.storage.database import Database
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff.access import Access, Sent, staff_page
from pvd_assistant.web.staff.dashboard import given_number
from pvd_assistant.web.staff.quality_view import HOME, quality_view


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the routes of ``/equipe/qualite``."""
    routes = APIRouter()
    reports = Reports(database, service.settings.evaluation_questions)
    reads, runs = access.needs(Permission.READ_LIBRARY), access.sends(Permission.CHANGE_LIBRARY)

    @routes.api_route(HOME, methods=["GET", "HEAD"])
    def show_quality(request: Request, person: Person = Depends(reads)) -> Response:
        return _show(request, person)

    @routes.post(f"{HOME}/lancer")
    def start_evaluation(request: Request, sent: Sent = Depends(runs)) -> Response:
        try:
            reports.start(sent.person, service.assistant())
        except EvaluationError as error:
            return _show(request, sent.person, str(error))
        return RedirectResponse(HOME, 303)

    def _show(request: Request, person: Person, problem: str = "") -> Response:
        chosen = given_number(request.query_params, "evaluation")
        values = quality_view(reports, service.assistant().index, person, chosen)
        status = 422 if problem else 200
        return staff_page(request, "quality.html", status, problem=problem, **values)

    return routes
