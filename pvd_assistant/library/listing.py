"""The documents as their editors see them: what each says of itself, whether it is read, who added it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pvd_assistant.corpus.catalogue import Catalogue, Entry, Origin
from pvd_assistant.corpus.roots import withdrawn
from pvd_assistant.corpus.text import fold
from pvd_assistant.errors import CorpusError
from pvd_assistant.index.passages import DocumentRecord
from pvd_assistant.library.changes import Action
from pvd_assistant.model import Metadata
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import DocumentCheckRow, LibraryChangeRow

PAGE_SIZE = 50
_BROUGHT = (Action.ADDED, Action.REPLACED, Action.DESCRIBED)


class Standing(StrEnum):
    """Where a document stands."""

    INDEXED = "indexed"
    WAITING = "waiting"
    WRONG = "wrong"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Line:
    """A document of the list.

    :ivar metadata: ``None`` when it is missing or wrong.
    :ivar passages: how many the index holds.
    :ivar problems: what is to be corrected.
    :ivar expired: whether it is past its date of validity.
    :ivar who: who last added or replaced it, if anybody did, and ``when``.
    """

    id: str
    title: str
    format: str
    origin: Origin
    standing: Standing
    metadata: Metadata | None
    passages: int
    problems: tuple[str, ...]
    expired: bool
    who: str = ""
    when: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is limited to, and its order.

    :ivar words: all must be in the title, the id or the publisher.
    :ivar state: ``wrong``, ``expired``, ``withdrawn``, ``waiting`` or ``added``.
    :ivar order: ``title``, ``kind``, ``updated``, ``valid_until`` or ``passages``.
    """

    words: str = ""
    kind: str = ""
    publisher: str = ""
    state: str = ""
    order: str = "title"
    descending: bool = False


_STATES: dict[str, Callable[[Line], bool]] = {
    "wrong": lambda line: bool(line.problems),
    "expired": lambda line: line.expired,
    "withdrawn": lambda line: line.standing is Standing.WITHDRAWN,
    "waiting": lambda line: line.standing is Standing.WAITING,
    "added": lambda line: line.origin != "shipped",
}
STATES = tuple(_STATES)
ORDERS = ("title", "kind", "updated", "valid_until", "passages")


def listing(
    settings: Settings, database: Database, index: Mapping[str, DocumentRecord], today: dt.date
) -> list[Line]:
    """Return every document, withdrawn or not, by id.

    A document that the index holds as it stands is known to be sound: only the others are looked into.

    :param index: the documents of the index in use, by id.
    :raises CorpusError: the folders cannot be read.
    :raises StorageError: the database cannot be reached.
    """
    catalogue = Catalogue.of(settings)
    entries = catalogue.all_entries()
    hidden = withdrawn(settings)
    broken = catalogue.broken_links(entries)
    with database.transaction() as session:
        brought = _brought(session)
        checks = {row.digest: row.problems for row in session.scalars(select(DocumentCheckRow))}
    lines = []
    for entry in entries:
        record = index.get(entry.id)
        current = record if record and record.digest == entry.digest else None
        metadata, problems = (
            (current.metadata, []) if current else _looked_into(catalogue, entry, checks)
        )
        problems = [*problems, *broken.get(entry.id, ())]
        who, when = brought.get(entry.id, ("", None)) if entry.origin != "shipped" else ("", None)
        lines.append(
            Line(
                id=entry.id,
                title=metadata.title if metadata else entry.id,
                format=entry.format,
                origin=entry.origin,
                standing=_standing(entry.id in hidden, current is not None, bool(problems)),
                metadata=metadata,
                passages=record.passages if record else 0,
                problems=tuple(problems),
                expired=is_expired(metadata, today),
                who=who,
                when=when,
            )
        )
    return lines


