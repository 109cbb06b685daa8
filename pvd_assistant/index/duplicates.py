"""Passages that say the same thing word for word or nearly so, found when the index is built.

Two passages are merged in the results when most of their word triplets are common *and* their numbers
are the same: two sheets that differ by one figure are two sources that disagree, and both must show.
"""

from __future__ import annotations

import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.analysis import words
from pvd_assistant.messages import load_data

_SHINGLE = 3
# Passages are compared when they share one of their smallest hashes; above a Jaccard index of 0.9
# four hashes miss a pair less than once in a thousand.
_SKETCH = 4
_MOST_COMPARED = 50


def duplicate_groups(texts: Iterable[str | None]) -> npt.NDArray[np.int32]:
    """Return for each text the position of the first one that says the same.

    :param texts: gone through once; ``None`` stands for a text that is merged with none.
    """
    threshold = float(load_data("search")["near_duplicate"])
    sketches = _Sketches()
    for text in texts:
        sketches.add(text)
    first = np.arange(len(sketches), dtype=np.int32)
    buckets: dict[int, list[int]] = defaultdict(list)
    for position, sketch in sketches.shared():
        near = {p for value in sketch for p in buckets[value]}
        for other in sorted(near):
            if sketches.alike(other, position, threshold):
                first[position] = first[other]
                break
        else:
            for value in sketch:
                if len(buckets[value]) < _MOST_COMPARED:
                    buckets[value].append(position)
    return first


class _Sketches:
    """Hashes of the triplets and numbers of texts, in compact arrays: there may be a million texts."""

    def __init__(self) -> None:
        self._shingles, self._starts = array("I"), array("q", [0])
        self._numbers: list[int] = []
        self._known: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, text: str | None) -> None:
        """Add a text; nothing is kept of one that is merged with none."""
        folded = [word.folded for word in words(text)] if text is not None else []
        numbers = " ".join(word for word in folded if word[0].isdigit())
        if text is not None:
            self._shingles.extend(sorted(_shingles(folded)))
        self._starts.append(len(self._shingles))
        self._numbers.append(self._known.setdefault(numbers, len(self._known)))

    def shared(self) -> Iterable[tuple[int, list[int]]]:
        """Return the texts that share one of their smallest hashes with another, and those hashes."""
        shingles = np.frombuffer(self._shingles, dtype=np.uint32)
        starts = np.frombuffer(self._starts, dtype=np.int64)
        sizes = np.minimum(np.diff(starts), _SKETCH)
        owners = np.repeat(np.arange(len(self)), sizes)
        rank = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        values = shingles[starts[owners] + rank]
        _, number, held = np.unique(values, return_inverse=True, return_counts=True)
        several = held[number] > 1
        found: dict[int, list[int]] = defaultdict(list)
        for owner, value in zip(owners[several].tolist(), values[several].tolist(), strict=True):
            found[owner].append(value)
        return found.items()

    def alike(self, one: int, other: int, threshold: float) -> bool:
        """Tell whether two texts have the same numbers and nearly the same triplets."""
        if self._numbers[one] != self._numbers[other]:
            return False
        mine, yours = self._of(one), self._of(other)
        if min(len(mine), len(yours)) <= threshold * max(len(mine), len(yours)):
            return False  # what they have in common is at most the shorter one
        common = len(set(mine).intersection(yours))
        return common > threshold * (len(mine) + len(yours) - common)

    def _of(self, position: int) -> array[int]:
        return self._shingles[self._starts[position] : self._starts[position + 1]]


def _shingles(text: Sequence[str]) -> frozenset[int]:
    if len(text) < _SHINGLE:
        return frozenset((zlib.crc32(" ".join(text).encode()),))
    triplets = zip(*(text[at:] for at in range(_SHINGLE)), strict=False)
    return frozenset(zlib.crc32(" ".join(triplet).encode()) for triplet in triplets)
