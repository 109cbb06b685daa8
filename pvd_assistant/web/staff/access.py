"""Who is asking, and whether they may: checked for each action, before anything is read or done."""

from __future__ import annotations

import hmac
import re
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
from pvd_assistant.french import french_wait
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.web.api.limits import Rate
from pvd_assistant.web.security import FORM_CSP
from pvd_assistant.web.templating import render

HOME = "/equipe"
SIGN_IN = f"{HOME}/connexion"
ME = f"{HOME}/moi"
COOKIE = "pvd_session"
_READING = ("GET", "HEAD")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
#: One of our pages: no other host, no second slash, nothing that a browser would read as one.
_OWN_PAGE = re.compile(r"/equipe(?:/[A-Za-z0-9][\w.-]*)*(?:\?[\w.~%&=+:,/-]*)?", re.ASCII)


class SignInNeededError(Exception):
    """Nobody is signed in; ``back`` is where they wanted to go."""

    def __init__(self, back: str) -> None:
        super().__init__()
        self.back = back


class PasswordNeededError(Exception):
    """Somebody came in with a temporary password: they choose theirs before anything else."""


class TooManySentError(Exception):
    """An account sends too many forms; ``seconds`` is how long it must wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class Access:
    """Finds who is asking and refuses what they may not do, or too much of it.

    :param settings: ``public_url``, which browsers see where a proxy says otherwise; ``staff_rate_limit``.
    """

    def __init__(self, sessions: SessionStore, settings: Settings) -> None:
        self.sessions = sessions
        self._public_url = settings.public_url.rstrip("/")
        self._rate = Rate(settings.staff_rate_limit)

    def address(self, request: Request, path: str) -> str:
        """Return the whole address of one of our pages, as browsers see it."""
        return (self._public_url or str(request.base_url).rstrip("/")) + path

    def keep(
        self,
        request: Request,
        response: Response,
        name: str,
        value: str,
        path: str,
        seconds: int | None = None,
    ) -> None:
        """Put a cookie that scripts cannot read; encrypted connections only, but on this machine.

        :param seconds: how long it is kept; until the browser is closed when not given.
        """
        seen = urlsplit(self.address(request, HOME))
        secure = seen.scheme == "https" or seen.hostname not in _LOCAL_NAMES
        response.set_cookie(
            name, value, seconds, path=path, secure=secure, httponly=True, samesite="lax"
        )

    def signed_in(self, request: Request) -> SignedIn | None:
        """Return the session of a request, looked up once.

        :raises StorageError: the database cannot be reached.
        """
        if not hasattr(request.state, "signed_in"):
            token = request.cookies.get(COOKIE, "")
            request.state.signed_in = self.sessions.find(token) if token else None
        found: SignedIn | None = request.state.signed_in
        return found

    def needs(
        self, permission: Permission, *, temporary: bool = False
    ) -> Callable[[Request], Awaitable[Person]]:
        """Return the dependency of a page that only some may read: it gives who is asking.

        Usage: ``person: Person = Depends(access.needs(Permission.READ_REQUESTS))``.

        :param temporary: whether a temporary password is enough.
        """

        async def allowed(request: Request) -> Person:
            return (await self._allowed(request, permission, temporary)).person

        return allowed

    def sends(
        self, permission: Permission, *, temporary: bool = False, counted: bool = True
    ) -> Callable[[Request], Awaitable[Sent]]:
        """Return the dependency of a form that only some may send: it gives who sends it, and what.

        The form is read once its sender may send it, so that nobody else fills the disk: routes declare no
        ``Form()`` nor ``File()`` of their own. It must repeat the session's ``csrf``.

        :param temporary: whether a temporary password is enough.
        :param counted: whether it is one of the forms that an account may send a minute.
        """

        async def allowed(request: Request) -> Sent:
            found = await self._allowed(request, permission, temporary)
            seconds = self._rate.wait(str(found.person.id)) if counted else 0
            if seconds:
                raise TooManySentError(seconds)
            form = await request.form()
            self.check_form(request, form, found.csrf)
            return Sent(found.person, form)

        return allowed

    def check_form(self, request: Request, form: FormData, csrf: str) -> None:
        """Refuse a form that another site made.

        :param csrf: what it must repeat.
        :raises AccessError: it does not come from our own pages.
        """
        given, origin = form.get("csrf", ""), request.headers.get("origin")
        hosts = {request.headers.get("host"), urlsplit(self._public_url).netloc} - {None, ""}
        ours = origin is None or urlsplit(origin).netloc in hosts
        repeated = isinstance(given, str) and hmac.compare_digest(given.encode(), csrf.encode())
        if not (ours and repeated and csrf):
            raise AccessError("accounts.form_expired")

    async def _allowed(
        self, request: Request, permission: Permission, temporary: bool = False
    ) -> SignedIn:
        found = await run_in_threadpool(self.signed_in, request)
        if found is None:
            reading = request.method in _READING
            raise SignInNeededError(_wanted(request) if reading else HOME)
        if found.must_change and not temporary:
            raise PasswordNeededError
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

    def raw(self, name: str, longest: int = 1_000) -> str:
        """Return a field as it was typed, cut: a password may begin with a space."""
        value = self.form.get(name, "")
        return value[:longest] if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return every value of a field that may be repeated (checkboxes)."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """Return a file, unless none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


def own_page(address: str) -> str:
    """Return an address of the staff's rooms to go back to; the first page for any other.

    >>> own_page("https://ailleurs.fr/equipe")
    '/equipe'
    """
    known = _OWN_PAGE.fullmatch(address)
    return address if known and not address.startswith((SIGN_IN, f"{HOME}/deconnexion")) else HOME


def _wanted(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


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

    @app.exception_handler(PasswordNeededError)
    async def lead_to_password(_: Request, __: PasswordNeededError) -> Response:
        return RedirectResponse(ME, 303, headers={"Cache-Control": "no-store"})

    @app.exception_handler(TooManySentError)
    async def ask_to_wait(request: Request, refused: TooManySentError) -> Response:
        message = text("accounts.too_many_sent", wait=french_wait(refused.seconds))
        page = staff_page(request, "refused.html", 429, message=message)
        page.headers["Retry-After"] = str(refused.seconds)
        return page

    @app.exception_handler(AccessError)
    async def refuse(request: Request, error: AccessError) -> Response:
        return staff_page(request, "refused.html", 403, message=str(error))
