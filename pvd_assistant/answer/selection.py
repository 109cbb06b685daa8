"""Choose a few statements among the candidates and put them in the order a reader expects.

Greedy choice (after maximal marginal relevance, Carbonell and Goldstein, 1998): each step takes the
candidate with the best score, helped when it brings a kind of thing still expected or comes from the
document that answers already, and set aside when it repeats what is said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.ranking import choice
from pvd_assistant.answer.repeating import overlap, repeats
from pvd_assistant.answer.understanding import Understanding, commands
from pvd_assistant.index.store import Index

_PROJECTS = "projets/"
_STEP = re.compile(r"(?:^|\n)\s*(\d{1,2})[.)]\s*$")


def select(
    question: Understanding,
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
    of_parts: Sequence[NDArray[np.float64]] = (),
    questions: int = 1,
    index: Index | None = None,
) -> list[Candidate]:
    """Return the statements to make, the answer first, then conditions, then the next step.

    :param scores: log-odds of each candidate.
    :param of_parts: log-odds of each candidate for each of the questions of the message: each of
        them gets its best candidate before anything else is added.
    :param questions: how many questions share the room of the answer with this one, itself included.
    :param index: where the steps of a list that were not found are read.
    """
    if not found:
        return []
    scores = _presentation_last(question, found, _official_first(found, scores))
    of_parts = [_official_first(found, own) for own in of_parts]
    of_town = found[int(np.argmax(scores))].passage.document.startswith(_PROJECTS)
    most, longest = (
        _room(name, question, questions, of_town) for name in ("statements", "characters")
    )
    chosen: list[int] = []
    for own in (scores, *(choice("part") * own + scores for own in of_parts)):
        for best in map(int, np.argsort(-own, kind="stable")[:3]):
            if not _again(found[best], (found[i] for i in chosen)):
                chosen.append(best)
                break
    pool = [int(i) for i in np.argsort(-scores, kind="stable")[:60]]
    room = longest - sum(len(found[i].text) for i in chosen)
    while pool and len(chosen) < most:
        best = max(pool, key=lambda i: (_gain(question, found, scores, chosen, i), -i))
        pool.remove(best)
        if scores[best] < scores[chosen[0]] - choice("furthest"):
            continue
        if len(found[best].text) > room:
            continue
        if _again(found[best], (found[i] for i in chosen)):
            continue
        chosen.append(best)
        room -= len(found[best].text)
    chosen = _led(question, found, scores, chosen)
    return _with_steps(question, in_order([found[i] for i in chosen]), found, index)


def _official_first(found: Sequence[Candidate], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put what a validated reply says below the official statement that it repeats."""
    ordered = scores.copy()
    for i, candidate in enumerate(found):
        if not candidate.official:
            same = [scores[j] for j, o in enumerate(found) if o.official and _again(candidate, [o])]
            if same:
                ordered[i] = min(scores[i], np.nextafter(max(same), -np.inf))
    return ordered


