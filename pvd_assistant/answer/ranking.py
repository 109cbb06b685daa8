"""Two small models: how likely a sentence is to answer, and the assistant to know.

Each is a few dozen small trees (``data/answer_trees.json``), written with the thresholds
(``data/answer_model.yaml``) by ``python -m pvd_assistant.evaluation.fitting``, which records the questions,
the figures and the date beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer.candidates import FEATURES, Candidate
from pvd_assistant.answer.trees import TreeModel
from pvd_assistant.messages import load_data


@cache
def _data() -> Any:
    return load_data("answer_model")


@cache
def model(name: str) -> TreeModel:
    """Return the model ``"sentence"`` or ``"knows"``."""
    return TreeModel.packaged(name)


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
    fitted = model("sentence")
    if fitted.names != FEATURES:
        raise ValueError("answer_trees.json was fitted with other features")
    if not found:
        return np.zeros(0)
    return fitted.log_odds(np.array([c.features for c in found], float))
