"""What was found for a question, weighed: how well each candidate answers, and whether one does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import abstention, ranking
from pvd_assistant.answer.candidates import Evidence
from pvd_assistant.index.store import Index


@dataclass(frozen=True, slots=True)
class Weighed:
    """Evidence with its scores.

    :ivar scores: log-odds that each candidate answers, in the order of ``evidence.found``.
    :ivar probability: how likely it is that the answer is among them.
    """

    evidence: Evidence
    scores: NDArray[np.float64]
    probability: float

    @property
    def known(self) -> bool:
        """Whether the assistant may claim to know."""
        return self.probability >= ranking.threshold("answered")

    @property
    def best(self) -> float:
        """Log-odds of the best candidate."""
        return float(self.scores.max(initial=-np.inf))


def weigh(evidence: Evidence, index: Index) -> Weighed:
    """Score the candidates of a question, and the chance that one of them answers it."""
    scores = ranking.sentence_scores(evidence.found)
    signals = abstention.signals(evidence, scores.tolist(), index)
    return Weighed(evidence, scores, abstention.knows(signals))


def towns_answer(towns: Weighed, everything: Weighed) -> bool:
    """Tell whether what towns did answers about as well as the best of all documents.

    :param towns: weighed among the projects alone.
    """
    return towns.known and towns.best >= everything.best - ranking.choice("towns behind")
