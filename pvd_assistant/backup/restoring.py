"""Put a backup back, all or nothing. What it replaces is saved first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from pvd_assistant.backup.archive import TABLES, Manifest, Reader, opened
from pvd_assistant.backup.files import disk_errors, replacing, work_files
from pvd_assistant.backup.rows import empty, is_empty, load, tables
from pvd_assistant.backup.saving import save
from pvd_assistant.errors import BackupError, StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database, migrate, revision_of, revisions

_State = Literal["empty", "used", "damaged"]
#: What SQLite keeps beside its file.
_SUFFIXES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    :ivar manifest: of the backup.
    :ivar before: backup of what was there, if anything.
    :ivar aside: where the database's file went, when it could not be read.
    """

    manifest: Manifest
    before: Path | None
    aside: Path | None


def restore(settings: Settings, source: Path, *, force: bool = False) -> Restored:
    """Put back the database and the files of a backup.

    Work that is there is replaced only when ``force`` is set, and saved beside first. When anything
    fails, everything is as it was.

    :raises BackupError: the file is not a sound backup, a newer version made it, or there is work here.
    :raises StorageError: the database cannot be reached or written.
    """
    database = Database(settings)
    try:
        with opened(source) as archive:
            revision = archive.manifest.revision
            if revision is not None and revision not in revisions():
                raise BackupError("backup.newer", path=source, version=archive.manifest.version)
            return _restore(settings, database, archive, force)
    finally:
        database.close()


def _restore(settings: Settings, database: Database, archive: Reader, force: bool) -> Restored:
    state = _state(database)
    free = state == "empty" and next(work_files(settings.data_dir), None) is None
    if not (free or force):
        raise BackupError("backup.not_empty", where=database.where, path=settings.data_dir)
    stamp = f"{dt.datetime.now():%Y%m%d-%H%M%S}"
    before = None
    if not free:
        saved = settings.data_dir / f"avant-restauration-{stamp}.tar.gz"
        before = save(settings, saved, database=state != "damaged")
    try:
        with (
            disk_errors(settings.data_dir),
            _set_aside(database if state == "damaged" else None, stamp) as aside,
            replacing(settings.data_dir, archive) as put_in_place,
            database.alone() as connection,
        ):
            _load(connection, archive)
            put_in_place()
    except BaseException:
        if before is not None:  # everything is still there: nothing needs that copy
            before.unlink(missing_ok=True)
        raise
    return Restored(archive.manifest, before, aside)


def _state(database: Database) -> _State:
    """Say whether the database holds rows, or is a file that cannot be read.

    :raises StorageError: it cannot be used for another reason, or a newer version wrote it.
    """
    file = database.file
    if file is not None and not file.exists():
        return "empty"
    try:
        with database.snapshot() as connection:
            if (
                file is not None
                and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok"
            ):
                return "damaged"
            return "empty" if is_empty(connection, revision_of(connection)) else "used"
    except StorageError as error:
        if error.code == "storage.corrupt" and file is not None:
            return "damaged"
        raise


@contextmanager
def _set_aside(database: Database | None, stamp: str) -> Iterator[Path | None]:
    """Rename a damaged database, for whoever may still save something of it; back on failure."""
    file = database.file if database is not None else None
    if database is None or file is None:
        yield None
        return
    database.close()
    aside = file.with_name(f"{file.name}.abimee-{stamp}")
    _rename(file, aside)
    try:
        yield aside
    except BaseException:
        database.close()
        for suffix in _SUFFIXES:
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        _rename(aside, file)
        raise


def _rename(old: Path, new: Path) -> None:
    for suffix in _SUFFIXES:
        path = old.with_name(old.name + suffix)
        if path.exists():
            path.rename(new.with_name(new.name + suffix))


def _load(connection: Connection, archive: Reader) -> None:
    """Make the tables of the backup's revision, fill them, and bring them up to this version.

    :raises BackupError: the rows are not those of that revision.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    empty(connection, revision_of(connection))
    wanted = archive.manifest.revision
    if wanted is not None:
        migrate(connection, wanted)
    known = {f"{TABLES}/{table.name}.jsonl": table for table in tables(connection, wanted)}
    try:
        for member, content in archive.contents():
            if member.name in known:
                load(connection, known[member.name], content)
    except (LookupError, TypeError, ValueError) as error:
        raise BackupError("backup.not_one", path=archive.path) from error
    migrate(connection)
