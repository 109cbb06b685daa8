"""Whatever fails, no secret of the settings is in what the program writes of itself."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeAssistant
from fastapi.testclient import TestClient
from pydantic import SecretStr
from scripted_llm import ScriptedLlm

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.diagnosis import diagnose
from pvd_assistant.errors import PvdError
from pvd_assistant.index.embedder_server import ServerEmbedder
from pvd_assistant.observability import tracing
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.sync.targets import sync
from pvd_assistant.web.app import create_app

MARK = "ne-doit-jamais-paraitre"
DEAD = "http://127.0.0.1:9"
SECRETS = [
    name
    for name, field in Settings.model_fields.items()
    if field.annotation is SecretStr or SecretStr in getattr(field.annotation, "__args__", ())
]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything logged at any level, tracebacks included, before anything is hidden."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pvd_assistant.sync.client._wait", lambda *_: 0)
    monkeypatch.setattr("pvd_assistant.llm.client._FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(tracing, "_PATIENCE", 1)


@pytest.fixture
def guarded(sample_settings: Settings, tmp_path: Path) -> Settings:
    """Settings with every secret set and nothing that answers."""
    secrets = {name: SecretStr(f"{name}-{MARK}") for name in SECRETS}
    secrets["database_url"] = SecretStr(
        f"postgresql://pvd:{MARK}@127.0.0.1:9/base?connect_timeout=1"
    )
    dead = dict.fromkeys(("aides_url", "otlp_endpoint", "embedding_url"), DEAD)
    more = {"data_dir": tmp_path, "metrics": True, "llm_model": "petit-modele", **dead}
    return sample_settings.model_copy(update=secrets | more)


def test_every_failure_is_told_without_a_secret(
    guarded: Settings, written: io.StringIO, llm: ScriptedLlm, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    llm.will({"status": 401, "body": {"error": {"message": "clé refusée"}}})
    asking = guarded.model_copy(update={"llm_url": llm.url})
    told += Assistant(asking).ask("Qui paie le poste de chef de projet ?").warnings
    told += [check.detail for check in diagnose(asking)]
    told += [str(result) for _, result in sync(["aides"], asking)]
    key = guarded.embedding_key.get_secret_value()
    embedder = ServerEmbedder("x", url=DEAD, key=key, pause=lambda _: None)
    for attempt in (Database(guarded).upgrade, lambda: embedder.embed_question("x")):
        with pytest.raises(PvdError) as refused:
            attempt()
        told.append(str(refused.value))
    told += _pages(guarded)
    said = "".join([*told, written.getvalue(), *capfd.readouterr()])
    assert "pvd_assistant.web" in written.getvalue()
    assert MARK not in said
    assert MARK not in repr(guarded)


def _pages(settings: Settings) -> list[str]:
    """Return what the pages answer to whoever has a wrong key, or comes when all is down."""
    assistant = FakeAssistant()
    app = create_app(settings, assistant)  # type: ignore[arg-type]
    wrong = {"Authorization": "Bearer fausse", "X-API-Key": "fausse"}
    right = {"Authorization": f"Bearer {settings.api_key.get_secret_value()}"}
    answers = []
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 5000)) as client:
        for address in ("/metrics", "/ready", "/health", "/equipe", "/api/models"):
            answers.append(client.get(address, headers=wrong))
        answers.append(client.post("/api/ask", json={"question": "Qui ?"}, headers=wrong))
        assistant.failure = RuntimeError("panne")
        answers.append(client.post("/api/ask", json={"question": "Qui ?"}, headers=right))
        cited = {"id": "a", "status": "answered", "family": "offer", "engine": "x", "citations": []}
        rated = {"answer": {**cited, "question": "Qui ?"}, "useful": True}
        answers.append(client.post("/api/feedback", json=rated, headers=right))
    tracing.stop()
    assert [answer.status_code for answer in answers[-2:]] == [500, 503]
    return [f"{answer.headers} {answer.text}" for answer in answers]


def test_every_secret_is_kept_as_one() -> None:
    """A setting that opens something must not be a plain text, which ``repr`` and errors show."""
    words = ("key", "secret", "password", "token")
    plain = [
        name
        for name in Settings.model_fields
        if any(word in name.split("_") for word in words) and name not in SECRETS
    ]
    assert plain == []
    assert {"api_key", "llm_key", "database_url", "metrics_key"} <= set(SECRETS)
