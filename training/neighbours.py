"""Groups of texts close to each other, for the teachers or by their words: what a student confuses first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from training.static import Bags, Ids, sums

_BLOCK = 2048
_SAMPLE = 50_000
_LONGEST = 40  # pieces
_DIRECTIONS = 128
_EACH = 4


def close_groups(
    bags: Bags, taught: npt.NDArray[np.float16], start: npt.NDArray[np.float32], seed: int = 1
) -> Ids:
    """Return groups of texts: one, its nearest for the teachers, its nearest by its words.

    :param taught: vectors of the teachers, most telling directions first.
    :param start: starting vectors of the pieces; a text is their sum.
    :returns: numbers of texts, one group of nine a row.
    """
    short = np.flatnonzero(bags.lengths <= _LONGEST)
    chosen = np.sort(np.random.default_rng(seed).permutation(short)[:_SAMPLE])
    by_words = sums(start, bags)
    found = [nearest(v[:, :_DIRECTIONS], _EACH, chosen) for v in (taught, by_words)]
    return np.concatenate([chosen[:, None], *found], axis=1)


def nearest(vectors: npt.NDArray[np.floating], count: int, chosen: Ids) -> Ids:
    """Return, for each chosen row, the numbers of its ``count`` nearest chosen rows (not itself)."""
    own = vectors[chosen].astype(np.float32)
    own /= np.linalg.norm(own, axis=1, keepdims=True) + 1e-9
    found = np.empty((len(own), count), np.int64)
    for begin in range(0, len(own), _BLOCK):
        cosines = own[begin : begin + _BLOCK] @ own.T
        rows = np.arange(len(cosines))
        cosines[rows, begin + rows] = -1.0
        found[begin : begin + _BLOCK] = np.argpartition(-cosines, count, axis=1)[:, :count]
    return chosen[found]
