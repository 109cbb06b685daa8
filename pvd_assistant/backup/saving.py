"""Make a backup: the database as it is at one moment, then the files of people's work."""

from __future__ import annotations

import datetime as dt
import os
import stat
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import Connection, Table

from pvd_assistant.backup.archive import DATA, FORMAT, TABLES, Manifest, Writer, opened, written
from pvd_assistant.backup.files import disk_errors, work_files
from pvd_assistant.backup.rows import lines, tables
from pvd_assistant.discretion import without_passwords
from pvd_assistant.errors import BackupError, StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database, revision_of
from pvd_assistant.version import package_version

_SUFFIX = ".tar.gz"
#: What the backups that we name are called.
_NAMED = f"sauvegarde-pvd-*{_SUFFIX}"
#: Bytes of a table's lines held in memory while they are written.
_IN_MEMORY = 8 * 2**20


def save(settings: Settings, target: Path | None = None, *, database: bool = True) -> Path:
    """Write a backup and return where; the service may be running.

    :param target: the file, or a folder for it; by default the current folder.
    :param database: ``False`` to leave the database out: it cannot be read.
    :raises BackupError: it cannot be written, or would replace a file that is no backup.
    :raises StorageError: the database cannot be read.
    """
    path = _path(target)
    _check_target(path)
    with disk_errors(path), written(path) as archive:
        held = _add_tables(archive, Database(settings), path.parent) if database else _Tables()
        _add_files(archive, settings.data_dir)
        archive.close_with(_manifest(settings, archive, held))
    return path


def file_name(moment: dt.datetime) -> str:
    """Return the name of a backup made at a moment.

    >>> file_name(dt.datetime(2026, 11, 28, 9, 5, 7))
    'sauvegarde-pvd-20261128-090507.tar.gz'
    """
    return f"sauvegarde-pvd-{moment:%Y%m%d-%H%M%S}{_SUFFIX}"


def sweep(folder: Path, days: int) -> int:
    """Delete the backups of a folder that were written more than some days ago; return how many.

    :raises OSError: one cannot be deleted.
    """
    oldest = time.time() - days * 24 * 3600
    old = [path for path in folder.glob(_NAMED) if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink()
    return len(old)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What was saved of the database: revision, sort of database, rows of each table."""

    revision: str | None = None
    database: str = ""
    rows: dict[str, int] = field(default_factory=dict)


def _path(target: Path | None) -> Path:
    if target is None or target.is_dir():
        return (target or Path()) / file_name(dt.datetime.now())
    return target


def _check_target(path: Path) -> None:
    """Refuse to replace a file that is no backup: a slip of the keyboard must not cost a database."""
    if path.exists():
        try:
            with opened(path):
                pass
        except BackupError as error:
            raise BackupError("backup.not_replaced", path=path) from error


def _add_tables(archive: Writer, database: Database, near: Path) -> _Tables:
    """Add every table as they all are at one moment."""
    try:
        if database.file is not None and not database.file.exists():
            return _Tables()
        with database.snapshot() as connection:
            revision = revision_of(connection)
            found = tables(connection, revision)
            rows = {table.name: _add_table(archive, connection, table, near) for table in found}
            return _Tables(revision, connection.dialect.name, rows)
    except ValueError as error:  # a value that is none of its column
        raise StorageError("storage.corrupt", where=database.where, reason=error) from error
    finally:
        database.close()


def _add_table(archive: Writer, connection: Connection, table: Table, near: Path) -> int:
    """Add a table, through a draft: an archive wants the size of a file before the file."""
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(near)) as draft:
        for line in lines(connection, table):
            draft.write(line)
            count += 1
        size = draft.tell()
        draft.seek(0)
        archive.add(f"{TABLES}/{table.name}.jsonl", draft, size)
    return count


def _add_files(archive: Writer, data_dir: Path) -> None:
    for name, path in work_files(data_dir):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue  # deleted since the folder was listed
        with file:
            found = os.fstat(file.fileno())
            if stat.S_ISREG(found.st_mode):
                archive.add(f"{DATA}/{name}", file, found.st_size, found)


def _manifest(settings: Settings, archive: Writer, held: _Tables) -> Manifest:
    secrets = {
        name: value.get_secret_value()
        for name in type(settings).model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
    }
    shown = settings.model_dump(mode="json", exclude=set(secrets))
    return Manifest(
        format=FORMAT,
        created=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        version=package_version(),
        revision=held.revision,
        database=held.database,
        tables=held.rows,
        files=archive.files,
        settings={
            name: without_passwords(value) if isinstance(value, str) else value
            for name, value in shown.items()
        },
        secrets=tuple(name for name, value in secrets.items() if value),
    )
