"""Read a word that no document holds: elision without its apostrophe, words glued, heard or mistyped.

``lanah`` → ``anah``; ``chefdeprojet`` → ``chef``, ``de``, ``projet``; ``boulanjri`` → ``boulangerie`` (by its
sound); ``subvantion`` → ``subvention`` (by its letters). A word that the corpus holds is never changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol
from weakref import WeakKeyDictionary

from pvd_assistant.index.analysis import stem, stop_words, words
from pvd_assistant.index.french_words import is_french
from pvd_assistant.index.phonetics import sound
from pvd_assistant.messages import load_data

# Weight of a reading that does not stand in the place of the word.
_DOUBTFUL = 0.6
# Cost (errors, less for a word that sounds the same) from which a word glued to another is likelier.
_UNSURE = 1.0
_SHORTEST_CORRECTED = 4
_TWO_ERRORS_FROM = 8
_MOST_CORRECTIONS = 3
_SHORTEST_SOUND = 3
# Letters that two words of the same sound have in common, as a share of the longer one.
_ALIKE = 0.4
_SHORTEST_PIECE, _SHORTEST_GLUED, _MOST_PIECES = 4, 7, 4
# Passages that hold a piece of a glued word, and a word usual enough to be preferred to a rare one.
_SEEN, _USUAL = 5, 30
# Cost of one error that does not change the sound, of several, and of an elision without its apostrophe.
_HOMOPHONE, _HEARD, _ELIDED = 0.5, 0.9, 0.25
_LARGE = 1_000_000
_LONGEST = 40  # letters over which a word is none


class Vocabulary(Protocol):
    """What the reading of a word needs to know of the corpus."""

    def knows(self, term: str) -> bool:
        """Tell whether a stem is in the corpus."""

    def words_near(self, length: int, reach: int) -> Mapping[str, int]:
        """Return the folded words of about that length with the number of passages of each."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an unknown word may be.

    :ivar words: folded words that stand in its place, stop words included.
    :ivar weight: against a word typed right, up to 1.
    """

    words: tuple[str, ...]
    weight: float


# What was worked out for each vocabulary, forgotten with it.
_READ: WeakKeyDictionary[Vocabulary, dict[str, tuple[Reading, ...]]] = WeakKeyDictionary()
_SOUNDS: WeakKeyDictionary[Vocabulary, dict[str, list[str]]] = WeakKeyDictionary()
_MOST_KEPT = 10_000


def readings(word: str, vocabulary: Vocabulary) -> tuple[Reading, ...]:
    """Return what a folded word may be, the best first; nothing when it is right, or no word of ours.

    A French word that the corpus lacks is right: the nearest words are less sure readings of it.
    """
    known = _READ.setdefault(vocabulary, {})
    found = known.get(word)
    if found is None:
        found = _readings(word, vocabulary)
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[word] = found
    return found


def _readings(word: str, vocabulary: Vocabulary) -> tuple[Reading, ...]:
    if (
        len(word) > _LONGEST
        or not word.isalpha()
        or word in everyday_words()
        or _seen(word, vocabulary)
    ):
        return ()
    rest = _without_elision(word)
    french = is_french(word)
    if rest and _follows_elision(rest, french, vocabulary):
        return (Reading((rest,), 1.0),)
    near = _nearest(word, vocabulary)
    if french:
        return _homophone(near, vocabulary) or _doubtful(word, near, vocabulary)
    after = (replace(n, cost=n.cost + _ELIDED) for n in _nearest(rest, vocabulary))
    near = sorted([*near, *after], key=lambda found: found.cost)
    if near and near[0].cost < _UNSURE:
        return _kept(near)
    if vocabulary.knows(stem(word)):
        return ()
    if pieces := _unglued(word, vocabulary):
        return (Reading(pieces, 1.0),)
    return _kept(_nearest(word, vocabulary))


def _seen(word: str, vocabulary: Vocabulary) -> int:
    """Return the number of passages that hold a word, as it is written."""
    return vocabulary.words_near(len(word), 0).get(word, 0)


def _homophone(near: Sequence[_Near], vocabulary: Vocabulary) -> tuple[Reading, ...]:
    """Return a usual word that sounds the same as a rare one, one letter apart: « vile », « ville »."""
    usual = [n for n in near if n.cost == _HOMOPHONE and _seen(n.word, vocabulary) >= _USUAL]
    return _kept(usual)


def _doubtful(word: str, near: Sequence[_Near], vocabulary: Vocabulary) -> tuple[Reading, ...]:
    """Return the nearest words of a French word, none of them sure enough to stand in its place."""
    if vocabulary.knows(stem(word)):
        return ()
    return tuple(replace(found, weight=min(found.weight, _DOUBTFUL)) for found in _kept(near))


@cache
def everyday_words() -> frozenset[str]:
    """Return the words of ``data/vocabulary.yaml``: not always in the corpus, and no errors."""
    return frozenset(
        word.folded
        for group in load_data("vocabulary")
        for form in group.get("words", ())
        for word in words(form)
        if word.stem
    )


def _follows_elision(rest: str, french: bool, vocabulary: Vocabulary) -> bool:
    """Tell whether what follows an elision is a word: a usual one when the whole is French (« laide »)."""
    if len(rest) > 2 and _seen(rest, vocabulary) >= (_USUAL if french else _SEEN):
        return True
    return not french and len(rest) > 1 and (rest in stop_words() or rest in everyday_words())


def _without_elision(word: str) -> str:
    """Return what follows an elision written without its apostrophe; nothing when there is none."""
    for start in _elisions():
        rest = word[len(start) :]
        if word.startswith(start) and rest[:1] in tuple("aeiouyh") and rest:
            return rest
    return ""


@cache
def _elisions() -> tuple[str, ...]:
    return tuple(sorted(load_data("analysis")["elisions"], key=len, reverse=True))


def _unglued(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Cut a word into as few words of the corpus as may be, most of its letters in words that count."""
    if len(word) < _SHORTEST_GLUED:
        return ()
    known = vocabulary.words_near(len(word), len(word))
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if before is None or len(before) == _MOST_PIECES:
                continue
            usual = piece in stop_words() or known.get(piece, 0) >= _SEEN
            if len(piece) < 2 or not usual:
                continue
            so_far = best[end]
            if so_far is None or len(before) + 1 < len(so_far):
                best[end] = (*before, piece)
    pieces = best[len(word)] or ()
    content = [piece for piece in pieces if piece not in stop_words()]
    if not content:
        return pieces if len(pieces) == 2 else ()  # « peut-elle »
    sure = 2 * sum(map(len, content)) > len(word) and max(map(len, content)) >= _SHORTEST_PIECE
    return pieces if len(pieces) > 1 and sure else ()


