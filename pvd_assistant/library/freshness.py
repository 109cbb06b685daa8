"""Which documents are going stale, and why."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pvd_assistant.answer.composition import stated
from pvd_assistant.index.passages import DocumentRecord
from pvd_assistant.index.store import Index
from pvd_assistant.library.freshness_dates import broken_promise
from pvd_assistant.messages import load_data
from pvd_assistant.model import Metadata, Passage, Source


class Urgency(StrEnum):
    """How soon a document must be seen to, the soonest first."""

    NOW = "now"
    SOON = "soon"
    LATER = "later"


class Reason(StrEnum):
    """Why a document is going stale, the gravest first.

    A date that was already past at the last check was seen by whoever checked: it comes last.
    """

    EXPIRED = "depasse"
    EXPIRING = "bientot"
    PROMISE = "annonce"
    OVERTAKEN = "source"
    UNCHECKED = "verification"
    OLD_PROMISE = "annonce-ancienne"

    @property
    def urgency(self) -> Urgency:
        """How soon it must be seen to."""
        return _URGENCIES.get(self, Urgency.LATER)


_URGENCIES = {Reason.EXPIRED: Urgency.NOW, Reason.EXPIRING: Urgency.SOON}


@dataclass(frozen=True, slots=True)
class Concern:
    """One reason, with what proves it.

    :ivar day: end of validity, date of the last check, date in the text, or first day of the source's date.
    :ivar sentence: what the text says, for a date in it.
    :ivar passage: where it says it.
    :ivar source: the source that is newer than the document.
    """

    reason: Reason
    day: dt.date
    sentence: str = ""
    passage: Passage | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class StaleDocument:
    """A document to see to, with its reasons, the gravest first."""

    id: str
    metadata: Metadata
    concerns: tuple[Concern, ...]

    @property
    def urgency(self) -> Urgency:
        """That of its gravest reason."""
        return self.concerns[0].reason.urgency

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Its reasons, each once."""
        return tuple(dict.fromkeys(concern.reason for concern in self.concerns))


def examine(index: Index, today: dt.date) -> tuple[StaleDocument, ...]:
    """Return the documents that are going stale, the most urgent and the oldest first."""
    found = [
        StaleDocument(record.id, record.metadata, concerns)
        for record in index.documents.values()
        if (concerns := tuple(sorted(_concerns(record, index, today), key=_gravity)))
    ]
    return tuple(sorted(found, key=lambda one: (_gravity(one.concerns[0]), one.metadata.title)))


def validity(metadata: Metadata, today: dt.date) -> Concern | None:
    """Return what the date of validity of a document says, when it is past or near."""
    end = metadata.valid_until
    if end is None or end > today + dt.timedelta(days=soon_days()):
        return None
    return Concern(Reason.EXPIRED if end < today else Reason.EXPIRING, end)


class Freshness:
    """Remembers what was found in an index, for the day. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: tuple[Index, dt.date] | None = None
        self._found: tuple[StaleDocument, ...] = ()

    def stale(self, index: Index, today: dt.date) -> tuple[StaleDocument, ...]:
        """Return the documents of an index that are going stale."""
        with self._lock:
            if self._of is None or self._of[0] is not index or self._of[1] != today:
                self._found, self._of = examine(index, today), (index, today)
            return self._found


def months_before(day: dt.date, months: int) -> dt.date:
    """Return the day so many months earlier, the 28th at the latest.

    >>> months_before(dt.date(2026, 11, 30), 21)
    datetime.date(2025, 2, 28)
    """
    before = day.year * 12 + day.month - 1 - months
    return dt.date(before // 12, before % 12 + 1, min(day.day, 28))


def soon_days() -> int:
    """Return how many days before its end of validity a document is said to expire soon."""
    return int(_rules()["soon_days"])


def unchecked_months(kind: str) -> int | None:
    """Return after how many months a document of a kind is to be read again; ``None``: never."""
    months: int | None = _rules()["unchecked_months"].get(kind)
    return months


def _rules() -> Any:
    return load_data("library/freshness")


def _gravity(concern: Concern) -> tuple[int, dt.date]:
    return list(Reason).index(concern.reason), concern.day


def _concerns(record: DocumentRecord, index: Index, today: dt.date) -> Iterator[Concern]:
    metadata = record.metadata
    ending = validity(metadata, today)
    if ending is not None:
        yield ending
    if metadata.kind not in _rules()["dated_kinds"]:
        yield from _promises(record, index, today)
    for source in metadata.sources:
        day = _first_day(source.date)
        if day is not None and day > metadata.updated:
            yield Concern(Reason.OVERTAKEN, day, source=source)
    months = unchecked_months(metadata.kind)
    if months is not None and metadata.updated < months_before(today, months):
        yield Concern(Reason.UNCHECKED, metadata.updated)


def _promises(record: DocumentRecord, index: Index, today: dt.date) -> Iterator[Concern]:
    for passage in index.passages_of(record.id):
        # A section that leads to other documents promises nothing.
        for unit in passage.units if stated(passage.headings) else ():
            sentence = passage.unit_text(unit)
            day = broken_promise(sentence, today)
            if day is not None:
                old = day < record.metadata.updated
                reason = Reason.OLD_PROMISE if old else Reason.PROMISE
                yield Concern(reason, day, sentence, passage)


def _first_day(date: str | None) -> dt.date | None:
    """Return the first day of a date that may be a year or a month."""
    return dt.date.fromisoformat(f"{date}-01-01"[:10]) if date else None
