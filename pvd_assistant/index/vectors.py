"""Vectors as everything here handles them: rows of float32, of length 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def normalised(rows: npt.ArrayLike) -> FloatArray:
    """Return the rows as float32 of length 1; a row of zeros stays so (a text without a known word)."""
    vectors = np.atleast_2d(np.asarray(rows, dtype=np.float32))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class UnitRows:
    """Vectors of the units of some passages that follow one another.

    :ivar rows: one a unit, in float16.
    :ivar sizes: number of units of each passage, at least one.
    """

    rows: npt.NDArray[np.float16]
    sizes: npt.NDArray[np.int64]

    def means(self) -> FloatArray:
        """Return one vector of length 1 a passage, the mean of its units'."""
        starts = np.cumsum(self.sizes) - self.sizes
        sums = np.add.reduceat(self.rows.astype(np.float32), starts, axis=0)
        return normalised(sums / self.sizes[:, None])
