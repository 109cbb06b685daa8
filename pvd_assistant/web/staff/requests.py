"""The requests of the helpdesk: the queue, what comes in, the page of one request."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk.desk import Desk
from pvd_assistant.helpdesk.intake import pasted
from pvd_assistant.helpdesk.mail import Mail, largest_file_mb, read_mail
from pvd_assistant.helpdesk.queue import queue
from pvd_assistant.messages import text
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.staff import requests_view as view
from pvd_assistant.web.staff.access import Access, Sent, staff_page

HOME = view.HOME
ONE = HOME + "/{request_id:int}"
_LARGEST_ID = 2**31 - 1
_LONGEST_PASTE = 200_000


def router(access: Access, desk: Desk) -> APIRouter:
    """Return the routes of the queue, of new requests, and of the page of one request."""
    routes = APIRouter()
    reader = access.needs(Permission.READ_REQUESTS)

    @routes.api_route(HOME, methods=["GET", "HEAD"])
    def show_queue(request: Request, person: Person = Depends(reader)) -> Response:
        wanted, who, page = view.read_wanted(request, person)
        found = queue(desk.database, wanted, page)
        shown = view.queue_view(desk, found, wanted, who)
        return _page(request, "requests.html", done=view.done_message(request), **shown)

    @routes.api_route(f"{HOME}/nouvelle", methods=["GET", "HEAD"])
    def show_new(
        request: Request, person: Person = Depends(access.needs(Permission.WRITE_REPLIES))
    ) -> Response:
        return _new_page(request, desk)

    @routes.post(f"{HOME}/nouvelle")
    def receive(
        request: Request, sent: Sent = Depends(access.sends(Permission.WRITE_REPLIES))
    ) -> Response:
        typed = sent.text("texte", _LONGEST_PASTE)
        try:
            number = desk.receive(sent.person, _mail(typed, sent.file("fichier")))
        except RequestError as error:
            return _new_page(request, desk, typed, error)
        return RedirectResponse(f"{HOME}/{number}?fait=recue", 303)

    @routes.api_route(ONE, methods=["GET", "HEAD"])
    def show_one(request: Request, request_id: int, person: Person = Depends(reader)) -> Response:
        try:
            return one_page(request, desk, person, request_id)
        except RequestError as error:
            return missing(error)

    return routes


def one_page(
    visit: Request,
    desk: Desk,
    person: Person,
    request_id: int,
    problem: str = "",
    typed: str | None = None,
    seen: int | None = None,
) -> Response:
    """Return the page of a request.

    :param problem: why what was asked could not be done.
    :param typed: the text that was being written then.
    :param seen: version of the request that was shown then.
    :raises RequestError: there is no such request.
    """
    found = desk.store.get(checked(request_id))
    shown = view.request_view(desk, visit, person, found, typed, seen)
    return _page(
        visit,
        "request.html",
        409 if problem else 200,
        done="" if problem else view.done_message(visit),
        problem=problem,
        **shown,
    )


def checked(request_id: int) -> int:
    """Return the number of a request, unless no database could hold it.

    :raises RequestError: it is too large.
    """
    if request_id > _LARGEST_ID:
        raise RequestError("helpdesk.unknown", number=request_id)
    return request_id


def missing(error: RequestError) -> Response:
    """Return the page that says that there is no such request."""
    page: Response = error_page(404, str(error))
    page.headers["Cache-Control"] = "no-store"
    return page


def _mail(typed: str, file: UploadFile | None) -> Mail:
    """Return what was given: a file when there is one, else what was pasted.

    :raises RequestError: nothing was given, or the file is not an e-mail.
    """
    if file is not None:
        limit = largest_file_mb() * 1_000_000
        return read_mail(file.file.read(limit + 1), (file.filename or "")[:200])
    if not typed:
        raise RequestError("helpdesk.nothing_given")
    return pasted(typed)


def _new_page(
    request: Request, desk: Desk, typed: str = "", error: RequestError | None = None
) -> Response:
    return _page(
        request,
        "request_new.html",
        400 if error else 200,
        typed=typed,
        problem=str(error) if error else "",
        in_file=error is not None
        and error.code not in ("helpdesk.nothing_given", "helpdesk.nothing_said"),
        limit=largest_file_mb(),
        days=desk.settings.helpdesk_sender_days,
    )


def _page(request: Request, template: str, status: int = 200, **values: object) -> Response:
    return staff_page(
        request,
        template,
        status,
        home=HOME,
        state_name=view.state_name,
        state_tone=view.state_tone,
        moment=view.moment,
        author=view.author,
        row_sources=view.row_sources,
        shortened=view.shortened,
        untitled=text("helpdesk.untitled"),
        **values,
    )
