"""The accounts, for those who administer them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from pvd_assistant.accounts.people import Account, checked_login, checked_name, checked_roles
from pvd_assistant.accounts.roles import Permission, Person, Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.accounts.sessions import known_roles
from pvd_assistant.errors import AccountError
from pvd_assistant.messages import text
from pvd_assistant.web.staff.access import HOME, Access, Sent, staff_page

_PEOPLE = f"{HOME}/comptes"
_ONE = _PEOPLE + "/{account_id:int}"
#: Said once a form was accepted, by what its redirection says.
_DONE = {
    "modifie": "staff.account_changed",
    "ferme": "staff.account_closed",
    "rouvert": "staff.account_opened",
    "dissocie": "staff.account_unlinked",
    "cree": "staff.account_created",
}
#: The field that an error is about; none for the others.
_FIELDS = {
    "accounts.login_wrong": "login",
    "accounts.login_taken": "login",
    "accounts.name_missing": "name",
    "accounts.role_missing": "roles",
}


def router(access: Access, accounts: Accounts) -> APIRouter:
    """Return the routes of the accounts."""
    routes = APIRouter()
    sender = access.sends(Permission.MANAGE_ACCOUNTS)
    _add_reading(routes, accounts, access.needs(Permission.MANAGE_ACCOUNTS))
    people = accounts.people

    @routes.post(f"{_PEOPLE}/nouveau")
    def add(request: Request, sent: Sent = Depends(sender)) -> Response:
        login, name, roles = sent.text("login"), sent.text("name"), _roles(sent)
        given = {"login": login, "name": name, "roles": roles}
        if problems := _problems(login, name, roles):
            return _new_page(request, accounts, given, problems)
        try:
            account = people.add(sent.person, login, name, roles)
        except AccountError as error:
            return _new_page(request, accounts, given, _errors(error))
        if accounts.provider is not None and sent.text("password") == "non":
            return _to(account.id, "cree")
        return _password_page(request, accounts, sent.person, account)

    @routes.post(_ONE)
    def change(request: Request, account_id: int, sent: Sent = Depends(sender)) -> Response:
        name, roles = sent.text("name"), _roles(sent)
        try:
            people.change(sent.person, account_id, name, roles)
        except AccountError as error:
            return _one_page(request, accounts, account_id, error=error, name=name, roles=roles)
        return _to(account_id, "modifie")

    @routes.post(f"{_ONE}/mot-de-passe")
    def reset_password(request: Request, account_id: int, sent: Sent = Depends(sender)) -> Response:
        account = _found(accounts, account_id)
        if account is None:
            return _unknown(request)
        return _password_page(request, accounts, sent.person, account)

    @routes.post(f"{_ONE}/etat")
    def set_state(request: Request, account_id: int, sent: Sent = Depends(sender)) -> Response:
        active = sent.text("etat") == "ouvert"
        try:
            people.set_active(sent.person, account_id, active)
        except AccountError as error:
            return _one_page(request, accounts, account_id, error=error)
        return _to(account_id, "rouvert" if active else "ferme")

    @routes.post(f"{_ONE}/dissocier")
    def unlink(request: Request, account_id: int, sent: Sent = Depends(sender)) -> Response:
        try:
            people.unlink(sent.person, account_id)
        except AccountError as error:
            return _one_page(request, accounts, account_id, error=error)
        return _to(account_id, "dissocie")

    return routes


def _add_reading(
    routes: APIRouter, accounts: Accounts, reader: Callable[[Request], Awaitable[Person]]
) -> None:
    @routes.api_route(_PEOPLE, methods=["GET", "HEAD"])
    def list_people(request: Request, person: Person = Depends(reader)) -> Response:
        return staff_page(request, "people.html", accounts=accounts.people.all())

    @routes.api_route(f"{_PEOPLE}/nouveau", methods=["GET", "HEAD"])
    def show_new(request: Request, person: Person = Depends(reader)) -> Response:
        return _new_page(request, accounts, {"login": "", "name": "", "roles": frozenset()})

    @routes.api_route(_ONE, methods=["GET", "HEAD"])
    def show_one(
        request: Request, account_id: int, fait: str = "", person: Person = Depends(reader)
    ) -> Response:
        return _one_page(request, accounts, account_id, done=_DONE.get(fait, ""))


def _new_page(
    request: Request,
    accounts: Accounts,
    given: Mapping[str, object],
    errors: Mapping[str, str] | None = None,
) -> Response:
    return staff_page(
        request,
        "people_new.html",
        422 if errors else 200,
        given=given,
        errors=errors or {},
        all_roles=list(Role),
        provider=accounts.provider.name if accounts.provider is not None else "",
    )


def _one_page(
    request: Request,
    accounts: Accounts,
    account_id: int,
    *,
    done: str = "",
    error: AccountError | None = None,
    name: str | None = None,
    roles: frozenset[Role] | None = None,
) -> Response:
    account = _found(accounts, account_id)
    if account is None:
        return _unknown(request)
    return staff_page(
        request,
        "people_one.html",
        200 if error is None else 422,
        account=account,
        name=account.name if name is None else name,
        roles=account.roles if roles is None else roles,
        errors=_errors(error),
        done=text(done) if done else "",
        all_roles=list(Role),
        provider=accounts.provider.name if accounts.provider is not None else "",
    )


def _password_page(request: Request, accounts: Accounts, by: Person, account: Account) -> Response:
    """Give a temporary password and show it: here and now only, so this form does not redirect."""
    given = accounts.people.set_password(by, account.id)
    account = accounts.people.get(account.id)
    return staff_page(request, "people_password.html", account=account, given=given)


def _found(accounts: Accounts, account_id: int) -> Account | None:
    try:
        return accounts.people.get(account_id)
    except AccountError:
        return None


def _unknown(request: Request) -> Response:
    return staff_page(request, "refused.html", 404, message=text("accounts.unknown_account"))


def _errors(error: AccountError | None) -> dict[str, str]:
    """Return what went wrong, by the name of its field; empty for the page as a whole."""
    return {_FIELDS.get(error.code, ""): str(error)} if error is not None else {}


def _problems(login: str, name: str, roles: frozenset[Role]) -> dict[str, str]:
    """Return everything that is wrong in the form of a new account, in its order."""
    checks: tuple[Callable[[], object], ...] = (
        lambda: checked_name(name),
        lambda: checked_login(login),
        lambda: checked_roles(roles),
    )
    found: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except AccountError as error:
            found |= _errors(error)
    return found


def _roles(sent: Sent) -> frozenset[Role]:
    return known_roles(sent.texts("roles"))


def _to(account_id: int, done: str) -> Response:
    address = f"{_PEOPLE}/{account_id}?fait={done}"
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
