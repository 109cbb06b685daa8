"""Readers' opinions, kept in the database.

An opinion holds no name and no address, and the question only when the reader agreed. A reader who
changes their mind or explains a vote adds a row: the newest row of an ``answer`` counts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.messages import load_data
from pvd_assistant.model import Answer
from pvd_assistant.observability import metrics
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import OpinionRow

LONGEST_COMMENT = 1000


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a reader thinks of one answer.

    :ivar answer_id: id of the exchange on the page, unknown elsewhere.
    :ivar share_question: the reader agrees that the question is kept with the opinion.
    """

    answer_id: str
    useful: bool
    reasons: tuple[str, ...] = ()
    comment: str = ""
    share_question: bool = False


def reasons(useful: bool) -> Mapping[str, str]:
    """Return the reasons offered for a vote, by key."""
    found: Mapping[str, str] = load_data("web/reasons")["useful" if useful else "useless"]
    return found


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class FeedbackStore:
    """Adds opinions to the database; any number of threads and processes may write.

    :param database: where they are kept.
    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] = _now) -> None:
        self._database = database
        self._now = now

    def add(self, opinion: Opinion, answer: Answer) -> None:
        """Keep an opinion on an answer.

        :raises StorageError: the database cannot be reached or written.
        """
        row = _row(opinion, answer, self._now())
        with self._database.transaction() as session:
            session.add(row)
        metrics.OPINIONS.labels("yes" if opinion.useful else "no").inc()

    def entries(self) -> list[dict[str, Any]]:
        """Read every opinion, oldest first; ``question`` is there when the reader agreed.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            rows = session.scalars(select(OpinionRow).order_by(OpinionRow.time, OpinionRow.id))
            return [_entry(row) for row in rows]


def _row(opinion: Opinion, answer: Answer, moment: dt.datetime) -> OpinionRow:
    known = reasons(opinion.useful)
    return OpinionRow(
        answer=opinion.answer_id,
        time=moment.replace(microsecond=0),
        useful=opinion.useful,
        reasons=[reason for reason in opinion.reasons if reason in known],
        comment=clean(opinion.comment, LONGEST_COMMENT),
        status=answer.status,
        family=answer.family,
        engine=answer.engine,
        citations=[
            {"document": c.document, "part": c.part, "start": c.start, "end": c.end}
            for c in answer.citations
        ],
        question=answer.question if opinion.share_question else None,
    )


def _entry(row: OpinionRow) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "answer": row.answer,
        "time": row.time.isoformat(),
        "useful": row.useful,
        "reasons": row.reasons,
        "comment": row.comment,
        "status": row.status,
        "family": row.family,
        "engine": row.engine,
        "citations": row.citations,
    }
    if row.question is not None:
        entry["question"] = row.question
    return entry
