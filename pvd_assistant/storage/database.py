"""The database: SQLite in the data folder, or whatever ``database_url`` says."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from pvd_assistant.errors import StorageError
from pvd_assistant.messages import text as message
from pvd_assistant.settings import Settings
from pvd_assistant.storage.earlier import import_files

#: Seconds a process waits for the others to finish writing.
_PATIENCE = 30
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
        self._current = False

    @property
    def where(self) -> str:
        """Its address, without any password."""
        return str(self._file) if self._file else make_url(self._url).render_as_string()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that is committed at the end, or rolled back by an exception.

        :raises StorageError: the database cannot be reached, migrated or written.
        """
        self.upgrade()
        with _explained(), Session(self._opened()) as session, session.begin():
            yield session

    def upgrade(self) -> Upgrade:
        """Create or change the tables as this version needs, and read the files of earlier ones.

        :raises StorageError: the database cannot be reached, or a newer version wrote it.
        """
        head = _head()
        if self._current:
            return Upgrade(head, head, 0)
        with _explained(), self._opened().begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            before = _revision(connection)
            if before != head:
                command.upgrade(_config(connection), "head")
            with Session(connection, join_transaction_mode="rollback_only") as session:
                imported = import_files(self._data_dir, session)
                session.commit()
        self._current = True
        return Upgrade(before, head, imported)

    def downgrade(self, revision: str) -> None:
        """Bring the tables back to an earlier revision, ``"base"`` for none at all.

        :raises StorageError: there is no such revision, or the database cannot be written.
        """
        with _explained(), self._opened().begin() as connection:
            command.downgrade(_config(connection), revision)
        self._current = False

    def revision(self) -> str | None:
        """Return the revision of the tables; ``None`` when there are none. Creates nothing.

        :raises StorageError: the database cannot be reached.
        """
        if self._file is not None and not self._file.exists():
            return None
        with _explained(), self._opened().connect() as connection:
            return _revision(connection)

    def close(self) -> None:
        """Close the connections that are not in use."""
        if self._engine is not None:
            self._engine.dispose()

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                if self._file is not None:
                    _create_private(self._file)
                self._engine = _engine(self._url or f"sqlite:///{self._file}")
            return self._engine


def _engine(url: str) -> Engine:
    # Parameters hold what people wrote: never in a log nor in an error.
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True}
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, **options)
    engine = create_engine(url, connect_args={"timeout": _PATIENCE}, **options)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        # Transactions are ours to begin: Python's driver would leave CREATE TABLE out of them.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The right to write is waited for at once: asked for later, it may be refused.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _create_private(path: Path) -> None:
    """Create the file, which other accounts of the machine cannot read, unless it exists."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StorageError("storage.driver", reason=error) from error
    except ArgumentError as error:
        raise StorageError("storage.url") from error
    except CommandError as error:
        raise StorageError("storage.revision", reason=error) from error
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error)
        raise StorageError("storage.failed", reason=cause.partition("\n")[0]) from error
    except OSError as error:
        raise StorageError("storage.failed", reason=error.strerror or error) from error


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "pvd_assistant:storage/migrations")
    config.attributes["connection"] = connection
    return config


def _head() -> str:
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