@dataclass(frozen=True, slots=True)
class _Near:
    word: str
    cost: float
    weight: float


def _kept(near: Sequence[_Near]) -> tuple[Reading, ...]:
    """Return the nearest of the words found, one a stem."""
    found: dict[str, Reading] = {}
    for one in near:
        if one.cost > near[0].cost:
            break
        found.setdefault(stem(one.word), Reading((one.word,), one.weight))
    return tuple(found.values())[:_MOST_CORRECTIONS]


def _nearest(word: str, vocabulary: Vocabulary) -> list[_Near]:
    """Return the words spelled or sounding nearly the same: the nearest, then the most frequent."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < _SHORTEST_SOUND:
        return []
    counts: dict[str, int] = {}
    costs: dict[str, float] = {}
    for near in _heard(word, vocabulary):
        counts[near] = _LARGE if near in stop_words() else _seen(near, vocabulary)
        errors = OSA.distance(word, near)
        costs[near] = _HOMOPHONE if errors <= 1 else _HEARD
    if len(word) >= _SHORTEST_CORRECTED:
        reach = 2 if len(word) >= _TWO_ERRORS_FROM else 1
        written = vocabulary.words_near(len(word), reach)
        close = process.extract(
            word, list(written), scorer=OSA.distance, score_cutoff=reach, limit=None
        )
        for near, distance, _ in close:
            counts[near] = written[near]
            alike = sound(near) in (sound(word), sound(f"{word}e"))
            costs.setdefault(near, max(_HOMOPHONE, distance - alike / 2))
    ranked = sorted(costs, key=lambda near: (costs[near], near[0] != word[0], -counts[near], near))
    return [_Near(near, costs[near], 0.8 if costs[near] <= 1 else 0.6) for near in ranked]


def _heard(word: str, vocabulary: Vocabulary) -> list[str]:
    """Return the words that sound the same and are written with letters enough in common."""
    from rapidfuzz.distance import OSA

    # « réponse » may be written « répons », whose last letter would be silent.
    keys = {key for key in (sound(word), sound(f"{word}e")) if len(key) >= _SHORTEST_SOUND}
    same = {near for key in keys for near in _by_sound(vocabulary).get(key, ())}
    return [near for near in same if OSA.normalized_similarity(word, near) >= _ALIKE]


def _by_sound(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """Map a sound to the words of the corpus, of the vocabulary and stop words that have it."""
    found = _SOUNDS.get(vocabulary)
    if found is None:
        found = {}
        for word in sorted({*vocabulary.words_near(20, 20), *everyday_words(), *stop_words()}):
            if len(word) >= _SHORTEST_SOUND:
                found.setdefault(sound(word), []).append(word)
        _SOUNDS[vocabulary] = found
    return found
