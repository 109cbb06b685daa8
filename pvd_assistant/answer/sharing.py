"""Share the statements of an answer between the questions of a message, or the requests of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.ranking import choice
from pvd_assistant.answer.selection import in_document, in_order, list_of, step_number
from pvd_assistant.answer.understanding import expected
from pvd_assistant.index.store import Index

#: Above any difference of scores.
_DEFINES = 100.0


def by_question(
    questions: Sequence[str],
    chosen: Sequence[Candidate],
    found: Sequence[Candidate],
    of_parts: Sequence[NDArray[np.float64]],
    index: Index,
) -> list[list[Candidate]]:
    """Share statements between the questions of a message: each under the one it answers best.

    :param of_parts: log-odds of each candidate found for each of the questions.
    :returns: a list a question, the best statement first; it may be empty.
    """
    place = {id(candidate): i for i, candidate in enumerate(found)}

    def odds(own: NDArray[np.float64], candidate: Candidate, unseen: float) -> float:
        """A definition read in its sheet may not be among those found."""
        at = place.get(id(candidate))
        return unseen if at is None else float(own[at])

    asked = np.array(
        [index.embed_question(question) for question, _ in zip(questions, of_parts, strict=False)]
    )
    shared: list[list[Candidate]] = [[] for _ in of_parts]
    for candidate in chosen:
        scores = np.array([odds(own, candidate, 0.0) for own in of_parts])
        own_vector = index.unit_vectors(candidate.passage)[
            candidate.passage.units.index(candidate.unit)
        ]
        scores += choice("meaning") * (asked @ own_vector)
        shared[int(np.argmax(scores))].append(candidate)
    for own, group in zip(of_parts, shared, strict=True):
        if group:
            best = max(group, key=lambda c: odds(own, c, np.inf))
            group[:] = in_order([best, *(c for c in group if c is not best)])
    return shared


def by_request(
    requests: Sequence[str],
    chosen: Sequence[Candidate],
    found: Sequence[Candidate],
    scores: NDArray[np.float64],
    of_parts: Sequence[NDArray[np.float64]],
    index: Index,
) -> list[tuple[list[int], list[Candidate]]]:
    """Share statements between the requests of a sentence, which are often on one subject.

    Requests that the same statement answers best, or nearly, are answered together. What is asked last may
    be the kind of thing alone (« et jusqu’à quand ? »), which every statement is as far from: another
    statement goes where it answers better than most do.

    :param scores: log-odds of each candidate for the whole sentence.
    :param of_parts: log-odds of each candidate for each of the requests.
    :returns: requests answered together, by number, and their statements, the best first.
    """
    place = {id(candidate): i for i, candidate in enumerate(found)}
    at = [place.get(id(candidate), -1) for candidate in chosen]
    odds = np.array([np.append(own, 0.0)[at] for own in of_parts])
    whole = np.append(scores, 0.0)[at]
    met = np.array([[_met(one, c) for c in chosen] for one in requests[: len(of_parts)]])
    suits = choice("part") * odds + whole + choice("new kind") * met
    if chosen[0].role == "summary":  # what it is, found on its sheet
        suits[:, 0] += [_DEFINES * _defines(one) for one in requests[: len(of_parts)]]
    together = _together(suits)
    asked = np.array([index.embed_question(one) for one in requests[: len(of_parts)]])
    vectors = np.array([_vector(candidate, index) for candidate in chosen])
    near = odds + choice("meaning") * asked @ vectors.T + met
    near -= near.mean(axis=1, keepdims=True)
    shared = []
    for lead, group in together.items():
        others = [n for n in range(len(chosen)) if n not in together]
        own = [n for n in others if int(np.argmax(near[:, n])) in group]
        firsts = [lead, *_seconds(own, suits, group)]
        shared.append((group, _ordered([chosen[n] for n in firsts], [chosen[n] for n in own])))
    return shared


def _together(suits: NDArray[np.float64]) -> dict[int, list[int]]:
    """Return the requests that each first statement answers.

    Two requests have a statement each when either answers its own clearly better than the other does.
    """
    together: dict[int, list[int]] = {}
    for n, own in enumerate(suits):
        lead = int(np.argmax(own))
        for other, group in together.items():
            first = suits[group[0]]
            if min(own[lead] - own[other], first[other] - first[lead]) < choice("leads"):
                group.append(n)
                break
        else:
            together[lead] = [n]
    return together


def _seconds(own: Sequence[int], suits: NDArray[np.float64], group: Sequence[int]) -> list[int]:
    """Return the next best statement of each request that another one shares the first with."""
    seconds: list[int] = []
    for request in group if len(group) > 1 else ():
        left = [n for n in own if n not in seconds]
        if left:
            seconds.append(max(left, key=lambda n: float(suits[request, n])))
    return seconds


def _ordered(firsts: Sequence[Candidate], own: Sequence[Candidate]) -> list[Candidate]:
    """Put the best statements first, with the steps of their list, then the others as in any answer."""
    led: list[Candidate] = []
    every = in_order([firsts[0], *own])
    for candidate in firsts:
        steps = [c for c in every if step_number(c) and list_of(c) == list_of(candidate)]
        whole = sorted(steps, key=in_document) if step_number(candidate) else [candidate]
        led += [c for c in whole if c not in led]
    return [*led, *(c for c in every if c not in led)]


def _defines(request: str) -> bool:
    return bool(composition.pattern("defined").search(fold(request)))


def _vector(candidate: Candidate, index: Index) -> NDArray[np.float32]:
    own: NDArray[np.float32] = index.unit_vectors(candidate.passage)[
        candidate.passage.units.index(candidate.unit)
    ]
    return own


def _met(request: str, candidate: Candidate) -> float:
    expects = expected(request)
    return len(composition.looks_met(expects, fold(candidate.text))) / max(1, len(expects))
