"""The runs of the index: what is being done, what came of the last ones, and a button to start one."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.web.staff.access import Access, Sent, staff_page
from pvd_assistant.web.staff.library_view import LIBRARY, Desk, done

_INDEXING = f"{LIBRARY}/indexation"


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes of the runs of the index."""
    routes = APIRouter()
    reader = access.needs(Permission.READ_LIBRARY)

    @routes.api_route(_INDEXING, methods=["GET", "HEAD"])
    def show_jobs(request: Request, person: Person = Depends(reader)) -> Response:
        jobs = desk.jobs.latest()
        return staff_page(
            request,
            "library_indexing.html",
            done=done(request),
            jobs=jobs,
            current=desk.last_job(),
            going=any(not job.over for job in jobs),
        )

    @routes.get(f"{_INDEXING}.json")
    def tell_progress(request: Request, person: Person = Depends(reader)) -> Response:
        job = desk.last_job()
        told = (
            {"state": job.state.value, "percent": job.percent, "label": job.label}
            if job
            else {"state": "none", "percent": 0, "label": ""}
        )
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    @routes.post(_INDEXING)
    def start(
        request: Request, sent: Sent = Depends(access.sends(Permission.CHANGE_LIBRARY))
    ) -> Response:
        def ask() -> str:
            desk.jobs.ask(sent.person)
            return f"{_INDEXING}?fait=demande"

        return desk.attempt(request, ask)

    return routes
