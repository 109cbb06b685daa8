"""Sent replies that become sources: proposed by one person, validated by another, withdrawn with a source."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts import journal
from pvd_assistant.accounts.roles import Person
from pvd_assistant.corpus import metadata as meta
from pvd_assistant.corpus.adding import slug
from pvd_assistant.corpus.text import clean, visible
from pvd_assistant.errors import AccessError, KnowledgeError
from pvd_assistant.helpdesk.knowledge_history import Event, history
from pvd_assistant.helpdesk.knowledge_model import (
    CitedPassage,
    State,
    ValidatedReply,
    Wording,
    changed_sources,
    official,
    possible,
)
from pvd_assistant.helpdesk.knowledge_sent import SentReply, sent_reply
from pvd_assistant.helpdesk.knowledge_text import masked
from pvd_assistant.library.jobs import enqueue
from pvd_assistant.messages import text
from pvd_assistant.storage.account_tables import ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.knowledge_tables import ValidatedReplyRow

LONGEST_QUESTION, LONGEST_ANSWER, MOST_PHRASINGS = 300, 8000, 12
_LONGEST_SLUG = 90


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class KnowledgeStore:
    """Keeps replies that were proposed as sources; who may do what is checked by the caller.

    That the proposer and the validator are two people is checked here. What changes the documents asks
    for the index to be brought up to date, in the same transaction.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] = _now) -> None:
        self._database = database
        self._now = now

    def propose(
        self, person: Person, request_id: int, wording: Wording, digests: Mapping[str, str]
    ) -> int:
        """Propose a sent reply as a source and return its number.

        :param digests: digest of each document as it can be read now.
        :raises KnowledgeError: the reply was not reviewed and sent, cites nothing official or a
            document that is gone, was proposed already, or the wording is empty.
        :raises StorageError: the database cannot be written.
        """
        wording = checked(wording)
        with self._database.transaction() as session:
            sent = sent_reply(session, request_id)
            _refuse_twice(session, request_id, wording.question)
            row = ValidatedReplyRow(
                slug=uuid.uuid4().hex,
                request_id=request_id,
                sources=_kept(sent.sources, digests),
                validator="",
                reason="",
                version=0,
            )
            _write(row, wording)
            self._propose(row, person)
            session.add(row)
            session.flush()
            row.slug = _slug(row)
            journal.note(session, person, "source.proposed", _target(row.id))
            return row.id

    def propose_again(
        self,
        person: Person,
        reply_id: int,
        version: int,
        wording: Wording,
        digests: Mapping[str, str],
    ) -> None:
        """Propose a refused or withdrawn reply again: somebody read it against its sources.

        :raises KnowledgeError: as :meth:`propose`, or somebody else changed it meanwhile.
        :raises StorageError: the database cannot be written.
        """
        wording = checked(wording)
        with self._database.transaction() as session:
            row = _row(session, reply_id, version, State.REFUSED, State.WITHDRAWN)
            row.sources = _kept(_of(row).sources, digests)
            _write(row, wording)
            row.slug = _slug(row)
            row.validated = row.validated_by = row.review_by = row.changed = None
            row.validator = row.reason = ""
            self._propose(row, person)
            journal.note(session, person, "source.proposed", _target(row.id))

    def _propose(self, row: ValidatedReplyRow, person: Person) -> None:
        row.state = State.PROPOSED
        row.proposed, row.proposed_by, row.proposer = self._now(), person.id, person.name

    def validate(
        self,
        person: Person,
        reply_id: int,
        version: int,
        wording: Wording,
        review_by: dt.date,
        digests: Mapping[str, str],
    ) -> None:
        """Make a proposed reply a source, as corrected; its sources were read as they are now.

        :raises AccessError: whoever proposed it wants to validate it.
        :raises KnowledgeError: it does not wait for that, a source is gone, somebody else changed it
            meanwhile, the date is past or the wording is empty.
        :raises StorageError: the database cannot be written.
        """
        wording = checked(wording)
        if review_by <= self._now().date():
            raise KnowledgeError("knowledge.past_review")
        with self._database.transaction() as session:
            row = _row(session, reply_id, version, State.PROPOSED)
            if row.proposed_by == person.id:
                raise AccessError("knowledge.own_proposal")
            row.sources = _kept(_of(row).sources, digests)
            _write(row, wording)
            row.slug = _slug(row)
            row.state = State.VALIDATED
            row.validated, row.validated_by = self._now(), person.id
            row.validator, row.review_by = person.name, review_by
            journal.note(session, person, "source.validated", _target(row.id))
            enqueue(session, person, self._now())

    def renew(self, person: Person, reply_id: int, version: int, review_by: dt.date) -> None:
        """Put off the day when a validated reply must be read again: it was just read.

        :raises KnowledgeError: it is not validated, somebody else changed it, or the date is past.
        :raises StorageError: the database cannot be written.
        """
        if review_by <= self._now().date():
            raise KnowledgeError("knowledge.past_review")
        with self._database.transaction() as session:
            row = _row(session, reply_id, version, State.VALIDATED)
            row.review_by = review_by
            row.version += 1
            journal.note(session, person, "source.renewed", _target(row.id), review_by.isoformat())
            enqueue(session, person, self._now())

    def refuse(self, person: Person, reply_id: int, version: int, reason: str) -> None:
        """Refuse a proposed reply.

        :raises KnowledgeError: no reason is given, or it does not wait for that.
        :raises StorageError: the database cannot be written.
        """
        self._close(person, reply_id, version, reason, State.REFUSED)

    def withdraw(self, person: Person, reply_id: int, version: int, reason: str) -> None:
        """Take a validated reply out of the sources.

        :raises KnowledgeError: no reason is given, or it is not validated.
        :raises StorageError: the database cannot be written.
        """
        self._close(person, reply_id, version, reason, State.WITHDRAWN)

    def _close(
        self, person: Person, reply_id: int, version: int, reason: str, state: State
    ) -> None:
        reason = clean(reason)[:1000]
        if not reason:
            raise KnowledgeError("knowledge.no_reason")
        open_ = State.PROPOSED if state is State.REFUSED else State.VALIDATED
        with self._database.transaction() as session:
            row = _row(session, reply_id, version, open_)
            self._end(row, state, reason)
            action = "source.refused" if state is State.REFUSED else "source.withdrawn"
            journal.note(session, person, action, _target(row.id))
            if state is State.WITHDRAWN:
                enqueue(session, person, self._now())

    def _end(self, row: ValidatedReplyRow, state: State, reason: str) -> None:
        row.state, row.reason, row.changed = state, reason, self._now()
        row.version += 1

    def withdraw_stale(self, digests: Mapping[str, str]) -> list[ValidatedReply]:
        """Withdraw the validated replies that rest on a document changed or gone; return them.

        A reply that rests on a reply withdrawn goes with it.

        :param digests: digest of each document there is.
        :raises StorageError: the database cannot be written.
        """
        current = dict(digests)
        withdrawn: list[ValidatedReply] = []
        with self._database.transaction() as session:
            rows = list(session.scalars(_in_state(State.VALIDATED)))
            while stale := [row for row in rows if changed_sources(_of(row).sources, current)]:
                for row in stale:
                    rows.remove(row)
                    self._end(row, State.WITHDRAWN, _why(_of(row), current))
                    current.pop(_of(row).document, None)
                    session.add(self._noted_by_nobody(row))
                    withdrawn.append(_of(row))
        return withdrawn

    def _noted_by_nobody(self, row: ValidatedReplyRow) -> ActionRow:
        return ActionRow(
            time=self._now(),
            account_id=None,
            who=text("knowledge.automatic"),
            action="source.withdrawn",
            target=_target(row.id),
            detail="",
        )

    def sent(self, request_id: int) -> SentReply:
        """Return the reply to a request, as it was sent.

        :raises KnowledgeError: there is no such request, or its reply was not reviewed and sent.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return sent_reply(session, request_id)

    def history(self, reply_id: int) -> list[Event]:
        """Return what was done to a reply, the latest first.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return history(session, _target(reply_id))

    def get(self, reply_id: int) -> ValidatedReply:
        """Return a reply.

        :raises KnowledgeError: there is none.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            row = session.get(ValidatedReplyRow, reply_id) if possible(reply_id) else None
            if row is None:
                raise KnowledgeError("knowledge.unknown")
            return _of(row)

    def all(self) -> list[ValidatedReply]:
        """Return every reply, the one that changed last first.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            found = [_of(row) for row in session.scalars(select(ValidatedReplyRow))]
        return sorted(found, key=_last_change, reverse=True)

    def validated(self) -> list[ValidatedReply]:
        """Return the replies that are sources now.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return [_of(row) for row in session.scalars(_in_state(State.VALIDATED))]

    def of_request(self, request_id: int) -> list[ValidatedReply]:
        """Return what was proposed from a request.

        :raises StorageError: the database cannot be reached.
        """
        asked = select(ValidatedReplyRow).where(ValidatedReplyRow.request_id == request_id)
        with self._database.transaction() as session:
            return [_of(row) for row in session.scalars(asked.order_by(ValidatedReplyRow.id))]


def checked(wording: Wording) -> Wording:
    """Return a wording without personal data nor invisible characters, of bounded length.

    :raises KnowledgeError: there is no question, no answer, or no such theme.
    """
    wording = masked(wording)
    question = clean(wording.question)[:LONGEST_QUESTION]
    answer = visible(wording.answer).strip()[:LONGEST_ANSWER]
    if not question:
        raise KnowledgeError("knowledge.no_question")
    if not answer:
        raise KnowledgeError("knowledge.no_answer")
    phrasings = dict.fromkeys(clean(put)[:LONGEST_QUESTION] for put in wording.phrasings)
    kept = [put for put in phrasings if put and put != question]
    themes = tuple(theme for theme in meta.themes() if theme in wording.themes)
    return Wording(question, answer, tuple(kept[:MOST_PHRASINGS]), themes)


def _refuse_twice(session: Session, request_id: int, question: str) -> None:
    """Refuse what was proposed already: a button pressed twice."""
    same = select(ValidatedReplyRow.id).where(
        ValidatedReplyRow.request_id == request_id,
        ValidatedReplyRow.question == question,
        ValidatedReplyRow.state.in_([State.PROPOSED, State.VALIDATED]),
    )
    if session.scalar(same) is not None:
        raise KnowledgeError("knowledge.twice")


def _kept(sources: Sequence[CitedPassage], digests: Mapping[str, str]) -> list[dict[str, object]]:
    """Return the passages as they are kept, each with the digest of its document now.

    :raises KnowledgeError: none is of an official document, or a document is gone.
    """
    if not official(sources):
        raise KnowledgeError("knowledge.no_source")
    gone = next((source for source in sources if source.document not in digests), None)
    if gone is not None:
        raise KnowledgeError("knowledge.source_gone", title=gone.title)
    return [CitedPassage.read(s.kept(), digest=digests[s.document]).kept() for s in sources]


def _row(session: Session, reply_id: int, version: int, *states: State) -> ValidatedReplyRow:
    known = possible(reply_id)
    row = session.get(ValidatedReplyRow, reply_id, with_for_update=True) if known else None
    if row is None:
        raise KnowledgeError("knowledge.unknown")
    if row.state not in states:
        raise KnowledgeError("knowledge.settled")
    if row.version != version:
        raise KnowledgeError("knowledge.changed_meanwhile")
    return row


def _write(row: ValidatedReplyRow, wording: Wording) -> None:
    row.question, row.answer = wording.question, wording.answer
    row.phrasings, row.themes = list(wording.phrasings), list(wording.themes)
    row.version += 1


def _slug(row: ValidatedReplyRow) -> str:
    return f"{slug(row.question)[:_LONGEST_SLUG].rstrip('-')}-{row.id}"


def _in_state(state: State) -> Select[ValidatedReplyRow]:
    return (
        select(ValidatedReplyRow)
        .where(ValidatedReplyRow.state == state)
        .order_by(ValidatedReplyRow.id)
    )


def _why(reply: ValidatedReply, current: Mapping[str, str]) -> str:
    """Say which source changed."""
    changed = changed_sources(reply.sources, current)
    said = [
        text(
            "knowledge.source_changed" if name in current else "knowledge.source_removed",
            title=source.title,
        )
        for name, source in changed.items()
    ]
    return " ".join(said)


def _last_change(reply: ValidatedReply) -> dt.datetime:
    return max(filter(None, (reply.proposed, reply.validated, reply.changed)))


def _target(reply_id: int) -> str:
    return f"source:{reply_id}"


def _of(row: ValidatedReplyRow) -> ValidatedReply:
    return ValidatedReply(
        id=row.id,
        slug=row.slug,
        request_id=row.request_id,
        state=State(row.state),
        wording=Wording(row.question, row.answer, tuple(row.phrasings), tuple(row.themes)),
        sources=tuple(CitedPassage.read(source) for source in row.sources),
        proposed=row.proposed,
        proposed_by=row.proposed_by,
        proposer=row.proposer,
        validated=row.validated,
        validator=row.validator,
        review_by=row.review_by,
        changed=row.changed,
        reason=row.reason,
        version=row.version,
    )
