"""What an answer must admit: a fact not established, sources that differ, an amount nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate, Evidence
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Hit

#: Things that are either given or not: a sentence that gives one answers, whatever else is unknown.
_PRECISE = frozenset({"amount", "count", "date", "deadline", "duration"})
_ABOUT = 0.6  # share of the question's words that the admission holds; docs/evaluation.md
_DOCUMENTS = 3  # documents read whole before an amount is said to be nowhere
_NOT_DIGIT = re.compile(r"\D")


def not_established(question: Understanding, chosen: Sequence[Candidate]) -> bool:
    """Tell whether the best statement says that what is asked is not known, and no other gives it."""
    asked = question.expects & _PRECISE
    first = chosen[0]
    if not asked or not admits(first.text) or first.feature("sentence coverage") < _ABOUT:
        return False
    return not any(c.met & asked for c in chosen if not admits(c.text))


def why_unknown(evidence: Evidence, scores: NDArray[np.float64]) -> str:
    """Return why there is no answer: ``nothing_near``, ``not_established`` or ``off_topic``."""
    if not any(hit.coverage for hit in evidence.hits):
        return "nothing_near"
    best = evidence.found[int(np.argmax(scores))] if len(scores) else None
    about = best is not None and best.feature("sentence coverage") >= _ABOUT
    return "not_established" if best and about and admits(best.text) else "off_topic"


def admits(sentence: str) -> bool:
    """Tell whether a sentence says that something is not established."""
    return bool(composition.pattern("unestablished").search(fold(sentence)))


def warnings(chosen: Iterable[Candidate], index: Index, unsure: bool) -> tuple[str, ...]:
    """Warn of sources said to differ and, when ``unsure``, of what is said not to be established."""
    found: list[str] = []
    for candidate in chosen:
        title = index.documents[candidate.passage.document].metadata.title
        if composition.pattern("conflict").search(fold(candidate.text)):
            found.append(text("answer.conflict", title=title))
        if unsure and admits(candidate.text):
            found.append(text("answer.doubt", title=title))
    return tuple(dict.fromkeys(found))


def unconfirmed_amount(question: Understanding, hits: Sequence[Hit], index: Index) -> bool:
    """Tell whether a question takes for granted an amount that no document near it gives.

    Only what the question asserts is checked (« le programme donne 50 000 € par habitant »), not the cost
    of the asker's own project. « Par habitant » must stand in the same sentence as the amount.
    """
    claims = [
        (_NOT_DIGIT.sub("", match["amount"]), match["per"] or "")
        for match in composition.pattern("asserted").finditer(fold(question.core))
    ]
    if not claims:
        return False
    documents = list(dict.fromkeys(hit.passage.document for hit in hits))[:_DOCUMENTS]
    read = {hit.passage.id: hit.passage for hit in hits}
    read |= {p.id: p for document in documents for p in index.passages_of(document)}
    written = [fold(p.unit_text(unit)) for p in read.values() for unit in p.units]
    return not all(any(_gives(line, *claim) for line in written) for claim in claims)


def _gives(line: str, amount: str, per: str) -> bool:
    return per in line and any(
        _NOT_DIGIT.sub("", found) == amount for found in composition.pattern("number").findall(line)
    )
