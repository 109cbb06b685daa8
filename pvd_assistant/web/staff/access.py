"""Who is asking, and whether they may: checked for each action, before anything is read or done."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.accounts.sessions import SessionStore, SignedIn
from pvd_assistant.errors import AccessError
from pvd_assistant.messages import text
from pvd_assistant.web.pages import error_page
from pvd_assistant.web.security import FORM_CSP
from pvd_assistant.web.templating import render

HOME = "/equipe"
SIGN_IN = f"{HOME}/connexion"
COOKIE = "pvd_session"
_READING = ("GET", "HEAD")


class SignInNeededError(Exception):
    """Nobody is signed in; ``back`` is where they wanted to go."""

    def __init__(self, back: str) -> None:
        super().__init__()
        self.back = back


class Access:
    """Finds who is asking and refuses what they may not do."""

    def __init__(self, sessions: SessionStore) -> None:
        self.sessions = sessions

    def signed_in(self, request: Request) -> SignedIn | None:
        """Return the session of a request, looked up once.

        :raises StorageError: the database cannot be reached.
        """
        if not hasattr(request.state, "signed_in"):
            token = request.cookies.get(COOKIE, "")
            request.state.signed_in = self.sessions.find(token) if token else None
        found: SignedIn | None = request.state.signed_in
        return found

    def needs(self, permission: Permission) -> Callable[[Request], Awaitable[Person]]:
        """Return the dependency of a page that only some may read: it gives who is asking.

        Usage: ``person: Person = Depends(access.needs(Permission.READ_REQUESTS))``.
        """

        async def allowed(request: Request) -> Person:
            return (await self._allowed(request, permission)).person

        return allowed

    def sends(self, permission: Permission) -> Callable[[Request], Awaitable[Sent]]:
        """Return the dependency of a form that only some may send: it gives who sends it, and what.

        The form is read once its sender may send it, so that nobody else fills the disk: routes declare no
        ``Form()`` nor ``File()`` of their own. It must repeat the session's ``csrf``.
        """

        async def allowed(request: Request) -> Sent:
            found = await self._allowed(request, permission)
            form = await request.form()
            check_form(request, form, found.csrf)
            return Sent(found.person, form)

        return allowed

    async def _allowed(self, request: Request, permission: Permission) -> SignedIn:
        found = await run_in_threadpool(self.signed_in, request)
        if found is None:
            raise SignInNeededError(request.url.path if request.method in _READING else HOME)
        if not found.person.may(permission):
            raise AccessError("accounts.forbidden")
        return found


@dataclass(frozen=True, slots=True)
class Sent:
    """A form and who sent it."""

    person: Person
    form: FormData

    def text(self, name: str, longest: int = 100_000) -> str:
        """Return a field as text, without spaces around it, cut; empty when it is missing."""
        value = self.form.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may be repeated (checkboxes)."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """Return a file, unless none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


def check_form(request: Request, form: FormData, csrf: str) -> None:
    """Refuse a form that another site made.

    :raises AccessError: it does not come from our own pages.
    """
    origin = request.headers.get("origin")
    ours = origin is None or urlsplit(origin).netloc == request.headers.get("host")
    given = form.get("csrf", "")
    if not ours or not isinstance(given, str) or not hmac.compare_digest(given, csrf):
        raise AccessError("accounts.form_expired")


def staff_page(request: Request, template: str, status: int = 200, **values: object) -> Response:
    """Return a page of the staff's rooms: never kept by a browser nor by a proxy."""
    found: SignedIn | None = getattr(request.state, "signed_in", None)
    page = HTMLResponse(
        render(
            f"staff/{template}",
            person=found.person if found else None,
            csrf=found.csrf if found else "",
            Permission=Permission,
            path=request.url.path,
            **values,
        ),
        status,
    )
    page.headers["Content-Security-Policy"] = FORM_CSP
    page.headers["Cache-Control"] = "no-store"
    return page


def add_refusals(app: FastAPI) -> None:
    """Say what happens to whoever may not: sign in first, or a page that says why."""

    @app.exception_handler(SignInNeededError)
    async def lead_to_sign_in(_: Request, refused: SignInNeededError) -> Response:
        back = f"?suite={quote(refused.back)}" if refused.back != HOME else ""
        return RedirectResponse(SIGN_IN + back, 303, headers={"Cache-Control": "no-store"})

    @app.exception_handler(AccessError)
    async def refuse(_: Request, error: AccessError) -> HTMLResponse:
        return error_page(403, str(error), text("accounts.refused_title"))
