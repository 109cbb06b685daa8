"""One question in, ranked passages out: words and meaning fused, doubles merged, order fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from pvd_assistant.index.dense import Positions, best_positions
from pvd_assistant.index.lexical import LexicalScores
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.messages import load_data

Mode = Literal["hybrid", "lexical", "dense"]
#: Passages taken from each search before fusing.
CANDIDATES = 200
#: Passages the second look orders anew.
RERANKED = 60
# Scores are rounded before they are compared: sums of floats may differ by their last bits.
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by its position, with the signals of :class:`pvd_assistant.model.Hit`."""

    position: int
    score: float
    lexical: float
    dense: float
    coverage: float


def lexical_candidates(scores: LexicalScores, allowed: npt.NDArray[np.bool_]) -> Positions:
    """Return the best passages by words among those allowed."""
    found = np.where(allowed, scores.score, 0).astype(np.float32)
    best = best_positions(found, CANDIDATES)
    return best[found[best] > 0]


def fuse(
    positions: Positions,
    lexical: LexicalScores,
    cosines: FloatArray,
    *,
    groups: npt.NDArray[np.int32],
    limit: int,
    mode: Mode = "hybrid",
) -> list[Ranked]:
    """Rank the candidates.

    :param positions: candidates of both searches.
    :param cosines: cosine of the best unit of each.
    :param groups: for every passage, the first one that says the same.
    :param limit: how many to return.
    :param mode: which searches count.
    """
    words = lexical.score[positions]
    top = float(words.max(initial=0.0))
    shares = words / top if top else words
    weight = {"hybrid": float(load_data("search")["fusion"]["dense"]), "lexical": 0.0, "dense": 1.0}
    fused = (1 - weight[mode]) * shares + weight[mode] * np.maximum(cosines, 0)
    order = np.lexsort((positions, -np.round(fused, _DECIMALS)))
    seen: set[int] = set()
    ranked: list[Ranked] = []
    for at in order:
        position, score = int(positions[at]), round(float(fused[at]), _DECIMALS)
        if score <= 0 or len(ranked) == limit:
            break
        if (group := int(groups[position])) in seen:
            continue
        seen.add(group)
        ranked.append(
            Ranked(
                position=position,
                score=min(1.0, score),
                lexical=round(float(shares[at]), _DECIMALS),
                dense=round(float(cosines[at]), _DECIMALS),
                coverage=round(float(lexical.coverage[position]), _DECIMALS),
            )
        )
    return ranked


def reordered(ranked: Sequence[Ranked], chances: npt.NDArray[np.float64]) -> list[Ranked]:
    """Order the first passages by the second look; the others follow in the order they had.

    :param chances: how likely each of the first passages is to answer, best fused first.
    """
    first, rest = ranked[: len(chances)], ranked[len(chances) :]
    order = np.lexsort((np.arange(len(first)), -np.round(chances, _DECIMALS)))
    found = [replace(first[at], score=round(float(chances[at]), _DECIMALS)) for at in order]
    # What was not looked at again stays below what was.
    last = found[-1].score if found else 1.0
    return [*found, *(replace(r, score=round(last * r.score, _DECIMALS)) for r in rest)]
