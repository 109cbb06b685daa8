"""``pvd-assistant doctor`` names each fault and what to run, and never a secret."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import run_command
from disks import Disk
from filelock import FileLock
from pydantic import SecretStr
from sqlalchemy import create_engine

from pvd_assistant.diagnosis import Check, diagnose, machine
from pvd_assistant.diagnosis import index as index_checks
from pvd_assistant.index import chroma
from pvd_assistant.index.builder import build
from pvd_assistant.index.generation import current
from pvd_assistant.settings import Settings
from pvd_assistant.storage import database as storage
from pvd_assistant.storage.database import Database

DEAD = "http://127.0.0.1:9"


@pytest.fixture
def healthy(settings: Settings) -> Settings:
    database = Database(settings)
    database.upgrade()
    database.close()
    return settings


def state(settings: Settings, name: str) -> Check:
    """Return the worst check of a name."""
    order = ("broken", "warning", "works")
    found = [check for check in diagnose(settings) if check.name == name]
    assert found, f"nothing is said of « {name} »"
    return min(found, key=lambda check: order.index(check.state))


def says(settings: Settings, name: str, kind: str, *remedies: str) -> Check:
    found = state(settings, name)
    assert found.state == kind, found
    for remedy in remedies:
        assert remedy in found.remedy, found
    return found


def test_nothing_is_wrong_with_what_is_healthy(healthy: Settings) -> None:
    before = sorted(path for path in healthy.data_dir.parent.rglob("*"))
    checks = diagnose(healthy)
    # The sheets of the sample have dates of validity, which pass.
    assert {c.state for c in checks if c.name != "Dates de validité"} == {"works"}, checks
    assert {c.name for c in checks} >= {
        "Versions", "Réglages", "Horloge", "Dossier", "Corpus", "Modèle d’embedding", "Index",
        "Index et documents", "Chroma", "Base de données", "Données officielles", "Modèle de langage",
    }  # fmt: skip
    after = [p for p in healthy.data_dir.parent.rglob("*") if not p.name.endswith(("-wal", "-shm"))]
    assert sorted(after) == [p for p in before if not p.name.endswith(("-wal", "-shm"))]


def test_a_fresh_machine_is_told_what_to_run_first(tmp_path: Path) -> None:
    fresh = Settings(corpus_dir=tmp_path, index_dir=tmp_path / "index", data_dir=tmp_path / "data")
    says(fresh, "Index", "broken", "pvd-assistant index")
    says(fresh, "Base de données", "works")
    assert list(tmp_path.iterdir()) == []


def _spoil(name: str) -> Callable[[Settings], None]:
    def spoil(settings: Settings) -> None:
        folder = current(settings.index_dir)
        assert folder is not None
        (path,) = folder.rglob(name)
        path.write_bytes(path.read_bytes()[:100])

    return spoil


def _change_a_sheet(settings: Settings) -> None:
    sheet = settings.corpus_dir / "offres" / "ort.md"
    sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")
    (settings.corpus_dir / "offres" / "fonds-vert.md").unlink()


def _build_in_the_future(settings: Settings) -> None:
    folder = current(settings.index_dir)
    assert folder is not None
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=400)
    path.write_text(json.dumps(manifest | {"built": later.isoformat()}))


def _leave_half_an_index(settings: Settings) -> None:
    (settings.index_dir / "gen-20261101T000000Z-0099").mkdir()


def _empty_chroma(settings: Settings) -> None:
    import chromadb

    folder = current(settings.index_dir)
    assert folder is not None
    with chroma.client(folder, "") as opened:
        collection = opened.get_collection("passages", embedding_function=None)
        collection.delete(ids=collection.get(limit=2)["ids"])
    chromadb.api.client.SharedSystemClient.clear_system_cache()


def _garble_the_database(settings: Settings) -> None:
    path = settings.data_dir / "pvd.sqlite"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 30_000)


def _spoil_an_index_of_the_database(settings: Settings) -> None:
    """Nothing fails: only the check of integrity sees it."""
    connection = sqlite3.connect(settings.data_dir / "pvd.sqlite")
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute("UPDATE sqlite_master SET rootpage=rootpage+1 WHERE name='ix_actions_time'")
    connection.commit()
    connection.close()


def _orphan_a_row(settings: Settings) -> None:
    connection = sqlite3.connect(settings.data_dir / "pvd.sqlite")
    moment = "2026-11-01 10:00:00.000000"
    connection.execute(
        "INSERT INTO opinion_treatments (opinion_id, state, note, time, who) VALUES (77, 'x', '', ?, '')",
        [moment],
    )
    connection.commit()
    connection.close()


def _open_the_database(settings: Settings) -> None:
    (settings.data_dir / "pvd.sqlite").chmod(0o644)


def _revise(revision: str) -> Callable[[Settings], None]:
    def revise(settings: Settings) -> None:
        connection = sqlite3.connect(settings.data_dir / "pvd.sqlite")
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
        connection.commit()
        connection.close()

    return revise


def _garble_official_data(settings: Settings) -> None:
    settings.official_dir.mkdir(parents=True)
    (settings.official_dir / "geo.json.gz").write_bytes(b"\x1f\x8bgarbage")


def _date_official_data(checked: str) -> Callable[[Settings], None]:
    def date(settings: Settings) -> None:
        settings.official_dir.mkdir(parents=True)
        table = {"members": [["71543", "", ""]], "date": checked, "checked": checked}
        table["provenance"] = {"retrieved": f"{checked}T00:00:00+00:00"}
        (settings.official_dir / "programme.json").write_text(json.dumps(table))

    return date


@pytest.mark.parametrize(
    ("fault", "name", "kind", "remedy"),
    [
        (lambda s: shutil.rmtree(s.corpus_dir), "Corpus", "broken", "PVD_CORPUS_DIR"),
        (lambda s: shutil.rmtree(s.index_dir), "Index", "broken", "pvd-assistant index"),
        (_spoil("units.npy"), "Index", "broken", "pvd-assistant index --rebuild"),
        (_spoil("terms.npy"), "Index", "broken", "pvd-assistant index --rebuild"),
        (_spoil("passages.sqlite"), "Index", "broken", "pvd-assistant index --rebuild"),
        (_spoil("manifest.json"), "Index", "broken", "pvd-assistant index --rebuild"),
        (lambda s: (s.index_dir / "CURRENT").write_bytes(b"\xff"), "Index", "broken", "pvd-assistant index"),
        (_build_in_the_future, "Index", "warning", "NTP"),
        (_change_a_sheet, "Index et documents", "warning", "pvd-assistant index"),
        (_leave_half_an_index, "Restes d’indexation", "warning", "pvd-assistant index"),
        (_spoil("chroma.sqlite3"), "Chroma", "broken", "pvd-assistant index --rebuild"),
        (_empty_chroma, "Chroma", "broken", "pvd-assistant index --rebuild"),
        (_garble_the_database, "Base de données", "broken", "pvd-assistant restore"),
        (_spoil_an_index_of_the_database, "Base de données", "broken", "pvd-assistant restore"),
        (_orphan_a_row, "Base de données", "broken", "pvd-assistant restore"),
        (_revise("0001"), "Base de données", "warning", "pvd-assistant db upgrade"),
        (_revise("9999"), "Base de données", "broken", "Installez"),
        (_open_the_database, "Base de données", "warning", "chmod 600"),
        (_garble_official_data, "Données officielles", "warning", "corpus sync geo"),
        (_date_official_data("2020-01-01"), "Données officielles", "warning", "corpus sync communes"),
        (_date_official_data("2999-01-01"), "Données officielles", "warning", "NTP"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_what_to_run(
    healthy: Settings, fault: Callable[[Settings], None], name: str, kind: str, remedy: str
) -> None:
    fault(healthy)
    says(healthy, name, kind, remedy)


@pytest.mark.parametrize(
    ("more", "name", "kind", "remedy"),
    [
        ({"embedding": "static:/nulle/part"}, "Modèle d’embedding", "broken", "PVD_EMBEDDING"),
        ({"embedding": "openai:m", "embedding_url": DEAD}, "Modèle d’embedding", "broken", "PVD_EMBEDDING_URL"),
        ({"embedding": "openai:m", "embedding_url": DEAD}, "Index", "broken", "pvd-assistant index"),
        ({"chroma_url": DEAD}, "Chroma", "broken", "PVD_CHROMA_URL"),
        ({"chroma_url": "pas une adresse"}, "Chroma", "broken", "PVD_CHROMA_URL"),
        ({"llm_url": DEAD}, "Modèle de langage", "broken", "PVD_LLM_URL"),
        ({"database_url": SecretStr("postgresql://moi:motdepasse@127.0.0.1:9/x")}, "Base de données", "broken", "PVD_DATABASE_URL"),
        ({"database_url": SecretStr("n'importe quoi")}, "Base de données", "broken", "PVD_DATABASE_URL"),
        ({"host": "0.0.0.0"}, "Réglages", "warning", "PVD_API_KEY"),
        ({"host": "0.0.0.0", "api_key": SecretStr("azerty")}, "Réglages", "warning", "16 signes"),
        ({"trusted_proxies": ("10.0.0.1", "0.0.0.0/0")}, "Réglages", "warning", "PVD_TRUSTED_PROXIES"),
        ({"api_origins": ("*",)}, "Réglages", "warning", "PVD_API_ORIGINS"),
        ({"llm_url": "http://llm.exemple.fr/v1", "llm_key": SecretStr("une-cle")}, "Réglages", "warning", "https"),
    ],
)  # fmt: skip
def test_each_setting_is_named_with_what_to_change(
    healthy: Settings,
    more: dict[str, object],
    name: str,
    kind: str,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pvd_assistant.llm.server.CONNECT_S", 1.0)
    says(healthy.model_copy(update=more), name, kind, remedy)


def test_an_index_that_is_being_written_is_no_fault(healthy: Settings) -> None:
    _change_a_sheet(healthy)
    _leave_half_an_index(healthy)
    with FileLock(healthy.index_dir / "write.lock"):
        checks = {check.name: check for check in diagnose(healthy)}
        assert checks["Indexation"].state == "works"
        assert "un autre programme écrit l’index" in checks["Indexation"].detail
        assert checks["Index et documents"].state == "works"
        assert "Restes d’indexation" not in checks
    assert "Indexation" not in {check.name for check in diagnose(healthy)}
    says(healthy, "Restes d’indexation", "warning", "pvd-assistant index")
    build(healthy)  # the diagnosis let go of the lock


def test_an_altered_model(healthy: Settings, tmp_path: Path) -> None:
    from pvd_assistant.index.embedder import PACKAGED_MODEL

    shutil.copytree(PACKAGED_MODEL, tmp_path / "model")
    tokenizer = tmp_path / "model" / "0_StaticEmbedding" / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text("utf-8") + "\n", "utf-8")
    altered = healthy.model_copy(update={"embedding": f"static:{tmp_path / 'model'}"})
    found = says(altered, "Modèle d’embedding", "broken", "Réinstallez")
    assert "tokenizer.json" in found.detail


def test_a_database_that_is_taken(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_PATIENCE", 0.2)
    other = sqlite3.connect(healthy.data_dir / "pvd.sqlite")
    other.execute("BEGIN IMMEDIATE")
    says(healthy, "Base de données", "broken", "Fermez")
    other.close()


def test_services_that_never_answer(healthy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chroma, "_READ_S", 0.5)
    monkeypatch.setattr(index_checks, "_PATIENCE_S", 0.5)
    monkeypatch.setattr("pvd_assistant.llm.server._READ_S", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        slow = healthy.model_copy(
            update={
                "chroma_url": url,
                "llm_url": f"{url}/v1",
                "embedding": "openai:m",
                "embedding_url": f"{url}/v1",
            }
        )
        checks = {check.name: check for check in diagnose(slow)}
    for name in ("Chroma", "Modèle de langage", "Modèle d’embedding"):
        assert checks[name].state == "broken", checks[name]
        assert url in checks[name].detail


def test_a_server_s_database_is_reached(healthy: Settings, postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    served = healthy.model_copy(update={"database_url": SecretStr(postgres_url)})
    says(served, "Base de données", "warning", "pvd-assistant db upgrade")
    database = Database(served)
    database.upgrade()
    says(served, "Base de données", "works")
    with database.snapshot() as connection:  # what was tried was undone
        assert not connection.exec_driver_sql("SELECT to_regclass('pvd_doctor')").scalar()
    database.close()


def test_a_clock_that_is_late() -> None:
    late = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    (found,) = machine.clock(late)
    assert (found.state, "NTP" in found.remedy) == ("broken", True)
    (found,) = machine.clock()
    assert found.state == "works"


def test_a_file_of_settings_that_others_can_read(healthy: Settings) -> None:
    path = Path("pvd.toml")  # the tests run in a folder of their own
    path.write_text('llm_key = "une-cle-secrete"\n')
    path.chmod(0o644)
    found = says(healthy, "Réglages", "warning", "chmod 600")
    assert "une-cle-secrete" not in str(found)
    path.chmod(0o600)
    says(healthy, "Réglages", "works")


def test_disks_that_are_full_or_closed(healthy: Settings, disk: Disk) -> None:
    shutil.move(healthy.data_dir, disk.path / "data")
    shutil.move(healthy.index_dir, disk.path / "index")
    on_disk = healthy.model_copy(
        update={"data_dir": disk.path / "data", "index_dir": disk.path / "index"}
    )
    says(on_disk, "Dossier", "broken", "place")  # sixteen megabytes are nothing
    disk.close_for_writing()
    folders = [check for check in diagnose(on_disk) if check.name == "Dossier"]
    assert [check.state for check in folders] == ["warning", "broken"]  # an index may be shared so
    assert "PVD_DATA_DIR" in folders[1].remedy
    disk.close_for_writing(False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(healthy: Settings) -> None:
    healthy.data_dir.chmod(0o500)
    says(healthy, "Dossier", "broken", "PVD_DATA_DIR")
    healthy.data_dir.chmod(0o700)


def test_no_secret_is_ever_said(healthy: Settings) -> None:
    mark = "ne-doit-jamais-paraitre"
    secrets: dict[str, object] = {
        name: SecretStr(f"{name}-{mark}")
        for name in Settings.model_fields
        if isinstance(getattr(healthy, name), SecretStr)
    }
    secrets["database_url"] = SecretStr(f"postgresql://moi:{mark}@127.0.0.1:9/x")
    for name in ("llm_url", "chroma_url", "embedding_url"):
        secrets[name] = f"http://moi:{mark}@127.0.0.1:9/v1"
    hidden = healthy.model_copy(update=secrets | {"embedding": "openai:m"})
    said = json.dumps([check.to_dict() for check in diagnose(hidden)])
    assert said.count("broken") >= 4
    assert mark not in said


def test_the_command_prints_a_table_and_says_by_its_status_that_something_is_broken(
    healthy: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PVD_DATA_DIR", str(healthy.data_dir))
    folders = ["--corpus", str(healthy.corpus_dir), "--index", str(healthy.index_dir)]

    def run(*more: str) -> int:
        return run_command(monkeypatch, "doctor", *folders, *more)

    assert run() == 0
    assert "va bien" in capsys.readouterr().out
    (healthy.index_dir / "CURRENT").write_bytes(b"\xff")
    assert run() == 1
    printed = capsys.readouterr().out
    assert "en panne" in printed
    assert "pvd-assistant index" in printed
    assert run("--json") == 1
    checks = json.loads(capsys.readouterr().out)
    assert {"name", "state", "works", "detail", "remedy"} == set(checks[0])
    build(healthy)
    assert run() == 0
