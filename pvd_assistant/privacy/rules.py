"""What leaves the database after a while, a rule each. The delays are settings, in days.

Each rule erases within the transaction that it is given and returns how many things it erased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    delete,
    func,
    inspect,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from pvd_assistant.accounts.people import has_administrator
from pvd_assistant.accounts.sessions import SessionStore, close_sessions
from pvd_assistant.accounts.throttle import Throttle
from pvd_assistant.helpdesk.model import LeftOut, State
from pvd_assistant.helpdesk.rows import delete_requests
from pvd_assistant.library.jobs import JobState
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow, ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow
from pvd_assistant.storage.knowledge_tables import (
    CannedReplyRow,
    UnansweredSubjectRow,
    ValidatedReplyRow,
)
from pvd_assistant.storage.library_tables import (
    EvaluationRunRow,
    JobRow,
    LibraryChangeRow,
    OpinionTreatmentRow,
)
from pvd_assistant.storage.models import Base, OpinionRow

_Text = InstrumentedAttribute[str]
_Time = InstrumentedAttribute[dt.datetime] | InstrumentedAttribute[dt.datetime | None]

#: Where the name of a colleague stands beside what they did, and when they did it.
_NAMES: tuple[tuple[_Text, _Time], ...] = (
    (ReplyVersionRow.author, ReplyVersionRow.time),
    (ValidatedReplyRow.proposer, ValidatedReplyRow.proposed),
    (ValidatedReplyRow.validator, ValidatedReplyRow.validated),
    (CannedReplyRow.author, CannedReplyRow.changed),
    (UnansweredSubjectRow.author, UnansweredSubjectRow.time),
    (OpinionTreatmentRow.who, OpinionTreatmentRow.time),
    (EvaluationRunRow.who, EvaluationRunRow.started),
    (LibraryChangeRow.who, LibraryChangeRow.time),
    (JobRow.who, JobRow.created),
)


@dataclass(frozen=True, slots=True)
class Old:
    """What a rule is given.

    :ivar oldest: nothing older is kept.
    """

    session: Session
    settings: Settings
    now: dt.datetime
    oldest: dt.datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that leaves the database after a while.

    :ivar name: key of what it is called, ``privacy.rule_<name>``.
    :ivar days: the setting that says how long it is kept.
    :ivar apply: erases, and returns how many things it erased.
    """

    name: str
    days: str
    apply: Callable[[Old], int]


def _senders(old: Old) -> int:
    """Erase who asked, and the names of their files, from the requests."""
    named = or_(RequestRow.sender_name != "", RequestRow.sender_address != "")
    query = select(RequestRow).where(RequestRow.created < old.oldest, named)
    rows = old.session.scalars(query).all()
    for row in rows:
        left_out = LeftOut.read(row.intake)
        row.sender_name = row.sender_address = ""
        row.intake = LeftOut(left_out.masked, left_out.parts).kept()
    old.session.flush()
    return len(rows)


def _drafts(old: Old) -> int:
    """Erase what people wrote and did not send; what the assistant drafted goes with the request."""
    sent = select(RequestRow.accepted).where(
        RequestRow.id == ReplyVersionRow.request_id,
        RequestRow.state == State.SENT,
        RequestRow.sent < old.oldest,
        RequestRow.accepted != ReplyVersionRow.number,
    )
    return _deleted(old, ReplyVersionRow, ReplyVersionRow.origin != "assistant", sent.exists())


def _requests(old: Old) -> int:
    """Erase the requests that nobody changed for long, with their replies."""
    written = select(ReplyVersionRow.id).where(
        ReplyVersionRow.request_id == RequestRow.id, ReplyVersionRow.time >= old.oldest
    )
    settled = func.coalesce(RequestRow.sent, RequestRow.reviewed, RequestRow.created)
    late = select(RequestRow.id).where(settled < old.oldest, ~written.exists())
    numbers = old.session.scalars(late).all()
    delete_requests(old.session, numbers)
    return len(numbers)


def _opinions(old: Old) -> int:
    """Leave opinions without their words: votes, reasons and passages tell nobody."""
    late = OpinionRow.time < old.oldest
    noted = select(OpinionRow.id).where(OpinionRow.id == OpinionTreatmentRow.opinion_id, late)
    notes = update(OpinionTreatmentRow).where(noted.exists(), OpinionTreatmentRow.note != "")
    old.session.execute(notes.values(note=""))
    worded = or_(OpinionRow.comment != "", OpinionRow.question.is_not(None))
    words = update(OpinionRow).where(late, worded).values(comment="", question=None)
    return len(old.session.scalars(words.returning(OpinionRow.id)).all())


