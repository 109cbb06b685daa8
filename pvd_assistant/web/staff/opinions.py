"""The pages « Avis reçus »: what readers think of the answers, and what was done of it."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.library.inbox import Inbox, Treatment
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff import opinions_view as view
from pvd_assistant.web.staff.access import Access, Sent, staff_page
from pvd_assistant.web.staff.dashboard import csv_file
from pvd_assistant.web.staff.opinions_figures import figures_view

_METHODS = ["GET", "HEAD"]
_ONE = f"{view.HOME}/{{number:int}}"


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the routes of ``/equipe/avis``."""
    routes = APIRouter()
    inbox = Inbox(database)
    reads, sends = access.needs(Permission.READ_OPINIONS), access.sends(Permission.READ_OPINIONS)

    @routes.api_route(view.HOME, methods=_METHODS)
    def show_opinions(request: Request, person: Person = Depends(reads)) -> Response:
        asked = view.read_asked(request.query_params)
        values = view.inbox_view(inbox, asked, service.assistant().index)
        erased = request.query_params.get("efface", "")
        done = text("dashboard.erased", number=erased) if erased.isdigit() else ""
        return staff_page(request, "opinions.html", done=done, **values)

    @routes.api_route(view.FIGURES, methods=_METHODS)
    def show_figures(request: Request, person: Person = Depends(reads)) -> Response:
        return staff_page(request, "opinions_figures.html", home=view.HOME, **figures_view(inbox))

    @routes.api_route(view.EXPORT, methods=_METHODS)
    def send_opinions(request: Request, person: Person = Depends(reads)) -> Response:
        asked = view.read_asked(request.query_params)
        rows = view.opinion_rows(inbox.opinions(asked.wanted))
        return csv_file("opinions", rows, dt.date.today())

    @routes.api_route(_ONE, methods=_METHODS)
    def show_opinion(number: int, request: Request, person: Person = Depends(reads)) -> Response:
        return _show(request, number)

    @routes.post(f"{_ONE}/traiter")
    def treat(number: int, request: Request, sent: Sent = Depends(sends)) -> Response:
        state = sent.text("etat")
        if state not in set(Treatment):
            return _show(request, number, text("dashboard.treat_unknown"))
        if not inbox.treat(sent.person, number, Treatment(state), sent.text("note")):
            return _gone()
        return RedirectResponse(f"{view.HOME}/{number}?enregistre=1", 303)

    @routes.post(f"{_ONE}/effacer")
    def erase(number: int, sent: Sent = Depends(sends)) -> Response:
        if not inbox.erase(sent.person, number):
            return _gone()
        return RedirectResponse(f"{view.HOME}?efface={number}", 303)

    def _show(request: Request, number: int, problem: str = "") -> Response:
        opinion = inbox.opinion(number)
        if opinion is None:
            return _gone()
        values = view.opinion_view(opinion, service.assistant().index, problem)
        done = "enregistre" in request.query_params
        status = 422 if problem else 200
        return staff_page(request, "opinions_one.html", status, done=done, **values)

    return routes


def _gone() -> Response:
    return error_page(404, text("dashboard.opinion_gone"))
