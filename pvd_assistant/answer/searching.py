"""Passages for a message that asks several questions: each of them brings its own."""

from __future__ import annotations

from collections.abc import Sequence

from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters, Hit

# Numbers measured on questions asked two by two, docs/evaluation.md.
_KEPT, _OWN, _AROUND = 4, 5, 0.3
_QUESTIONS = 4


def with_each_question(
    question: Understanding, hits: Sequence[Hit], filters: Filters, index: Index
) -> list[Hit]:
    """Put the best passages of each question after the first ones of the whole message.

    A single question, and an e-mail whose story says what its questions are about, keep theirs.
    """
    if not (question.questions or question.requests) or question.story:
        return list(hits)
    around = question.context or question.core
    own = [
        index.search(part, filters=filters, limit=_OWN, context=around, context_weight=_AROUND)
        for part in question.parts[:_QUESTIONS]
    ]
    turns = (found[rank] for rank in range(_OWN) for found in own if rank < len(found))
    merged: dict[str, Hit] = {}
    for hit in (*hits[:_KEPT], *turns, *hits[_KEPT:]):
        merged.setdefault(hit.passage.id, hit)
    return list(merged.values())
