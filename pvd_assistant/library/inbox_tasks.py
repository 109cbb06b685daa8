"""What awaits somebody, each only when they may do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.library.freshness import Reason, validity
from pvd_assistant.library.inbox import Inbox, Treatment, Wanted
from pvd_assistant.library.jobs import JobState
from pvd_assistant.model import Metadata
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow
from pvd_assistant.storage.knowledge_tables import ValidatedReplyRow
from pvd_assistant.storage.library_tables import JobRow


class Task(StrEnum):
    """Something to do."""

    TO_ANSWER = "to_answer"
    TO_REVIEW = "to_review"
    TO_SEND = "to_send"
    TO_VALIDATE = "to_validate"
    TO_READ_AGAIN = "to_read_again"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    OPINIONS = "opinions"
    JOBS = "jobs"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something to do, and how many times."""

    task: Task
    number: int


def waiting(
    person: Person, database: Database, documents: Iterable[Metadata], today: dt.date
) -> list[Waiting]:
    """Return what awaits somebody; nothing that is not there.

    :param documents: those of the index in use.
    :raises StorageError: the database cannot be reached.
    """
    with database.transaction() as session:
        found = [*_requests(person, session), *_replies(person, session, today)]
        if person.may(Permission.CHANGE_LIBRARY):
            found += [*_documents(documents, today), Waiting(Task.JOBS, _failed_jobs(session))]
    if person.may(Permission.READ_OPINIONS):
        number = Inbox(database).count(Wanted(treatment=Treatment.WAITING))
        found.append(Waiting(Task.OPINIONS, number))
    return [one for one in found if one.number]


def _documents(documents: Iterable[Metadata], today: dt.date) -> Iterator[Waiting]:
    ending = [found.reason for one in documents if (found := validity(one, today))]
    yield Waiting(Task.EXPIRED, ending.count(Reason.EXPIRED))
    yield Waiting(Task.EXPIRING, ending.count(Reason.EXPIRING))


def _requests(person: Person, session: Session) -> Iterator[Waiting]:
    """Count the requests by what is to be done of them: a draft of the assistant is still to be written."""
    draft = RequestRow.state == "brouillon"
    made_by_assistant = func.coalesce(ReplyVersionRow.origin, "assistant") == "assistant"
    mine_or_free = RequestRow.assigned_to.is_(None) | (RequestRow.assigned_to == person.id)
    by_others = RequestRow.accepted_by.is_distinct_from(person.id)
    if person.may(Permission.WRITE_REPLIES):
        to_answer = draft & made_by_assistant & mine_or_free
        yield Waiting(Task.TO_ANSWER, _count_requests(session, to_answer))
    if person.may(Permission.REVIEW_REPLIES):
        to_review = draft & ~made_by_assistant & by_others
        yield Waiting(Task.TO_REVIEW, _count_requests(session, to_review))
    if person.may(Permission.WRITE_REPLIES):
        yield Waiting(Task.TO_SEND, _count_requests(session, RequestRow.state == "relu"))


def _count_requests(session: Session, condition: ColumnElement[bool]) -> int:
    reply = (ReplyVersionRow.request_id == RequestRow.id) & (
        ReplyVersionRow.number == RequestRow.accepted
    )
    found = select(func.count()).select_from(RequestRow).outerjoin(ReplyVersionRow, reply)
    return session.execute(found.where(condition)).scalar_one()


def _replies(person: Person, session: Session, today: dt.date) -> Iterator[Waiting]:
    if not person.may(Permission.VALIDATE_SOURCES):
        return
    proposed = ValidatedReplyRow.state == "proposee"
    by_others = ValidatedReplyRow.proposed_by.is_distinct_from(person.id)
    yield Waiting(Task.TO_VALIDATE, _count_replies(session, proposed & by_others))
    late = (ValidatedReplyRow.state == "validee") & (ValidatedReplyRow.review_by < today)
    yield Waiting(Task.TO_READ_AGAIN, _count_replies(session, late))


def _count_replies(session: Session, condition: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(ValidatedReplyRow)
    return session.execute(found.where(condition)).scalar_one()


def _failed_jobs(session: Session) -> int:
    """Return 1 when the last work that ended failed: one that succeeds makes good those before."""
    ended = select(JobRow.state).where(JobRow.ended.is_not(None)).order_by(JobRow.id.desc())
    return int(session.scalars(ended.limit(1)).first() == JobState.FAILED)
