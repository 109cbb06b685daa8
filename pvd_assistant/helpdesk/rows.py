"""From the tables to the nouns of the helpdesk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.accounts.sessions import person_of
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk.model import Draft, LeftOut, Request, State, Version
from pvd_assistant.model import Citation, Statement
from pvd_assistant.storage.account_tables import AccountRow
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow


def found(session: Session, request_id: int, *, lock: bool = False) -> RequestRow:
    """Return the row of a request.

    :param lock: it is about to change: the others wait.
    :raises RequestError: there is none.
    """
    row = session.get(RequestRow, request_id, with_for_update=lock or None)
    if row is None:
        raise RequestError("helpdesk.unknown", number=request_id)
    return row


def delete_requests(session: Session, numbers: Sequence[int]) -> None:
    """Erase requests with every version of their replies."""
    session.execute(delete(ReplyVersionRow).where(ReplyVersionRow.request_id.in_(numbers)))
    session.execute(delete(RequestRow).where(RequestRow.id.in_(numbers)))


def requests_of(session: Session, rows: Sequence[RequestRow]) -> list[Request]:
    """Return requests with the names of the people they name."""
    wanted = {number for row in rows for number in _people(row) if number is not None}
    names = names_of(session, wanted)
    return [_request(row, names) for row in rows]


def names_of(session: Session, accounts: Iterable[int]) -> dict[int, str]:
    """Return the names of people by number of account."""
    query = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(set(accounts)))
    return {row.id: row.name for row in session.execute(query)}


def colleagues_of(session: Session) -> list[Person]:
    """Return those who may write replies now, by name."""
    rows = session.scalars(select(AccountRow).where(AccountRow.active.is_(True)))
    people = [person_of(row) for row in rows]
    writers = [person for person in people if person.may(Permission.WRITE_REPLIES)]
    return sorted(writers, key=lambda person: fold(person.name))


def version_row(session: Session, request_id: int, number: int) -> ReplyVersionRow:
    """Return the row of a version.

    :raises RequestError: there is none.
    """
    row = session.scalar(
        select(ReplyVersionRow).where(
            ReplyVersionRow.request_id == request_id, ReplyVersionRow.number == number
        )
    )
    if row is None:
        raise RequestError("helpdesk.unknown_version", number=number)
    return row


def version_of(row: ReplyVersionRow) -> Version:
    """Return a version."""
    return Version(
        number=row.number,
        time=row.time,
        author_id=row.author_id,
        author=row.author,
        origin=row.origin,  # type: ignore[arg-type]  # only ours are written
        draft=Draft(
            body=row.body,
            statements=tuple(
                Statement(one["text"], tuple(one["citations"]), one["support"])
                for one in row.statements
            ),
            citations=tuple(Citation(**one) for one in row.citations),
            told=tuple(row.told),
            unanswered=tuple(row.unanswered),
            engine=row.engine,
        ),
    )


def searched(row: RequestRow, reply: str) -> str:
    """Return what a request is found by: its words and those of its reply, plainly."""
    return fold("\n".join([row.subject, row.body, *row.questions, reply]))


def _people(row: RequestRow) -> tuple[int | None, ...]:
    return row.created_by, row.assigned_to, row.accepted_by, row.reviewed_by, row.sent_by


def _request(row: RequestRow, names: dict[int, str]) -> Request:
    return Request(
        id=row.id,
        created=row.created,
        created_by=row.created_by,
        subject=row.subject,
        body=row.body,
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        town=row.town,
        questions=tuple(row.questions),
        left_out=LeftOut.read(row.intake),
        state=State(row.state),
        assigned_to=row.assigned_to,
        accepted=row.accepted,
        accepted_by=row.accepted_by,
        reviewed_by=row.reviewed_by,
        reviewed=row.reviewed,
        sent_by=row.sent_by,
        sent=row.sent,
        version=row.version,
        names=names,
    )
