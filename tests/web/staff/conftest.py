"""The staff's rooms on the fake assistant: one application a database, anybody signed in.

``staff("editeur")`` gives a client that is signed in, ``staff()`` one that is not;
``staff_forms.send(client, path, {…})`` sends a form. A test marked with
``staff_forms.both_databases`` runs on PostgreSQL too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fakes import GUIDE, SHEET, FakeAssistant, guide_pdf
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import create_engine
from staff_forms import BASE, StaffSite
from staff_people import session_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.app import create_app


@pytest.fixture(scope="session")
def staff_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StaffSite]:
    """One application for all the tests, on SQLite unless PostgreSQL is asked for."""
    root = tmp_path_factory.mktemp("staff")
    url = ""
    if getattr(request, "param", "sqlite") == "postgresql":
        url = _new_database(request.getfixturevalue("postgres_url"))
    sheet, guide = root / "corpus" / f"{SHEET}.md", root / "corpus" / f"{GUIDE}.pdf"
    for path in (sheet, guide):
        path.parent.mkdir(parents=True)
    sheet.write_text("---\ntitle: Chef de projet\n---\nLe taux est de 75 %.\n", "utf-8")
    guide.write_bytes(guide_pdf())
    settings = Settings(
        corpus_dir=root / "corpus",
        index_dir=root / "index",
        data_dir=root / "data",
        database_url=SecretStr(url),
        library_worker=False,
        staff_rate_limit=0,  # each role is one account, for hundreds of tests
    )
    assistant = FakeAssistant()
    database = Database(settings)
    app = create_app(settings, assistant)  # type: ignore[arg-type]
    with TestClient(app, base_url=BASE):
        yield StaffSite(app, settings, database, assistant)
    database.close()


@pytest.fixture
def staff(staff_site: StaffSite) -> Iterator[Callable[..., TestClient]]:
    """A function that gives a client signed in with a role; without a role, as nobody."""
    clients: list[TestClient] = []

    def client_of(role: Role | str | None = None) -> TestClient:
        client = TestClient(staff_site.app, base_url=BASE, follow_redirects=False)
        clients.append(client)
        if role is not None:
            token = session_of(Role(role), staff_site.settings)
            client.cookies.set("pvd_session", token, domain="127.0.0.1", path="/equipe")
        return client

    yield client_of
    for client in clients:
        client.close()


def _new_database(url: str) -> str:
    """Return the address of a new, empty database of a PostgreSQL server."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS staff")
        connection.exec_driver_sql("CREATE DATABASE staff")
    engine.dispose()
    return url.rpartition("/")[0] + "/staff"
