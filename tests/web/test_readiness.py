"""``/ready``: every component, and only codes when one does not work."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

from fakes import FakeAssistant
from fastapi.testclient import TestClient
from pydantic import SecretStr

from pvd_assistant.errors import EmbeddingError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.health import readiness
from pvd_assistant.web.service import Service


def test_a_service_that_works_is_ready(client: TestClient) -> None:
    ready = client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["status"] == "ready"
    assert ready.json()["components"] == {
        "index": {"ok": True},
        "model": {"ok": True},
        "database": {"ok": True},
    }
    assert ready.headers["cache-control"] == "no-store"
    assert client.head("/ready").status_code == 200


def test_a_database_out_of_reach_is_named_without_its_address(tmp_path: Path) -> None:
    url = "postgresql://pvd:motdepasse@127.0.0.1:9/base?connect_timeout=2"
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(url))
    status, report = readiness(Service(settings, FakeAssistant()), Database(settings))  # type: ignore[arg-type]
    assert (status, report["status"]) == (503, "unavailable")
    assert report["components"]["index"] == {"ok": True}
    assert report["components"]["database"] == {"ok": False, "reason": "storage.failed"}
    assert "motdepasse" not in str(report)
    assert "127.0.0.1" not in str(report)


def test_a_missing_index_is_named_and_the_model_waits_for_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, index_dir=tmp_path / "none")
    status, report = readiness(Service(settings), Database(settings))
    assert status == 503
    assert report["components"]["index"] == {"ok": False, "reason": "index.missing"}
    assert report["components"]["model"]["ok"] is False
    assert str(tmp_path) not in str(report)


def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    class Broken(FakeAssistant):
        def __init__(self) -> None:
            super().__init__()
            self.index = _IndexWithoutModel()  # type: ignore[assignment]

    settings = Settings(data_dir=tmp_path)
    status, report = readiness(Service(settings, Broken()), Database(settings))  # type: ignore[arg-type]
    assert status == 503
    assert report["components"]["model"] == {"ok": False, "reason": "embedding.unknown"}
    assert report["components"]["index"] == {"ok": True}


class _IndexWithoutModel(SimpleNamespace):
    outdated = False

    @property
    def embedder(self) -> object:
        raise EmbeddingError("embedding.unknown", spec="x")


def test_a_model_being_loaded_is_loaded_once(tmp_path: Path) -> None:
    loads, entered, go_on = [], threading.Event(), threading.Event()

    class Slow(SimpleNamespace):
        outdated = False

        @property
        def embedder(self) -> object:
            loads.append(True)
            entered.set()
            go_on.wait(10)
            return None

    assistant = FakeAssistant()
    assistant.index = Slow()  # type: ignore[assignment]
    service = Service(Settings(data_dir=tmp_path), assistant)  # type: ignore[arg-type]
    service.warm_up()
    assert entered.wait(10)
    assert service.check_model() == ("starting", None)
    go_on.set()
    assert len(loads) == 1
