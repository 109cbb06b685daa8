"""The second look: the passages that both searches put first, ordered anew by a weighted sum.

Mixing two scores cannot tell that the words of the question stand together in one stretch of text, that
the rarest of them is missing, or that the whole passage, not one of its sentences only, is about the
question. The features of :data:`FEATURES` can; none of them knows the corpus, so the weights serve any
collection. They are fitted by ``python -m training.rerank``, which writes ``data/rerank.yaml`` (figures in
docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.lexical import LexicalIndex
from pvd_assistant.index.query import Slot
from pvd_assistant.messages import load_data

FEATURES = (
    "words",
    "meaning",
    "meaning of the whole",
    "coverage",
    "neighbours' words",
    "neighbours' meaning",
    "title coverage",
    "narrow window",
    "wide window",
    "pairs of words",
    "rarest word",
    "rarest word missing",
)
# Content words side by side: about a sentence and about three.
_NARROW, _WIDE = 10, 30


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What the searches say of the passages to order; arrays have one row a passage.

    :ivar positions: passages.
    :ivar words: score of the search by words.
    :ivar meaning: cosine of the best unit.
    :ivar whole: cosine of the mean of the units.
    :ivar coverage: share of the question's words.
    :ivar documents: document of each passage.
    """

    positions: npt.NDArray[np.int64]
    words: npt.NDArray[np.float32]
    meaning: npt.NDArray[np.float32]
    whole: npt.NDArray[np.float32]
    coverage: npt.NDArray[np.float32]
    documents: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Weights:
    of: npt.NDArray[np.float64]
    scale: float
    offset: float


@cache
def _weights() -> _Weights:
    data = load_data("rerank")
    of = np.array([float(data["weights"][name]) for name in FEATURES])
    return _Weights(of, float(data["scale"]), float(data["offset"]))


def chances(
    found: Shortlist, slots: Sequence[Slot], lexical: LexicalIndex
) -> npt.NDArray[np.float64]:
    """Return how likely each passage is to answer, 0 to 1."""
    weights = _weights()
    sums = features(found, slots, lexical) @ weights.of
    likely: npt.NDArray[np.float64] = 1 / (1 + np.exp(-weights.scale * (sums - weights.offset)))
    return likely


def features(
    found: Shortlist, slots: Sequence[Slot], lexical: LexicalIndex
) -> npt.NDArray[np.float64]:
    """Describe the passages of a shortlist.

    :returns: array (passages, :data:`FEATURES`).
    """
    asked = _Asked(slots, lexical)
    words = found.words / max(float(found.words.max(initial=0.0)), 1e-6)
    inside = [_inside(asked, lexical, int(position)) for position in found.positions]
    columns = [
        words,
        found.meaning,
        found.whole,
        found.coverage,
        _of_neighbours(words, found.documents),
        _of_neighbours(found.meaning, found.documents),
        *np.array(inside).reshape(len(found.positions), _INSIDE).T,
    ]
    return np.column_stack(columns).astype(np.float64)


#: Features that :func:`_inside` gives: from "title coverage" on.
_INSIDE = 6


