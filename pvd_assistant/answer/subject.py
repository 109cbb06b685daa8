"""How much a question is like those the documents answer: a plane through the space of the embedding.

It tells subjects and kinds of question apart (somebody's telephone number, a dead printer) where what was
found does not: a search always finds something. Fitted with the other models, by logistic regression
(:mod:`pvd_assistant.evaluation.fitting`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import FloatArray


@dataclass(frozen=True, slots=True)
class SubjectModel:
    """A plane.

    :ivar embedding: version of the embedding it was fitted with.
    :ivar weights: one a dimension.
    """

    embedding: str
    weights: npt.NDArray[np.float64]
    bias: float

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Return the model of a decoded file."""
        return cls(data["embedding"], np.array(data["weights"], float), float(data["bias"]))

    def log_odds(self, vector: FloatArray) -> float:
        """Return the log-odds that a question of that vector has an answer."""
        return float(self.weights @ vector + self.bias)


@cache
def _packaged() -> SubjectModel:
    raw = files("pvd_assistant").joinpath("data", "answer_trees.json").read_bytes()
    return SubjectModel.read(json.loads(raw)["subject"])


def known_subject(vector: FloatArray, index: Index) -> float:
    """Return the log-odds that a question is on what the documents answer.

    :param vector: of the question, by the embedding of the index.
    :returns: 0 with an embedding other than the one the model was fitted with: it would mean nothing there.
    """
    fitted = _packaged()
    if index.manifest.model_version != fitted.embedding:
        return 0.0
    return fitted.log_odds(vector)
