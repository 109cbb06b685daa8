"""A frequent question, or a validated reply, that truly is the one asked: its reply first, said to be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section, drafts, row_header
from pvd_assistant.answer.doubts import admits
from pvd_assistant.answer.frequent import Frequent
from pvd_assistant.answer.repeating import figures, new_figures
from pvd_assistant.answer.understanding import commands
from pvd_assistant.french import french_date
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import VALIDATED_REPLY


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
    if frequent.plain:  # in such common words, other documents speak of something else
        others = []
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
