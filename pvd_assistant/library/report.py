"""The evaluation of the answers on the index in use: run in the background, kept, shown by any replica."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, defer

from pvd_assistant.accounts.journal import note
from pvd_assistant.accounts.roles import Person
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.errors import EvaluationError, PvdError, StorageError
from pvd_assistant.evaluation.answers import Evaluation, Result, score
from pvd_assistant.evaluation.questions import Question, read_questions
from pvd_assistant.model import KNOWN, Answer, Turn
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import EvaluationRunRow

#: Runs that are kept.
KEPT = 12
#: After such a silence, the process that ran it is gone.
_SILENCE = dt.timedelta(minutes=3)
#: How often progress is written at most.
_BEAT = dt.timedelta(seconds=1)

_log = logging.getLogger(__name__)


class RunState(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Run:
    """A run, without its results.

    :ivar corpus: digest of the documents of the index that was asked; ``built``: when it was built.
    :ivar figures: ``overall`` and ``by_family`` as :meth:`Evaluation.to_dict` has them, and ``silence``.
    """

    id: int
    started: dt.datetime
    finished: dt.datetime | None
    who: str
    file: str
    corpus: str
    built: str
    engine: str
    total: int
    done: int
    state: RunState
    failure: str
    figures: Mapping[str, Any]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _in_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="evaluation", daemon=True).start()


class Reports:
    """Runs evaluations, one at a time whatever the number of replicas, and reads those that were run.

    :param questions: the question file, if one is set.
    :param now: gives the time; ``spawn`` runs the work aside. The tests replace both.
    """

    def __init__(
        self,
        database: Database,
        questions: Path | None,
        now: Callable[[], dt.datetime] = _now,
        spawn: Callable[[Callable[[], None]], None] = _in_thread,
    ) -> None:
        self._database = database
        self._now = now
        self._spawn = spawn
        self.questions = questions

    def start(self, person: Person, assistant: Assistant) -> None:
        """Start a run in the background.

        :raises EvaluationError: no question file is set, it is wrong, or a run is under way.
        :raises StorageError: the database cannot be written.
        """
        questions = self._expecting()
        moment, manifest = self._now(), assistant.index.manifest
        row = EvaluationRunRow(
            started=moment,
            seen=moment,
            account_id=person.id,
            who=person.name,
            file=self.questions.name if self.questions else "",
            corpus=manifest.corpus,
            built=manifest.built,
            engine="",
            total=len(questions),
            done=0,
            state=RunState.RUNNING,
            active=True,
            failure="",
            figures={},
            results=[],
        )
        with self._database.transaction() as session:
            _give_up_on_silent(session, moment - _SILENCE)
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError as error:
                raise EvaluationError("dashboard.run_under_way") from error
            _forget_oldest(session)
            note(session, person, "evaluation.started", f"evaluation:{row.id}")
            run_id = row.id
        self._spawn(lambda: self._run(run_id, assistant, questions))

    def runs(self) -> list[Run]:
        """Return the runs, newest first.

        :raises StorageError: the database cannot be reached.
        """
        silent = self._now() - _SILENCE
        with self._database.transaction() as session:
            rows = session.scalars(
                select(EvaluationRunRow)
                .options(defer(EvaluationRunRow.results))
                .order_by(EvaluationRunRow.id.desc())
            )
            return [_run(row, silent) for row in rows]

    def results(self, run_id: int) -> list[dict[str, Any]]:
        """Return the results of a run, one for each question, with ``expected`` statuses and ``cited``.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return results_of(session, run_id)

    def _expecting(self) -> list[Question]:
        if self.questions is None:
            raise EvaluationError("dashboard.no_questions")
        found = [one for one in read_questions(self.questions) if one.expect is not None]
        if not found:
            raise EvaluationError("evaluation.no_expectation", path=self.questions)
        return found

    def _run(self, run_id: int, assistant: Assistant, questions: Sequence[Question]) -> None:
        failure, over = "", False
        try:
            self._ask(run_id, assistant, questions)
            over = True
        except PvdError as error:
            failure = str(error)
            _log.warning("%s", error)
        finally:
            if not over:
                self._fail(run_id, failure)

    def _ask(self, run_id: int, assistant: Assistant, questions: Sequence[Question]) -> None:
        listening = _Listening(assistant)
        scored: list[Result] = []
        kept: list[dict[str, Any]] = []
        engines: Counter[str] = Counter()
        beat = self._now()
        for question in questions:
            scored.append(score(listening, question))
            kept.append(_kept(question, scored[-1], listening.answer))
            engines[listening.answer.engine] += 1
            if self._now() - beat >= _BEAT:
                beat = self._now()
                self._write(run_id, done=len(scored), seen=beat)
        figures = Evaluation(tuple(scored)).to_dict() | {"silence": silence(kept)}
        del figures["results"]
        ended = self._now()
        self._write(
            run_id,
            done=len(scored),
            seen=ended,
            finished=ended,
            state=RunState.DONE.value,
            active=None,
            engine=engines.most_common(1)[0][0],
            figures=figures,
            results=kept,
        )

    def _fail(self, run_id: int, failure: str) -> None:
        ended = self._now()
        # When the database fails too, the silence of the run tells that it stopped.
        with suppress(StorageError):
            self._write(
                run_id, finished=ended, state=RunState.FAILED.value, active=None, failure=failure
            )

    def _write(self, run_id: int, **values: Any) -> None:
        with self._database.transaction() as session:
            session.execute(
                update(EvaluationRunRow).where(EvaluationRunRow.id == run_id).values(**values)
            )


