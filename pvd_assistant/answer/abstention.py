"""Decide whether the assistant knows: several signals, one fitted probability.

A question for another counter and a question on a thing that does not exist look alike to a search
engine: both find something. The signals tell how well what was found matches what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Asked, Evidence
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.frequent import closest
from pvd_assistant.answer.ranking import model
from pvd_assistant.answer.subject import known_subject
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.model import Hit

_OF_THE_BEST = (
    "kind as expected",
    "meaning share",
    "passage score",
    "passage meaning",
    "sentence and title coverage",
    "title coverage",
)
#: What the fitting replaces by what a model fitted without that question says.
KNOWN_SUBJECT = "known subject"
SIGNALS = (
    "best passage",
    "best coverage",
    "best meaning",
    "mean meaning",
    "best sentence",
    "best sentence coverage",
    "best sentence meaning",
    "coverage of the five first",
    "unknown words",
    "rarest words missing",
    "quoted words missing",
    "amount missing",
    "named aid missing",
    "words of the domain",
    "other language",
    "three best sentences",
    "eight best sentences",
    "documents among the five first",
    "words asked",
    "family recognised",
    "spread of meaning",
    "first passage by words",
    "best question coverage",
    "likeness of a frequent question",
    KNOWN_SUBJECT,
    *(f"best sentence: {name}" for name in _OF_THE_BEST),
)

_QUOTED = re.compile(r"[«“\"]\s*([^«»“”\"]{6,80}?)\s*[»”\"]")
_AMOUNT = re.compile(r"\d[\d\s.]*(?= ?(?:€|euros?\b))")


def signals(evidence: Evidence, scores: Sequence[float], index: Index) -> tuple[float, ...]:
    """Return the values of :data:`SIGNALS` for a question and what was found.

    :param scores: log-odds of each candidate statement.
    """
    question, asked, found = evidence.understood, evidence.asked, evidence.found
    first = evidence.hits[:5]
    together = frozenset[str]().union(
        *(
            term_set(
                f"{hit.passage.text} {' '.join(hit.passage.headings)} "
                f"{index.documents[hit.passage.document].metadata.title} {hit.passage.questions}"
            )
            for hit in first
        )
    )
    best = int(np.argmax(scores)) if len(scores) else -1
    folded = fold(question.core)
    content = len(asked.query.slots)
    return (
        max((h.score for h in first), default=0.0),
        max((h.coverage for h in first), default=0.0),
        max((h.dense for h in first), default=0.0),
        float(np.mean([h.dense for h in first])) if first else 0.0,
        float(scores[best]) if best >= 0 else -6.0,
        found[best].feature("sentence coverage") if best >= 0 else 0.0,
        max((c.feature("sentence meaning") for c in found), default=0.0),
        asked.coverage.of(together),
        _unknown_share(asked, index),
        _rarest_missing(asked, together, index),
        _missing_quotes(question, first),
        _missing_amounts(question, first),
        _missing_name(folded, evidence.hits, index),
        min(1.0, len(composition.pattern("domain").findall(folded)) / max(1, content)),
        float(question.language != "fr"),
        *_of_the_choice(scores),
        float(len({hit.passage.document for hit in first})),
        float(content),
        float(bool(question.families)),
        float(np.std([hit.dense for hit in evidence.hits[:10]])) if evidence.hits else 0.0,
        first[0].lexical if first else 0.0,
        max((c.feature("question coverage") for c in found), default=0.0),
        closest(evidence, index)[1],
        known_subject(asked.vector, index),
        *(found[best].feature(name) if best >= 0 else 0.0 for name in _OF_THE_BEST),
    )


def _of_the_choice(scores: Sequence[float]) -> tuple[float, float]:
    """Return the mean log-odds of the three and of the eight best sentences."""
    if not len(scores):
        return -6.0, -6.0
    ranked = sorted(scores, reverse=True)
    return float(np.mean(ranked[:3])), float(np.mean(ranked[:8]))


def knows(values: tuple[float, ...]) -> float:
    """Return the probability that the documents answer the question, 0 to 1.

    A question that quotes a name and an amount that no passage holds is on a thing that does not exist:
    it is not known, however close the rest may be.

    :raises ValueError: the file was fitted with other signals (a programming error).
    """
    fitted = model("knows")
    if fitted.names != SIGNALS:
        raise ValueError("answer_trees.json was fitted with other signals")
    by_name = dict(zip(SIGNALS, values, strict=True))
    if by_name["quoted words missing"] and by_name["amount missing"]:
        return 0.0
    odds = float(fitted.log_odds(np.array([values], float))[0])
    return 1 / (1 + float(np.exp(-odds)))


def _unknown_share(asked: Asked, index: Index) -> float:
    slots = asked.query.slots
    unknown = sum(not index.knows(slot.word) for slot in slots)
    return unknown / len(slots) if slots else 1.0


def _rarest_missing(asked: Asked, together: frozenset[str], index: Index) -> float:
    """Return the share of the question's three rarest words that the first passages lack."""
    weighed = sorted(
        asked.query.slots,
        key=lambda slot: -slot.weight * index.idf(slot.alternatives[0].terms[0]),
    )[:3]
    missing = sum(
        not any(together.issuperset(form.terms) for form in slot.alternatives) for slot in weighed
    )
    return missing / len(weighed) if weighed else 1.0


def _missing_quotes(question: Understanding, hits: Sequence[Hit]) -> float:
    """Tell whether the question quotes a name that no passage holds (an aid that does not exist?)."""
    quotes = [term_set(q) for q in _QUOTED.findall(question.core)]
    texts = [term_set(f"{h.passage.text} {' '.join(h.passage.headings)}") for h in hits]
    return float(any(q and not any(q <= text for text in texts) for q in quotes))


def _missing_amounts(question: Understanding, hits: Sequence[Hit]) -> float:
    asked = {re.sub(r"\D", "", amount) for amount in _AMOUNT.findall(fold(question.core))}
    written = {
        re.sub(r"\D", "", amount) for h in hits for amount in _AMOUNT.findall(fold(h.passage.text))
    }
    return float(bool(asked - {""} - written))


def _missing_name(folded: str, hits: Sequence[Hit], index: Index) -> float:
    """Return the share of the words after « fonds », « label », « plan »… that no passage holds together.

    « Le fonds renaissance des halles » finds passages on funds and on market halls, but none on that fund.
    """
    named = [term_set(match["name"]) for match in composition.pattern("named").finditer(folded)]
    texts = [
        term_set(f"{index.documents[h.passage.document].metadata.title} {h.passage.text}")
        for h in hits
    ]
    shares = [
        max((len(name & text) / len(name) for text in texts), default=0.0) for name in named if name
    ]
    return 1.0 - min(shares, default=1.0)
