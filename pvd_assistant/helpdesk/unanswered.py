"""Questions that keep coming and that the documents do not answer, from requests and readers' opinions.

Questions asked in the chat are kept nowhere: only those of requests, and those that a reader agreed to
share with an opinion.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from pvd_assistant.accounts import journal
from pvd_assistant.accounts.roles import Person
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.knowledge_model import possible
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import KNOWN
from pvd_assistant.personal_data import mask
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow
from pvd_assistant.storage.knowledge_tables import UnansweredSubjectRow
from pvd_assistant.storage.models import OpinionRow

LONGEST = 500


class Mark(StrEnum):
    """What was decided of a subject; the value is what is kept."""

    TO_WRITE = "a-rediger"
    WRITTEN = "redigee"
    DROPPED = "sans-suite"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question without a good answer, personal data masked.

    :ivar origin: a request to the helpdesk, or the opinion of a reader.
    :ivar request: number of the request; 0 for an opinion.
    """

    question: str
    time: dt.datetime
    origin: Literal["request", "opinion"]
    request: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """Questions that ask the same thing.

    :ivar question: the first one asked, around which the others gather.
    :ivar asked: them all, the latest first; empty for one decided whose questions are gone.
    :ivar id: number of the decision; 0 as long as there is none.
    """

    question: str
    asked: tuple[Asked, ...] = ()
    id: int = 0
    mark: Mark | None = None
    marked: dt.datetime | None = None
    author: str = ""
    examples: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many times it was asked."""
        return len(self.asked)

    @property
    def first(self) -> dt.datetime:
        """When it was first asked."""
        return self.asked[-1].time

    @property
    def last(self) -> dt.datetime:
        """When it was last asked."""
        return self.asked[0].time


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class UnansweredStore:
    """Reads the questions without an answer, and keeps what is decided of them.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] = _now) -> None:
        self._database = database
        self._now = now

    def subjects(self, index: Index) -> list[Subject]:
        """Return the subjects, the most asked first.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            asked = [*_of_requests(session), *_of_opinions(session)]
            decided = [_of(row) for row in session.scalars(select(UnansweredSubjectRow))]
        asked.sort(key=lambda one: one.time)
        newest = asked[-int(load_data("knowledge")["shown"]["questions"]) :]
        return grouped(newest, decided, index)

    def mark(self, person: Person, question: str, mark: Mark, subject_id: int = 0) -> None:
        """Decide of a subject.

        :param question: the one around which its questions gather.
        :param subject_id: number of an earlier decision, which is replaced.
        :raises KnowledgeError: there is no such decision, or no question.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            known = possible(subject_id)
            row = session.get(UnansweredSubjectRow, subject_id) if known else None
            if subject_id and row is None:
                raise KnowledgeError("knowledge.subject_unknown")
            if row is None:
                row = UnansweredSubjectRow(question=_plain(question))
                session.add(row)
            if not row.question:
                raise KnowledgeError("knowledge.subject_unknown")
            row.state, row.time, row.author = mark, self._now(), person.name
            session.flush()
            journal.note(session, person, "subject.marked", f"subject:{row.id}", mark)


def grouped(asked: Sequence[Asked], decided: Sequence[Subject], index: Index) -> list[Subject]:
    """Gather questions by meaning around those decided already, then around the first ones asked.

    :param asked: the earliest first.
    """
    least = float(load_data("knowledge")["likeness"]["same_subject"])
    subjects = list(decided)
    members: list[list[Asked]] = [[] for _ in decided]
    centres = [index.embed_question(subject.question) for subject in decided]
    vectors = [index.embed_question(one.question) for one in asked]
    # One block of memory: the vectors of the subjects, as many as there are so far.
    known = np.array([*centres, *vectors])
    for one, vector in zip(asked, vectors, strict=True):
        near = known[: len(subjects)] @ vector
        if len(near) and float(near.max()) >= least:
            members[int(near.argmax())].append(one)
        else:
            known[len(subjects)] = vector
            subjects.append(Subject(one.question))
            members.append([one])
    found = [
        replace(subject, asked=tuple(reversed(own)), examples=_examples(subject.question, own))
        for subject, own in zip(subjects, members, strict=True)
        if own
    ]
    return sorted(found, key=lambda subject: (-subject.count, -subject.last.timestamp()))


def _examples(question: str, asked: Sequence[Asked]) -> tuple[str, ...]:
    """Return a few of the other ways it was asked, the latest first."""
    most = int(load_data("knowledge")["shown"]["examples"])
    put = dict.fromkeys(one.question for one in reversed(asked))
    return tuple(one for one in put if one != question)[:most]


def _of_requests(session: Session) -> list[Asked]:
    """Return what the latest draft of each request left without an answer."""
    columns = (ReplyVersionRow.request_id, ReplyVersionRow.time, ReplyVersionRow.unanswered)
    drafted = select(*columns).where(ReplyVersionRow.origin == "assistant")
    rows = session.execute(drafted.order_by(ReplyVersionRow.number))
    latest = {request: (time, questions) for request, time, questions in rows}
    return [
        Asked(plain, time, "request", request)
        for request, (time, questions) in latest.items()
        for question in questions
        if (plain := _plain(question))
    ]


def _of_opinions(session: Session) -> list[Asked]:
    """Return the shared questions that had no answer, or one voted useless."""
    columns = (
        OpinionRow.answer,
        OpinionRow.time,
        OpinionRow.useful,
        OpinionRow.status,
        OpinionRow.question,
    )
    rows = session.execute(select(*columns).order_by(OpinionRow.time, OpinionRow.id))
    # A reader who changes their mind adds a row: the newest counts.
    latest = {answer: (time, useful, status, put) for answer, time, useful, status, put in rows}
    return [
        Asked(plain, time, "opinion")
        for time, useful, status, put in latest.values()
        if put and (not useful or status not in KNOWN) and (plain := _plain(put))
    ]


def _plain(question: str) -> str:
    return clean(mask(question).text)[:LONGEST]


def _of(row: UnansweredSubjectRow) -> Subject:
    return Subject(
        row.question, id=row.id, mark=Mark(row.state), marked=row.time, author=row.author
    )