def _presentation_last(
    question: Understanding, found: Sequence[Candidate], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Put what presents a town, and what the editors draw from its project, below what it did."""
    asked = composition.pattern("asks_presentation").search(fold(question.core))
    lowered = scores.copy()
    for i, candidate in enumerate(found):
        if not candidate.passage.document.startswith(_PROJECTS):
            continue
        section = fold(candidate.passage.headings[-1]) if candidate.passage.headings else ""
        if composition.pattern("presents").search(section) and not asked:
            lowered[i] -= choice("presentation")
        elif composition.pattern("transferable").search(section):
            lowered[i] -= choice("transferable")
    return lowered


def _room(name: str, question: Understanding, questions: int, of_town: bool) -> int:
    """Return how many statements, or characters, a question has in the answer."""
    more = max(len(question.questions), questions) - 1
    room = composition.limit(name)
    room += len(question.requests[1:]) * composition.limit(f"{name}_request")
    if of_town:
        room = max(room, composition.limit(f"{name}_project"))
    return -(-(room + more * composition.limit(f"{name}_more")) // questions)


def _led(
    question: Understanding,
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
    chosen: list[int],
) -> list[int]:
    """Put first the best statement with the figure, or the yes or no, that was asked for."""
    wanted = question.expects & composition.leading()
    if not wanted or found[chosen[0]].met & wanted:
        return chosen
    near = scores[chosen[0]] - choice("leads")
    able = [i for i in chosen if found[i].met & wanted and scores[i] >= near]
    if not able:
        return chosen
    first = max(able, key=lambda i: float(scores[i]))
    return [first, *(i for i in chosen if i != first)]


def _with_steps(
    question: Understanding,
    chosen: list[Candidate],
    found: Sequence[Candidate],
    index: Index | None,
) -> list[Candidate]:
    """Complete an ordered list of which two steps are chosen, when asked how to proceed.

    The list may span several passages: its steps come together, in their order, at the place of the first
    one chosen.
    """
    if "how" not in question.expects:
        return chosen
    first = chosen[0].passage.id
    if chosen[0].unit.kind == "item":  # « Deuxième étape » does not come before « Première étape »
        together = [c for c in chosen if c.passage.id == first]
        together.sort(key=lambda c: c.unit.start)
        chosen = [*together, *(c for c in chosen if c.passage.id != first)]
    taken = Counter(list_of(c) for c in chosen if step_number(c))
    completed: list[Candidate] = []
    for candidate in chosen:
        own = list_of(candidate)
        if not step_number(candidate) or taken[own] < 2:
            completed.append(candidate)
        elif own not in {list_of(c) for c in completed if step_number(c)}:
            steps = [c for c in found if list_of(c) == own and step_number(c)]
            steps += _unfound(candidate, steps, index) if index is not None else []
            completed += sorted(steps, key=in_document)
    return completed


def _unfound(step: Candidate, steps: Sequence[Candidate], index: Index) -> Iterator[Candidate]:
    """Yield the steps of a list that stand in passages the search did not find."""
    read = {candidate.passage.id for candidate in steps}
    for passage in index.passages_of(step.passage.document):
        if passage.headings != step.passage.headings or passage.id in read:
            continue
        for unit in passage.units:
            said = passage.unit_text(unit)
            hit = replace(step.hit, passage=passage)
            other = replace(step, hit=hit, unit=unit, text=said, met=frozenset())
            if step_number(other) and not commands(fold(said)):
                yield other


def list_of(candidate: Candidate) -> tuple[str, tuple[str, ...]]:
    """Return what the steps of one list have in common: their document and their section."""
    return candidate.passage.document, candidate.passage.headings


def in_document(candidate: Candidate) -> tuple[int, int]:
    """Return where a candidate stands in its document."""
    return candidate.passage.part, candidate.passage.start + candidate.unit.start


def step_number(candidate: Candidate) -> int:
    """Return the number an item bears in the ordered list of its document, or 0."""
    before = _STEP.search(candidate.passage.text[: candidate.unit.start])
    return int(before[1]) if before and candidate.unit.kind == "item" else 0


def _gain(
    question: Understanding,
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
    chosen: Sequence[int],
    i: int,
) -> float:
    met = frozenset[str]().union(*(found[j].met for j in chosen))
    new = len((found[i].met & question.expects) - met)
    first = found[chosen[0]].passage
    same_document = found[i].passage.document == first.document
    same_passage = found[i].passage.id in {found[j].passage.id for j in chosen}
    return (
        float(scores[i])
        + choice("new kind") * new
        + choice("same document") * same_document
        + choice("same passage") * same_passage
        - choice("overlap") * max(overlap(found[i].text, found[j].text) for j in chosen)
    )


def _again(candidate: Candidate, earlier: Iterable[Candidate]) -> bool:
    """Tell whether a statement repeats others; a sentence may sum up rows that are stated."""
    row = candidate.unit.kind == "row"
    return repeats(candidate.text, [o.text for o in earlier if row or o.unit.kind != "row"])


def in_order(chosen: list[Candidate]) -> list[Candidate]:
    """Keep the answer first; then its document by section and place, then the other documents."""
    first, rest = chosen[0], chosen[1:]
    documents = list(dict.fromkeys(c.passage.document for c in chosen))
    return [
        first,
        *sorted(
            rest,
            key=lambda c: (
                documents.index(c.passage.document),
                composition.role_order(c.role),
                *in_document(c),
            ),
        ),
    ]
