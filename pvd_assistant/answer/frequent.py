"""Which frequent question, or validated reply, is the one asked: cosine with every way it is put.

Questions on the programme itself are asked in few words that nothing else shares (« Qui peut en
bénéficier ? »): a search finds little by them, and a question on one offer may be as close. The frequent
questions on the programme that hold every word asked need not be found, nor be as close as the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Evidence
from pvd_assistant.answer.naming import names_programme, under_one_name, without_name
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.model import VALIDATED_REPLY, Kind

_OFFICIAL: Kind = "faq"


@dataclass(frozen=True, slots=True)
class Frequent:
    """A frequent question, or a validated reply, close to what is asked.

    :ivar likeness: cosine with its closest phrasing.
    :ivar plain: it is on the programme itself, and holds every word asked.
    """

    document: str
    likeness: float
    plain: bool = False

    @property
    def sure(self) -> bool:
        """Whether it is the question asked, whatever its reply looks like."""
        return self.plain or self.likeness >= composition.weight("surely_same_question")

    @property
    def exact(self) -> bool:
        """Whether the question is put nearly word for word as one of its phrasings."""
        return self.likeness >= composition.weight("exact_question")


def same_question(evidence: Evidence, index: Index) -> Frequent | None:
    """Return the frequent question or validated reply that asks the same thing.

    An official frequent question that is nearly as close as a validated reply goes before it. The
    thresholds and the margins were measured (docs/evaluation.md).
    """
    official = _official(evidence, index)
    validated, likeness = _closest(evidence, VALIDATED_REPLY, index, _alike)
    if likeness < composition.weight("same_question"):
        return official
    behind = likeness - composition.weight("official_margin")
    if official is not None and official.likeness >= behind:
        return official
    return Frequent(validated, likeness)


def surely_asked(evidence: Evidence, index: Index) -> bool:
    """Tell whether the question is a frequent one whatever the search found: its reply is known.

    It is put nearly word for word as one of its phrasings, or asks of the programme itself nothing that
    the sheet does not speak of.
    """
    frequent = same_question(evidence, index) if not evidence.understood.follow_up else None
    return frequent is not None and (frequent.exact or frequent.plain)


def closest(evidence: Evidence, index: Index) -> tuple[str, float]:
    """Return what is put most like the question asked, word for word, and the cosine (0 if none)."""
    official, likeness = _closest(evidence, _OFFICIAL, index, _as_written)
    validated, closer = _closest(evidence, VALIDATED_REPLY, index, _as_written)
    return (validated, closer) if closer > likeness else (official, likeness)


@lru_cache(maxsize=4096)
def phrasings(document: str, index: Index) -> FloatArray:
    """Return the vectors of the ways a frequent question is put, one a row."""
    return np.stack([index.embed_question(put) for put in _ways(document, index)])


def _official(evidence: Evidence, index: Index) -> Frequent | None:
    document, likeness = _closest(evidence, _OFFICIAL, index, _alike)
    plain = _holding(evidence.understood.core, index) if not evidence.limited else frozenset[str]()
    on_programme, closeness = _closest(evidence, _OFFICIAL, index, _alike, among=plain)
    least = composition.weight("plain_question")
    if closeness >= max(least, likeness - composition.weight("plain_margin")):
        return Frequent(on_programme, closeness, plain=True)
    if likeness >= composition.weight("same_question"):
        return Frequent(document, likeness)
    return None


@dataclass(frozen=True, slots=True)
class _Put:
    """The ways of putting the questions of a kind, one a row.

    :ivar documents: the document of each.
    :ivar written: vectors as written.
    :ivar named: vectors with the programme under one name.
    :ivar bare: vectors without the name of the programme.
    """

    documents: tuple[str, ...]
    written: FloatArray
    named: FloatArray
    bare: FloatArray


def _as_written(asked: str, put: _Put, index: Index) -> FloatArray:
    """Compare a question with each phrasing as both are written."""
    cosines: FloatArray = put.written @ index.embed_question(asked)
    return cosines


def _alike(asked: str, put: _Put, index: Index) -> FloatArray:
    """Compare a question with each phrasing, whatever both call the programme.

    A question that names it is compared under one name and without it, each for half: what is asked of
    the programme counts, and not only that it is asked of it. One that does not is also compared with
    what the phrasings ask when they leave its name out.
    """
    if not names_programme(asked):
        vector = index.embed_question(asked)
        closer: FloatArray = np.maximum(put.written @ vector, put.bare @ vector)
        return closer
    cosines: FloatArray = put.named @ index.embed_question(under_one_name(asked))
    cosines += put.bare @ index.embed_question(without_name(asked))
    return cosines * np.float32(0.5)


def _closest(
    evidence: Evidence,
    kind: Kind,
    index: Index,
    compare: Callable[[str, _Put, Index], FloatArray],
    among: Collection[str] | None = None,
) -> tuple[str, float]:
    """Compare with every phrasing: the search may put the right sheet far behind, or miss it.

    A sheet that the search did not find must be closer by a margin; it does not count where the user
    limited the search.

    :param among: the only sheets that count, found or not.
    """
    put = _put(kind, index)
    if not put.documents or (among is not None and not among):
        return "", 0.0
    margin = 2.0 if evidence.limited else composition.weight("unfound_margin")
    found = {hit.passage.document for hit in evidence.hits[: composition.limit("hits")]}
    lost = {name: 0.0 if name in found else margin for name in put.documents}
    if among is not None:
        lost = {name: 0.0 if name in among else 2.0 for name in put.documents}
    cosines = compare(evidence.understood.core, put, index)
    cosines = cosines - np.array([lost[name] for name in put.documents], np.float32)
    best = int(np.argmax(cosines))
    return (put.documents[best], float(cosines[best])) if cosines[best] > 0 else ("", 0.0)


def _holding(question: str, index: Index) -> frozenset[str]:
    """Return the frequent questions on the programme itself that hold every word of a question."""
    words = term_set(without_name(question))
    if not words and not names_programme(question):
        return frozenset()
    return frozenset(name for name, held in _on_the_programme(index) if words <= held)


@lru_cache(maxsize=2)
def _on_the_programme(index: Index) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the frequent questions on the programme rather than on a theme, and the words of each."""
    return tuple(
        (name, _words(name, index))
        for name, record in index.documents.items()
        if record.metadata.kind == _OFFICIAL
        and (not record.metadata.themes or names_programme(record.metadata.title))
    )


def _words(document: str, index: Index) -> frozenset[str]:
    texts = [*_ways(document, index), *(p.text for p in index.passages_of(document))]
    return frozenset[str]().union(*map(term_set, texts))


@lru_cache(maxsize=4)
def _put(kind: Kind, index: Index) -> _Put:
    ways = [
        (name, way)
        for name, record in index.documents.items()
        if record.metadata.kind == kind
        for way in _ways(name, index)
    ]

    def vectors(form: Callable[[str], str]) -> FloatArray:
        rows = [index.embed_question(form(way)) for _, way in ways]
        return np.stack(rows) if rows else np.zeros((0, index.manifest.dimension), np.float32)

    documents = tuple(name for name, _ in ways)
    return _Put(documents, vectors(str), vectors(under_one_name), vectors(without_name))


def _ways(document: str, index: Index) -> list[str]:
    """Return the ways a frequent question is put, its title among them."""
    written = {
        line.strip(" -")
        for passage in index.passages_of(document)
        for line in passage.questions.splitlines()
    }
    return sorted({index.documents[document].metadata.title, *written} - {""})
