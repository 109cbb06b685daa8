"""A frequent question that truly is the one asked: its reviewed reply comes first, and is said to be one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate, Evidence
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section, drafts
from pvd_assistant.answer.understanding import commands
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text


def same_question(evidence: Evidence, index: Index) -> str | None:
    """Return the frequent question, among the documents found, that asks the same thing.

    The threshold was measured (docs/evaluation.md).
    """
    name, likeness = closest(evidence, index)
    return name if likeness >= composition.weight("same_question") else None


def closest(evidence: Evidence, index: Index) -> tuple[str, float]:
    """Return the frequent question found that is most like the one asked, and the cosine (0 if none)."""
    read = evidence.hits[: composition.limit("hits")]
    names = dict.fromkeys(hit.passage.document for hit in read)
    frequent = [name for name in names if index.documents[name].metadata.kind == "faq"]
    asked = index.embed_question(evidence.understood.core)
    likeness = {name: float((_phrasings(name, index) @ asked).max()) for name in frequent}
    return max(likeness.items(), key=lambda one: one[1], default=("", 0.0))


def reviewed_first(document: str, chosen: Sequence[Candidate], index: Index) -> list[Section]:
    """Return the reply of a frequent question, then the statements of the other documents.

    The reply is given from its start: its first sentence is the one that answers, whatever was chosen.
    """
    reply = _reply(document, index)
    said = {draft.text for draft in reply}
    more = [c for c in chosen if c.passage.document == document and c.text not in said]
    others = [c for c in chosen if c.passage.document != document and _adds(c.text, said)]
    first = Section((*reply, *drafts(more)), note=text("answer.reviewed"))
    if not others:
        return [first]
    return [first, Section(tuple(drafts(others)), note=text("answer.completed"))]


def _adds(statement: str, said: set[str]) -> bool:
    """Tell whether a statement gives a figure that the reply lacks, or words it mostly lacks."""
    known = frozenset[str]().union(*map(term_set, said))
    own = term_set(statement)
    figures = {term for term in own if term[0].isdigit()}
    new = figures - known if figures else own - known
    return len(new) > (0 if figures else len(own) / 3)


def _reply(document: str, index: Index) -> list[Draft]:
    """Return the first statements of a reply."""
    units = [
        Draft(said, (passage,), bullet=unit.kind != "sentence")
        for passage in index.passages_of(document)
        if composition.role(passage.headings) == "summary"
        for unit in passage.units
        if not commands(fold(said := passage.unit_text(unit)))
    ]
    return units[: composition.limit("reply")]


@lru_cache(maxsize=1024)
def _phrasings(document: str, index: Index) -> npt.NDArray[np.float32]:
    """Return the vectors of the ways a frequent question is put, one a row."""
    written = {
        line.strip(" -")
        for passage in index.passages_of(document)
        for line in passage.questions.splitlines()
    }
    put = sorted({index.documents[document].metadata.title, *written} - {""})
    return np.stack([index.embed_question(phrasing) for phrasing in put])
