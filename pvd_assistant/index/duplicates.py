"""Passages that say the same thing word for word or nearly so, found when the index is built.

Two passages are merged in the results when most of their word triplets are common *and* their numbers
are the same: two sheets that differ by one figure are two sources that disagree, and both must show.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.analysis import words
from pvd_assistant.messages import load_data

_SHINGLE = 3
# Passages are compared when they share one of their smallest hashes; above a Jaccard index of 0.9
# four hashes miss a pair less than once in a thousand.
_SKETCH = 4
_MOST_COMPARED = 50


def duplicate_groups(
    texts: Iterable[str], alone: Container[int] = frozenset()
) -> npt.NDArray[np.int32]:
    """Return for each text the position of the first one that says the same.

    :param alone: positions of texts that are merged with none.
    """
    threshold = float(load_data("search")["near_duplicate"])
    folded = [[word.folded for word in words(text)] for text in texts]
    shingles = [_shingles(text) for text in folded]
    numbers = [tuple(word for word in text if word[0].isdigit()) for text in folded]
    first = np.arange(len(folded), dtype=np.int32)
    buckets: dict[int, list[int]] = defaultdict(list)
    for position, own in enumerate(shingles):
        if position in alone:
            continue
        sketch = sorted(own)[:_SKETCH]
        near = {p for value in sketch for p in buckets[value]}
        for other in sorted(near):
            if numbers[other] == numbers[position] and _similar(shingles[other], own, threshold):
                first[position] = first[other]
                break
        else:
            for value in sketch:
                if len(buckets[value]) < _MOST_COMPARED:
                    buckets[value].append(position)
    return first


def _shingles(text: Sequence[str]) -> frozenset[int]:
    if len(text) < _SHINGLE:
        return frozenset((zlib.crc32(" ".join(text).encode()),))
    triplets = zip(*(text[at:] for at in range(_SHINGLE)), strict=False)
    return frozenset(zlib.crc32(" ".join(triplet).encode()) for triplet in triplets)


def _similar(one: frozenset[int], other: frozenset[int], threshold: float) -> bool:
    common = len(one & other)
    return common > threshold * (len(one) + len(other) - common)