class _Asked:
    """The words of a question as numbers of stems, with what each is worth.

    :ivar worth: rarity of each word times its weight.
    :ivar forms: number of a stem → word it stands for and weight of the form.
    """

    def __init__(self, slots: Sequence[Slot], lexical: LexicalIndex) -> None:
        self.worth = np.zeros(len(slots))
        self.forms: dict[int, list[tuple[int, float]]] = {}
        for number, slot in enumerate(slots):
            for form in slot.alternatives:
                for term in form.terms:
                    if (id_ := lexical.term_id(term)) is not None:
                        known = self.forms.setdefault(id_, [])
                        known.append((number, form.weight / len(form.terms)))
            # A form that no passage holds is not a rare one: it is not of this corpus.
            rarities = [
                min(map(lexical.idf, form.terms))
                for form in slot.alternatives
                if all(lexical.term_id(term) is not None for term in form.terms)
            ]
            unknown = lexical.idf(slot.word) if slot.alternatives else 0.0
            self.worth[number] = slot.weight * max(rarities, default=unknown)
        self.total = float(self.worth.sum())
        self.ids = np.array(sorted(self.forms), np.int32)

    def hits(self, sequence: npt.NDArray[np.int32]) -> list[tuple[int, int, float]]:
        """Return the places of a text that hold a word asked: place, word, weight of the form."""
        if not len(self.ids) or not len(sequence):
            return []
        at = np.minimum(np.searchsorted(self.ids, sequence), len(self.ids) - 1)
        places = np.flatnonzero(self.ids[at] == sequence)
        return [
            (int(place), word, weight)
            for place in places
            for word, weight in self.forms[int(sequence[place])]
        ]


def _inside(asked: _Asked, lexical: LexicalIndex, position: int) -> tuple[float, ...]:
    """Return what only the words in their order tell."""
    if not asked.total:
        return (0.0,) * _INSIDE
    body = asked.hits(lexical.sequence("body", position))
    title = asked.hits(lexical.sequence("title", position))
    titled = _covered(asked, title)
    either = np.maximum(_covered(asked, body), titled)
    rarest = int(np.argmax(asked.worth))
    missing = float(asked.worth[either == 0].max(initial=0.0))
    return (
        float(titled @ asked.worth) / asked.total,
        _window(asked, body, _NARROW),
        _window(asked, body, _WIDE),
        _pairs(asked, body, title),
        float(either[rarest]),
        missing / asked.worth[rarest],
    )


def _covered(asked: _Asked, hits: Sequence[tuple[int, int, float]]) -> npt.NDArray[np.float64]:
    """Return for each word asked the weight of the best form found."""
    covered = np.zeros(len(asked.worth))
    for _, word, weight in hits:
        covered[word] = max(covered[word], weight)
    return covered


def _window(asked: _Asked, hits: Sequence[tuple[int, int, float]], width: int) -> float:
    """Return the share of the question that the best stretch of ``width`` content words covers."""
    best = 0.0
    for start, (place, _, _) in enumerate(hits):
        held: dict[int, float] = {}
        for other, word, weight in hits[start:]:
            if other >= place + width:
                break
            held[word] = max(held.get(word, 0.0), weight)
        best = max(best, sum(asked.worth[word] * weight for word, weight in held.items()))
    return best / asked.total


def _pairs(
    asked: _Asked,
    body: Sequence[tuple[int, int, float]],
    title: Sequence[tuple[int, int, float]],
) -> float:
    """Return the share of the neighbouring words of the question that are neighbours in the text."""
    words = len(asked.worth)
    if words < 2:
        return 0.0
    near: set[int] = set()
    for hits in (body, title):
        for start, (place, word, _) in enumerate(hits):
            for other, next_word, _ in hits[start + 1 : start + 6]:
                if other > place + 2:
                    break
                if abs(next_word - word) == 1:
                    near.add(min(word, next_word))
    worth = np.minimum(asked.worth[:-1], asked.worth[1:])
    return float(worth[sorted(near)].sum() / worth.sum()) if worth.sum() else 0.0


def _of_neighbours(
    scores: npt.NDArray[np.float32], documents: npt.NDArray[np.int32]
) -> npt.NDArray[np.float64]:
    """Return the best score of the other passages of the same document, 0 without any."""
    best: dict[int, list[float]] = {}
    for document, score in zip(documents.tolist(), scores.tolist(), strict=True):
        best.setdefault(document, []).append(score)
    first = {document: sorted(own, reverse=True)[:2] for document, own in best.items()}
    return np.array(
        [
            (own[1] if score == own[0] else own[0]) if len(own) > 1 else 0.0
            for document, score in zip(documents.tolist(), scores.tolist(), strict=True)
            for own in (first[document],)
        ]
    )
