"""The search by words: an inverted index built once, then only read.

BM25 over weighted fields (*BM25F*: Robertson, Zaragoza, Taylor, "Simple BM25 extension to multiple
weighted fields", CIKM 2004). Everything that does not depend on the question is worked out when the
index is built: a posting holds its final share ``tf / (k1 + tf)``.

=================  ============================================================
``terms.npy``      the stems, sorted, as bytes
``starts.npy``     where the postings of each stem start
``passages.npy``   passage of each posting, ascending for a stem
``shares.npy``     its share of the score, 0 to 1
``fields.npy``     bits of the fields it is in
``words.npy``      the words as written (folded), by length, then alphabetical
``lengths.npy``    where the words of each length start
``counts.npy``     number of passages of each word
``body.npy``       stems of the texts in order, by their place in ``terms.npy``
``bodies.npy``     where those of each passage start
``title.npy``      the same for titles and headings
``titles.npy``     where those of each passage start
=================  ============================================================
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.analysis import words
from pvd_assistant.index.arrays import read_array
from pvd_assistant.index.query import Alternative, Slot
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.messages import load_data

FIELDS = ("body", "title", "questions", "partners")
#: Fields whose words count as coverage of the question: what a reader sees of the passage.
_VISIBLE = 0b0011
_SHORTEST_WORD = 3
_LONGEST_TERM = 40
_NAMES = ("terms", "starts", "passages", "shares", "fields", "words", "lengths", "counts")
#: Fields whose stems are kept in order: field → array, array of the starts.
_SEQUENCES = {"body": ("body", "bodies"), "title": ("title", "titles")}

_Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PassageFields:
    """The searched text of one passage, by field."""

    body: str
    title: str
    questions: str
    partners: str


def write_lexical(folder: Path, passages: Iterable[PassageFields]) -> None:
    """Write the index by words of the passages, numbered in order, in a new folder."""
    postings = _Postings()
    for fields in passages:
        postings.add(fields)
    folder.mkdir()
    for name, values in (postings.arrays() | _word_arrays(postings.words)).items():
        np.save(folder / f"{name}.npy", values)


class _Postings:
    """Occurrences, gathered passage after passage in compact arrays."""

    def __init__(self) -> None:
        self.words: Counter[str] = Counter()
        self._terms: dict[str, int] = {}
        self._term, self._passage = array("i"), array("i")
        self._field, self._count = array("b"), array("i")
        self._lengths: list[tuple[int, ...]] = []
        self._sequences = {name: (array("i"), array("q", [0])) for name in _SEQUENCES}

    def add(self, fields: PassageFields) -> None:
        lengths: list[int] = []
        seen: set[str] = set()
        for field, name in enumerate(FIELDS):
            found = words(getattr(fields, name))
            stems = [word.stem[:_LONGEST_TERM] for word in found if word.stem]
            seen.update(word.folded for word in found if word.stem)
            for term, count in Counter(stems).items():
                self._term.append(self._terms.setdefault(term, len(self._terms)))
                self._passage.append(len(self._lengths))
                self._field.append(field)
                self._count.append(count)
            if name in self._sequences:
                ids, starts = self._sequences[name]
                ids.extend(self._terms[stem] for stem in stems)
                starts.append(len(ids))
            lengths.append(len(stems))
        self.words.update(seen)
        self._lengths.append(tuple(lengths))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays of the index, postings sorted by stem then passage."""
        names = sorted(self._terms)
        rank = np.empty(len(names), dtype=np.int64)
        rank[[self._terms[name] for name in names]] = np.arange(len(names))
        total = len(self._lengths)
        key = rank[np.frombuffer(self._term, dtype=np.int32)] * max(1, total) if names else rank
        key = key + np.frombuffer(self._passage, dtype=np.int32)
        order = np.argsort(key, kind="stable")
        pairs, first = np.unique(key[order], return_index=True)
        weights = self._weights()[order]
        bits = (1 << np.frombuffer(self._field, dtype=np.int8)[order]).astype(np.uint8)
        frequency = np.add.reduceat(weights, first) if len(first) else weights
        saturation = float(load_data("search")["saturation"])
        term, passage = np.divmod(pairs, max(1, total))
        return {
            "terms": _bytes(names),
            "starts": np.searchsorted(term, np.arange(len(names) + 1)).astype(np.int64),
            "passages": passage.astype(np.int32),
            "shares": (frequency / (saturation + frequency)).astype(np.float32),
            "fields": np.bitwise_or.reduceat(bits, first) if len(first) else bits,
        } | self._sequence_arrays(rank)

    def _sequence_arrays(self, rank: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
        found: dict[str, npt.NDArray[Any]] = {}
        for name, (ids, starts) in _SEQUENCES.items():
            stems, begins = self._sequences[name]
            found[ids] = rank[np.frombuffer(stems, dtype=np.int32)].astype(np.int32)
            found[starts] = np.frombuffer(begins, dtype=np.int64)
        return found

    def _weights(self) -> npt.NDArray[np.float64]:
        """Return the weight of each occurrence: its field's, evened out by the field's length."""
        settings = load_data("search")["fields"]
        weight = np.array([settings[name]["weight"] for name in FIELDS])
        slope = np.array([settings[name]["length"] for name in FIELDS])
        lengths = np.array(self._lengths, dtype=np.float64).reshape(-1, len(FIELDS))
        filled = np.maximum(1, (lengths > 0).sum(axis=0))
        average = np.maximum(1, lengths.sum(axis=0) / filled)
        scale = weight / (1 - slope + slope * lengths / average)
        passage = np.frombuffer(self._passage, dtype=np.int32)
        field = np.frombuffer(self._field, dtype=np.int8)
        found: npt.NDArray[np.float64] = scale[passage, field] * np.frombuffer(
            self._count, dtype=np.int32
        )
        return found


def _word_arrays(counts: Mapping[str, int]) -> dict[str, npt.NDArray[Any]]:
    kept = sorted(
        (w for w in counts if _SHORTEST_WORD <= len(w) <= _LONGEST_TERM and w.isalpha()),
        key=lambda w: (len(w), w),
    )
    lengths = np.array([len(w) for w in kept], dtype=np.int64)
    return {
        "words": _bytes(kept),
        "lengths": np.searchsorted(lengths, np.arange(_LONGEST_TERM + 2)).astype(np.int64),
        "counts": np.array([counts[w] for w in kept], dtype=np.int32),
    }


def _bytes(names: Sequence[str]) -> npt.NDArray[np.bytes_]:
    return np.array([name.encode() for name in names] or [b""], dtype=np.bytes_)[: len(names)]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """What the search by words says of every passage.

    :ivar score: sum over the words of the question.
    :ivar coverage: share of the question's words in the passage, its title and headings, each
        word counting by its rarity.
    """

    score: FloatArray
    coverage: FloatArray


class LexicalIndex:
    """An index by words, open for reading; also the ``Vocabulary`` that puts typing errors right.

    :param folder: where :func:`write_lexical` wrote.
    :param passages: number of passages of the index.
    :raises OSError: a file is missing.
    :raises ValueError: a file is not what it should be.
    """

    def __init__(self, folder: Path, passages: int) -> None:
        names = (*_NAMES, *(name for pair in _SEQUENCES.values() for name in pair))
        self._arrays = {name: read_array(folder / f"{name}.npy") for name in names}
        self._total = passages
        self._words_of = lru_cache(maxsize=64)(self._read_words)

    def knows(self, term: str) -> bool:
        """Tell whether a stem is in the corpus."""
        return self._position(term) is not None

    def words_near(self, length: int, reach: int) -> Mapping[str, int]:
        """Return the words that are ``length`` letters long, give or take ``reach``."""
        shortest = min(max(0, length - reach), _LONGEST_TERM + 1)  # none is longer
        return self._words_of(shortest, min(_LONGEST_TERM, length + reach))

    def sequence(self, field: str, passage: int) -> _Ints:
        """Return the stems of a passage in order, as :meth:`term_id` numbers them.

        :param field: ``"body"`` or ``"title"``.
        """
        ids, starts = _SEQUENCES[field]
        start, end = self._arrays[starts][passage : passage + 2]
        found: _Ints = self._arrays[ids][start:end]
        return found

    def term_id(self, term: str) -> int | None:
        """Return the number of a stem, ``None`` when no passage holds it."""
        return self._position(term)

    def idf(self, term: str) -> float:
        """Return how rare a stem is: 0 in every passage, highest when unknown."""
        return self._rarity(len(self._passages_of(term)))

    def score(self, slots: Sequence[Slot], context: Sequence[Slot] = ()) -> LexicalScores:
        """Score every passage.

        :param slots: words of the question.
        :param context: words that are searched but not counted in the coverage.
        """
        score = np.zeros(self._total, dtype=np.float32)
        covered = np.zeros(self._total, dtype=np.float32)
        wanted = 0.0
        for slot in slots:
            best, visible, rarity = self._slot(slot)
            score += slot.weight * best
            covered += rarity * visible
            wanted += rarity
        for slot in context:
            score += slot.weight * self._slot(slot)[0]
        return LexicalScores(score, covered / np.float32(wanted) if wanted else covered)

    def _slot(self, slot: Slot) -> tuple[FloatArray, npt.NDArray[np.bool_], float]:
        """Return the best form's score and presence in every passage, and the word's rarity."""
        best = np.zeros(self._total, dtype=np.float32)
        visible = np.zeros(self._total, dtype=bool)
        rarities = []
        for form in slot.alternatives:
            passages, shares, fields = self._form(form)
            if not len(passages):
                continue
            rarity = self._rarity(len(passages))
            rarities.append(rarity)
            best[passages] = np.maximum(best[passages], form.weight * rarity * shares)
            visible[passages] |= (fields & _VISIBLE) > 0
        return best, visible, max(rarities, default=self._rarity(0))

    def _form(self, form: Alternative) -> tuple[_Ints, FloatArray, npt.NDArray[np.uint8]]:
        """Return the passages that hold all the terms of a form, with its share in each."""
        passages, shares, fields = self._postings(form.terms[0])
        for term in form.terms[1:]:
            others, other_shares, other_fields = self._postings(term)
            passages, left, right = np.intersect1d(
                passages, others, assume_unique=True, return_indices=True
            )
            shares = np.minimum(shares[left], other_shares[right])
            fields = fields[left] & other_fields[right]
        return passages, shares, fields

    def _postings(self, term: str) -> tuple[_Ints, FloatArray, npt.NDArray[np.uint8]]:
        span = self._span(term)
        return tuple(self._arrays[name][span] for name in ("passages", "shares", "fields"))  # type: ignore[return-value]

    def _passages_of(self, term: str) -> _Ints:
        passages: _Ints = self._arrays["passages"][self._span(term)]
        return passages

    def _span(self, term: str) -> slice:
        position = self._position(term)
        if position is None:
            return slice(0, 0)
        start, end = self._arrays["starts"][position : position + 2]
        return slice(int(start), int(end))

    def _position(self, term: str) -> int | None:
        terms = self._arrays["terms"]
        raw = term[:_LONGEST_TERM].encode()
        if len(raw) > terms.dtype.itemsize or not raw:
            return None
        # Same width as the array: otherwise numpy would copy all of it to compare.
        position = int(np.searchsorted(terms, np.array(raw, dtype=terms.dtype)))
        return position if position < len(terms) and terms[position] == raw else None

    def _rarity(self, passages: int) -> float:
        return float(np.log1p((self._total - passages + 0.5) / (passages + 0.5)))

    def _read_words(self, shortest: int, longest: int) -> dict[str, int]:
        start, end = (int(self._arrays["lengths"][at]) for at in (shortest, longest + 1))
        found = self._arrays["words"][start:end]
        return dict(
            zip(
                (word.decode() for word in found.tolist()),
                self._arrays["counts"][start:end].tolist(),
                strict=True,
            )
        )
