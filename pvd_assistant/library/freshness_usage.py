"""What cites each document: evaluation questions, frequent questions, opinions, replies of the helpdesk.

Questions asked in public are never kept, so nothing is counted from them. The documents near to an
answer that was not found are not counted either.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composition import stated
from pvd_assistant.index.store import Index
from pvd_assistant.library import inbox, report
from pvd_assistant.model import KNOWN, Metadata
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow

_FREQUENT = "faq"


class Use(StrEnum):
    """What can cite a document."""

    EVALUATION = "evaluation"
    FREQUENT = "frequent"
    OPINION = "opinion"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that cites a document.

    :ivar target: what it is: question of the evaluation, document, number of an opinion or of a request.
    """

    use: Use
    target: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Usage:
    """How often a document is cited, and by what, the latest first."""

    id: str
    metadata: Metadata
    mentions: tuple[Mention, ...]

    @property
    def counts(self) -> Mapping[Use, int]:
        """How many things of each sort cite it."""
        return Counter(mention.use for mention in self.mentions)

    @property
    def since(self) -> dt.date | None:
        """Since when."""
        return min((mention.day for mention in self.mentions), default=None)

    @property
    def latest(self) -> dt.date | None:
        """When it was last cited."""
        return max((mention.day for mention in self.mentions), default=None)


class Citations:
    """Counts what cites each document. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._links: dict[str, list[Mention]] = {}

    def usage(self, index: Index) -> list[Usage]:
        """Return every document of an index, the most cited first.

        :raises StorageError: the database cannot be reached.
        """
        found: dict[str, list[Mention]] = {name: [] for name in index.documents}
        with self._database.transaction() as session:
            kept = [*_evaluated(session), *_opinions(session), *_replies(session)]
        for document, mention in kept:
            if document in found:
                found[document].append(mention)
        for document, mentions in self._frequent(index).items():
            found[document] += mentions
        usages = [
            Usage(name, index.documents[name].metadata, tuple(sorted(mentions, key=_latest_first)))
            for name, mentions in found.items()
        ]
        return sorted(usages, key=lambda one: (-len(one.mentions), one.metadata.title))

    def evaluated(self) -> dt.datetime | None:
        """Return when the evaluation that is counted was run.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            last = report.last_done(session)
            return last[1] if last else None

    def _frequent(self, index: Index) -> dict[str, list[Mention]]:
        with self._lock:
            if self._index is not index:
                self._links, self._index = frequent_links(index), index
            return self._links


def frequent_links(index: Index) -> dict[str, list[Mention]]:
    """Return the frequent questions that lead to each document, by the titles at the end of their sheets."""
    titles: dict[str, list[str]] = {}
    for record in index.documents.values():
        titles.setdefault(fold(record.metadata.title), []).append(record.id)
    found: dict[str, list[Mention]] = {}
    for record in index.documents.values():
        if record.metadata.kind != _FREQUENT:
            continue
        mention = Mention(Use.FREQUENT, record.id, record.metadata.updated)
        for document in {
            name for line in _leads(index, record.id) for name in titles.get(line, ())
        }:
            found.setdefault(document, []).append(mention)
    return found


def _leads(index: Index, document: str) -> Iterator[str]:
    for passage in index.passages_of(document):
        if not stated(passage.headings):
            yield from (fold(passage.unit_text(unit)) for unit in passage.units)


def _evaluated(session: Session) -> Iterator[tuple[str, Mention]]:
    last = report.last_done(session)
    if last is None:
        return
    run_id, moment = last
    for result in report.results_of(session, run_id):
        if result["status"] in KNOWN:
            mention = Mention(Use.EVALUATION, result["question"], moment.date())
            yield from _each(result["cited"], mention)


def _opinions(session: Session) -> Iterator[tuple[str, Mention]]:
    for opinion in inbox.newest(session):
        if opinion.status in KNOWN:
            mention = Mention(Use.OPINION, str(opinion.id), opinion.time.date())
            yield from _each(opinion.citations, mention)


def _replies(session: Session) -> Iterator[tuple[str, Mention]]:
    accepted = (
        select(ReplyVersionRow.citations, ReplyVersionRow.time, RequestRow.id)
        .join(RequestRow, RequestRow.id == ReplyVersionRow.request_id)
        .where(RequestRow.accepted == ReplyVersionRow.number)
    )
    for citations, moment, request_id in session.execute(accepted):
        yield from _each(citations, Mention(Use.REPLY, str(request_id), moment.date()))


def _each(
    citations: Iterable[Mapping[str, Any]], mention: Mention
) -> Iterator[tuple[str, Mention]]:
    """Return each document cited, once."""
    for document in {str(citation.get("document", "")) for citation in citations}:
        yield document, mention


def _latest_first(mention: Mention) -> tuple[int, str, str]:
    return -mention.day.toordinal(), mention.use, mention.target
