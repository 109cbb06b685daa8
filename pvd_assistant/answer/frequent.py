"""Which frequent question, or validated reply, is the one asked: cosine with every way it is put.

Questions on the programme itself are asked in few words that nothing else shares (« Qui peut en
bénéficier ? »): a search finds little by them, and a question on one offer may be as close. The frequent
questions on the programme that hold every word asked need not be found, nor be as close as the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Evidence
from pvd_assistant.answer.naming import names_programme, under_one_name, without_name
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.model import VALIDATED_REPLY, Kind

_OFFICIAL: Kind = "faq"
_NAMED: tuple[Kind, ...] = ("offre", "partenaire", "glossaire")
_COMMON = 3  # sheets on the programme from which a word names nothing else
_AWAY = 2.0  # more than any cosine: such a sheet does not count


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
    behind = _behind(evidence, VALIDATED_REPLY, index)
    validated, likeness = _closest(evidence.understood.core, VALIDATED_REPLY, index, _alike, behind)
    if likeness < composition.weight("same_question"):
        return official
    enough = likeness - composition.weight("official_margin")
    if official is not None and official.likeness >= enough:
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
    kinds: tuple[Kind, ...] = (_OFFICIAL, VALIDATED_REPLY)
    asked = evidence.understood.core
    found = [
        _closest(asked, kind, index, _as_written, _behind(evidence, kind, index)) for kind in kinds
    ]
    return max(found, key=lambda one: one[1])


@lru_cache(maxsize=4096)
def phrasings(document: str, index: Index) -> FloatArray:
    """Return the vectors of the ways a frequent question is put, one a row."""
    return np.stack([index.embed_question(put) for put in _ways(document, index)])


def on_the_programme(question: Understanding, index: Index) -> Frequent | None:
    """Return the frequent question on the programme itself that a question asks, whatever else is found.

    Its sheet holds every word of the question, and it is close enough. A question that leans on what was
    said before, or on the story of an e-mail, is on something else.
    """
    asked = index.corrected(question.core)
    words = term_set(without_name(asked))
    if question.follow_up or question.story or not (words or names_programme(asked)):
        return None
    holding = {name for name, held in _on_the_programme(index) if words <= held}
    behind = {name: _AWAY for name in _put(_OFFICIAL, index).documents if name not in holding}
    document, likeness = _closest(asked, _OFFICIAL, index, _alike, behind)
    if likeness < composition.weight("same_question"):
        return None
    return Frequent(document, likeness, plain=True)


def _official(evidence: Evidence, index: Index) -> Frequent | None:
    asked = evidence.understood.core
    behind = _behind(evidence, _OFFICIAL, index) | _off_the_programme(asked, index)
    document, likeness = _closest(asked, _OFFICIAL, index, _alike, behind)
    plain = on_the_programme(evidence.understood, index) if not evidence.limited else None
    if plain is not None and plain.likeness >= likeness - composition.weight("plain_margin"):
        return plain
    if likeness >= composition.weight("same_question"):
        return Frequent(document, likeness)
    return None


@dataclass(frozen=True, slots=True)
class _Put:
    """The ways of putting the questions of a kind, one a row.

    :ivar documents: the documents, each once.
    :ivar of: which of them each row is of.
    :ivar written: vectors as written.
    :ivar named: vectors with the programme under one name.
    :ivar bare: vectors without the name of the programme.
    """

    documents: tuple[str, ...]
    of: npt.NDArray[np.intp]
    written: FloatArray
    named: FloatArray
    bare: FloatArray


@lru_cache(maxsize=16)
def _as_written(asked: str, kind: Kind, index: Index) -> FloatArray:
    """Compare a question with each phrasing as both are written."""
    cosines: FloatArray = _put(kind, index).written @ index.embed_question(asked)
    return cosines


@lru_cache(maxsize=16)
def _alike(asked: str, kind: Kind, index: Index) -> FloatArray:
    """Compare a question with each phrasing, whatever both call the programme.

    A question that names it is compared under one name and without it, each for half: what is asked of
    the programme counts, and not only that it is asked of it. One that does not is also compared with
    what the phrasings ask when they leave its name out.
    """
    put = _put(kind, index)
    if not names_programme(asked):
        bare: FloatArray = put.bare @ index.embed_question(asked)
        return np.maximum(_as_written(asked, kind, index), bare)
    cosines: FloatArray = put.named @ index.embed_question(under_one_name(asked))
    cosines += put.bare @ index.embed_question(without_name(asked))
    return cosines * np.float32(0.5)


def _closest(
    asked: str,
    kind: Kind,
    index: Index,
    compare: Callable[[str, Kind, Index], FloatArray],
    behind: Mapping[str, float],
) -> tuple[str, float]:
    """Compare with every phrasing: the search may put the right sheet far behind, or miss it.

    :param behind: by how much some documents must be closer.
    """
    put = _put(kind, index)
    if not put.documents:
        return "", 0.0
    margins = np.array([behind.get(name, 0.0) for name in put.documents], np.float32)
    cosines = compare(asked, kind, index) - margins[put.of]
    best = int(np.argmax(cosines))
    return (put.documents[put.of[best]], float(cosines[best])) if cosines[best] > 0 else ("", 0.0)


def _behind(evidence: Evidence, kind: Kind, index: Index) -> dict[str, float]:
    """Return by how much a sheet that the search did not find must be closer.

    It does not count where the user limited the search.
    """
    found = {hit.passage.document for hit in evidence.hits[: composition.limit("hits")]}
    margin = _AWAY if evidence.limited else composition.weight("unfound_margin")
    return {name: margin for name in _put(kind, index).documents if name not in found}


def _off_the_programme(question: str, index: Index) -> dict[str, float]:
    """Return the frequent questions on the programme itself that a question is not, and a distance.

    It names an offer, a partner or a term that they do not: « les objectifs d’une OPAH ».
    """
    named = term_set(without_name(question)) & _names(index)
    return {name: _AWAY for name, held in _on_the_programme(index) if not named <= held}


@lru_cache(maxsize=2)
def _names(index: Index) -> frozenset[str]:
    """Return the words of the titles of offers, partners and terms, but those common to any question."""
    spoken = Counter(
        word
        for name, _ in _on_the_programme(index)
        for word in frozenset[str]().union(*map(term_set, _ways(name, index)))
    )
    common = {word for word, sheets in spoken.items() if sheets >= _COMMON}
    titles = [r.metadata.title for r in index.documents.values() if r.metadata.kind in _NAMED]
    return frozenset[str]().union(*map(term_set, titles)) - common


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
    documents = [name for name, record in index.documents.items() if record.metadata.kind == kind]
    rows = [
        (at, *_forms(way, index)) for at, name in enumerate(documents) for way in _ways(name, index)
    ]
    if not rows:
        nothing = np.zeros((0, index.manifest.dimension), np.float32)
        return _Put((), np.zeros(0, np.intp), nothing, nothing, nothing)
    of, written, named, bare = zip(*rows, strict=True)
    vectors = map(np.stack, (written, named, bare))
    return _Put(tuple(documents), np.array(of, np.intp), *vectors)


def _forms(way: str, index: Index) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the vectors of a phrasing as written, under one name for the programme, and without it."""
    written = index.embed_question(way)
    if not names_programme(way):
        return written, written, written
    named = index.embed_question(under_one_name(way))
    return written, named, index.embed_question(without_name(way))


def _ways(document: str, index: Index) -> list[str]:
    """Return the ways a frequent question is put, its title among them."""
    written = {
        line.strip(" -")
        for passage in index.passages_of(document)
        for line in passage.questions.splitlines()
    }
    return sorted({index.documents[document].metadata.title, *written} - {""})