def _subjects(old: Old) -> int:
    return _deleted(old, UnansweredSubjectRow, UnansweredSubjectRow.time < old.oldest)


def _unused(old: Old) -> int:
    """Close the accounts that nobody uses; somebody who may manage the others is always left."""
    count = 0
    for row in _quiet(old, active=True):
        row.active = False
        old.session.flush()
        if not has_administrator(old.session):
            row.active = True
            old.session.flush()
            continue
        close_sessions(old.session, row.id)
        note(old.session, old.now, "account.disabled", f"account:{row.id}")
        count += 1
    return count


def _closed(old: Old) -> int:
    """Erase the accounts closed for long; what they did keeps their name for a while."""
    rows = _quiet(old, active=False)
    if old.settings.oidc_roles_claim:
        # The provider would give them another account: a closed one is what keeps them out.
        rows = [row for row in rows if row.subject is None]
    for row in rows:
        note(old.session, old.now, "account.removed", f"account:{row.id}")
        old.session.delete(row)
    old.session.flush()
    return len(rows)


def _quiet(old: Old, *, active: bool) -> list[AccountRow]:
    """Return the accounts that neither signed in, nor were opened or closed, for long."""
    changed = select(ActionRow.id).where(
        ActionRow.target == literal("account:") + cast(AccountRow.id, String),
        ActionRow.action.in_(("account.enabled", "account.disabled")),
        ActionRow.time >= old.oldest,
    )
    seen = func.coalesce(AccountRow.seen, AccountRow.created)
    query = select(AccountRow).where(AccountRow.active.is_(active), seen < old.oldest)
    return list(old.session.scalars(query.where(~changed.exists())))


def _journal(old: Old) -> int:
    return _deleted(old, ActionRow, ActionRow.time < old.oldest)


def _names(old: Old) -> int:
    """Put « somebody » in place of the names, beside what they did, of people without an account."""
    here, somebody = select(AccountRow.name), text("privacy.somebody")
    count = 0
    for name, time in _NAMES:
        row = name.class_
        gone = (time < old.oldest, name.not_in(("", somebody)), name.not_in(here))
        masked = update(row).where(*gone).values({name: somebody}).returning(*_key(row))
        count += len(old.session.execute(masked).all())
    return count


def _jobs(old: Old) -> int:
    """Forget the runs of the index that are over; one that failed to purge it is still to be done again."""
    over = or_(JobRow.state == JobState.DONE, ~JobRow.purge)
    return _deleted(old, JobRow, JobRow.ended < old.oldest, over)


RULES: Sequence[Rule] = (
    Rule("senders", "helpdesk_sender_days", _senders),
    Rule("drafts", "helpdesk_draft_days", _drafts),
    Rule("requests", "helpdesk_request_days", _requests),
    Rule("opinions", "opinion_text_days", _opinions),
    Rule("subjects", "unanswered_days", _subjects),
    Rule("unused", "account_unused_days", _unused),
    Rule("closed", "account_closed_days", _closed),
    Rule("journal", "journal_days", _journal),
    Rule("names", "journal_days", _names),
    Rule("jobs", "journal_days", _jobs),
)


def sweep_sign_ins(
    session: Session, database: Database, settings: Settings, now: dt.datetime
) -> dict[str, int]:
    """Erase the sessions and the failed sign-ins that count no longer; return how many of each."""

    def moment() -> dt.datetime:
        return now

    return {
        "sessions": SessionStore(database, settings, moment).sweep(session),
        "attempts": Throttle(database, settings, moment).sweep(session),
    }


def note(session: Session, moment: dt.datetime, action: str, target: str, detail: str = "") -> None:
    """Keep what was done by nobody, in the transaction that does it."""
    who = text("privacy.automatic")
    session.add(ActionRow(time=moment, who=who, action=action, target=target, detail=detail))


def _deleted(old: Old, row: type[Base], *conditions: ColumnElement[bool]) -> int:
    gone = delete(row).where(*conditions).returning(*_key(row))
    return len(old.session.execute(gone).all())


def _key(row: Any) -> tuple[Any, ...]:
    return tuple(inspect(row).primary_key)