def last_done(session: Session) -> tuple[int, dt.datetime] | None:
    """Return the last run that went to its end, and when it did."""
    row = session.execute(
        select(EvaluationRunRow.id, EvaluationRunRow.started)
        .where(EvaluationRunRow.state == RunState.DONE.value)
        .order_by(EvaluationRunRow.id.desc())
        .limit(1)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def results_of(session: Session, run_id: int) -> list[dict[str, Any]]:
    """Return the results of a run, none when it is unknown."""
    found = select(EvaluationRunRow.results).where(EvaluationRunRow.id == run_id)
    return session.execute(found).scalar_one_or_none() or []


def silence(results: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count the questions that must not be answered, and those that are wrongly left unanswered.

    :returns: ``expected`` and ``kept`` (not answered, as expected); ``answerable`` and ``missed``.
    """
    silent = [one for one in results if KNOWN.isdisjoint(one["expected"])]
    answerable = [one for one in results if KNOWN.issuperset(one["expected"])]
    return {
        "expected": len(silent),
        "kept": sum(one["status"] not in KNOWN for one in silent),
        "answerable": len(answerable),
        "missed": sum(one["status"] not in KNOWN for one in answerable),
    }


def worst(
    results: Sequence[Mapping[str, Any]], earlier: Sequence[Mapping[str, Any]] = ()
) -> list[tuple[Mapping[str, Any], bool]]:
    """Return the answers that failed, the worst first, and whether each had passed earlier."""
    passed = {one["question"] for one in earlier if one["passed"]}
    failed = [one for one in results if not one["passed"]]
    failed.sort(key=lambda one: (not one["forbidden"], one["found"], one["status_right"]))
    return [(one, one["question"] in passed) for one in failed]


class _Listening:
    """An assistant whose last answer is kept, for what its score does not hold."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self.answer: Answer

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        self.answer = self._assistant.ask(question, history=history)
        return self.answer

    def part_text(self, document: str, part: int) -> str:
        return self._assistant.part_text(document, part)


def _kept(question: Question, result: Result, answer: Answer) -> dict[str, Any]:
    return asdict(result) | {
        "expected": list(question.expect.statuses) if question.expect else [],
        "cited": [
            {"document": c.document, "part": c.part, "start": c.start, "end": c.end}
            for c in answer.citations
        ],
    }


def _run(row: EvaluationRunRow, silent: dt.datetime) -> Run:
    state = RunState(row.state)
    if state is RunState.RUNNING and row.seen < silent:
        state = RunState.INTERRUPTED
    return Run(
        id=row.id,
        started=row.started,
        finished=row.finished,
        who=row.who,
        file=row.file,
        corpus=row.corpus,
        built=row.built,
        engine=row.engine,
        total=row.total,
        done=row.done,
        state=state,
        failure=row.failure,
        figures=row.figures,
    )


def _give_up_on_silent(session: Session, since: dt.datetime) -> None:
    session.execute(
        update(EvaluationRunRow)
        .where(EvaluationRunRow.active.is_(True), EvaluationRunRow.seen < since)
        .values(state=RunState.INTERRUPTED.value, active=None)
    )


def _forget_oldest(session: Session) -> None:
    kept = select(EvaluationRunRow.id).order_by(EvaluationRunRow.id.desc()).limit(KEPT)
    session.execute(delete(EvaluationRunRow).where(EvaluationRunRow.id.not_in(kept)))
