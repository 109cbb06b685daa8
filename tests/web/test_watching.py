"""What is kept of a request: its id, a line, figures; never what was asked nor by whom."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from fakes import FakeAssistant
from fastapi.testclient import TestClient

from pvd_assistant.model import Answer, Filters
from pvd_assistant.observability import logs, metrics, request_id
from pvd_assistant.settings import Settings
from pvd_assistant.web.app import create_app
from pvd_assistant.web.asking import Asking
from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.service import Service

Lines = Callable[[], list[logging.LogRecord]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """Gives the lines of the access log so far."""
    caplog.set_level(logging.INFO, logger=logs.ACCESS)
    return lambda: [record for record in caplog.records if record.name == logs.ACCESS]


@pytest.fixture(scope="module")
def broken(web_settings: Settings) -> TestClient:
    """An application with a page that fails."""
    app = create_app(web_settings, FakeAssistant())  # type: ignore[arg-type]

    def fail() -> None:
        logging.getLogger("pvd_assistant.page").warning("bientôt")
        raise ZeroDivisionError

    app.add_api_route("/documents/panne", fail)
    app.router.routes.insert(0, app.router.routes.pop())
    return TestClient(app, base_url="http://127.0.0.1:7860", raise_server_exceptions=False)


def counted(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return metrics.REGISTRY.get_sample_value("pvd_http_requests_total", labels) or 0.0


@pytest.mark.parametrize("address", ["/", "/health", "/nulle-part", "/api/models", "/equipe"])
def test_every_response_carries_the_id_of_its_request(client: TestClient, address: str) -> None:
    given = client.get(address, headers={"X-Request-ID": "proxy-42"}, follow_redirects=False)
    assert given.headers["x-request-id"] == "proxy-42"
    made = client.get(address, follow_redirects=False).headers["x-request-id"]
    assert len(made) == 32


def test_an_id_that_would_break_a_log_is_not_repeated(client: TestClient) -> None:
    given = client.get("/health", headers={"X-Request-ID": "a b; <script>"})
    assert "script" not in given.headers["x-request-id"]


def test_a_page_that_fails_carries_it_too_and_so_do_its_lines(broken: TestClient) -> None:
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(
                logs.Discreet(logging.Formatter("%(request_id)s"), Settings()).format(record)
            )

    handler = Kept()
    logging.getLogger("pvd_assistant.page").addHandler(handler)
    page = broken.get("/documents/panne", headers={"X-Request-ID": "r-7"})
    logging.getLogger("pvd_assistant.page").removeHandler(handler)
    assert (page.status_code, page.headers["x-request-id"]) == (500, "r-7")
    assert "Une erreur inattendue" in page.text
    assert written == ["r-7"]
    assert counted("GET", "/documents/panne", "500") == 1


def test_the_access_log_names_the_route_and_nothing_that_was_typed(
    client: TestClient, lines: Lines
) -> None:
    client.get("/pratiques", params={"tri": "piscine municipale"})
    client.get("/sources/offres/chef-de-projet/0?n=1")
    client.get("/nulle-part/piscine")
    client.get("/api/search", params={"q": "piscine"})
    client.get("/habillage/pvd.css?v=piscine")
    said = [record.getMessage() for record in lines()]
    assert len(said) == 5
    assert said[0].startswith("GET /pratiques 200 ")
    assert "{" in said[1]
    assert said[2].startswith("GET - 404 ")
    assert said[4].startswith("GET /habillage/ 200 ")
    for record in lines():
        for word in ("piscine", "testclient", "chef-de-projet", "127.0.0.1"):
            assert word not in f"{record.getMessage()} {record.__dict__}"


def test_probes_are_only_logged_when_they_fail(client: TestClient, lines: Lines) -> None:
    client.get("/health")
    client.get("/ready")
    assert lines() == []
    client.get("/metrics")
    assert [record.getMessage()[:16] for record in lines()] == ["GET /metrics 404"]


def test_requests_are_counted_by_template_whatever_the_address(client: TestClient) -> None:
    unknown, page = counted("GET", "-", "404"), counted("GET", "/a-propos", "200")
    client.get("/a-propos?x=1")
    client.get("/nulle/part/1")
    client.get("/nulle/part/2")
    client.request("PROPFIND", "/nulle/part/3")
    assert counted("GET", "/a-propos", "200") == page + 1
    assert counted("GET", "-", "404") == unknown + 2
    assert counted("-", "-", "404") >= 1


def test_a_question_of_the_chat_has_an_id_of_its_own_while_it_is_answered(
    web_settings: Settings,
) -> None:
    seen: list[str] = []

    class Noting(FakeAssistant):
        def ask(self, question: str, **asked: Any) -> Answer:
            seen.append(request_id.current())
            return super().ask(question, **asked)

    service = Service(web_settings, Noting())  # type: ignore[arg-type]
    asking = Asking(service)

    async def ask() -> None:
        for question in ("Qui paie ?", "Combien ?"):
            async for _ in asking.ask(question, Conversation(), Filters(), "192.0.2.1"):
                assert request_id.current() == ""

    anyio.run(ask)
    assert len(set(seen)) == 2
    assert all(len(name) == 32 for name in seen)
