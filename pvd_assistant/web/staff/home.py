"""The first page of the staff's rooms."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.storage.database import Database
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff.access import HOME, Access, staff_page
from pvd_assistant.web.staff.tasks import tasks


def router(access: Access, service: Service, database: Database) -> APIRouter:
    """Return the route of the first page."""
    routes = APIRouter()

    @routes.api_route(HOME, methods=["GET", "HEAD"])
    def show_home(
        request: Request, person: Person = Depends(access.needs(Permission.ENTER))
    ) -> Response:
        waiting = tasks(person, service, database)
        return staff_page(request, "home.html", tasks=waiting)

    return routes
