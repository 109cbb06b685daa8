"""Coming in and going out: a password, or the OIDC provider."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from pvd_assistant.accounts.oidc import PENDING_SECONDS, Provider
from pvd_assistant.accounts.roles import Permission
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.errors import AccessError, AccountError
from pvd_assistant.messages import text
from pvd_assistant.web.staff.access import (
    COOKIE,
    HOME,
    SIGN_IN,
    Access,
    Sent,
    own_page,
    staff_page,
)

SIGN_OUT = f"{HOME}/deconnexion"
_PROVIDER = f"{SIGN_IN}/fournisseur"
_CALLBACK = f"{SIGN_IN}/retour"
#: What the sign-in form must repeat, before there is a session.
_FORM_COOKIE = "pvd_sign_in"
_PENDING_COOKIE = "pvd_oidc"


async def _form(request: Request) -> FormData:
    return await request.form()


def router(access: Access, accounts: Accounts) -> APIRouter:
    """Return the routes of sign-in and sign-out."""
    routes = APIRouter()

    @routes.api_route(SIGN_IN, methods=["GET", "HEAD"])
    def show_sign_in(request: Request, suite: str = "") -> Response:
        back = own_page(suite)
        if access.signed_in(request) is not None:
            return _to(back)
        return _page(access, accounts.provider, request, back)

    @routes.post(SIGN_IN)
    def sign_in(request: Request, form: Annotated[FormData, Depends(_form)]) -> Response:
        login, back = _text(form, "login"), own_page(_text(form, "suite"))
        try:
            csrf = request.cookies.get(_FORM_COOKIE, "")
            if not csrf:
                raise AccessError("accounts.cookie_missing")
            access.check_form(request, form, csrf)
            token = accounts.signing_in.with_password(
                login, _text(form, "password"), address_of(request)
            )
        except AccessError as error:
            return _page(access, accounts.provider, request, back, error, login)
        return _enter(access, request, token, back)

    @routes.post(SIGN_OUT)
    def sign_out(
        request: Request,
        sent: Sent = Depends(access.sends(Permission.ENTER, temporary=True, counted=False)),
    ) -> Response:
        id_token = access.sessions.close(request.cookies.get(COOKIE, ""))
        request.state.signed_in = None
        ending = None
        if id_token and accounts.provider is not None:
            ending = accounts.provider.sign_out_url(id_token, access.address(request, SIGN_IN))
        if ending is None or accounts.provider is None:
            page: Response = _to(f"{SIGN_IN}?fait=sortie")
        else:
            # A page, not a redirection: browsers hold a form's redirections to our own addresses.
            name = accounts.provider.name
            page = staff_page(request, "signin_out.html", address=ending, provider=name)
        page.delete_cookie(COOKIE, path=HOME)
        return page

    if accounts.provider is not None:
        _add_provider(routes, access, accounts, accounts.provider)
    return routes


def _add_provider(
    routes: APIRouter, access: Access, accounts: Accounts, provider: Provider
) -> None:
    @routes.get(_PROVIDER)
    def leave_for_provider(request: Request, suite: str = "") -> Response:
        back = own_page(suite)
        try:
            started = provider.start(access.address(request, _CALLBACK), back)
        except AccessError as error:
            return _page(access, provider, request, back, error)
        leaving = _to(started.url)
        access.keep(request, leaving, _PENDING_COOKIE, started.pending, SIGN_IN, PENDING_SECONDS)
        return leaving

    @routes.get(_CALLBACK)
    def come_back(request: Request) -> Response:
        pending, answer = request.cookies.get(_PENDING_COOKIE, ""), dict(request.query_params)
        try:
            identity, back = provider.finish(access.address(request, _CALLBACK), pending, answer)
            token = accounts.signing_in.with_identity(identity)
            page = _enter(access, request, token, own_page(back))
        except (AccessError, AccountError) as error:
            page = _page(access, provider, request, HOME, error)
        page.delete_cookie(_PENDING_COOKIE, path=SIGN_IN)
        return page


def address_of(request: Request) -> str:
    """Return the network address that a request comes from."""
    return request.client.host if request.client else ""


def _enter(access: Access, request: Request, token: str, back: str) -> Response:
    """Go on with a new session; the one this browser had, if any, is closed."""
    if before := request.cookies.get(COOKIE):
        access.sessions.close(before)
    entered = _to(back)
    access.keep(request, entered, COOKIE, token, HOME)
    return entered


def _page(
    access: Access,
    provider: Provider | None,
    request: Request,
    back: str,
    error: AccessError | AccountError | None = None,
    login: str = "",
) -> Response:
    status = 200
    if error is not None:
        status = 429 if error.code == "accounts.too_many" else 403
    csrf = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(32)
    page = staff_page(
        request,
        "signin.html",
        status,
        form_csrf=csrf,
        back=back,
        login=login[:200],
        message=str(error) if error is not None else "",
        done=text("staff.signed_out") if request.query_params.get("fait") == "sortie" else "",
        provider=provider.name if provider is not None else "",
        provider_address=_PROVIDER,
    )
    access.keep(request, page, _FORM_COOKIE, csrf, SIGN_IN)
    if status == 429 and error is not None:
        page.headers["Retry-After"] = str(60 * int(str(error.values["minutes"])))
    return page


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:1000] if isinstance(value, str) else ""


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
