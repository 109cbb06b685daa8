"""A frequent question, or a validated reply, that truly is the one asked: its reply first, said to be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate, Evidence
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section, drafts, row_header
from pvd_assistant.answer.doubts import admits
from pvd_assistant.answer.repeating import figures, new_figures
from pvd_assistant.answer.understanding import commands
from pvd_assistant.french import french_date
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import VALIDATED_REPLY, Kind

_OFFICIAL: Kind = "faq"


@dataclass(frozen=True, slots=True)
class Frequent:
    """A frequent question, or a validated reply, close to what is asked.

    :ivar likeness: cosine with its closest phrasing.
    """

    document: str
    likeness: float

    @property
    def sure(self) -> bool:
        """Whether it is the question asked, whatever its reply looks like."""
        return self.likeness >= composition.weight("surely_same_question")

    @property
    def exact(self) -> bool:
        """Whether the question is put nearly word for word as one of its phrasings."""
        return self.likeness >= composition.weight("exact_question")


def same_question(evidence: Evidence, index: Index) -> Frequent | None:
    """Return the frequent question or validated reply that asks the same thing.

    An official frequent question that is nearly as close as a validated reply goes before it. The
    threshold and the margin were measured (docs/evaluation.md).
    """
    least = composition.weight("same_question")
    official, likeness = _closest(evidence, index, _OFFICIAL)
    validated, closer = _closest(evidence, index, VALIDATED_REPLY)
    if likeness >= max(least, closer - composition.weight("official_margin")):
        return Frequent(official, likeness)
    return Frequent(validated, closer) if closer >= least else None


def asked_exactly(evidence: Evidence, index: Index) -> bool:
    """Tell whether the question is put nearly word for word as a frequent question: its reply is known."""
    frequent = same_question(evidence, index) if not evidence.understood.follow_up else None
    return frequent is not None and frequent.exact


def closest(evidence: Evidence, index: Index) -> tuple[str, float]:
    """Return what is most like the question asked, and the cosine (0 if none)."""
    return _closest(evidence, index, _OFFICIAL, VALIDATED_REPLY)


def _closest(evidence: Evidence, index: Index, *kinds: Kind) -> tuple[str, float]:
    """Compare with every phrasing: the search may put the right sheet far behind, or miss it.

    A sheet that the search did not find must be closer by a margin; it does not count where the user limited
    the search.
    """
    found = {hit.passage.document for hit in evidence.hits[: composition.limit("hits")]}
    margin = 2.0 if evidence.limited else composition.weight("unfound_margin")
    asked = index.embed_question(evidence.understood.core)
    best, likeness = "", 0.0
    for kind in kinds:
        names, vectors = _phrasings_of(kind, index)
        if not names:
            continue
        cosines = vectors @ asked - np.array([0.0 if n in found else margin for n in names])
        at = int(np.argmax(cosines))
        if cosines[at] > likeness:
            best, likeness = names[at], float(cosines[at])
    return best, likeness


def reviewed_first(
    frequent: Frequent,
    chosen: Sequence[Candidate],
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
    index: Index,
) -> list[Section]:
    """Return the reply of a frequent question, then the statements of the other documents.

    The reply is given from its start: its first sentence is the one that answers. Unless the question
    surely is the one asked, or its reply admits that something is not known, a statement that answers
    much better goes before it. Nothing is returned when it may be another one, and no statement of its
    sheet answers nearly as well as the best one found.

    :param found: everything that may be stated: what a validated reply says word for word as an
        official document cites that document first.
    :param scores: log-odds of each of them.
    """
    document = frequent.document
    reply = _reply(document, index)
    behind, all_behind = _behind(document, reply, found, scores)
    doubtful = frequent.likeness < composition.weight("probably_same_question")
    if doubtful and all_behind > composition.weight("reply_far_behind"):
        return []
    metadata = index.documents[document].metadata
    note = text("answer.reviewed")
    if metadata.kind == VALIDATED_REPLY:
        note = text("answer.reviewed_reply", date=french_date(metadata.updated))
        reply = [_officially(draft, found) for draft in reply]
    lead: list[Section] = []
    better = behind > composition.weight("reply_behind") and not admits(reply[0].text)
    if better and not frequent.sure and _adds(chosen[0].text, {reply[0].text}):
        first = drafts(chosen[:1])
        if chosen[0].passage.document == document:
            reply = [*first, *(d for d in reply if d.text != chosen[0].text)]
        else:
            lead, note = [Section(tuple(first))], text("answer.reviewed_near")
            chosen = chosen[1:]
    said = {draft.text for draft in reply}
    more = [c for c in chosen if c.passage.document == document and c.text not in said]
    others = [c for c in chosen if c.passage.document != document and _adds(c.text, said)]
    sections = [*lead, Section((*reply, *drafts(more)), note=note)]
    if others:
        sections.append(Section(tuple(drafts(others)), note=text("answer.completed")))
    return sections


def _behind(
    document: str,
    reply: Sequence[Draft],
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
) -> tuple[float, float]:
    """Return by how much the first statement of a reply, and the best of its sheet, answer less than another.

    In log-odds; 0 when the search did not find the sheet: its statements have no score.
    """
    own = [
        (c.text == reply[0].text, float(score))
        for c, score in zip(found, scores, strict=True)
        if c.passage.document == document
    ]
    if not own or not reply:
        return 0.0, 0.0
    best = max(score for _, score in own)
    first = next((score for is_first, score in own if is_first), best)
    return float(scores.max()) - first, float(scores.max()) - best


def _officially(draft: Draft, found: Sequence[Candidate]) -> Draft:
    """Cite before the reply the official document that says the same words."""
    said = draft.text.split()
    same = next((c.passage for c in found if c.official and c.text.split() == said), None)
    return draft if same is None else replace(draft, passages=(same, *draft.passages))


def _adds(statement: str, said: set[str]) -> bool:
    """Tell whether a statement gives a figure that the reply lacks, or words it mostly lacks."""
    if figures(statement):
        return bool(new_figures(statement, said))
    known = frozenset[str]().union(*map(term_set, said))
    own = term_set(statement)
    return len(own - known) > len(own) / 3


def _reply(document: str, index: Index) -> list[Draft]:
    """Return the first statements of a reply."""
    units = [
        Draft(said, (passage,), bullet=unit.kind != "sentence", header=row_header(unit, said))
        for passage in index.passages_of(document)
        if composition.role(passage.headings) == "summary"
        for unit in passage.units
        if not commands(fold(said := passage.unit_text(unit)))
    ]
    return units[: composition.limit("reply")]


@lru_cache(maxsize=4)
def _phrasings_of(kind: Kind, index: Index) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
    """Return the ways of putting the questions of a kind: the document of each, and its vector, one a row."""
    of_kind = [name for name, record in index.documents.items() if record.metadata.kind == kind]
    vectors = [phrasings(name, index) for name in of_kind]
    names = [name for name, own in zip(of_kind, vectors, strict=True) for _ in own]
    nothing = np.zeros((0, index.manifest.dimension), np.float32)
    return tuple(names), np.concatenate([nothing, *vectors])


@lru_cache(maxsize=4096)
def phrasings(document: str, index: Index) -> npt.NDArray[np.float32]:
    """Return the vectors of the ways a frequent question is put, one a row."""
    written = {
        line.strip(" -")
        for passage in index.passages_of(document)
        for line in passage.questions.splitlines()
    }
    put = sorted({index.documents[document].metadata.title, *written} - {""})
    return np.stack([index.embed_question(phrasing) for phrasing in put])
