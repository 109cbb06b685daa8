"""The database: created, brought up to date, shared, and filled from the files of earlier versions."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretStr
from sqlalchemy import create_engine, func, select

from pvd_assistant.errors import StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import ImportedFile, OpinionRow
from pvd_assistant.storage.tables import Base

LINE = {
    "answer": "a1",
    "time": "2026-11-25T09:30:00+01:00",
    "useful": False,
    "reasons": ["wrong"],
    "comment": "Le taux est faux.",
    "status": "answered",
    "family": "offer",
    "engine": "extractive",
    "citations": [{"document": "offres/x", "part": 0, "start": 1, "end": 9}],
    "question": "Qui paie ?",
}
_WRITER = """
import datetime as dt, sys
from pathlib import Path
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import OpinionRow
database = Database(Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[3]))
for n in range(40):
    with database.transaction() as session:
        session.add(OpinionRow(answer=f"{sys.argv[2]}{n}", time=dt.datetime.now(dt.UTC), useful=True,
            reasons=[], comment="", status="answered", family="offer", engine="x", citations=[]))
"""


def opinions(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(OpinionRow.answer).order_by(OpinionRow.id)))


def old_file(data_dir: Path, *lines: str) -> Path:
    path = data_dir / "feedback" / "2026-11.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
    return path


def test_the_tables_are_created_once(database: Database) -> None:
    first, second = database.upgrade(), database.upgrade()
    assert (first.before, bool(first)) == (None, True)
    assert not second
    assert database.revision() == first.after


def test_the_migrations_make_the_tables_of_the_models(
    database_settings: Settings, database: Database
) -> None:
    database.upgrade()
    url = (
        database_settings.database_url.get_secret_value()
        or f"sqlite:///{database_settings.data_dir}/pvd.sqlite"
    )
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_down_and_up_again_brings_back_the_opinions_of_the_files(
    database_settings: Settings, database: Database
) -> None:
    old_file(database_settings.data_dir, json.dumps(LINE))
    database.upgrade()
    assert opinions(database) == ["a1"]
    database.downgrade("base")
    assert database.revision() is None
    assert opinions(database) == ["a1"]


def test_an_earlier_file_is_read_once_and_stays(
    database_settings: Settings, database: Database
) -> None:
    path = old_file(
        database_settings.data_dir, json.dumps(LINE), json.dumps({**LINE, "answer": "a2"})
    )
    before = path.read_bytes()
    assert database.upgrade().imported == 2
    assert Database(database_settings).upgrade().imported == 0
    assert opinions(database) == ["a1", "a2"]
    assert path.read_bytes() == before
    with database.transaction() as session:
        row = session.scalars(select(OpinionRow)).first()
        assert row is not None
        assert row.time == dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
        assert (row.reasons, row.comment, row.question) == (
            ["wrong"],
            "Le taux est faux.",
            "Qui paie ?",
        )


def test_what_is_added_to_an_earlier_file_is_read_at_the_next_start(
    database_settings: Settings, database: Database
) -> None:
    path = old_file(database_settings.data_dir, json.dumps(LINE))
    second = json.dumps({**LINE, "answer": "a2"})
    with path.open("a", encoding="utf-8") as file:
        file.write(second[:40])
    database.upgrade()
    with path.open("a", encoding="utf-8") as file:
        file.write(second[40:] + "\n")
    later = Database(database_settings)
    assert later.upgrade().imported == 1
    assert opinions(later) == ["a1", "a2"]
    later.close()


def test_a_line_that_is_no_opinion_stops_nothing_and_is_not_logged(
    database_settings: Settings, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    old_file(database_settings.data_dir, '{"answer": "secret words"}', "[1]", json.dumps(LINE))
    assert database.upgrade().imported == 1
    assert "feedback/2026-11.jsonl" in caplog.text
    assert "secret words" not in caplog.text


def test_processes_that_start_and_write_at_once_lose_nothing(database_settings: Settings) -> None:
    old_file(database_settings.data_dir, json.dumps(LINE))
    url = database_settings.database_url.get_secret_value()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(database_settings.data_dir), name, url]
        )
        for name in ("left", "right")
    ]
    assert [process.wait(60) for process in running] == [0, 0]
    kept = Database(database_settings)
    with kept.transaction() as session:
        assert session.scalar(select(func.count()).select_from(OpinionRow)) == 81
    kept.close()


def test_another_database_of_the_same_process_does_not_let_the_journal_go(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    served, second = Database(settings), Database(settings)
    assert opinions(served) == []
    second.upgrade()
    second.close()
    # A process that believes itself alone takes the journal away when it ends.
    subprocess.run([sys.executable, "-c", _WRITER, str(tmp_path), "aside", ""], check=True)
    assert (tmp_path / "pvd.sqlite-wal").exists()
    assert len(opinions(served)) == 40
    served.close()


def test_a_new_file_that_another_program_is_opening_is_waited_for(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    other = sqlite3.connect(tmp_path / "pvd.sqlite", check_same_thread=False, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done = threading.Timer(0.2, other.close)
    done.start()
    assert Database(settings).upgrade()
    done.join()


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def half() -> None:
        with database.transaction() as session:
            session.add(ImportedFile(path="x", size=1, time=dt.datetime.now(dt.UTC)))
            session.flush()
            raise KeyError("stopped")

    with pytest.raises(KeyError):
        half()
    with database.transaction() as session:
        assert session.get(ImportedFile, "x") is None


def test_looking_at_the_revision_creates_nothing(tmp_path: Path) -> None:
    assert Database(Settings(data_dir=tmp_path / "data")).revision() is None
    assert not (tmp_path / "data").exists()


def test_the_file_cannot_be_read_by_other_accounts(tmp_path: Path) -> None:
    database = Database(Settings(data_dir=tmp_path))
    database.upgrade()
    for path in tmp_path.glob("pvd.sqlite*"):
        assert path.stat().st_mode & 0o077 == 0
    database.close()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("not an address", "storage.url"),
        ("oracle+nothing://user:secret@host/base", "storage.driver"),
        ("postgresql://user:secret@127.0.0.1:9/base?connect_timeout=2", "storage.failed"),
        ("sqlite:////nowhere/at/all/pvd.sqlite", "storage.failed"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_french_line(
    tmp_path: Path, url: str, code: str
) -> None:
    database = Database(Settings(data_dir=tmp_path, database_url=SecretStr(url)))
    with pytest.raises(StorageError) as refused:
        database.upgrade()
    assert refused.value.code == code
    assert "\n" not in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = Database(Settings(data_dir=tmp_path))
    database.upgrade()
    with sqlite3.connect(tmp_path / "pvd.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageError) as refused:
        Database(Settings(data_dir=tmp_path)).upgrade()
    assert refused.value.code == "storage.revision"
