"""From the chosen statements to the sections of an answer, its status and what it must admit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import doubts, premises
from pvd_assistant.answer.candidates import Candidate, Evidence
from pvd_assistant.answer.comparison import beside
from pvd_assistant.answer.composing import Section
from pvd_assistant.answer.disagreement import confront
from pvd_assistant.answer.frequent import same_question
from pvd_assistant.answer.naming import asks_only_the_name
from pvd_assistant.answer.premises import Denial
from pvd_assistant.answer.reviewed import reviewed_first
from pvd_assistant.answer.sections import arrange
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Status


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The sections of an answer, in order, before its citations are numbered."""

    sections: tuple[Section, ...]
    status: Status
    warnings: tuple[str, ...] = ()


def lay_out(
    evidence: Evidence,
    chosen: Sequence[Candidate],
    scores: NDArray[np.float64],
    of_parts: Sequence[NDArray[np.float64]],
    table: Section | None,
    index: Index,
    *,
    defined: bool = False,
    denial: Denial | None = None,
) -> LaidOut:
    """Give an answer the form its question calls for.

    :param chosen: the statements, the answer first; at least one unless there is a table.
    :param scores: log-odds of each candidate found.
    :param of_parts: log-odds of each candidate found for each of the questions of the message.
    :param table: the two sheets compared, when the question compares two things.
    :param defined: the first statement defines what was asked: no frequent question goes before it, but
        the one on the programme itself.
    :param denial: what it wrongly takes for granted about the programme.
    """
    question = evidence.understood
    denial = denial or premises.denied(evidence, scores, index)
    unsure = table is None and not denial and doubts.not_established(question, chosen)
    false_premise = not denial and doubts.unconfirmed_amount(question, evidence.hits, index)
    sections = _sections(evidence, chosen, scores, of_parts, table, index, defined)
    if denial:
        sections = premises.corrected(sections, denial)
    elif false_premise:
        sections = [Section(note=text("answer.premise")), *sections]
    confronted = confront(sections, evidence.found, index)
    unproven = denial is not None and not denial.settled
    doubtful = unsure or false_premise or unproven or confronted.contradicted
    return LaidOut(
        confronted.sections,
        "partial" if doubtful else "answered",
        (*doubts.warnings(chosen, index, unsure), *confronted.warnings),
    )


def _sections(
    evidence: Evidence,
    chosen: Sequence[Candidate],
    scores: NDArray[np.float64],
    of_parts: Sequence[NDArray[np.float64]],
    table: Section | None,
    index: Index,
    defined: bool,
) -> list[Section]:
    if table is not None:
        return [beside(chosen, table), table]
    if not chosen:
        return []
    question = evidence.understood
    defined = defined and not asks_only_the_name(question.core)
    frequent = same_question(evidence, index) if not (defined or question.follow_up) else None
    if frequent is not None and (frequent.exact or not question.parts):
        reviewed = reviewed_first(frequent, chosen, evidence.found, scores, index)
        if reviewed:
            return reviewed
    return arrange(evidence.understood, chosen, evidence.found, scores, of_parts, index)
