"""Candidate statements: the sentences, list items and rows of the passages found, described by numbers.

Each candidate gets the features listed in :data:`FEATURES`; :mod:`pvd_assistant.answer.ranking` turns
them into one score with weights fitted on questions (:mod:`pvd_assistant.evaluation.fitting`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.understanding import Understanding, commands, expected
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.query import AnalysedQuery
from pvd_assistant.index.store import Index
from pvd_assistant.model import VALIDATED_REPLY, Family, Hit, Passage, Unit

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
    "names the town",
    "of another town",
    "kind as expected",
    "frequent question",
    "question coverage",
    "document score",
    "document passages",
    "length",
    "meaning share",
    "meaning rank",
    "coverage share",
    "coverage rank",
    "of the closest document",
)

_SHORT, _LONG = 45, 330
# Weight of the words around a question: the rest of the core, the previous turn, the story of an e-mail.
_CORE, _SUBJECT, _STORY = 0.3, 0.5, 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing an answer may state.

    :ivar met: kinds of things expected by the question that the text looks like.
    :ivar features: values of :data:`FEATURES`, in that order.
    :ivar official: whether it is of an official document, not of a validated reply.
    """

    hit: Hit
    unit: Unit
    text: str
    role: str
    met: frozenset[str]
    features: tuple[float, ...]
    official: bool = True

    def feature(self, name: str) -> float:
        """Return one of the features by its name."""
        return self.features[FEATURES.index(name)]

    @property
    def passage(self) -> Passage:
        """The passage the text is in."""
        return self.hit.passage


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, or one of the questions of a message, ready to be compared with texts.

    :ivar towns: folded names of the towns it is about.
    """

    expects: frozenset[str]
    towns: tuple[str, ...]
    numbers: tuple[str, ...]
    families: tuple[Family, ...]
    query: AnalysedQuery
    coverage: Coverage
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A question with what was found for it.

    :ivar limited: the user limited the search to some documents.
    """

    understood: Understanding
    asked: Asked
    hits: list[Hit]
    found: list[Candidate]
    limited: bool = False


def ask_for(
    question: Understanding, index: Index, towns: Sequence[str] = (), part: str = ""
) -> Asked:
    """Prepare a question for comparison.

    :param towns: names of the towns it is about.
    :param part: one of ``question.parts``; the whole question when empty.
    """
    words = part or question.core
    query = index.analyse(words)
    slots = list(query.slots)
    known = {slot.word for slot in slots}
    around = (question.core if part else "", _CORE), (question.subject, _SUBJECT)
    for source, weight in (*around, (question.story, _STORY)):
        for slot in index.analyse(source).slots if source else ():
            if slot.word not in known:
                known.add(slot.word)
                slots.append(replace(slot, weight=slot.weight * weight))
    said = (query.text, question.core if part else "", question.subject, question.story)
    spoken = " ".join(filter(None, said))
    whole = AnalysedQuery(query.text, tuple(slots))
    return Asked(
        expects=expected(words) or question.expects,
        towns=tuple(map(fold, towns)),
        numbers=question.numbers,
        families=question.families,
        query=whole,
        coverage=Coverage(whole, index),
        vector=index.embed_question(spoken),
    )


def candidates(asked: Asked, hits: Sequence[Hit], index: Index) -> list[Candidate]:
    """Describe every unit of the best passages for a question.

    :param hits: passages found, best first.
    """
    read = hits[: composition.limit("hits")]
    documents: dict[str, list[Hit]] = {}
    for hit in read:
        documents.setdefault(hit.passage.document, []).append(hit)
    ranks = {name: rank for rank, name in enumerate(documents)}
    found = [
        candidate
        for rank, hit in enumerate(read)
        for candidate in _of_passage(
            asked, hit, rank, ranks[hit.passage.document], documents[hit.passage.document], index
        )
    ]
    return _compared(found)


