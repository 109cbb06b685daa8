"""Requests and the versions of their replies, in the database: nothing written is ever lost.

Every change is made in one transaction that holds the request: two people who change it are told, the text
of the second is kept as a version beside the reply, and a reply that was sent no longer changes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.journal import note
from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.accounts.sessions import person_of
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk.model import (
    LONGEST_REPLY,
    Draft,
    Origin,
    Request,
    State,
    Taken,
    Version,
)
from pvd_assistant.helpdesk.rows import (
    colleagues_of,
    delete_requests,
    found,
    requests_of,
    searched,
    version_of,
    version_row,
)
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a text.

    :ivar number: of the version it is kept as; that of the reply when it was the same.
    :ivar accepted: it is now the reply; otherwise it is kept beside it, to be compared.
    """

    number: int
    accepted: bool


class RequestStore:
    """Keeps requests and replies; who may do what is checked by the caller.

    That a reply is reviewed by somebody other than its author, and that a sent one does not change, is
    checked here.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self, database: Database, settings: Settings, now: Callable[[], dt.datetime] = _now
    ) -> None:
        self._database = database
        self._settings = settings
        self._now = now

    # ---- Reading -----------------------------------------------------------------------------

    def get(self, request_id: int) -> Request:
        """Return a request.

        :raises RequestError: there is none.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return requests_of(session, [found(session, request_id)])[0]

    def reply(self, request: Request) -> Draft:
        """Return the reply of a request as it was when the request was read; empty before the first.

        :raises RequestError: it was erased meanwhile.
        :raises StorageError: the database cannot be reached.
        """
        if not request.accepted:
            return Draft("")
        return self.version(request.id, request.accepted).draft

    def version(self, request_id: int, number: int) -> Version:
        """Return a version of a reply.

        :raises RequestError: there is none.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return version_of(version_row(session, request_id, number))

    def versions(self, request_id: int) -> list[Version]:
        """Return every version of a reply, the newest first.

        :raises StorageError: the database cannot be reached.
        """
        query = (
            select(ReplyVersionRow)
            .where(ReplyVersionRow.request_id == request_id)
            .order_by(ReplyVersionRow.number.desc())
        )
        with self._database.transaction() as session:
            return [version_of(row) for row in session.scalars(query)]

    def colleagues(self) -> list[Person]:
        """Return those to whom a request can be given.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return colleagues_of(session)

    # ---- Writing -----------------------------------------------------------------------------

    def create(self, person: Person, taken: Taken, draft: Draft | None = None) -> int:
        """Keep a request with the draft of its reply and return its number.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = RequestRow(
                created=self._now(),
                created_by=person.id,
                subject=taken.subject[:300],
                body=taken.body,
                sender_name=taken.sender_name,
                sender_address=taken.sender_address,
                town=taken.town,
                questions=list(taken.questions),
                intake=taken.left_out.kept(),
                state=State.DRAFT,
                assigned_to=person.id,
                accepted=0,
                version=1,
                searched="",
            )
            session.add(row)
            session.flush()
            row.searched = searched(row, draft.body if draft else "")
            if draft is not None:
                self._take(row, person, self._add(session, row, None, "assistant", draft))
            note(session, person, "request.created", _target(row))
            return row.id

    def write(
        self, person: Person, request_id: int, version: int, body: str, base: Draft | None = None
    ) -> Written:
        """Keep the text that somebody wrote; it becomes the reply unless the reply changed meanwhile.

        :param version: ``Request.version`` of what they had before their eyes.
        :param base: what the text rests on, when sources were added to it.
        :raises RequestError: there is no such request, or the text is empty or too long.
        :raises StorageError: the database cannot be written.
        """
        body = _tidy(body)
        with self._database.transaction() as session:
            row = found(session, request_id, lock=True)
            current = self._draft(session, row)
            if base is None and body == current.body:
                return Written(row.accepted, True)
            draft = replace(base or current, body=body)
            if row.version != version or row.state == State.SENT:
                number = self._add(session, row, person, "aside", draft)
                note(session, person, "reply.kept_aside", _target(row), str(number))
                return Written(number, False)
            number = self._add(session, row, person, "person", draft)
            self._take(row, person, number)
            row.searched = searched(row, body)
            note(session, person, "reply.written", _target(row), str(number))
            return Written(number, True)

    def propose(
        self, person: Person, request_id: int, version: int, draft: Draft, origin: Origin
    ) -> Written:
        """Keep a text made by the assistant or taken from an earlier reply.

        It becomes the reply only when nobody has written anything: otherwise it is to be compared.

        :raises RequestError: there is no such request, or its reply was sent.
        :raises StorageError: the database cannot be written.
        """
        author = None if origin == "assistant" else person
        with self._database.transaction() as session:
            row = self._open(session, request_id)
            current = version_row(session, row.id, row.accepted) if row.accepted else None
            if current is not None and current.body == draft.body:
                return Written(row.accepted, True)
            number = self._add(session, row, author, origin, draft)
            untouched = current is None or current.origin == "assistant"
            accepted = row.version == version and untouched and row.state == State.DRAFT
            if accepted:
                self._take(row, person, number)
                row.searched = searched(row, draft.body)
            note(session, person, f"reply.proposed_{origin}", _target(row), str(number))
            return Written(number, accepted)

    def accept(self, person: Person, request_id: int, version: int, number: int) -> None:
        """Make a version the reply.

        :raises RequestError: there is no such version, somebody changed the reply, or it was sent.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._open(session, request_id, version)
            chosen = version_row(session, request_id, number)
            self._take(row, person, number)
            row.searched = searched(row, chosen.body)
            note(session, person, "reply.accepted", _target(row), str(number))

    def ask(
        self,
        person: Person,
        request_id: int,
        version: int,
        questions: tuple[str, ...],
        town: str | None,
    ) -> None:
        """Change the questions and the town that somebody corrected.

        :raises RequestError: somebody changed the request meanwhile, or its reply was sent.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._open(session, request_id, version)
            if (tuple(row.questions), row.town) == (questions, town):
                return
            row.questions, row.town = list(questions), town
            row.version += 1
            row.searched = searched(row, self._draft(session, row).body)
            note(session, person, "request.corrected", _target(row))

    def assign(self, person: Person, request_id: int, account: int | None) -> None:
        """Give a request to somebody, or to nobody.

        :raises RequestError: there is no such request or person, or its reply was sent.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._open(session, request_id)
            if account is not None:
                chosen = session.get(AccountRow, account)
                ready = chosen is not None and chosen.active
                if not ready or not person_of(chosen).may(Permission.WRITE_REPLIES):  # type: ignore[arg-type]
                    raise RequestError("helpdesk.unknown_person")
            row.assigned_to = account
            note(session, person, "request.assigned", _target(row), str(account or ""))

    # ---- States ------------------------------------------------------------------------------

    def review(self, person: Person, request_id: int, version: int) -> None:
        """Say that a reply was read again and is right.

        :raises RequestError: somebody changed it meanwhile, it is empty, not a draft, or its reader is its
            author.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._open(session, request_id, version)
            if row.state != State.DRAFT:
                raise RequestError("helpdesk.not_draft")
            if not self._draft(session, row).body.strip():
                raise RequestError("helpdesk.nothing_to_review")
            if self._settings.helpdesk_second_reader and row.accepted_by == person.id:
                raise RequestError("helpdesk.own_reply")
            row.state, row.reviewed_by, row.reviewed = State.REVIEWED, person.id, self._now()
            row.version += 1
            note(session, person, "reply.reviewed", _target(row), str(row.accepted))

    def send(self, person: Person, request_id: int, version: int) -> None:
        """Say that a reviewed reply was sent, by whoever sent it from their own mail: it no longer changes.

        :raises RequestError: somebody changed it meanwhile, or nobody reviewed it.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._open(session, request_id, version)
            if row.state != State.REVIEWED:
                raise RequestError("helpdesk.not_reviewed")
            row.state, row.sent_by, row.sent = State.SENT, person.id, self._now()
            row.version += 1
            note(session, person, "reply.sent", _target(row), str(row.accepted))

    def reopen(self, person: Person, request_id: int, version: int) -> None:
        """Make a reviewed reply a draft again.

        :raises RequestError: somebody changed it meanwhile, or it was sent.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._open(session, request_id, version)
            _back_to_draft(row)
            row.version += 1
            note(session, person, "reply.reopened", _target(row))

    # ---- Erasure -----------------------------------------------------------------------------

    def delete(self, person: Person, request_id: int) -> None:
        """Erase a request with every version of its reply.

        :raises RequestError: there is none.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = found(session, request_id, lock=True)
            note(session, person, "request.erased", _target(row))
            delete_requests(session, [row.id])

    # ---- Within a transaction ----------------------------------------------------------------

    def _open(self, session: Session, request_id: int, version: int | None = None) -> RequestRow:
        """Return a request that may still change, held until the end of the transaction.

        :raises RequestError: there is none, its reply was sent, or somebody changed it meanwhile.
        """
        row = found(session, request_id, lock=True)
        if row.state == State.SENT:
            raise RequestError("helpdesk.already_sent")
        if version is not None and row.version != version:
            raise RequestError("helpdesk.changed_meanwhile")
        return row

    def _draft(self, session: Session, row: RequestRow) -> Draft:
        if not row.accepted:
            return Draft("")
        return version_of(version_row(session, row.id, row.accepted)).draft

    def _add(
        self, session: Session, row: RequestRow, author: Person | None, origin: Origin, draft: Draft
    ) -> int:
        last = session.scalar(
            select(func.max(ReplyVersionRow.number)).where(ReplyVersionRow.request_id == row.id)
        )
        number = (last or 0) + 1
        session.add(
            ReplyVersionRow(
                request_id=row.id,
                number=number,
                time=self._now(),
                author_id=author.id if author else None,
                author=author.name if author else "",
                origin=origin,
                **draft.kept(),
            )
        )
        return number

    def _take(self, row: RequestRow, person: Person, number: int) -> None:
        """Make a version the reply: it must be read again."""
        row.accepted, row.accepted_by = number, person.id
        _back_to_draft(row)
        row.version += 1


def _back_to_draft(row: RequestRow) -> None:
    row.state, row.reviewed_by, row.reviewed = State.DRAFT, None, None


def _target(row: RequestRow) -> str:
    return f"request:{row.id}"


def _tidy(body: str) -> str:
    """Return a text as a form sends it, with plain line ends.

    :raises RequestError: it is empty or too long.
    """
    plain = "\n".join(line.rstrip() for line in body.replace("\r\n", "\n").split("\n")).strip()
    if not plain:
        raise RequestError("helpdesk.empty_reply")
    if len(plain) > LONGEST_REPLY:
        raise RequestError("helpdesk.reply_too_long", limit=LONGEST_REPLY)
    return plain
