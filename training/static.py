"""The static student: one vector per piece, a text is the mean of its pieces, trained on three losses.

* *taught*: a text lands where the teachers put it (cosine, and the right one among those of the batch);
* *alike*: of texts close to each other, the student's cosines are the teachers' (squared difference):
  random texts are all unlike, so that without it the student never learns how much alike near ones are;
* *paired*: a question lands nearer to its passage than to the others of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer
from torch.nn import functional

Ids = npt.NDArray[np.int64]
# Weight of the cosine loss of the close texts against that of the batch.
_OF_CLOSE = 0.2


@dataclass(frozen=True, slots=True)
class Recipe:
    """Numbers of the training.

    :ivar contrast: weight of the contrastive loss against the teacher's cosine loss.
    :ivar temperature: of the softmax over the batch.
    :ivar match: weight of the in-batch contrast between student and teacher vectors.
    :ivar alike: weight of the likeness of close texts, ``groups`` of them a batch.
    """

    steps: int = 3000
    taught: int = 1024
    paired: int = 1024
    rate: float = 0.003
    contrast: float = 0.3
    temperature: float = 0.05
    match: float = 0.1
    alike: float = 10.0
    groups: int = 160
    dropped: float = 0.1
    seed: int = 1


class Bags:
    """Texts as pieces, laid end to end, so that a batch is gathered without a Python loop."""

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str]) -> None:
        """Cut the texts; an empty one becomes the unknown piece."""
        encoded: list[list[int]] = []
        for start in range(0, len(texts), 20_000):
            batch = tokenizer.encode_batch(list(texts[start : start + 20_000]))
            encoded += [e.ids or [1] for e in batch]
        self.lengths = np.array([len(ids) for ids in encoded], np.int64)
        self.starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        self.flat = np.fromiter((i for ids in encoded for i in ids), np.int64)

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.lengths)

    def batch(
        self, rows: Ids, dropped: float = 0.0, rng: np.random.Generator | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the pieces and the offsets of some texts, some pieces left out at random."""
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        where = np.repeat(self.starts[rows] - offsets, lengths) + np.arange(lengths.sum())
        ids = self.flat[where]
        if rng is not None and dropped:
            ids = np.where(rng.random(len(ids)) < dropped, 0, ids)
        return torch.from_numpy(ids), torch.from_numpy(offsets)


@dataclass(frozen=True, slots=True)
class Taught:
    """Texts with the teachers' vectors, in the student's dimension.

    :ivar close: groups of texts close to each other, one group a row.
    """

    bags: Bags
    vectors: npt.NDArray[np.float16]
    close: Ids


@dataclass(frozen=True, slots=True)
class Paired:
    """Pairs with the weight of each and a number that is equal for pairs that must not be opposed."""

    left: Bags
    right: Bags
    chances: npt.NDArray[np.float64]
    left_group: Ids
    right_group: Ids


