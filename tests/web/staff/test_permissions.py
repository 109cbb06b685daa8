"""Each route of the staff's rooms, for each role and for nobody: open or refused, as the table says.

A form is sent with a wrong ``csrf``: whoever may send it is told that the form is out of date, whoever may
not is told that their role does not allow it, and nothing is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import SecretStr
from routes import PUBLIC, ROUTES
from staff_forms import accounts_app, csrf_of

from pvd_assistant.accounts.roles import PERMISSIONS, Permission, Role
from pvd_assistant.messages import text

GUARDED = [(method, path) for (method, path), needed in ROUTES.items() if needed is not PUBLIC]


@pytest.fixture(scope="session")
def rooms_with_provider(staff_site) -> FastAPI:
    """The pages of accounts, with the routes that an OIDC provider adds."""
    changes = {
        "oidc_issuer": "https://identite.exemple.fr",
        "oidc_client_id": "pvd",
        "oidc_client_secret": SecretStr("secret"),
    }
    return accounts_app(staff_site.settings.model_copy(update=changes), staff_site.database)


def real_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in iter_route_contexts(app.routes):
        if (route.path or "").startswith("/equipe"):
            yield from (
                (method, route.path or "") for method in route.methods or () if method != "HEAD"
            )


def address(path: str) -> str:
    """Fill the parameters of a path with something that does not exist."""
    return re.sub(r"\{\w+(:\w+)?\}", "999999", path)


def may(role: Role, needed: Permission | tuple[Permission, ...]) -> bool:
    wanted = {needed} if isinstance(needed, Permission) else set(needed)
    return bool(wanted & PERMISSIONS[role])


def ask(client: TestClient, method: str, path: str):
    if method == "GET":
        return client.get(address(path))
    return client.request(method, address(path), data={"csrf": "wrong"})


def test_every_route_has_a_line_and_every_line_a_route(staff_site, rooms_with_provider) -> None:
    real = {*real_routes(staff_site.app), *real_routes(rooms_with_provider)}
    assert real == set(ROUTES)


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_nobody_is_led_to_the_sign_in_page(staff, method, path) -> None:
    answer = ask(staff(), method, path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/equipe/connexion")


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_role_does_what_the_table_says(staff, method, path, role) -> None:
    needed = ROUTES[method, path]
    assert needed is not PUBLIC
    answer = ask(staff(role), method, path)
    if not may(role, needed):
        assert answer.status_code == 403
        assert text("accounts.forbidden") in answer.text
    elif method == "GET":
        assert answer.status_code not in (401, 403)
        assert not answer.headers.get("location", "").startswith("/equipe/connexion")
    else:
        assert answer.status_code == 403
        assert text("accounts.form_expired") in answer.text


def test_a_form_sent_by_another_site_is_refused_even_with_its_csrf(staff) -> None:
    client = staff("administrateur")
    form = {"csrf": csrf_of(client.get("/equipe").text)}
    elsewhere = {"origin": "https://ailleurs.fr"}
    answer = client.post("/equipe/moi/sessions", data=form, headers=elsewhere)
    assert answer.status_code == 403
    assert client.post("/equipe/moi/sessions", data=form).status_code == 303
