"""Boosted regression trees, read from a file and applied with numpy.

Fitted by scikit-learn's histogram gradient boosting (after Friedman, 2001, and LightGBM: Ke et al., 2017)
in :mod:`pvd_assistant.evaluation.fitting`; applied here so that answering needs neither scikit-learn nor a
pickle.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TreeModel:
    """The sum of many small trees; arrays have one row a tree, one column a node (the first is the root).

    :ivar feature: feature compared at each node; -1 for a leaf.
    :ivar threshold: a row goes left when its feature is not above it.
    :ivar left: node to go to, ``right`` likewise; a leaf leads to itself.
    :ivar value: what a leaf adds to the log-odds.
    :ivar depth: most steps from a root to a leaf.
    """

    names: tuple[str, ...]
    bias: float
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: NDArray[np.float64]
    depth: int

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Return the model of a decoded file: trees as lists of ``[feature, threshold, left, right, value]``.

        ``feature`` is -1 in a leaf, whose ``left`` and ``right`` are not used.
        """
        trees = data["trees"]
        shape = (len(trees), max(map(len, trees)))
        table = np.zeros((*shape, 5))
        table[..., 0] = -1
        for number, nodes in enumerate(trees):
            table[number, : len(nodes)] = nodes
        leaf = table[..., 0] < 0
        own = np.broadcast_to(np.arange(shape[1]), shape)
        return cls(
            names=tuple(data["features"]),
            bias=float(data["bias"]),
            feature=table[..., 0].astype(np.int64),
            threshold=table[..., 1],
            left=np.where(leaf, own, table[..., 2]).astype(np.int64),
            right=np.where(leaf, own, table[..., 3]).astype(np.int64),
            value=table[..., 4],
            depth=int(data["depth"]),
        )

    @classmethod
    def packaged(cls, name: str) -> Self:
        """Read one of the models of ``data/answer_trees.json``."""
        raw = files("pvd_assistant").joinpath("data", "answer_trees.json").read_bytes()
        return cls.read(json.loads(raw)[name])

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds of each row of features (rows, features) → (rows,)."""
        trees = np.arange(len(self.feature))[:, None]
        nodes = np.zeros((len(self.feature), len(rows)), np.int64)
        place = np.arange(len(rows))
        for _ in range(self.depth):
            # A leaf has no feature: whatever is compared, it leads to itself.
            compared = rows[place, self.feature[trees, nodes]]
            goes_left = compared <= self.threshold[trees, nodes]
            nodes = np.where(goes_left, self.left[trees, nodes], self.right[trees, nodes])
        total: NDArray[np.float64] = self.value[trees, nodes].sum(axis=0) + self.bias
        return total
