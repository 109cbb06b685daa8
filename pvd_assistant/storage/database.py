"""The database: SQLite in the data folder, or whatever ``database_url`` says."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from pvd_assistant.errors import StorageError
from pvd_assistant.messages import text as message
from pvd_assistant.settings import Settings
from pvd_assistant.storage.earlier import import_files

#: Seconds a process waits for the others to finish writing.
_PATIENCE = 30
#: Seconds between two tries of what SQLite does not wait for.
_PAUSE = 0.02
#: Seconds a server has to take a call, and to do one thing that it is asked.
_CONNECT_S, _SLOWEST_S = 5, 60
#: Marks a connection that only reads: SQLite lets others write meanwhile.
_READING = "pvd_reading"
#: Marks a connection whose commands no transaction may hold.
_OUTSIDE = "pvd_outside"
#: What went wrong, by SQLite's own code.
_CODES = {
    sqlite3.SQLITE_CORRUPT: "storage.corrupt",
    sqlite3.SQLITE_NOTADB: "storage.corrupt",
    sqlite3.SQLITE_FULL: "storage.full",
    sqlite3.SQLITE_BUSY: "storage.locked",
    sqlite3.SQLITE_LOCKED: "storage.locked",
}
#: What replicas that start together take in turn, on a server that has such locks.
_MIGRATION_LOCK = 7_863_001

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What bringing the database up to date did.

    :ivar before: revision of the tables before, ``None`` when there were none.
    :ivar imported: opinions read from the files of earlier versions.
    """

    before: str | None
    after: str
    imported: int

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return self.before != self.after or self.imported > 0

    def lines(self, where: str) -> list[str]:
        """Say it in French, a line a thing.

        :param where: address of the database, without any password.
        """
        if self.before is None:
            said = [message("storage.created", where=where)]
        elif self.before != self.after:
            changed = {"before": self.before, "after": self.after}
            said = [message("storage.upgraded", where=where, **changed)]
        else:
            said = [message("storage.current", where=where, after=self.after)]
        if self.imported:
            said.append(message("storage.imported", count=self.imported))
        return said


class Database:
    """Gives transactions; the tables are brought up to date before the first one.

    Safe to share between threads; any number of processes may use the same database.

    :param settings: ``database_url``, and ``data_dir`` for the default file.
    """

    def __init__(self, settings: Settings) -> None:
        self._data_dir = settings.data_dir
        self._url = settings.database_url.get_secret_value()
        self._file = None if self._url else settings.data_dir / "pvd.sqlite"
        self._opening = threading.Lock()
        self._engine: Engine | None = None
        self._opened_file: tuple[int, int] | None = None
        self._current = False

    @property
    def where(self) -> str:
        """Its address, without any password."""
        if self._file is not None:
            return str(self._file)
        try:
            return make_url(self._url).render_as_string()
        except ArgumentError:
            return "PVD_DATABASE_URL"

    @property
    def file(self) -> Path | None:
        """The SQLite file; ``None`` for a database on a server.

        :raises StorageError: ``database_url`` is not an address.
        """
        if self._file is not None:
            return self._file
        with self._explained():
            url = make_url(self._url)
        in_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(str(url.database)) if in_file else None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that is committed at the end, or rolled back by an exception.

        :raises StorageError: the database cannot be reached, migrated or written.
        """
        self.upgrade()
        with self._explained(), Session(self._opened()) as session, session.begin():
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give the tables as they all are at one moment, not brought up to date; others go on writing.

        :raises StorageError: the database cannot be reached.
        """
        with self._explained(disk=False), self._reached().connect() as connection:
            if connection.dialect.name == "sqlite":
                reading = connection.execution_options(**{_READING: True})
            else:
                reading = connection.execution_options(isolation_level="REPEATABLE READ")
            with reading.begin():
                yield reading

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """Give a transaction over the tables, not brought up to date, that no migration can cross.

        :raises StorageError: the database cannot be reached or written.
        """
        with self._explained(disk=False), self._reached().begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            yield connection

    def upgrade(self) -> Upgrade:
        """Create or change the tables as this version needs, and read the files of earlier ones.

        :raises StorageError: the database cannot be reached, or a newer version wrote it.
        """
        wanted = head()
        with self._explained():
            self._opened()
        if self._current:
            return Upgrade(wanted, wanted, 0)
        with self._explained(), self.alone() as connection:
            before = revision_of(connection)
            if before != wanted:
                migrate(connection)
            with Session(connection, join_transaction_mode="rollback_only") as session:
                imported = import_files(self._data_dir, session)
                session.commit()
        self._current = True
        return Upgrade(before, wanted, imported)

    def downgrade(self, revision: str) -> None:
        """Bring the tables back to an earlier revision, ``"base"`` for none at all.

        :raises StorageError: there is no such revision, or the database cannot be written.
        """
        with self._explained(), self._opened().begin() as connection:
            command.downgrade(_config(connection), revision)
        self._current = False

    def revision(self) -> str | None:
        """Return the revision of the tables; ``None`` when there are none. Creates nothing.

        :raises StorageError: the database cannot be reached.
        """
        file = self.file
        if file is not None and not file.exists():
            return None
        with self.snapshot() as connection:
            return revision_of(connection)

    def compact(self) -> None:
        """Write an SQLite file anew, so that nothing erased is left in its free pages nor in its journal.

        Elsewhere nothing is done: a server reuses by itself the room of the rows that are gone.

        :raises StorageError: the file is busy, or there is no room to write it.
        """
        if self.file is None:
            return
        with self._explained(), self._opened().connect() as connection:
            alone = connection.execution_options(**{_OUTSIDE: True})
            alone.exec_driver_sql("VACUUM")
            busy = alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        if busy:
            raise StorageError("storage.locked", where=self.where, reason="wal_checkpoint")

    def close(self) -> None:
        """Close the connections that are not in use."""
        if self._engine is not None:
            self._engine.dispose()

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is not None and _identity(self.file) != self._opened_file:
                # Another file was put in its place: nobody would read what is written in ours.
                self._engine.dispose()
                self._engine, self._current = None, False
            if self._engine is None:
                if self._file is not None:
                    _create_private(self._file)
                self._engine = _engine(self._url or f"sqlite:///{self._file}")
                self._opened_file = _identity(self.file)
            return self._engine

    def _reached(self) -> Engine:
        """Open it; what keeps the file from being opened is told, unlike what a caller does after."""
        with self._explained():
            return self._opened()

    @contextmanager
    def _explained(self, *, disk: bool = True) -> Iterator[None]:
        """Turn errors into ours.

        :param disk: those of files too.
        """
        try:
            yield
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise StorageError("storage.driver", reason=error) from error
        except ArgumentError as error:
            raise StorageError("storage.url") from error
        except CommandError as error:
            raise StorageError("storage.revision", reason=error) from error
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            known = _CODES.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF, "storage.failed")
            reason = str(cause).partition("\n")[0]
            raise StorageError(known, where=self.where, reason=reason) from error
        except OSError as error:
            if not disk:
                raise
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            code = "storage.full" if full else "storage.failed"
            reason = error.strerror or str(error)
            raise StorageError(code, where=self.where, reason=reason) from error


