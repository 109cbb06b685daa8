"""Work that is there is not lost: refused without ``--force``, saved first with it, kept on failure."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import run_command
from filled_tables import FILES, Make, content, files_of, fill
from sqlalchemy import delete

from pvd_assistant.backup import files, restoring
from pvd_assistant.backup.restoring import restore
from pvd_assistant.backup.saving import save
from pvd_assistant.errors import BackupError, PvdError, StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import ImportedFile


@pytest.fixture
def file(filled: Settings, tmp_path: Path) -> Path:
    return save(filled, tmp_path / "sauvegarde.tar.gz")


def rows(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    database = Database(settings)
    try:
        return content(database)
    finally:
        database.close()


def change(settings: Settings) -> None:
    """Work done after the backup."""
    database = Database(settings)
    with database.transaction() as session:
        session.execute(delete(ImportedFile))
    database.close()
    (settings.data_dir / "library" / "nouveau.md").write_text("après")
    (settings.data_dir / "pages" / "mentions-legales.md").write_text("# Autres")


def test_work_is_not_replaced_without_force(filled: Settings, file: Path) -> None:
    change(filled)
    before = rows(filled), files_of(filled.data_dir)

    with pytest.raises(BackupError, match="--force") as refused:
        restore(filled, file)

    assert refused.value.code == "backup.not_empty"
    assert (rows(filled), files_of(filled.data_dir)) == before


def test_files_alone_are_work_too(settings_of: Make, file: Path) -> None:
    other = settings_of("other", "sqlite")
    (other.data_dir / "library").mkdir()
    (other.data_dir / "library" / "a.md").write_text("à moi")

    with pytest.raises(BackupError, match="--force"):
        restore(other, file)
    assert files_of(other.data_dir) == {"library/a.md": "à moi".encode()}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_with_force_what_is_replaced_is_saved_first(
    settings_of: Make, file: Path, filled: Settings, kind: str
) -> None:
    other = settings_of("other", kind)
    database = Database(other)
    fill(database)
    database.close()
    (other.data_dir / "library" / ".trash").mkdir(parents=True)
    (other.data_dir / "library" / ".trash" / "jeté").write_text("x")
    change_me = other.data_dir / "pages"
    change_me.mkdir()
    change(other)
    later = rows(other), files_of(other.data_dir)

    done = restore(other, file, force=True)

    assert rows(other) == rows(filled)
    trash = {"library/.trash/jeté": b"x"}
    assert files_of(other.data_dir) == FILES | trash
    assert done.before is not None
    restore(other, done.before, force=True)
    assert (rows(other), files_of(other.data_dir)) == later


def test_a_server_that_runs_sees_what_was_restored(filled: Settings, file: Path) -> None:
    running = Database(filled)
    wanted = content(running)
    change(filled)
    assert content(running) != wanted

    restore(filled, file, force=True)

    assert content(running) == wanted
    running.close()


@pytest.mark.parametrize("how", ["garbage", "middle", "cut"])
def test_a_damaged_database_is_put_aside_and_replaced(
    filled: Settings, file: Path, how: str
) -> None:
    running = Database(filled)
    wanted = content(running)
    running.close()
    path = filled.data_dir / "pvd.sqlite"
    raw = bytearray(path.read_bytes())
    spoilt = {
        "garbage": b"\xff" * len(raw),
        "middle": bytes(raw[:8192]) + b"\xff" * (len(raw) - 8192),
        "cut": bytes(raw[: len(raw) // 2]),
    }[how]
    path.write_bytes(spoilt)
    with pytest.raises(StorageError) as refused:
        content(running)
    assert refused.value.code == "storage.corrupt"
    assert "pvd-assistant restore" in str(refused.value)

    done = restore(filled, file, force=True)

    assert content(running) == wanted  # the server that ran all along reads the new file
    running.close()
    assert done.aside is not None
    assert done.aside.read_bytes() == spoilt


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _kill_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ValueError("not a row")

    monkeypatch.setattr(restoring, "load", fails)


def _fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.shutil, "copyfileobj", _full)


def _refuse_the_last_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    exchange = files._Folder.exchange

    def refuses(self: files._Folder) -> None:
        exchange(self)
        if self.path.name == files.FOLDERS[-1]:
            _full()

    monkeypatch.setattr(files._Folder, "exchange", refuses)


def _refuse_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    migrate, calls = restoring.migrate, []

    def refuses(*given: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise StorageError("storage.url")
        migrate(*given)

    monkeypatch.setattr(restoring, "migrate", refuses)


@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize(
    "fault", [_kill_the_load, _fill_the_disk, _refuse_the_last_folder, _refuse_the_end]
)
def test_all_or_nothing(
    filled: Settings, file: Path, monkeypatch: pytest.MonkeyPatch, fault: Any, damaged: bool
) -> None:
    change(filled)
    path = filled.data_dir / "pvd.sqlite"
    if damaged:
        path.write_bytes(b"\xff" * 9000)
    before = path.read_bytes() if damaged else rows(filled), files_of(filled.data_dir)
    fault(monkeypatch)

    with pytest.raises(PvdError) as refused:
        restore(filled, file, force=True)

    assert "\n" not in str(refused.value)
    assert (path.read_bytes() if damaged else rows(filled), files_of(filled.data_dir)) == before
    monkeypatch.undo()
    restore(filled, file, force=True)
    assert files_of(filled.data_dir) == FILES
    assert not list(filled.data_dir.rglob(".restauration-*"))


def test_a_restoration_that_was_killed_is_done_again(filled: Settings, file: Path) -> None:
    """Killed between two renamings: files of both times, the database as it was."""
    wanted = rows(filled)
    change(filled)
    draft = filled.data_dir / "library" / ".restauration-0badcafe"
    (draft / "old").mkdir(parents=True)
    shutil.move(filled.data_dir / "library" / "withdrawn.yaml", draft / "old")

    restore(filled, file, force=True)

    assert rows(filled) == wanted
    assert files_of(filled.data_dir) == FILES


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(filled: Settings, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(BackupError, match="droits"):
        save(filled, closed / "x.tar.gz")


def test_one_command_each(filled, settings_of, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("PVD_DATA_DIR", str(filled.data_dir))
    monkeypatch.setenv("PVD_AT_API_KEY", "un-secret-bien-garde")
    assert run_command(monkeypatch, "backup") == 0  # in the current folder
    said = capsys.readouterr().out
    (file,) = tmp_path.glob("sauvegarde-pvd-*.tar.gz")
    assert file.name in said
    assert "at_api_key" in said

    assert run_command(monkeypatch, "backup", file, "--list") == 0
    said = capsys.readouterr().out
    assert "opinions" in said
    assert "5 fichiers" in said

    assert run_command(monkeypatch, "restore", file) == 1
    assert "--force" in capsys.readouterr().err
    other = settings_of("other", "sqlite")
    monkeypatch.setenv("PVD_DATA_DIR", str(other.data_dir))
    assert run_command(monkeypatch, "restore", file) == 0
    assert "pvd-assistant index" in capsys.readouterr().out
    assert rows(other) == rows(filled)
    assert "un-secret-bien-garde" not in json.dumps(file.read_bytes().decode("latin-1"))

    assert run_command(monkeypatch, "backup", "--list") == 2
    assert run_command(monkeypatch, "restore", tmp_path / "rien") == 1
    assert "Traceback" not in capsys.readouterr().err