def find(lines: Iterable[Line], wanted: Wanted) -> list[Line]:
    """Return the documents that are wanted, in order."""
    words = fold(wanted.words).split()
    passes = _STATES.get(wanted.state)
    found = [
        line
        for line in lines
        if (passes is None or passes(line))
        and _is_of(line, wanted)
        and all(word in _said(line) for word in words)
    ]
    found.sort(key=_key(wanted.order), reverse=wanted.descending)
    return found


def counts(lines: Sequence[Line]) -> dict[str, int]:
    """Count the documents in each of the states."""
    return {name: sum(map(passes, lines)) for name, passes in _STATES.items()}


def is_expired(metadata: Metadata | None, today: dt.date) -> bool:
    """Tell whether a document is past its date of validity."""
    until = metadata.valid_until if metadata else None
    return until is not None and until < today


def problems_of(catalogue: Catalogue, entry: Entry) -> list[str]:
    """Read a document and return what is wrong with it, without any path of this machine."""
    return [_bare(problem.message, entry) for problem in catalogue.check_entry(entry)]


def keep_checks(
    settings: Settings, database: Database, index: Mapping[str, DocumentRecord]
) -> None:
    """Keep why each document that the index does not hold is not in it; forget the rest.

    :raises CorpusError: the folders cannot be read.
    :raises StorageError: the database cannot be written.
    """
    catalogue = Catalogue.of(settings)
    digests = {id_: record.digest for id_, record in index.items()}
    found = {
        entry.digest: problems_of(catalogue, entry)
        for entry in catalogue.entries()
        if entry.digest and entry.digest != digests.get(entry.id)
    }
    with database.transaction() as session:
        session.execute(delete(DocumentCheckRow))
        session.add_all(
            DocumentCheckRow(digest=digest, problems=problems) for digest, problems in found.items()
        )


def _looked_into(
    catalogue: Catalogue, entry: Entry, checks: Mapping[str, list[str]]
) -> tuple[Metadata | None, list[str]]:
    known = checks.get(entry.digest, [])
    try:
        if entry.refusal is not None:
            raise entry.refusal
        return catalogue.metadata(entry), known
    except CorpusError as error:
        return None, known or [_bare(str(error), entry)]


def _bare(message: str, entry: Entry) -> str:
    """Name the files of a message by their path in the folder."""
    return message.replace(f"{entry.root}{os.sep}", "")


def _standing(hidden: bool, indexed: bool, wrong: bool) -> Standing:
    if hidden:
        return Standing.WITHDRAWN
    if indexed:
        return Standing.INDEXED
    return Standing.WRONG if wrong else Standing.WAITING


def _brought(session: Session) -> dict[str, tuple[str, dt.datetime | None]]:
    """Return who last added or replaced each document, and when."""
    rows = session.execute(
        select(LibraryChangeRow.document, LibraryChangeRow.who, LibraryChangeRow.time)
        .where(LibraryChangeRow.action.in_(_BROUGHT))
        .order_by(LibraryChangeRow.id)
    )
    return {document: (who, time) for document, who, time in rows}


def _is_of(line: Line, wanted: Wanted) -> bool:
    if not (wanted.kind or wanted.publisher):
        return True
    metadata = line.metadata
    return (
        metadata is not None
        and wanted.kind in ("", metadata.kind)
        and wanted.publisher in ("", metadata.publisher)
    )


def _said(line: Line) -> str:
    publisher = line.metadata.publisher if line.metadata else ""
    return fold(f"{line.title} {line.id} {publisher}")


def _key(order: str) -> Callable[[Line], tuple[object, ...]]:
    def key(line: Line) -> tuple[object, ...]:
        metadata, title = line.metadata, fold(line.title)
        if order == "kind":
            return (metadata.kind if metadata else "", title)
        if order == "updated":
            return (metadata.updated if metadata else dt.date.min, title)
        if order == "valid_until":
            return ((metadata.valid_until if metadata else None) or dt.date.max, title)
        if order == "passages":
            return (line.passages, title)
        return (title,)

    return key
