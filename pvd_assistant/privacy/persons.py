"""What is kept of somebody who does not work here: found, given to them, erased.

Requests that they wrote are theirs and go whole, with their replies. Elsewhere they may be named by
others: their name and address alone are masked there. Neither is in the journal.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.journal import note
from pvd_assistant.helpdesk.rows import delete_requests, searched, version_row
from pvd_assistant.index.store import Index
from pvd_assistant.library.jobs import enqueue, utc_now
from pvd_assistant.messages import text
from pvd_assistant.privacy.retention import imported_files
from pvd_assistant.privacy.who import Who
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow, ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow
from pvd_assistant.storage.knowledge_tables import (
    CannedReplyRow,
    UnansweredSubjectRow,
    ValidatedReplyRow,
)
from pvd_assistant.storage.library_tables import DocumentCheckRow, OpinionTreatmentRow
from pvd_assistant.storage.models import Base, OpinionRow

#: Where people write freely, and what may therefore name anybody.
WORDS: Mapping[type[Base], tuple[str, ...]] = {
    RequestRow: ("subject", "body", "questions", "intake"),
    ReplyVersionRow: ("body", "statements", "citations", "told", "unanswered"),
    ValidatedReplyRow: ("question", "phrasings", "answer", "sources", "reason"),
    CannedReplyRow: ("title", "body"),
    UnansweredSubjectRow: ("question",),
    OpinionRow: ("comment", "question"),
    OpinionTreatmentRow: ("note",),
    DocumentCheckRow: ("problems",),
}
_SECRET = ("password", "csrf", "token", "id_token", "searched")


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept of somebody.

    :ivar requests: those that they wrote, with the versions of their replies.
    :ivar named: rows of others that name them, by table: key of the row, then the columns that do.
    :ivar feedback: files of opinions of an earlier version that name them.
    :ivar documents: ids of the documents of the index that name them.
    :ivar account: their own account, if they work here, and what they did.
    """

    requests: tuple[dict[str, Any], ...] = ()
    named: Mapping[str, Mapping[Any, dict[str, Any]]] = field(default_factory=dict)
    feedback: tuple[Path, ...] = ()
    documents: tuple[str, ...] = ()
    account: dict[str, Any] | None = None

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return bool(self.requests or self.named or self.feedback or self.documents or self.account)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased of somebody.

    :ivar requests: how many requests; ``masked``: how many rows of others lost their name.
    :ivar sources: validated replies lost it too: the index waits to be purged (:mod:`library.jobs`).
    """

    requests: int
    masked: int
    sources: bool


def find(database: Database, settings: Settings, who: Who, index: Index | None) -> Held:
    """Return what is kept of somebody.

    :param index: where documents that name them are looked for.
    :raises StorageError: the database cannot be reached.
    """
    documents = tuple(_documents(index, who)) if index is not None else ()
    if database.revision() is None:
        return Held(documents=documents)
    with database.transaction() as session:
        own = _own(session, who)
        return Held(
            requests=tuple(_told(session, row) for row in own),
            named=_named(session, who, {row.id for row in own}),
            feedback=tuple(_feedback(session, settings, who)),
            documents=documents,
            account=_account(session, who),
        )


def erase(database: Database, settings: Settings, who: Who) -> Erased:
    """Erase somebody from what is kept; accounts and documents are left to the rooms that manage them.

    :raises StorageError: the database cannot be written.
    :raises OSError: a file cannot be deleted.
    """
    with database.transaction() as session:
        own = [row.id for row in _own(session, who)]
        for number in own:
            note(session, None, "request.erased", f"request:{number}")
        delete_requests(session, own)
        session.expire_all()
        masked = []
        for row, columns in _naming(session, who):
            _mask(row, columns, who)
            masked.append(row)
        _index_words(session, masked)
        sources = any(isinstance(row, ValidatedReplyRow) for row in masked)
        if sources:
            enqueue(session, None, utc_now(), purge=True)
        files = _feedback(session, settings, who)
        note(session, None, "person.erased", "person", f"{len(own)}, {len(masked)}")
    for path in files:
        path.unlink(missing_ok=True)
    database.compact()
    return Erased(len(own), len(masked), sources)


def _own(session: Session, who: Who) -> list[RequestRow]:
    rows = session.scalars(select(RequestRow).order_by(RequestRow.id))
    return [row for row in rows if who.wrote(row.sender_address) or who.wrote(row.sender_name)]


def _naming(session: Session, who: Who) -> Iterator[tuple[Base, list[str]]]:
    """Return the rows that name somebody, and the columns that do."""
    for table, columns in WORDS.items():
        for row in session.scalars(select(table)).all():
            if found := [one for one in columns if who.named_in(getattr(row, one))]:
                yield row, found


def _named(session: Session, who: Who, own: set[int]) -> dict[str, dict[Any, dict[str, Any]]]:
    named: dict[str, dict[Any, dict[str, Any]]] = {}
    for row, columns in _naming(session, who):
        request = row.request_id if isinstance(row, ReplyVersionRow) else None
        request = row.id if isinstance(row, RequestRow) else request
        if request in own:
            continue
        words = {column: getattr(row, column) for column in columns}
        named.setdefault(row.__tablename__, {})[_key(row)] = words
    return named


def _mask(row: Base, columns: list[str], who: Who) -> None:
    for column in columns:
        masked = who.masked(getattr(row, column), text("privacy.erased"))
        longest = getattr(type(row).__table__.columns[column].type, "length", None)
        setattr(row, column, masked[:longest] if longest else masked)
    if isinstance(row, ValidatedReplyRow | CannedReplyRow | RequestRow):
        row.version += 1  # whoever has it before their eyes is told
    if isinstance(row, ValidatedReplyRow) and who.named_in(row.slug):
        row.slug = uuid.uuid4().hex


def _index_words(session: Session, masked: list[Base]) -> None:
    """Write again what requests are found by."""
    session.flush()
    numbers = {row.id for row in masked if isinstance(row, RequestRow)}
    numbers |= {row.request_id for row in masked if isinstance(row, ReplyVersionRow)}
    for request in session.scalars(select(RequestRow).where(RequestRow.id.in_(numbers))).all():
        reply = version_row(session, request.id, request.accepted).body if request.accepted else ""
        request.searched = searched(request, reply)


def _feedback(session: Session, settings: Settings, who: Who) -> list[Path]:
    files = imported_files(session, settings)
    return [path for path in files if any(map(who.named_in, _opinions(path)))]


def _opinions(path: Path) -> Iterator[Any]:
    for line in path.read_text("utf-8", "replace").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            yield line


def _documents(index: Index, who: Who) -> Iterator[str]:
    for name, document in index.documents.items():
        titled = who.named_in(document.metadata.title)
        if titled or any(who.named_in(passage.text) for passage in index.passages_of(name)):
            yield name


def _account(session: Session, who: Who) -> dict[str, Any] | None:
    for row in session.scalars(select(AccountRow)):
        if who.wrote(row.login) or who.wrote(row.name):
            did = session.scalars(select(ActionRow).where(ActionRow.account_id == row.id))
            return _values(row) | {"actions": [_values(action) for action in did]}
    return None


def _told(session: Session, row: RequestRow) -> dict[str, Any]:
    versions = select(ReplyVersionRow).where(ReplyVersionRow.request_id == row.id)
    return _values(row) | {"replies": [_values(one) for one in session.scalars(versions)]}


def _values(row: Base) -> dict[str, Any]:
    columns = (column.key for column in inspect(type(row)).columns)
    return {name: getattr(row, name) for name in columns if name not in _SECRET}


def _key(row: Base) -> Any:
    return inspect(type(row)).primary_key_from_instance(row)[0]