def _of_passage(
    asked: Asked,
    hit: Hit,
    rank: int,
    document_rank: int,
    of_document: Sequence[Hit],
    index: Index,
) -> Iterator[Candidate]:
    passage = hit.passage
    metadata = index.documents[passage.document].metadata
    title = metadata.title
    names = f"{title} {' '.join(passage.headings)}"
    about, named = fold(names), term_set(names)
    meaning = index.unit_vectors(passage) @ asked.vector
    role = composition.role(passage.headings)
    of_passage = (
        hit.score,
        hit.lexical,
        hit.dense,
        hit.coverage,
        1 / (1 + rank),
        1 / (1 + document_rank),
        asked.coverage.of(term_set(title)),
    )
    kinds = (
        float(composition.fits_kind(asked.families, metadata.kind)),
        float(metadata.kind in ("faq", VALIDATED_REPLY)),
        asked.coverage.of(term_set(passage.questions)) if passage.questions else 0.0,
        max(hit.score for hit in of_document),
        len(of_document) / composition.limit("hits"),
    )
    for position, unit in enumerate(passage.units):
        text = passage.unit_text(unit)
        folded = fold(text)
        if commands(folded) or composition.pattern("leads_elsewhere").search(folded):
            continue  # shown in its passage, never stated
        met = composition.looks_met(asked.expects, folded)
        of_unit = _features(asked, passage, unit, position, text, role, met, named, meaning)
        towns = _town_features(asked, passage, f"{about} {folded}")
        features = (*of_passage, *of_unit, *towns, *kinds, len(text) / 100)
        yield Candidate(hit, unit, text, role, met, features, metadata.kind != VALIDATED_REPLY)


def _features(
    asked: Asked,
    passage: Passage,
    unit: Unit,
    position: int,
    text: str,
    role: str,
    met: frozenset[str],
    named: frozenset[str],
    meaning: NDArray[np.float32],
) -> tuple[float, ...]:
    folded = fold(text)
    own = term_set(f"{text} {unit.header or ''}")
    of_project = float(passage.document.startswith("projets/"))
    return (
        float(meaning[position]),
        asked.coverage.of(own),
        asked.coverage.of(own | named),
        len(met) / max(1, len(asked.expects)),
        float(any(c.isdigit() for c in text)),
        float(composition.fits_section(asked.expects, role)),
        float(unit.kind == "row"),
        float(unit.kind == "item"),
        float(position == 0),
        float(len(text) < _SHORT),
        float(len(text) > _LONG),
        float(bool(composition.pattern("weak").search(folded))),
        float(role == "summary"),
        of_project * float("project" not in asked.families),
        float(any(number in folded for number in asked.numbers)),
    )


def _compared(found: list[Candidate]) -> list[Candidate]:
    """Add how each candidate stands among the others found for the same question."""
    if not found:
        return found
    meaning = np.array([c.features[FEATURES.index("sentence meaning")] for c in found])
    coverage = np.array([c.features[FEATURES.index("sentence and title coverage")] for c in found])
    closest = found[int(np.argmax(meaning))].passage.document
    columns = zip(
        *_standing(meaning),
        *_standing(coverage),
        [float(c.passage.document == closest) for c in found],
        strict=True,
    )
    return [
        replace(candidate, features=(*candidate.features, *map(float, values)))
        for candidate, values in zip(found, columns, strict=True)
    ]


def _standing(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of the highest value, and one over the rank from 1."""
    order = np.argsort(-values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    top = float(values.max())
    return values / top if top > 0 else np.zeros(len(values)), 1 / ranks


def _town_features(asked: Asked, passage: Passage, around: str) -> tuple[float, float]:
    """Tell whether a text names a town of the question, and whether it is about another one."""
    if not asked.towns:
        return 0.0, 0.0
    names = any(town in around for town in asked.towns)
    return float(names), float(not names and passage.document.startswith("projets/"))


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
