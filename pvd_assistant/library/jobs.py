"""The queue of index runs: one at a time whatever the number of servers, changes gathered in one run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pvd_assistant.accounts.roles import Person
from pvd_assistant.messages import text
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import JobRow

#: After such a silence, the process that ran a job is gone.
SILENCE = dt.timedelta(seconds=60)
#: Jobs that are over and still shown.
_KEPT = 20


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job, as it stood when it was read."""

    id: int
    state: JobState
    purge: bool
    who: str
    created: dt.datetime
    due: dt.datetime
    started: dt.datetime | None
    ended: dt.datetime | None
    done: int
    total: int
    label: str
    message: str

    @property
    def over(self) -> bool:
        """Whether it is done or has failed."""
        return self.state in (JobState.DONE, JobState.FAILED)

    @property
    def percent(self) -> int:
        """How far it is."""
        most = 100 if self.over else 99
        return min(most, 100 * self.done // self.total) if self.total else 0


def utc_now() -> dt.datetime:
    """Return the time."""
    return dt.datetime.now(dt.UTC)


def enqueue(
    session: Session, person: Person | None, moment: dt.datetime, *, purge: bool = False
) -> None:
    """Ask for the index to be brought up to date, in the transaction that changes the documents.

    A job that still waits does for this change too; what a failed one had to leave no trace of is still
    to be purged.

    :param person: who asks; ``None`` for whoever runs the server, at the command line.
    """
    last = session.scalars(
        select(JobRow).where(JobRow.purge.is_(True)).order_by(JobRow.id.desc())
    ).first()
    purge = purge or (last is not None and last.state == JobState.FAILED)
    waiting = session.scalars(
        select(JobRow).where(JobRow.state == JobState.QUEUED).with_for_update()
    ).first()
    if waiting is not None:
        waiting.purge = waiting.purge or purge
        waiting.due = min(waiting.due, moment)
        return
    session.add(
        JobRow(
            state=JobState.QUEUED.value,
            active=None,
            purge=purge,
            account_id=person.id if person else None,
            who=person.name if person else text("accounts.command_line"),
            created=moment,
            due=moment,
            done=0,
            total=0,
            label="",
            message="",
        )
    )


class Jobs:
    """Reads and moves on the jobs.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._database = database
        self._now = now

    def ask(self, person: Person) -> None:
        """Ask for the index to be brought up to date.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            enqueue(session, person, self._now())

    def latest(self, limit: int = _KEPT) -> list[Job]:
        """Return the last jobs, newest first.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            rows = session.scalars(select(JobRow).order_by(JobRow.id.desc()).limit(limit))
            return [_job(row) for row in rows]

    def claim(self) -> Job | None:
        """Start the job that is due, unless another process runs one.

        One that a dead process left running is started again.

        :raises StorageError: the database cannot be written.
        """
        moment = self._now()
        with self._database.transaction() as session:
            _take_over(session, moment)
            due = (JobRow.state == JobState.QUEUED) & (JobRow.due <= moment)
            row = session.scalars(select(JobRow).where(due).order_by(JobRow.id)).first()
            if row is None:
                return None
            try:
                with session.begin_nested():
                    row.state, row.active = JobState.RUNNING.value, True
                    row.started = row.seen = moment
                    row.done = row.total = 0
                    row.label = row.message = ""
            except IntegrityError:
                return None
            return _job(row)

    def beat(self, job_id: int, done: int = 0, total: int = 0, label: str = "") -> None:
        """Write how far a job is, and that its process lives.

        :raises StorageError: the database cannot be written.
        """
        values = {"done": done, "total": total, "label": label} if total else {}
        self._write(job_id, seen=self._now(), **values)

    def finish(self, job_id: int, message: str) -> None:
        """Write that a job is done, and what came of it; the oldest ones are forgotten.

        :raises StorageError: the database cannot be written.
        """
        self._end(job_id, JobState.DONE, message)

    def fail(self, job_id: int, message: str) -> None:
        """Write why a job failed.

        :raises StorageError: the database cannot be written.
        """
        self._end(job_id, JobState.FAILED, message)

    def postpone(self, job_id: int, due: dt.datetime, message: str) -> None:
        """Put a job back in the queue.

        :raises StorageError: the database cannot be written.
        """
        self._write(job_id, state=JobState.QUEUED.value, active=None, due=due, message=message)

    def _end(self, job_id: int, state: JobState, message: str) -> None:
        moment = self._now()
        self._write(
            job_id, state=state.value, active=None, ended=moment, seen=moment, message=message
        )
        with self._database.transaction() as session:
            kept = select(JobRow.id).order_by(JobRow.id.desc()).limit(_KEPT)
            over = JobRow.state.in_((JobState.DONE, JobState.FAILED))
            session.execute(delete(JobRow).where(over, JobRow.id.not_in(kept)))

    def _write(self, job_id: int, **values: object) -> None:
        with self._database.transaction() as session:
            session.execute(update(JobRow).where(JobRow.id == job_id).values(**values))


def _take_over(session: Session, moment: dt.datetime) -> None:
    """Put back in the queue the job of a process that says nothing any more."""
    session.execute(
        update(JobRow)
        .where(JobRow.state == JobState.RUNNING, JobRow.seen < moment - SILENCE)
        .values(state=JobState.QUEUED.value, active=None, due=moment)
    )


def _job(row: JobRow) -> Job:
    return Job(
        id=row.id,
        state=JobState(row.state),
        purge=row.purge,
        who=row.who,
        created=row.created,
        due=row.due,
        started=row.started,
        ended=row.ended,
        done=row.done,
        total=row.total,
        label=row.label,
        message=row.message,
    )
