"""Canned replies: texts that come back in replies, with places for what changes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvd_assistant.accounts import journal
from pvd_assistant.accounts.roles import Person
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.corpus import metadata as meta
from pvd_assistant.corpus.text import clean, visible
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.knowledge_history import Event, history
from pvd_assistant.helpdesk.knowledge_model import possible
from pvd_assistant.helpdesk.sentences import courtesy, inside
from pvd_assistant.messages import load_data
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.knowledge_tables import CannedReplyRow

LONGEST_TITLE, LONGEST_BODY = 120, 8000
_PLACE = re.compile(r"\{([^{}\n]{1,40})\}")


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A text that is put into replies.

    :ivar body: ``{commune}``, ``{nom}``… stand for what changes (:func:`places`).
    :ivar author: name of who last wrote it.
    """

    id: int
    title: str
    body: str
    themes: tuple[str, ...]
    changed: dt.datetime
    author: str
    version: int


@dataclass(frozen=True, slots=True)
class CannedText:
    """What somebody writes of a canned reply."""

    title: str
    body: str
    themes: tuple[str, ...] = ()


def places() -> Mapping[str, str]:
    """Return what may stand between braces, each with what it becomes."""
    found: Mapping[str, str] = load_data("knowledge")["places"]
    return found


def filled(body: str, values: Mapping[str, str]) -> str:
    """Return a text with what is known put in its places; the others stay as they are.

    >>> filled("À {commune}, {nom}.", {"commune": "Joigny", "nom": ""})
    'À Joigny, {nom}.'
    """
    return _PLACE.sub(lambda place: values.get(place[1]) or place[0], body)


def added(body: str, words: str) -> str:
    """Return a reply with a text at its end, before it takes leave."""
    end = inside(body)[1]
    said = body[:end].rstrip().split("\n")
    leave: list[str] = []
    while said and (not said[-1].strip() or courtesy(said[-1])):
        leave.insert(0, said.pop())
    after = "\n".join(leave).strip("\n")
    parts = ["\n".join(said).strip(), words.strip(), after, body[end:].strip()]
    return "\n\n".join(part for part in parts if part)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class CannedStore:
    """Keeps canned replies; who may do what is checked by the caller.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] = _now) -> None:
        self._database = database
        self._now = now

    def search(self, words: str = "", theme: str = "") -> list[CannedReply]:
        """Return the canned replies that hold every word and have the theme, by title.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            found = [_of(row) for row in session.scalars(select(CannedReplyRow))]
        wanted = fold(words).split()
        kept = [
            reply
            for reply in found
            if (not theme or theme in reply.themes) and all(word in _said(reply) for word in wanted)
        ]
        return sorted(kept, key=lambda reply: fold(reply.title))

    def get(self, reply_id: int) -> CannedReply:
        """Return a canned reply.

        :raises KnowledgeError: there is none.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return _of(_row(session, reply_id))

    def history(self, reply_id: int) -> list[Event]:
        """Return who changed a canned reply and when, the latest first.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return history(session, _target(reply_id))

    def create(self, person: Person, written: CannedText) -> int:
        """Keep a new canned reply and return its number.

        :raises KnowledgeError: it has no title or no text, another has its title, or something
            between braces is unknown.
        :raises StorageError: the database cannot be written.
        """
        written = _checked(written)
        with self._database.transaction() as session:
            _refuse_taken(session, written.title)
            row = CannedReplyRow(version=0)
            self._write(row, person, written)
            session.add(row)
            session.flush()
            journal.note(session, person, "canned.created", _target(row.id))
            return row.id

    def change(self, person: Person, reply_id: int, version: int, written: CannedText) -> None:
        """Change a canned reply.

        :raises KnowledgeError: as :meth:`create`, or somebody else changed it meanwhile.
        :raises StorageError: the database cannot be written.
        """
        written = _checked(written)
        with self._database.transaction() as session:
            row = _row(session, reply_id)
            if row.version != version:
                raise KnowledgeError("knowledge.canned_changed")
            _refuse_taken(session, written.title, reply_id)
            self._write(row, person, written)
            journal.note(session, person, "canned.changed", _target(reply_id))

    def delete(self, person: Person, reply_id: int) -> None:
        """Erase a canned reply; replies written with it stay as they are.

        :raises KnowledgeError: there is none.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = _row(session, reply_id)
            journal.note(session, person, "canned.deleted", _target(reply_id), row.title)
            session.delete(row)

    def _write(self, row: CannedReplyRow, person: Person, written: CannedText) -> None:
        row.title, row.body, row.themes = written.title, written.body, list(written.themes)
        row.changed, row.author = self._now(), person.name
        row.version += 1


def _checked(written: CannedText) -> CannedText:
    title = clean(written.title)[:LONGEST_TITLE]
    body = visible(written.body).strip()[:LONGEST_BODY]
    if not title:
        raise KnowledgeError("knowledge.canned_no_title")
    if not body:
        raise KnowledgeError("knowledge.canned_no_body")
    unknown = next((name for name in _PLACE.findall(body) if name not in places()), None)
    if unknown is not None:
        known = ", ".join(f"{{{name}}}" for name in places())
        raise KnowledgeError("knowledge.canned_unknown_place", name=unknown, known=known)
    return CannedText(title, body, tuple(t for t in meta.themes() if t in written.themes))


def _refuse_taken(session: Session, title: str, itself: int = 0) -> None:
    """Refuse a title that another canned reply has."""
    taken = select(CannedReplyRow.id).where(
        CannedReplyRow.title == title, CannedReplyRow.id != itself
    )
    if session.scalar(taken) is not None:
        raise KnowledgeError("knowledge.canned_taken", title=title)


def _row(session: Session, reply_id: int) -> CannedReplyRow:
    known = possible(reply_id)
    row = session.get(CannedReplyRow, reply_id, with_for_update=True) if known else None
    if row is None:
        raise KnowledgeError("knowledge.canned_unknown")
    return row


def _said(reply: CannedReply) -> str:
    return fold(" ".join((reply.title, reply.body, *reply.themes)))


def _target(reply_id: int) -> str:
    return f"canned:{reply_id}"


def _of(row: CannedReplyRow) -> CannedReply:
    return CannedReply(
        row.id, row.title, row.body, tuple(row.themes), row.changed, row.author, row.version
    )
