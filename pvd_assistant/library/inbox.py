"""Readers' opinions as the team treats them: the newest of each answer, and what was done of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, delete, func, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.journal import note as journal
from pvd_assistant.accounts.roles import Person
from pvd_assistant.answer.cleaning import clean
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import OpinionTreatmentRow
from pvd_assistant.storage.models import OpinionRow

LONGEST_NOTE = 1000
_LARGEST_ID = 2**31 - 1


class Treatment(StrEnum):
    """What was done of an opinion. A useful answer without a comment asks for nothing."""

    WAITING = "a-traiter"
    DONE = "traite"
    LEFT = "sans-suite"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which opinions are looked at; ``None`` and empty texts do not limit.

    :ivar since: first day; ``until``: last day, both included.
    """

    useful: bool | None = None
    reason: str = ""
    status: str = ""
    treatment: Treatment | None = None
    with_comment: bool = False
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """An opinion and what was done of it.

    :ivar question: there when the reader shared it.
    :ivar citations: ``document``, ``part``, ``start``, ``end`` of each passage cited.
    :ivar treated: when its treatment was last said, and by ``who``; ``None`` when nothing was.
    """

    id: int
    time: dt.datetime
    useful: bool
    reasons: tuple[str, ...]
    comment: str
    status: str
    family: str
    engine: str
    citations: tuple[Mapping[str, Any], ...]
    question: str | None
    treatment: Treatment
    note: str
    treated: dt.datetime | None
    who: str


@dataclass(frozen=True, slots=True)
class Week:
    """Opinions received in a week.

    :ivar first: its Monday.
    """

    first: dt.date
    useful: int
    useless: int