def _engine(url: str) -> Engine:
    # Parameters hold what people wrote: never in a log nor in an error.
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return _server_engine(address, options)
    engine = create_engine(url, connect_args={"timeout": _PATIENCE}, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # Transactions are ours to begin: Python's driver would leave CREATE TABLE out of them.
        connection.isolation_level = None
        _keep_a_journal(connection)
        connection.execute("PRAGMA foreign_keys=ON")
        # What is erased is overwritten at once; `compact` sees to the journal.
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The right to write is waited for at once: asked for later, it may be refused.
        options = connection.get_execution_options()
        if not options.get(_OUTSIDE):
            connection.exec_driver_sql("BEGIN" if options.get(_READING) else "BEGIN IMMEDIATE")

    return engine


def _keep_a_journal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side; SQLite does not wait for those who open a new file."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _server_engine(url: URL, options: dict[str, Any]) -> Engine:
    """Open a server that may be down or slow: nobody waits for it without end."""
    if url.get_backend_name() != "postgresql":
        return create_engine(url, **options)
    if "connect_timeout" not in url.query:
        options["connect_args"] = {"connect_timeout": _CONNECT_S}
    engine = create_engine(url, **options)

    @event.listens_for(engine, "begin")
    def _bound(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}s'")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{_SLOWEST_S}s'")

    return engine


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return what tells a file from another one put in its place."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _create_private(path: Path) -> None:
    """Create the file, which other accounts of the machine cannot read, unless it exists.

    One that exists is not even opened: closing it would drop the locks by which SQLite, in this
    process, keeps the others from taking its journal away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables up to a revision, in the transaction of the connection."""
    command.upgrade(_config(connection), revision)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "pvd_assistant:storage/migrations")
    config.attributes["connection"] = connection
    return config


@cache
def head() -> str:
    """Return the revision that this version of the package needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revisions() -> list[str]:
    """Return the revisions that this version knows, newest first."""
    script = ScriptDirectory.from_config(_config())
    return [known.revision for known in script.walk_revisions()]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the tables, ``None`` when there are none."""
    return MigrationContext.configure(connection).get_current_revision()
