"""What the tests of the staff's rooms share: the application, forms with their ``csrf``, databases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from fakes import FakeAssistant
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from pvd_assistant.accounts.service import Accounts
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.staff import me, people, signin
from pvd_assistant.web.staff.access import Access, add_refusals

BASE = "http://127.0.0.1:7860"

#: Runs a test on an SQLite file, then on a PostgreSQL server when the machine has one.
both_databases = pytest.mark.parametrize(
    "staff_site", ["sqlite", "postgresql"], indirect=True, scope="session"
)


@dataclass(frozen=True)
class StaffSite:
    """An application and what its tests look at."""

    app: FastAPI
    settings: Settings
    database: Database
    assistant: FakeAssistant


def accounts_app(settings: Settings, database: Database) -> FastAPI:
    """Return the pages of accounts and sign-in alone: put up at once, with any settings."""
    app = FastAPI()
    accounts = Accounts.of(database, settings)
    access = Access(accounts.sessions, settings)
    add_refusals(app)
    for pages in (signin, me, people):
        app.include_router(pages.router(access, accounts))
    return app


def csrf_of(page: str) -> str:
    """Return what the forms of a page repeat."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None, "no form in this page"
    return found[1]


def send(
    client: TestClient, path: str, data: dict[str, Any] | None = None, **more: Any
) -> Response:
    """Send a form as its page would, with the ``csrf`` of the session.

    :param more: ``files``, ``headers``…
    """
    page = client.get("/equipe/moi").text
    return client.post(path, data={"csrf": csrf_of(page), **(data or {})}, **more)
