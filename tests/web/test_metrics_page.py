"""``/metrics``, as Prometheus reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from fakes import FakeAssistant
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from scripted_llm import ScriptedLlm
from sqlalchemy import select
from staff_people import account_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.observability.metrics import REGISTRY
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import SessionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.web.app import create_app
from pvd_assistant.web.feedback import FeedbackStore, Opinion

HERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def measured(
    web_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestClient, Database]]:
    """A client on the same machine, and the database behind it."""
    settings = web_settings.model_copy(
        update={"metrics": True, "data_dir": tmp_path_factory.mktemp("measured")}
    )
    database = Database(settings)
    app = create_app(settings, FakeAssistant())  # type: ignore[arg-type]
    with TestClient(app, base_url=HERE, client=("127.0.0.1", 5000)) as client:
        yield client, database
    database.close()


def figures(client: TestClient) -> dict[str, float]:
    page = client.get("/metrics")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/plain; version=")
    return {
        sample.name + "".join(f"|{k}={v}" for k, v in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def test_the_index_and_the_components_are_measured(measured: tuple[TestClient, Database]) -> None:
    found = figures(measured[0])
    assert found["pvd_index_documents"] == 3
    built = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)
    assert found["pvd_index_built_timestamp_seconds"] == built.timestamp()
    for component in ("index", "model", "database"):
        assert found[f"pvd_ready|component={component}"] == 1
    assert found["process_cpu_seconds_total"] > 0


def test_signed_in_browsers_are_counted_until_they_are_idle(
    measured: tuple[TestClient, Database],
) -> None:
    client, database = measured
    account = account_of(Role.EDITOR, database)
    sessions = SessionStore(database, Settings(session_idle_minutes=60))
    for _ in range(2):
        sessions.open(account)
    with database.transaction() as session:
        one = session.scalars(select(SessionRow).limit(1)).one()
        one.seen -= dt.timedelta(hours=2)
    assert figures(client)["pvd_staff_sessions"] == 1


def test_work_is_counted_by_state_from_the_start(measured: tuple[TestClient, Database]) -> None:
    found = figures(measured[0])
    assert found["pvd_jobs|state=failed"] == found["pvd_jobs|state=queued"] == 0
    assert found["pvd_helpdesk_requests|state=brouillon"] == 0
    assert found["pvd_evaluations|state=running"] == 0


def test_figures_of_people_never_name_them(measured: tuple[TestClient, Database]) -> None:
    client, _ = measured
    client.get("/pratiques?tri=piscine+municipale")
    page = client.get("/metrics").text
    for word in ("piscine", "exemple.fr", "Édith", "127.0.0.1"):
        assert word not in page


def test_answers_and_refusals_are_counted(assistant: Assistant) -> None:
    def value(name: str, **labels: str) -> float:
        return REGISTRY.get_sample_value(name, labels) or 0.0

    known = {"status": "answered", "engine": "extractive"}
    before = (
        value("pvd_answer_seconds_count", **known),
        value("pvd_refusals_total", reason="unknown"),
    )
    assert assistant.ask("Qui paie le poste de chef de projet ?").status == "answered"
    assert assistant.ask("Donne-moi une recette de crêpes").status == "unknown"
    after = (
        value("pvd_answer_seconds_count", **known),
        value("pvd_refusals_total", reason="unknown"),
    )
    assert after == (before[0] + 1, before[1] + 1)
    assert value("pvd_answers_in_progress") == 0


def test_a_language_model_that_fails_is_counted_by_its_failure(
    sample_settings: Settings, llm: ScriptedLlm
) -> None:
    def value(outcome: str) -> float:
        return REGISTRY.get_sample_value("pvd_llm_answers_total", {"outcome": outcome}) or 0.0

    before = value("llm.key_refused")
    llm.will({"status": 401})
    more = {"llm_url": llm.url, "llm_model": "petit-modele"}
    Assistant(sample_settings.model_copy(update=more)).ask("Qui paie le poste de chef de projet ?")
    assert value("llm.key_refused") == before + 1


def test_opinions_are_counted_once_they_are_kept(measured: tuple[TestClient, Database]) -> None:
    client, database = measured
    before = figures(client)["pvd_opinions_total|useful=no"]
    FeedbackStore(database).add(Opinion("a1", useful=False), FakeAssistant().ask("x"))
    assert figures(client)["pvd_opinions_total|useful=no"] == before + 1


def client_of(settings: Settings, address: str, **more: object) -> TestClient:
    app = create_app(settings.model_copy(update=more), FakeAssistant())  # type: ignore[arg-type]
    return TestClient(app, base_url=HERE, client=(address, 5000))


def test_there_are_none_unless_they_are_asked_for(client: TestClient) -> None:
    page = client.get("/metrics")
    assert page.status_code == 404
    assert "Page introuvable" in page.text


def test_another_machine_needs_the_key(web_settings: Settings) -> None:
    key = {"metrics_key": SecretStr("cle-des-mesures")}
    far = client_of(web_settings, "192.0.2.7", metrics=True, **key)
    assert far.get("/metrics").status_code == 403
    assert far.get("/metrics", headers={"Authorization": "Bearer autre"}).status_code == 403
    given = far.get("/metrics", headers={"Authorization": "Bearer cle-des-mesures"})
    assert given.status_code == 200


def test_without_a_key_only_this_machine_reads_them_and_by_its_own_name(
    web_settings: Settings,
) -> None:
    far = client_of(web_settings, "192.0.2.7", metrics=True)
    assert "PVD_METRICS_KEY" in far.get("/metrics").text
    near = client_of(web_settings, "127.0.0.1", metrics=True)
    assert near.get("/metrics", headers={"Host": "assistant.example.org"}).status_code == 403
    assert near.get("/metrics").status_code == 200
