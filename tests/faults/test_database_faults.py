"""A database that is damaged, taken, down or slow: one line, the service goes on, and finds it again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import create_engine, select, text

from pvd_assistant.errors import StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage import database as storage
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import ImportedFile

REPOSITORY = Path(__file__).parents[2]
_KILLED_WRITING = """
import datetime as dt, os, signal, sys
from pathlib import Path
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import ImportedFile
database = Database(Settings(data_dir=Path(sys.argv[1])))
for n in range(5):
    with database.transaction() as session:
        session.add(ImportedFile(path=f"gardé {n}", size=n, time=dt.datetime.now(dt.UTC)))
with database.transaction() as session:
    session.add(ImportedFile(path="à moitié", size=9, time=dt.datetime.now(dt.UTC)))
    session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def add(database: Database, name: str) -> None:
    import datetime as dt

    with database.transaction() as session:
        session.add(ImportedFile(path=name, size=1, time=dt.datetime.now(dt.UTC)))


def names(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(ImportedFile.path).order_by(ImportedFile.path)))


def remove(data_dir: Path) -> None:
    """Remove the file, and the journal that would be replayed on whatever takes its place."""
    for path in data_dir.glob("pvd.sqlite*"):
        path.unlink()


def told(error: StorageError, code: str, *words: str) -> None:
    assert error.code == code
    assert "\n" not in str(error)
    for word in words:
        assert word in str(error)


def killed_writing(data_dir: Path) -> None:
    died = subprocess.run(
        [sys.executable, "-c", _KILLED_WRITING, str(data_dir)],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert died.returncode == -signal.SIGKILL


def test_what_was_said_to_be_kept_is_kept_when_the_writer_is_killed(tmp_path: Path) -> None:
    killed_writing(tmp_path)
    assert (tmp_path / "pvd.sqlite-wal").stat().st_size  # nobody had the time to tidy up
    database = Database(Settings(data_dir=tmp_path))
    assert names(database) == [f"gardé {n}" for n in range(5)]
    add(database, "ensuite")
    database.close()


def test_a_journal_that_was_lost_does_not_prevent_a_start(tmp_path: Path) -> None:
    """What it held is lost — backups are for that — and the rest is sound."""
    killed_writing(tmp_path)
    for suffix in ("-wal", "-shm"):
        (tmp_path / f"pvd.sqlite{suffix}").unlink()
    database = Database(Settings(data_dir=tmp_path))
    add(database, "ensuite")
    assert "ensuite" in names(database)
    with database.snapshot() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()


@pytest.mark.parametrize("how", ["garbage", "cut", "middle", "half a page"])
def test_a_damaged_file_is_told_and_found_again_once_it_is_put_right(
    tmp_path: Path, how: str
) -> None:
    database = Database(Settings(data_dir=tmp_path))
    for number in range(200):
        add(database, f"{number:03}" + "x" * 300)
    wanted = names(database)
    database.close()
    path = tmp_path / "pvd.sqlite"
    shutil.copy(path, tmp_path / "copie")
    raw = path.read_bytes()
    path.write_bytes(
        {
            "garbage": os.urandom(len(raw)),
            "cut": raw[: len(raw) // 3],
            "middle": raw[:8192] + b"\xff" * (len(raw) - 8192),
            "half a page": raw[:100] + b"\0" * 2000 + raw[2100:],
        }[how]
    )

    with pytest.raises(StorageError) as refused:
        names(database)
    told(refused.value, "storage.corrupt", str(path), "pvd-assistant restore", "mis de côté")

    (tmp_path / "copie").replace(path)
    assert names(database) == wanted
    database.close()


@pytest.mark.parametrize("named", [False, True])
def test_a_file_that_is_replaced_is_opened_anew(tmp_path: Path, named: bool) -> None:
    """Otherwise the server would write in a file that nobody can reach any more."""
    url = SecretStr(f"sqlite:///{tmp_path}/pvd.sqlite" if named else "")
    running = Database(Settings(data_dir=tmp_path, database_url=url))
    other = tmp_path / "other"
    add(running, "avant")
    elsewhere = Database(Settings(data_dir=other))
    add(elsewhere, "remplaçant")
    elsewhere.close()

    remove(tmp_path)
    (other / "pvd.sqlite").replace(tmp_path / "pvd.sqlite")

    assert names(running) == ["remplaçant"]
    remove(tmp_path)
    add(running, "après")  # tables and all
    assert names(running) == ["après"]
    assert names(Database(Settings(data_dir=tmp_path))) == ["après"]
    running.close()


def test_a_file_held_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_PATIENCE", 0.2)
    database = Database(Settings(data_dir=tmp_path))
    add(database, "avant")
    other = sqlite3.connect(tmp_path / "pvd.sqlite")
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StorageError) as refused:
        add(database, "pendant")
    told(refused.value, "storage.locked", str(tmp_path), "Fermez-le")

    other.rollback()
    other.close()
    add(database, "après")
    assert names(database) == ["après", "avant"]
    database.close()


@pytest.fixture
def server(postgres_url: str, tmp_path: Path) -> Settings:
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return Settings(data_dir=tmp_path, database_url=SecretStr(postgres_url))


def test_a_server_that_cuts_every_connection_is_found_again(server: Settings) -> None:
    database = Database(server)
    add(database, "avant")
    engine = create_engine(server.database_url.get_secret_value())
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
        )
    engine.dispose()

    add(database, "après")

    assert names(database) == ["après", "avant"]
    database.close()


def test_a_server_that_is_slow_is_not_waited_for_without_end(
    server: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_SLOWEST_S", 1)
    database = Database(server)
    add(database, "avant")
    start = time.monotonic()

    def slowly() -> None:
        with database.transaction() as session:
            session.execute(text("INSERT INTO imported_files VALUES ('pendant', 1, now())"))
            session.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(StorageError) as refused:
        slowly()

    assert refused.value.code == "storage.failed"
    assert time.monotonic() - start < 30
    assert names(database) == ["avant"]
    database.close()


def test_a_row_that_another_holds_is_not_waited_for_without_end(
    server: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_PATIENCE", 1)
    database = Database(server)
    add(database, "avant")
    engine = create_engine(server.database_url.get_secret_value())
    with engine.connect() as other:
        other.execute(text("LOCK TABLE imported_files IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StorageError) as refused:
            add(database, "pendant")
    told(refused.value, "storage.failed", "PVD_DATABASE_URL")
    engine.dispose()
    add(database, "après")
    database.close()


def test_a_server_that_takes_the_call_and_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setattr(storage, "_CONNECT_S", 2)  # the least that PostgreSQL's library waits
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        url = SecretStr(f"postgresql://pvd:motdepasse@127.0.0.1:{port}/base")
        database = Database(Settings(data_dir=tmp_path, database_url=url))
        found: list[StorageError] = []

        def attempt() -> None:
            try:
                database.revision()
            except StorageError as error:
                found.append(error)

        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(30)
    assert found, "still waiting"
    told(found[0], "storage.failed", "PVD_DATABASE_URL")
    assert "motdepasse" not in str(found[0])
