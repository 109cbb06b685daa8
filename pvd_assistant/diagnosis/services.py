"""What the index does without: database, official data, language model."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql

from pvd_assistant.diagnosis.check import Check, broken, warning, works
from pvd_assistant.errors import LlmError
from pvd_assistant.french import french_date
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database, head, revision_of, revisions
from pvd_assistant.territory.tables import GEO, PREFECTURES, PROGRAMME, list_checked

#: Days after which official data is said to be old.
_OLD = 180
_TARGETS = {GEO: "geo", PROGRAMME: "communes", PREFECTURES: "prefectures"}


def database(settings: Settings) -> Iterator[Check]:
    """Reach the database, look at its integrity and revision, write and undo."""
    opened = Database(settings)
    file = opened.file
    try:
        if file is not None and not file.exists():
            yield works("database", text("doctor.database_none", where=opened.where))
            return
        with opened.snapshot() as connection:
            revision = revision_of(connection)
            wrong = _damage(connection) if file is not None else None
        if wrong is not None:
            detail = text("storage.corrupt", where=opened.where, reason=wrong)
            yield broken("database", detail, text("doctor.remedy_storage_corrupt"))
            return
        yield _revision(opened.where, revision)
        with opened.alone() as connection:
            _write_and_undo(connection)
    finally:
        opened.close()
    if file is not None and file.stat().st_mode & 0o077:
        detail = text("doctor.database_open", path=file)
        yield warning("database", detail, text("doctor.remedy_database_open", path=file))


def _damage(connection: Connection) -> str | None:
    """Return what SQLite finds wrong in its file."""
    found = str(connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
    if found != "ok":
        return found.partition("\n")[0]
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return text("doctor.database_orphan", table=orphan[0]) if orphan else None


def _revision(where: str, revision: str | None) -> Check:
    said = {"where": where, "revision": revision, "wanted": head()}
    if revision == head():
        return works("database", text("doctor.database_detail", **said))
    if revision is None or revision in revisions():
        said["revision"] = revision or "—"
        detail = text("doctor.database_behind", **said)
        return warning("database", detail, text("doctor.remedy_database_behind"))
    detail = text("storage.revision", reason=revision)
    return broken("database", detail, text("doctor.remedy_storage_revision"))


def _write_and_undo(connection: Connection) -> None:
    """Try to write, in a transaction that is undone."""
    connection.execute(sql("CREATE TABLE pvd_doctor (written INTEGER)"))
    connection.execute(sql("INSERT INTO pvd_doctor VALUES (1)"))
    transaction = connection.get_transaction()
    if transaction is not None:
        transaction.rollback()


def official_data(settings: Settings) -> Iterator[Check]:
    """Say how old the list of towns is; find tables that cannot be read, or come from the future."""
    today = dt.date.today().isoformat()
    for name, target in _TARGETS.items():
        path = settings.official_dir / name
        if path.is_file() and _retrieved(path) is None:
            detail = text("doctor.official_unreadable", path=path)
            remedy = text("doctor.remedy_official", target=target)
            yield warning("official", detail, remedy)
    checked = list_checked(settings.official_dir)
    oldest = (dt.date.today() - dt.timedelta(days=_OLD)).isoformat()
    said = text("doctor.official_detail", date=french_date(checked))
    if checked > today:
        yield warning("official", said, text("doctor.remedy_clock"))
    elif checked < oldest:
        yield warning("official", said, text("doctor.remedy_official", target="communes"))
    else:
        yield works("official", said)


def _retrieved(path: Path) -> str | None:
    """Return when a table was downloaded, ``None`` when it cannot be read."""
    try:
        raw = path.read_bytes()
        table: Any = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
        return str(table["provenance"]["retrieved"])
    except (OSError, ValueError, EOFError, zlib.error, LookupError, TypeError):
        return None


def language_model(settings: Settings) -> Iterator[Check]:
    """Ask the server of the language model for its models; no question is spent."""
    from pvd_assistant.llm.server import choose, context_of, models

    if not settings.llm_url:
        yield works("llm", text("doctor.llm_none"))
        return
    listed = models(settings)
    name = choose(settings, listed)
    if name not in {found.id for found in listed}:
        raise LlmError("llm.model_unknown", url=settings.llm_url, model=name)
    tokens = context_of(name, listed, settings)
    detail = text("doctor.llm_detail", name=name, url=settings.llm_url, tokens=tokens)
    yield works("llm", detail)
