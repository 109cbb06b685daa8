"""Two small models: how likely a sentence is to answer, and the assistant to know.

The first is a few dozen small trees (``data/answer_trees.json``), the second a logistic regression
(Cox, 1958; ``data/answer_model.yaml``). Both are written by
``python -m pvd_assistant.evaluation.fitting``, which records
the questions, the figures and the date beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer.candidates import FEATURES, Candidate
from pvd_assistant.answer.trees import TreeModel
from pvd_assistant.messages import load_data


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Weights of named features.

    :ivar mean: mean of each feature on the questions it was fitted on, taken away first.
    :ivar scale: standard deviation of each, divided by.
    """

    names: tuple[str, ...]
    weights: NDArray[np.float64]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    bias: float

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Return the model written in a section of ``answer_model.yaml``."""
        features: dict[str, Any] = data["features"]
        weights, mean, scale = np.array(list(features.values()), float).T
        return cls(tuple(features), weights, mean, scale, float(data["bias"]))

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds of each row of features (rows, features) → (rows,)."""
        scores: NDArray[np.float64] = (rows - self.mean) / self.scale @ self.weights + self.bias
        return scores


@cache
def _data() -> Any:
    return load_data("answer_model")


@cache
def model(name: str) -> LogisticModel:
    """Return a logistic model: ``"knows"``."""
    return LogisticModel.read(_data()[name])


@cache
def sentence_model() -> TreeModel:
    """Return the model that tells which sentence answers."""
    return TreeModel.packaged("answer_trees")


def threshold(name: str) -> float:
    """Return a probability below which the assistant does not claim to know."""
    return float(_data()["knows"]["thresholds"][name])


def choice(name: str) -> float:
    """Return a weight of the choice of statements (:mod:`pvd_assistant.answer.selection`)."""
    return float(_data()["choice"][name])


def sentence_scores(found: Sequence[Candidate]) -> NDArray[np.float64]:
    """Return the log-odds that each candidate answers its question.

    :raises ValueError: the file was fitted with other features (a programming error).
    """
    fitted = sentence_model()
    if fitted.names != FEATURES:
        raise ValueError("answer_trees.json was fitted with other features")
    if not found:
        return np.zeros(0)
    return fitted.log_odds(np.array([c.features for c in found], float))
