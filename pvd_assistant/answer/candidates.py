"""Candidate statements: the sentences, list items and rows of the passages found, described by numbers.

Each candidate gets the features listed in :data:`FEATURES`; :mod:`pvd_assistant.answer.ranking` turns
them into one score with weights fitted on questions (:mod:`pvd_assistant.evaluation.fitting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.analysis import terms
from pvd_assistant.index.query import AnalysedQuery
from pvd_assistant.index.store import Index
from pvd_assistant.model import Hit, Passage, Unit

FEATURES = (
    "passage score",
    "passage words",
    "passage meaning",
    "passage coverage",
    "passage rank",
    "document rank",
    "title coverage",
    "sentence meaning",
    "sentence coverage",
    "sentence and title coverage",
    "looks as expected",
    "holds a number",
    "section as expected",
    "is a row",
    "is an item",
    "first of its passage",
    "short",
    "long",
    "weak wording",
    "summary section",
    "example of a town",
    "question numbers",
)

_SHORT, _LONG = 45, 330


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing an answer may state.

    :ivar position: place of the unit in its passage.
    :ivar rank: place of the passage among the hits, from 0.
    :ivar met: kinds of things expected by the question that the text looks like.
    :ivar features: values of :data:`FEATURES`, in that order.
    """

    hit: Hit
    unit: Unit
    position: int
    rank: int
    text: str
    role: str
    met: frozenset[str]
    features: tuple[float, ...]

    @property
    def passage(self) -> Passage:
        """The passage the text is in."""
        return self.hit.passage


def candidates(question: Understanding, hits: Sequence[Hit], index: Index) -> list[Candidate]:
    """Describe every unit of the best passages for a question.

    :param hits: passages found, best first.
    """
    read = hits[: composition.limit("hits")]
    if not read:
        return []
    query = index.analyse(question.core)
    coverage = Coverage(query, index)
    vector = index.embed_question(query.text)
    document_rank: dict[str, int] = {}
    for hit in read:
        document_rank.setdefault(hit.passage.document, len(document_rank))
    found = []
    for rank, hit in enumerate(read):
        title = index.documents[hit.passage.document].metadata.title
        meaning = index.unit_vectors(hit.passage) @ vector
        for position, unit in enumerate(hit.passage.units):
            text = hit.passage.unit_text(unit)
            found.append(
                _candidate(
                    question, coverage, hit, unit, position, rank,
                    document_rank[hit.passage.document], title, text, meaning,
                )
            )  # fmt: skip
    return found


def _candidate(
    question: Understanding,
    coverage: Coverage,
    hit: Hit,
    unit: Unit,
    position: int,
    rank: int,
    document_rank: int,
    title: str,
    text: str,
    meaning: NDArray[np.float32],
) -> Candidate:
    folded = fold(text)
    role = composition.role(hit.passage.headings)
    met = composition.looks_met(question.expects, folded)
    own = _terms(text + " " + (unit.header or ""))
    named = _terms(title + " " + " ".join(hit.passage.headings))
    kind = hit.passage.document.partition("/")[0]
    features = (
        hit.score,
        hit.lexical,
        hit.dense,
        hit.coverage,
        1 / (1 + rank),
        1 / (1 + document_rank),
        coverage.of(_terms(title)),
        float(meaning[position]),
        coverage.of(own),
        coverage.of(own | named),
        len(met) / max(1, len(question.expects)),
        float(any(c.isdigit() for c in text)),
        float(composition.fits_section(question.expects, role)),
        float(unit.kind == "row"),
        float(unit.kind == "item"),
        float(position == 0),
        float(len(text) < _SHORT),
        float(len(text) > _LONG),
        float(bool(composition.pattern("weak").search(folded))),
        float(role == "summary"),
        float(kind == "projets") - float("project" in question.families and kind == "projets"),
        float(any(number in folded for number in question.numbers)),
    )
    return Candidate(hit, unit, position, rank, text, role, met, features)


class Coverage:
    """Share of a question's words that a text holds, weighted by rarity.

    :param query: the question, analysed.
    :param index: tells how rare a word is.
    """

    def __init__(self, query: AnalysedQuery, index: Index) -> None:
        self._slots = [
            (slot.weight * max(index.idf(form.terms[0]) for form in slot.alternatives), slot)
            for slot in query.slots
            if slot.alternatives
        ]
        self._total = sum(weight for weight, _ in self._slots)

    def of(self, found: frozenset[str]) -> float:
        """Return the share, 0 to 1, for the terms of a text."""
        if not self._total:
            return 0.0
        got = 0.0
        for weight, slot in self._slots:
            for form in slot.alternatives:
                if found.issuperset(form.terms):
                    got += weight * form.weight
                    break  # the best form comes first
        return got / self._total


@lru_cache(maxsize=20_000)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))
