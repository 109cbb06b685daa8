"""Earlier requests that ask nearly the same: found by meaning, shown for a person to judge."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from pvd_assistant.helpdesk.model import Request
from pvd_assistant.helpdesk.rows import requests_of
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.messages import load_data
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow

if TYPE_CHECKING:
    from pvd_assistant.index.store import Index

#: Vectors kept in memory: about thirty megabytes.
_MOST_VECTORS = 20_000


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An earlier request, with the two questions that look alike.

    :ivar likeness: cosine of the two questions.
    """

    request: Request
    asked: str
    earlier: str
    likeness: float


class Neighbourhood:
    """Finds earlier requests; the vectors of their questions are kept while the process lives."""

    def __init__(self) -> None:
        self._vectors: dict[tuple[str, str], FloatArray] = {}

    def of(self, request: Request, database: Database, index: Index) -> list[Neighbour]:
        """Return the earlier requests nearest to one, the nearest first.

        With a slow embedding, those that are not known yet are left for the next time.

        :raises StorageError: the database cannot be reached.
        :raises EmbeddingError: the embedding server does not answer.
        """
        data = load_data("helpdesk/similar")
        own = [(question, self._vector(question, index)) for question in request.questions]
        found: list[tuple[float, int, str, str]] = []
        late = time.monotonic() + float(data["seconds"])
        for number, questions in _earlier(request, database, int(data["requests"])):
            pairs = [
                (float(vector @ other), question, earlier)
                for earlier in questions
                if (other := self._known(earlier, index, late)) is not None
                for question, vector in own
            ]
            if pairs and max(pairs)[0] >= data["likeness"]:
                likeness, question, earlier = max(pairs)
                found.append((likeness, number, question, earlier))
        best = sorted(found, reverse=True)[: data["shown"]]
        return list(_neighbours(best, database))

    def _known(self, question: str, index: Index, late: float) -> FloatArray | None:
        """Return a vector that is known, or that there is time to compute."""
        if self._key(question, index) not in self._vectors and time.monotonic() > late:
            return None
        return self._vector(question, index)

    def _vector(self, question: str, index: Index) -> FloatArray:
        key = self._key(question, index)
        if key not in self._vectors:
            if len(self._vectors) >= _MOST_VECTORS:
                self._vectors.clear()
            self._vectors[key] = index.embed_question(question)
        return self._vectors[key]

    def _key(self, question: str, index: Index) -> tuple[str, str]:
        return index.manifest.model_version, question


def _earlier(request: Request, database: Database, most: int) -> list[tuple[int, list[str]]]:
    """Return the questions of the other requests, the newest first."""
    query = (
        select(RequestRow.id, RequestRow.questions)
        .where(RequestRow.id != request.id)
        .order_by(RequestRow.created.desc(), RequestRow.id.desc())
        .limit(most)
    )
    with database.transaction() as session:
        return [(row.id, row.questions) for row in session.execute(query)]


def _neighbours(
    best: Sequence[tuple[float, int, str, str]], database: Database
) -> Iterator[Neighbour]:
    numbers = [number for _, number, _, _ in best]
    with database.transaction() as session:
        rows = session.scalars(select(RequestRow).where(RequestRow.id.in_(numbers))).all()
        requests = {request.id: request for request in requests_of(session, rows)}
    for likeness, number, asked, earlier in best:
        if number in requests:  # erased meanwhile
            yield Neighbour(requests[number], asked, earlier, likeness)
