"""Where the student's texts must land: the vectors of both teachers, joined, on their main directions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_SAMPLE = 100_000
_RIDGE = 10.0


def joined(
    french: npt.NDArray[np.float16], english: npt.NDArray[np.float16], rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Return the vectors of both teachers side by side, of length 1.

    A text without a translation gets the vector that a linear map (ridge regression on the texts that have
    one) makes of the French teacher's.

    :param french: vectors of every text by the teacher that reads French.
    :param english: vectors of the translations, for the texts numbered ``rows``.
    """
    first = _unit(french.astype(np.float32))
    second = _unit(english.astype(np.float32))
    chosen = np.random.default_rng(0).permutation(len(rows))[:_SAMPLE]
    known = first[rows[chosen]]
    square = known.T @ known + _RIDGE * np.eye(known.shape[1], dtype=np.float32)
    guessed = _unit(first @ np.linalg.solve(square, known.T @ second[chosen]))
    guessed[rows] = second
    return _unit(np.concatenate([first, guessed], axis=1))


def project(vectors: npt.NDArray[np.float32], dimension: int) -> npt.NDArray[np.float16]:
    """Return the vectors turned onto their main directions, the first ``dimension`` of them."""
    sample = vectors[:_SAMPLE]
    _, directions = np.linalg.eigh(sample.T @ sample)
    basis = directions[:, ::-1][:, :dimension]
    kept = np.square(sample @ basis).sum() / np.square(sample).sum()
    print(f"{dimension} directions keep {kept:.1%} of the teachers")
    projected: npt.NDArray[np.float16] = (vectors @ basis).astype(np.float16)
    return projected


def _unit(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = vectors / (
        np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    )
    return unit
