"""Whether a sentence written by a language model says what the passages it cites say.

In code, never by the model. A sentence is *verbatim* when it is a unit of a passage word for word;
*checked* when its facts are in the passage and its words, its meaning and what surrounds its numbers
agree with a few units of it, above floors measured by :mod:`pvd_assistant.evaluation.grounding`;
*unchecked* when its facts are there, nothing contradicts it, but it cannot be shown to say the same;
*unsupported* otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from pvd_assistant.answer.agreement import agrees
from pvd_assistant.answer.facts import Facts, Source, facts, tokens
from pvd_assistant.index.analysis import stem, term_set
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.messages import load_data
from pvd_assistant.model import Passage

Finding = Literal["verbatim", "checked", "unchecked", "unsupported"]

#: Units of passages that one sentence may combine.
_MOST_UNITS = 3
#: Share of the words of a sentence that a further unit must bring.
_BRINGS = 0.12
#: Weight of a number in the choice of units: about that of a rare word.
_NUMBER = 6.0
#: Words taken on each side of a number, in the sentence and in the passage.
_NEAR, _NEAR_SOURCE = 5, 8
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with what was found of it.

    :ivar text: the sentence; the passage's own words when it is verbatim.
    :ivar passages: those it rests on, the main one first.
    """

    text: str
    finding: Finding
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Support:
    """How much a few units support a sentence, each figure from 0 to 1.

    :ivar words: share of its words, rare ones weighing more, that the units or their titles hold.
    :ivar meaning: cosine of the sentence with the units.
    :ivar around: for the number that fares worst, share of the words around it found around it there.
    :ivar agrees: it denies, obliges and bounds as they do (:mod:`pvd_assistant.answer.agreement`).
    """

    words: float
    meaning: float
    around: float
    agrees: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    passage: Passage
    text: str
    vector: FloatArray


class Checker:
    """Checks sentences against the passages of one question.

    :param passages: everything the model was given.
    """

    def __init__(self, passages: Sequence[Passage], index: Index) -> None:
        self._passages = passages
        self._index = index
        self._floors = floors(index)

    def check(self, sentence: str, cited: Sequence[Passage]) -> Checked:
        """Check a sentence against the passages it cites, then against each of the others.

        A model that cites badly, or not at all, is thus put right: the passage that supports the
        sentence is the one that is shown.
        """
        others = [(p,) for p in self._passages if p not in cited]
        first = self._against(sentence, cited) if cited else Checked(sentence, "unsupported")
        if first.finding in ("verbatim", "checked"):
            return first
        alone = [(p,) for p in cited] if len(cited) > 1 else []
        found = [self._against(sentence, group) for group in (*alone, *others)]
        order: tuple[Finding, ...] = ("verbatim", "checked")
        return next((c for wanted in order for c in found if c.finding == wanted), first)

    def _against(self, sentence: str, passages: Sequence[Passage]) -> Checked:
        exact = _verbatim(sentence, passages)
        if exact is not None:
            return exact
        said = facts(sentence)
        if missing(said, passages, self._index):
            return Checked(sentence, "unsupported")
        support, used = measure(sentence, said, passages, self._index)
        if self._floors.passed(support):
            return Checked(sentence, "checked", used)
        if support.agrees and support.words >= self._floors.unchecked:
            return Checked(sentence, "unchecked", used)
        return Checked(sentence, "unsupported")


@dataclass(frozen=True, slots=True)
class Floors:
    """What a sentence must reach (``data/grounding_floors.yaml``).

    :ivar meaning: ``None`` with an embedding other than the one it was measured with.
    :ivar unchecked: words below which a sentence is not shown at all.
    """

    words: float
    around: float
    meaning: float | None
    unchecked: float

    def passed(self, support: Support) -> bool:
        """Tell whether a sentence is supported."""
        return (
            support.agrees
            and support.words >= self.words
            and support.around >= self.around
            and (self.meaning is None or support.meaning >= self.meaning)
        )


def floors(index: Index) -> Floors:
    """Return the floors that go with the embedding of an index."""
    data = load_data("grounding_floors")
    same = data["measured"]["embedding"] == index.manifest.model_version
    found = data["with meaning" if same else "words alone"]
    return Floors(found["words"], found["around"], found.get("meaning"), data["unchecked"])


def missing(said: Facts, passages: Sequence[Passage], index: Index) -> tuple[str, ...]:
    """Return the facts of a sentence that are in none of the passages."""
    text = "\n".join(passage.text for passage in passages)
    around = [title for passage in passages for title in _titles(passage, index)]
    return Source.of(text, around).missing(said)


