"""One's own account: who one is, one's password, the other browsers."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.errors import AccessError, AccountError
from pvd_assistant.messages import text
from pvd_assistant.web.staff.access import COOKIE, HOME, ME, Access, Sent, staff_page
from pvd_assistant.web.staff.signin import address_of

#: Said once a form was accepted, by what its redirection says.
_DONE = {"mot-de-passe": "staff.password_changed", "sessions": "staff.sessions_closed"}
#: The field that an error is about; the new password for the others.
_FIELDS = {"accounts.current_wrong": "current", "accounts.passwords_differ": "again"}


def router(access: Access, accounts: Accounts) -> APIRouter:
    """Return the routes of one's own account."""
    routes = APIRouter()

    @routes.api_route(ME, methods=["GET", "HEAD"])
    def show_me(
        request: Request,
        fait: str = "",
        person: Person = Depends(access.needs(Permission.ENTER, temporary=True)),
    ) -> Response:
        return _page(access, accounts, request, person, done=_DONE.get(fait, ""))

    @routes.post(f"{ME}/mot-de-passe")
    def change_password(
        request: Request, sent: Sent = Depends(access.sends(Permission.ENTER, temporary=True))
    ) -> Response:
        new = sent.raw("new")
        try:
            if new != sent.raw("again"):
                raise AccountError("accounts.passwords_differ")
            token = accounts.signing_in.change_password(
                sent.person, sent.raw("current"), new, address_of(request)
            )
        except (AccessError, AccountError) as error:
            return _page(access, accounts, request, sent.person, error=error)
        changed = _to(f"{ME}?fait=mot-de-passe")
        access.keep(request, changed, COOKIE, token, HOME)
        return changed

    @routes.post(f"{ME}/sessions")
    def close_others(
        request: Request, sent: Sent = Depends(access.sends(Permission.ENTER))
    ) -> Response:
        accounts.sessions.close_others(sent.person.id, request.cookies.get(COOKIE, ""))
        return _to(f"{ME}?fait=sessions")

    return routes


def _page(
    access: Access,
    accounts: Accounts,
    request: Request,
    person: Person,
    *,
    done: str = "",
    error: AccessError | AccountError | None = None,
) -> Response:
    found = access.signed_in(request)
    return staff_page(
        request,
        "me.html",
        200 if error is None else 422,
        account=accounts.people.get(person.id),
        others=accounts.sessions.others(person.id, request.cookies.get(COOKIE, "")),
        must_change=found is not None and found.must_change,
        done=text(done) if done else "",
        errors={_FIELDS.get(error.code, "new"): str(error)} if error is not None else {},
    )


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
