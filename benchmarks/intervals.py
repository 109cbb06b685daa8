"""Bootstrap intervals over questions (Efron, 1979; for retrieval: Sakai, SIGIR 2006)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

RESAMPLES = 1000
_SEED = 20260101
_BOUNDS = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over questions and its 95 % interval."""

    mean: float
    low: float
    high: float


def interval(values: npt.ArrayLike) -> Interval:
    """Resample the questions, always the same way, and return the interval of the mean.

    The interval of a difference is that of the differences, question by question.

    :param values: one figure a question, at least one.
    """
    array = np.asarray(values, dtype=np.float64)
    drawn = np.random.default_rng(_SEED).integers(0, len(array), size=(RESAMPLES, len(array)))
    low, high = np.percentile(array[drawn].mean(axis=1), _BOUNDS)
    return Interval(float(array.mean()), float(low), float(high))