def measure(
    sentence: str, said: Facts, passages: Sequence[Passage], index: Index
) -> tuple[Support, tuple[Passage, ...]]:
    """Compare a sentence with the units of passages that come closest to it.

    :returns: how much they support it, and the passages they are in.
    """
    vector = index.embedder.embed_passages([sentence])[0]
    titles = frozenset[str]().union(
        *(term_set(title) for p in passages for title in _titles(p, index))
    )
    units = _closest(sentence, said, list(_units(passages, index)), titles, index)
    joined = " ".join(unit.text for unit in units)
    mean = np.mean([unit.vector for unit in units], axis=0)
    cosines = [float(unit.vector @ vector) for unit in units]
    cosines.append(float(mean @ vector / (np.linalg.norm(mean) or 1)))
    support = Support(
        words=_share(_terms(sentence), _terms(joined) | titles, index),
        meaning=max(cosines),
        around=_around(sentence, said, joined, titles),
        agrees=agrees(sentence, said, [unit.text for unit in units]),
    )
    return support, tuple(dict.fromkeys(unit.passage for unit in units))


def _units(passages: Sequence[Passage], index: Index) -> Iterator[_Unit]:
    for passage in passages:
        vectors = index.unit_vectors(passage)
        for unit, vector in zip(passage.units, vectors, strict=True):
            words = passage.unit_text(unit)
            text = f"{unit.header} {words}" if unit.header else words
            yield _Unit(passage, text, vector)


def _closest(
    sentence: str, said: Facts, units: list[_Unit], titles: frozenset[str], index: Index
) -> list[_Unit]:
    """Return the unit that covers a sentence best, and those that bring what is still missing."""
    wanted = _terms(sentence)
    numbers = frozenset(number.value for number in said.numbers)
    chosen: list[_Unit] = []
    covered = titles
    while len(chosen) < _MOST_UNITS and len(chosen) < len(units):
        gains = [
            -1.0 if unit in chosen else _gain(unit, wanted - covered, numbers, index)
            for unit in units
        ]
        best = max(range(len(units)), key=gains.__getitem__)
        if chosen and gains[best] < _BRINGS * sum(map(index.idf, wanted)):
            break
        chosen.append(units[best])
        covered = covered | _terms(units[best].text)
        numbers = numbers - set(tokens(units[best].text))
    return chosen


def _gain(unit: _Unit, words: frozenset[str], numbers: frozenset[str], index: Index) -> float:
    """Return the weight of the words and numbers still missing that a unit brings."""
    missed = numbers & set(tokens(unit.text))
    return sum(map(index.idf, words & _terms(unit.text))) + _NUMBER * len(missed)


def _share(wanted: frozenset[str], held: frozenset[str], index: Index) -> float:
    total = sum(index.idf(term) for term in wanted)
    return sum(index.idf(term) for term in wanted & held) / total if total else 0.0


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    """Return the stems of the content words of a text, figures left out: they have their own check."""
    return frozenset(term for term in term_set(text) if not term[0].isdigit())


def _around(sentence: str, said: Facts, source: str, titles: frozenset[str]) -> float:
    """Return, for the number that fares worst, how much of what surrounds it surrounds it there."""
    ours, theirs = tokens(sentence), tokens(source)
    worst = 1.0
    for number in said.numbers:
        near = [_near(ours, at, _NEAR) for at, word in enumerate(ours) if word == number.value]
        there = [
            _near(theirs, at, _NEAR_SOURCE) | titles
            for at, word in enumerate(theirs)
            if word == number.value
        ]
        shares = [len(one & other) / len(one) if one else 1.0 for one in near for other in there]
        worst = min(worst, max(shares, default=0.0))
    return worst


def _near(words: Sequence[str], at: int, reach: int) -> frozenset[str]:
    around = [*words[max(0, at - reach) : at], *words[at + 1 : at + 1 + reach]]
    return frozenset(s for word in around if not word[0].isdigit() and (s := stem(word)))


def _titles(passage: Passage, index: Index) -> tuple[str, ...]:
    return (index.documents[passage.document].metadata.title, *passage.headings)


def _verbatim(sentence: str, passages: Sequence[Passage]) -> Checked | None:
    """Find a sentence that is one unit, or units in a row, word for word."""
    wanted = _bare(sentence)
    for passage in passages:
        for first, start in enumerate(passage.units):
            for last in passage.units[first : first + _MOST_UNITS]:
                span = passage.text[start.start : last.end]
                if _bare(span) == wanted:
                    return Checked(span, "verbatim", (passage,))
    return None


def _bare(text: str) -> str:
    return _SPACES.sub(" ", text.replace("’", "'").replace("\u00ad", "")).strip(" .;").casefold()