def train(
    start: npt.NDArray[np.float32],
    taught: Taught,
    paired: Paired | None,
    recipe: Recipe,
    report: Callable[[int, npt.NDArray[np.float32]], None],
) -> npt.NDArray[np.float32]:
    """Return the trained vectors.

    :param report: called about ten times with the step and the vectors of the moment.
    """
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    table = torch.nn.EmbeddingBag.from_pretrained(
        torch.from_numpy(start.copy()), freeze=False, mode="sum", padding_idx=0
    )
    optimiser = torch.optim.Adam(table.parameters(), lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.rate, total_steps=recipe.steps, pct_start=0.1
    )
    for step in range(1, recipe.steps + 1):
        loss = _taught_loss(table, taught, recipe, rng) + _alike_loss(table, taught, recipe, rng)
        if paired is not None:
            loss = loss + recipe.contrast * _paired_loss(table, paired, recipe, rng)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % max(recipe.steps // 8, 1) == 0:
            print(f"step {step} loss {loss.item():.3f}", flush=True)
            report(step, table.weight.detach().numpy())
    trained: npt.NDArray[np.float32] = table.weight.detach().numpy()
    return trained


def _taught_loss(
    table: torch.nn.EmbeddingBag, taught: Taught, recipe: Recipe, rng: np.random.Generator
) -> torch.Tensor:
    rows = rng.integers(0, len(taught.bags), recipe.taught)
    ids, offsets = taught.bags.batch(rows, recipe.dropped, rng)
    student = functional.normalize(table(ids, offsets))
    teacher = functional.normalize(torch.from_numpy(taught.vectors[rows].astype(np.float32)))
    cosine = 1 - (student * teacher).sum(dim=1).mean()
    if not recipe.match:
        return cosine
    logits = student @ teacher.T / recipe.temperature
    return cosine + recipe.match * functional.cross_entropy(logits, torch.arange(len(rows)))


def not_opposed(paired: Paired, rows: Ids) -> torch.Tensor:
    """Tell which right sides of a batch are no wrong answers to which left sides.

    The same question may have several passages: they are not each other's wrong answers.
    """
    same = (paired.left_group[rows][:, None] == paired.left_group[rows]) | (
        paired.right_group[rows][:, None] == paired.right_group[rows]
    )
    np.fill_diagonal(same, False)
    return torch.from_numpy(same)


def _alike_loss(
    table: torch.nn.EmbeddingBag, taught: Taught, recipe: Recipe, rng: np.random.Generator
) -> torch.Tensor:
    groups = taught.close[rng.integers(0, len(taught.close), recipe.groups)]
    rows = groups.ravel()
    student = functional.normalize(table(*taught.bags.batch(rows, recipe.dropped, rng)))
    teacher = functional.normalize(torch.from_numpy(taught.vectors[rows].astype(np.float32)))
    cosine = 1 - (student * teacher).sum(dim=1).mean()
    one, other = student.view(*groups.shape, -1), teacher.view(*groups.shape, -1)
    difference = one @ one.transpose(1, 2) - other @ other.transpose(1, 2)
    return recipe.alike * difference.square().mean() + _OF_CLOSE * cosine


def _paired_loss(
    table: torch.nn.EmbeddingBag, paired: Paired, recipe: Recipe, rng: np.random.Generator
) -> torch.Tensor:
    rows = rng.choice(len(paired.chances), recipe.paired, p=paired.chances)
    left = functional.normalize(table(*paired.left.batch(rows, recipe.dropped, rng)))
    right = functional.normalize(table(*paired.right.batch(rows, recipe.dropped, rng)))
    logits = left @ right.T / recipe.temperature
    logits = logits.masked_fill(not_opposed(paired, rows), float("-inf"))
    target = torch.arange(len(rows))
    return (
        functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    ) / 2


def aligned(
    start: npt.NDArray[np.float32], taught: Taught, sample: int = 60_000
) -> npt.NDArray[np.float32]:
    """Return the starting vectors turned towards the teacher's (orthogonal Procrustes)."""
    rows = np.random.default_rng(0).integers(0, len(taught.bags), sample)
    own = _sums(start, taught.bags, rows)
    left, _, right = np.linalg.svd(own.T @ taught.vectors[rows].astype(np.float32))
    turned: npt.NDArray[np.float32] = (start @ (left @ right)).astype(np.float32)
    return turned


def encoder(
    tokenizer: Tokenizer, weights: npt.NDArray[np.float32]
) -> Callable[[Sequence[str], bool], npt.NDArray[np.float32]]:
    """Return the function that gives the vectors of texts, as the packaged loader does."""

    def encode(texts: Sequence[str], question: bool) -> npt.NDArray[np.float32]:
        return sums(weights, Bags(tokenizer, texts))

    return encode


def _sums(weights: npt.NDArray[np.float32], bags: Bags, rows: Ids) -> npt.NDArray[np.float32]:
    ids, offsets = bags.batch(rows)
    sums = np.add.reduceat(weights[ids.numpy()], offsets.numpy(), axis=0)
    return (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def sums(weights: npt.NDArray[np.float32], bags: Bags) -> npt.NDArray[np.float32]:
    """Return the vectors of all the texts, as :func:`encoder` gives them."""
    return _sums(weights, bags, np.arange(len(bags)))
