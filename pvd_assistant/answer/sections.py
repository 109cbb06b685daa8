"""Lay out the chosen statements: under each question of a message, or a card for each town's project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from numpy import float64
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.composing import Section, drafts
from pvd_assistant.answer.requests import direct
from pvd_assistant.answer.sharing import by_question, by_request
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Metadata

_MARK = re.compile(r"\[\d+\]|[|#*_`]")
# A card for each project when most of the statements are about the projects of several towns.
_CARDS, _MOSTLY = 2, 0.7


def arrange(
    question: Understanding,
    chosen: Sequence[Candidate],
    found: Sequence[Candidate],
    scores: NDArray[float64],
    of_parts: Sequence[NDArray[float64]],
    index: Index,
) -> list[Section]:
    """Return the sections of an answer; a single one without a heading for a plain question.

    :param scores: log-odds of each candidate found.
    :param of_parts: log-odds of each candidate found for each of the questions of the message.
    """
    if len(question.questions) > 1 and len(of_parts) > 1:
        shared = by_question(question.parts, chosen, found, of_parts, index)
        return _questions(question, shared)
    if question.requests and len(of_parts) > 1:
        groups = by_request(question.parts, chosen, found, scores, of_parts, index)
        if len(groups) > 1:
            return [_requests(question, *group) for group in groups]
        chosen = groups[0][1]
    return _cards(chosen, index) or [Section(tuple(drafts(chosen)))]


def heading(question: str) -> str:
    """Return a question as a heading: no « et enfin », no markup, cut at a word when long."""
    words = without_link(direct(_MARK.sub("", question))).split()
    kept: list[str] = []
    for word in words:
        if sum(map(len, kept)) + len(kept) + len(word) > composition.limit("heading"):
            kept.append("…")
            break
        kept.append(word)
    said = " ".join(kept)
    if words and not said.rstrip(" »\"'”").endswith(("?", "…", ".", "!")):
        said = f"{said}\u00a0?"
    return said[:1].upper() + said[1:]


def without_link(question: str) -> str:
    """Return a question of a message without the « et enfin, » that ties it to the one before."""
    return composition.heading("drop").sub("", question)


def _questions(question: Understanding, shared: Sequence[Sequence[Candidate]]) -> list[Section]:
    """A question whose statements all stand under another one shares the heading of that one."""
    sections: list[Section] = []
    waiting: list[str] = []
    for asked, group in zip(question.parts, shared, strict=False):
        waiting.append(heading(asked))
        if group:
            sections.append(Section(tuple(drafts(group)), title=" ".join(waiting)))
            waiting = []
    if waiting and sections:
        last = sections[-1]
        sections[-1] = Section(last.drafts, title=" ".join([last.title, *waiting]))
    return sections


def _requests(question: Understanding, asked: Sequence[int], group: Sequence[Candidate]) -> Section:
    title = " ".join(heading(question.requests[n]) for n in asked)
    return Section(tuple(drafts(group)), title=title)


def _cards(chosen: Sequence[Candidate], index: Index) -> list[Section]:
    """Return a section for each project, the others together after them; none when few are."""
    kinds = {c.passage.document: index.documents[c.passage.document].metadata for c in chosen}
    projects = [name for name, metadata in kinds.items() if metadata.kind == "projet"]
    about = [c for c in chosen if c.passage.document in projects]
    if len(projects) < _CARDS or len(about) < _MOSTLY * len(chosen):
        return []
    cards = [
        Section(
            tuple(drafts([c for c in about if c.passage.document == name])),
            title=project_title(kinds[name]),
        )
        for name in projects
    ]
    others = [c for c in chosen if c.passage.document not in projects]
    return [*cards, *([Section(tuple(drafts(others)), text("answer.see_also"))] if others else [])]


def project_title(metadata: Metadata) -> str:
    """Return « Lagnieu, Meximieux (Ain) — friches, numérique »; the title without a place."""
    where = project_place(metadata)
    return (
        f"{where} — {', '.join(metadata.themes)}"
        if where and metadata.themes
        else (where or metadata.title)
    )


def project_place(metadata: Metadata) -> str:
    """Return « Lagnieu, Meximieux (Ain) »; nothing for a sheet that names no town."""
    place = metadata.place
    if place is None or not place.communes:
        return ""
    names = _listed(place.communes)
    return f"{names} ({place.departement})" if place.departement else names


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    most = composition.limit("towns")
    shown = ", ".join(found[:most])
    return f"{shown}, {text('answer.other_towns')}" if len(found) > most else shown
