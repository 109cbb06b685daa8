"""A frequent question that truly is the one asked: its reviewed reply comes first, and is said to be one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate, Evidence
from pvd_assistant.answer.composing import Section, drafts
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text

_ADDED = 2  # sentences of the reply that are shown when the choice had none


def same_question(evidence: Evidence, index: Index) -> str | None:
    """Return the frequent question, among the documents found, that asks the same thing.

    The meaning of the question is compared with each of its phrasings; the threshold was measured
    (docs/evaluation.md).
    """
    names = dict.fromkeys(
        candidate.passage.document
        for candidate in evidence.found
        if candidate.feature("frequent question")
    )
    asked = index.embed_question(evidence.understood.core)
    best, nearest = composition.weight("same_question"), None
    for name in names:
        for phrasing in _phrasings(name, index):
            likeness = float(index.embed_question(phrasing) @ asked)
            if likeness >= best:
                best, nearest = likeness, name
    return nearest


def reviewed_first(
    document: str,
    chosen: Sequence[Candidate],
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
) -> list[Section]:
    """Return the reply of a frequent question, then the statements of the other documents."""
    reply = [c for c in chosen if c.passage.document == document]
    if not reply:
        ranked = [found[int(i)] for i in np.argsort(-scores, kind="stable")]
        reply = [c for c in ranked if c.passage.document == document][:_ADDED]
    others = [c for c in chosen if c.passage.document != document]
    first = Section(tuple(drafts(reply)), note=text("answer.reviewed"))
    if not others:
        return [first]
    return [first, Section(tuple(drafts(others)), note=text("answer.completed"))]


def _phrasings(document: str, index: Index) -> set[str]:
    written = {
        line.strip(" -")
        for passage in index.passages_of(document)
        for line in passage.questions.splitlines()
    }
    return {index.documents[document].metadata.title, *written} - {""}
