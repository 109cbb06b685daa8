"""Vectors as everything here handles them: rows of float32, of length 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


def normalised(rows: npt.ArrayLike) -> FloatArray:
    """Return the rows as float32 of length 1; a row of zeros stays so (a text without a known word)."""
    vectors = np.atleast_2d(np.asarray(rows, dtype=np.float32))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
