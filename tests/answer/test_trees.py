"""Trees give what scikit-learn's give, without it."""

from __future__ import annotations

import numpy as np
import pytest

from pvd_assistant.answer.abstention import SIGNALS
from pvd_assistant.answer.candidates import FEATURES
from pvd_assistant.answer.ranking import model
from pvd_assistant.answer.trees import TreeModel
from pvd_assistant.evaluation.fitting import fit_trees

STUMP = {
    "features": ["a", "b"],
    "bias": 1.0,
    "depth": 1,
    "trees": [[[1, 0.5, 1, 2, 0], [-1, 0, 0, 0, -2.0], [-1, 0, 0, 0, 3.0]], [[-1, 0, 0, 0, 0.25]]],
}


def test_a_row_goes_left_up_to_the_threshold() -> None:
    rows = np.array([[9, 0.4], [9, 0.5], [9, 0.6]], float)

    assert TreeModel.read(STUMP).log_odds(rows).tolist() == [-0.75, -0.75, 4.25]


def test_no_row_gives_no_score() -> None:
    assert TreeModel.read(STUMP).log_odds(np.zeros((0, 2))).tolist() == []


def test_the_written_trees_are_those_that_were_fitted() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(600, 3))
    labels = (rows[:, 0] * rows[:, 1] > 0) | (rows[:, 2] > 1.5)

    fitted, held_out = fit_trees(rows, labels, np.arange(len(rows)), ("a", "b", "c"))

    scores = TreeModel.read(fitted).log_odds(rows)
    assert ((scores > 0) == labels).mean() > 0.9
    assert ((held_out > 0) == labels).mean() > 0.75


@pytest.mark.parametrize(("name", "features"), [("sentence", FEATURES), ("knows", SIGNALS)])
def test_the_packaged_models_are_of_the_present_features(
    name: str, features: tuple[str, ...]
) -> None:
    assert model(name).names == features
