"""Earlier questions that are close to a new one: the same thing is not said twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pvd_assistant.answer.frequent import phrasings
from pvd_assistant.helpdesk.knowledge_model import State, ValidatedReply, Wording
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.messages import load_data
from pvd_assistant.model import VALIDATED_REPLY

_KINDS = ("faq", VALIDATED_REPLY)


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier question.

    :ivar document: id of its document; empty for a reply that is not a source.
    :ivar reply: number of the reply; 0 for a frequent question.
    :ivar state: of the reply.
    :ivar likeness: cosine of the closest phrasings.
    """

    question: str
    kind: str
    likeness: float
    document: str = ""
    reply: int = 0
    state: State | None = None


def near_duplicates(
    wording: Wording, index: Index, replies: Sequence[ValidatedReply], itself: int = 0
) -> list[Near]:
    """Return the frequent questions and the earlier replies that ask the same thing, the closest first.

    :param replies: every reply that was proposed.
    :param itself: number of the reply that is compared.
    """
    asked = [index.embed_question(put) for put in (wording.question, *wording.phrasings) if put]
    if not asked:
        return []
    limits = load_data("knowledge")
    own = {reply.document: reply for reply in replies}
    found = [
        near
        for near in (*_documents(asked, index, own), *_waiting(asked, index, replies))
        if near.likeness >= float(limits["likeness"]["duplicate"])
        and not (itself and near.reply == itself)
    ]
    found.sort(key=lambda near: -near.likeness)
    return found[: int(limits["shown"]["duplicates"])]


def _documents(
    asked: Sequence[FloatArray], index: Index, own: dict[str, ValidatedReply]
) -> Iterable[Near]:
    """Compare with the documents that are questions and their replies."""
    for name, record in index.documents.items():
        metadata = record.metadata
        if metadata.kind in _KINDS:
            vectors = phrasings(name, index)
            likeness = max(float((vectors @ one).max()) for one in asked)
            reply = own.get(name)
            yield Near(
                metadata.title,
                metadata.kind,
                likeness,
                name,
                reply.id if reply else 0,
                reply.state if reply else None,
            )


def _waiting(
    asked: Sequence[FloatArray], index: Index, replies: Iterable[ValidatedReply]
) -> Iterable[Near]:
    """Compare with the replies that are not documents: proposed, refused, withdrawn, just validated."""
    for reply in replies:
        if reply.document not in index.documents:
            vector = index.embed_question(reply.wording.question)
            likeness = max(float(vector @ one) for one in asked)
            question, state = reply.wording.question, reply.state
            yield Near(question, VALIDATED_REPLY, likeness, "", reply.id, state)