@dataclass(frozen=True, slots=True)
class Cited:
    """The passages cited by the answer that an opinion is about."""

    id: int
    time: dt.datetime
    status: str
    citations: Sequence[Mapping[str, Any]]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Inbox:
    """Reads opinions, keeps what is done of them, erases one.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] = _now) -> None:
        self._database = database
        self._now = now

    def count(self, wanted: Wanted) -> int:
        """Return how many opinions there are.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            found = _selected(wanted).with_only_columns(func.count()).order_by(None)
            return session.execute(found).scalar_one()

    def opinions(self, wanted: Wanted, limit: int | None = None, start: int = 0) -> list[Received]:
        """Return the opinions, newest first.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            rows = session.execute(_selected(wanted).limit(limit).offset(start))
            return [_received(*row) for row in rows]

    def opinion(self, opinion_id: int) -> Received | None:
        """Return one opinion, unless it was erased or replaced.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            row = _current(session, opinion_id)
            return _received(*row) if row else None

    def treat(self, person: Person, opinion_id: int, treatment: Treatment, words: str) -> bool:
        """Keep what is done of an opinion; tell whether it still exists and was not replaced.

        :param words: note for colleagues.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            if _current(session, opinion_id) is None:
                return False
            session.merge(
                OpinionTreatmentRow(
                    opinion_id=opinion_id,
                    state=treatment.value,
                    note=clean(words, LONGEST_NOTE),
                    time=self._now(),
                    account_id=person.id,
                    who=person.name,
                )
            )
            journal(session, person, "opinion.treated", f"opinion:{opinion_id}", treatment.value)
            return True

    def erase(self, person: Person, opinion_id: int) -> bool:
        """Erase an opinion, with those that it replaced; tell whether it existed.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = _current(session, opinion_id)
            if row is None:
                return False
            session.execute(delete(OpinionRow).where(OpinionRow.answer == row[0].answer))
            journal(session, person, "opinion.erased", f"opinion:{opinion_id}")
            return True

    def weeks(self, number: int) -> list[Week]:
        """Return the opinions of the last weeks, this one included, oldest first.

        :raises StorageError: the database cannot be reached.
        """
        monday = _monday(self._now().date())
        days = [monday - dt.timedelta(weeks=ago) for ago in reversed(range(number))]
        votes: Counter[tuple[dt.date, bool]] = Counter()
        with self._database.transaction() as session:
            since = _selected(Wanted(since=days[0]))
            for time, useful in session.execute(
                since.with_only_columns(OpinionRow.time, OpinionRow.useful)
            ):
                votes[_monday(time.date()), useful] += 1
        return [Week(day, votes[day, True], votes[day, False]) for day in days]

    def reasons(self, useful: bool) -> dict[str, int]:
        """Return how often each reason was given for a vote.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            given = session.scalars(
                _selected(Wanted(useful=useful)).with_only_columns(OpinionRow.reasons)
            )
            return dict(Counter(reason for reasons in given for reason in reasons))


def newest(session: Session) -> Iterator[Cited]:
    """Return the passages that the opinion that counts for each answer is about."""
    columns = (OpinionRow.id, OpinionRow.time, OpinionRow.status, OpinionRow.citations)
    rows = session.execute(_selected(Wanted()).with_only_columns(*columns).order_by(None))
    for opinion_id, time, status, citations in rows:
        yield Cited(opinion_id, time, status, citations)


def _current(
    session: Session, opinion_id: int
) -> tuple[OpinionRow, OpinionTreatmentRow | None] | None:
    """Return an opinion that counts with its treatment; a number may be any that an address holds."""
    if opinion_id > _LARGEST_ID:
        return None
    found = session.execute(_selected(Wanted()).where(OpinionRow.id == opinion_id)).one_or_none()
    return (found[0], found[1]) if found else None


def _selected(wanted: Wanted) -> Select[OpinionRow, OpinionTreatmentRow]:
    """Select the newest opinion of each answer with its treatment, newest first."""
    rank = func.row_number().over(
        partition_by=OpinionRow.answer, order_by=(OpinionRow.time.desc(), OpinionRow.id.desc())
    )
    ranked = select(OpinionRow.id, rank.label("rank")).subquery()
    found = (
        select(OpinionRow, OpinionTreatmentRow)
        .join(ranked, (ranked.c.id == OpinionRow.id) & (ranked.c.rank == 1))
        .outerjoin(OpinionTreatmentRow, OpinionTreatmentRow.opinion_id == OpinionRow.id)
        .order_by(OpinionRow.time.desc(), OpinionRow.id.desc())
    )
    return found.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[Any]:
    if wanted.useful is not None:
        yield OpinionRow.useful.is_(wanted.useful)
    if wanted.reason:
        # The list is kept as JSON, which neither database searches in the same way.
        yield cast(OpinionRow.reasons, Text).contains(f'"{wanted.reason}"', autoescape=True)
    if wanted.status:
        yield OpinionRow.status == wanted.status
    if wanted.treatment is not None:
        yield _state() == wanted.treatment.value
    if wanted.with_comment:
        yield OpinionRow.comment != ""
    if wanted.since is not None:
        yield OpinionRow.time >= _midnight(wanted.since)
    if wanted.until is not None:
        yield OpinionRow.time < _midnight(wanted.until + dt.timedelta(days=1))


def _state() -> ColumnElement[str]:
    asks_nothing = OpinionRow.useful & (OpinionRow.comment == "")
    unsaid = case((asks_nothing, Treatment.LEFT.value), else_=Treatment.WAITING.value)
    return func.coalesce(OpinionTreatmentRow.state, unsaid)


def _received(row: OpinionRow, treatment: OpinionTreatmentRow | None) -> Received:
    return Received(
        id=row.id,
        time=row.time,
        useful=row.useful,
        reasons=tuple(row.reasons),
        comment=row.comment,
        status=row.status,
        family=row.family,
        engine=row.engine,
        citations=tuple(row.citations),
        question=row.question,
        treatment=Treatment(treatment.state) if treatment else _untreated(row),
        note=treatment.note if treatment else "",
        treated=treatment.time if treatment else None,
        who=treatment.who if treatment else "",
    )


def _untreated(row: OpinionRow) -> Treatment:
    return Treatment.LEFT if row.useful and not row.comment else Treatment.WAITING


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, dt.UTC)
