"""Readers' opinions, kept as JSON lines in ``data/feedback/YYYY-MM.jsonl``.

A line holds no name and no address, and the question only when the reader agreed. A reader who
changes their mind or explains a vote adds a line: the newest line of an ``answer`` counts.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.messages import load_data
from pvd_assistant.model import Answer

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
    """Appends opinions to the file of the month; any number of threads and processes may write.

    :param folder: folder of people's work (``settings.data_dir``).
    :param now: gives the time, replaced by the tests.
    """

    def __init__(self, folder: Path, now: Callable[[], dt.datetime] = _now) -> None:
        self.folder = folder / "feedback"
        self._now = now
        self._writing = threading.Lock()

    def add(self, opinion: Opinion, answer: Answer) -> None:
        """Append an opinion on an answer.

        :raises OSError: the folder cannot be written.
        """
        moment = self._now()
        line = json.dumps(_record(opinion, answer, moment), ensure_ascii=False) + "\n"
        path = self.folder / f"{moment:%Y-%m}.jsonl"
        with self._writing:
            self.folder.mkdir(parents=True, exist_ok=True)
            # One write in append mode: lines of several processes never mix.
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Read every line, oldest first."""
        for path in sorted(self.folder.glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)


def _record(opinion: Opinion, answer: Answer, moment: dt.datetime) -> dict[str, Any]:
    known = reasons(opinion.useful)
    record: dict[str, Any] = {
        "answer": opinion.answer_id,
        "time": moment.isoformat(timespec="seconds"),
        "useful": opinion.useful,
        "reasons": [reason for reason in opinion.reasons if reason in known],
        "comment": clean(opinion.comment, LONGEST_COMMENT),
        "status": answer.status,
        "family": answer.family,
        "engine": answer.engine,
        "citations": [
            {"document": c.document, "part": c.part, "start": c.start, "end": c.end}
            for c in answer.citations
        ],
    }
    if opinion.share_question:
        record["question"] = answer.question
    return record
