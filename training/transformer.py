"""The second student: a small transformer over the static student's vectors, ``python -m training.transformer``.

It starts as the packaged static student — the layers' last projection is zero, so that their output adds nothing — and
learns with the same three losses what word order tells. Checkpoints every few minutes: an interrupted run goes
on; the curve is appended to ``training/data/transformer-curve.jsonl``. The figures, and why the static student
is the one packaged, are in docs/model-card.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional

from training.build import DIMENSION, MODEL, WORK, paired_data, taught_data
from training.evaluate import Encoder
from training.export import STATIC
from training.report import load_tasks
from training.static import Bags, Ids, Paired, Taught, not_opposed

LAYERS, HEADS, INNER = 2, 6, 768
_BATCH, _GROUPS, _PAIRS = 192, 24, 128
_LONGEST = 48  # pieces
_TOGETHER = 64  # texts of about the same length
_RATE, _VECTORS_RATE = 3e-4, 1e-3
_KEPT = WORK / "transformer.pt"
_TEMPERATURE, _CONTRAST, _ALIKE = 0.05, 0.3, 20.0


class Student(nn.Module):
    """Mean of the pieces' vectors, plus what two layers of attention add to it."""

    def __init__(self, start: npt.NDArray[np.float32]) -> None:
        """Start from the static student's vectors."""
        super().__init__()
        self.pieces = nn.Embedding.from_pretrained(torch.from_numpy(start), False, padding_idx=0)
        self.places = nn.Embedding(_LONGEST, DIMENSION)
        nn.init.normal_(self.places.weight, std=0.02)
        layer = nn.TransformerEncoderLayer(
            DIMENSION, HEADS, INNER, 0.0, batch_first=True, norm_first=True, activation="gelu"
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.out = nn.Linear(DIMENSION, DIMENSION, bias=False)
        nn.init.zeros_(self.out.weight)
        self.scale = float(np.linalg.norm(start, axis=1).mean())

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the vectors, of length 1, of texts given as rows of pieces, 0 after the end."""
        kept = (ids > 0).unsqueeze(-1).float()
        vectors = self.pieces(ids)
        places = self.places(torch.arange(ids.shape[1]))
        inner = self.layers(vectors / self.scale + places, src_key_padding_mask=ids == 0)
        both = (vectors + self.scale * self.out(inner)) * kept
        return functional.normalize(both.sum(dim=1))


def vectors_of(student: Student, bags: Bags, rows: Ids) -> torch.Tensor:
    """Return the vectors of texts, those of about the same length together: padding costs as much as words."""
    order = np.argsort(np.minimum(bags.lengths[rows], _LONGEST), kind="stable")
    parts = [order[begin : begin + _TOGETHER] for begin in range(0, len(order), _TOGETHER)]
    with torch.autocast("cpu", torch.bfloat16):
        found = torch.cat([student(padded(bags, rows[part])) for part in parts])
    return found.float()[torch.from_numpy(np.argsort(order))]


def padded(bags: Bags, rows: Ids) -> torch.Tensor:
    """Return texts as rows of pieces, cut at the longest length."""
    lengths = np.minimum(bags.lengths[rows], _LONGEST)
    table = np.zeros((len(rows), int(lengths.max())), np.int64)
    for n, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        table[n, :length] = bags.flat[bags.starts[row] : bags.starts[row] + length]
    return torch.from_numpy(table)


def loss_of(student: Student, taught: Taught, paired: Paired, rng: np.random.Generator) -> Any:
    """Return the sum of the three losses of a batch; see :mod:`training.static`."""
    rows = rng.integers(0, len(taught.bags), _BATCH)
    close = taught.close[rng.integers(0, len(taught.close), _GROUPS)]
    every = np.concatenate([rows, close.ravel()])
    vectors = vectors_of(student, taught.bags, every)
    target = functional.normalize(torch.from_numpy(taught.vectors[every].astype(np.float32)))
    cosine = 1 - (vectors * target).sum(dim=1).mean()
    one = vectors[_BATCH:].view(*close.shape, -1)
    other = target[_BATCH:].view(*close.shape, -1)
    alike = (one @ one.transpose(1, 2) - other @ other.transpose(1, 2)).square().mean()
    chosen = rng.choice(len(paired.chances), _PAIRS, p=paired.chances)
    left = vectors_of(student, paired.left, chosen)
    right = vectors_of(student, paired.right, chosen)
    logits = left @ right.T / _TEMPERATURE
    logits = logits.masked_fill(not_opposed(paired, chosen), float("-inf"))
    contrast = functional.cross_entropy(logits, torch.arange(_PAIRS))
    return cosine + _ALIKE * alike + _CONTRAST * contrast


def encoder_of(student: Student, tokenizer: Tokenizer) -> Encoder:
    """Return the function that gives the vectors of texts."""

    def encode(texts: Sequence[str], question: bool) -> npt.NDArray[np.float32]:
        bags = Bags(tokenizer, texts)
        with torch.no_grad():
            found: npt.NDArray[np.float32] = vectors_of(
                student, bags, np.arange(len(texts))
            ).numpy()
        return found

    return encode


def main(arguments: Sequence[str] | None = None) -> None:
    """Train for a number of minutes from the last checkpoint, measuring on the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--eval", type=Path, required=True)
    parser.add_argument("--facts", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument(
        "--start", type=Path, default=MODEL, help="folder of the static student made by this build"
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--steps", type=int, default=1500, help="where the rates reach zero")
    parser.add_argument("--every", type=int, default=150, help="steps between two measures")
    options = parser.parse_args(arguments)
    tokenizer, taught, _ = taught_data(options)
    paired = paired_data(options, tokenizer)
    tasks = load_tasks(options.eval, None, None)
    torch.manual_seed(1)
    student = Student(load_file(options.start / STATIC / "model.safetensors")["embedding.weight"])
    optimiser = _optimiser(student)
    step = _resumed(student, optimiser)
    began = time.monotonic()
    rng = np.random.default_rng(step)
    while step <= options.steps and time.monotonic() - began < 60 * options.minutes:
        if step % options.every == 0:
            figures = tasks.figures(encoder_of(student, tokenizer))
            _keep(student, optimiser, step, figures)
        _slow_down(optimiser, 1 - step / options.steps)
        loss = loss_of(student, taught, paired, rng)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1


def _slow_down(optimiser: torch.optim.Optimizer, share: float) -> None:
    """Set the rates to a share of what they are at first."""
    for group, rate in zip(optimiser.param_groups, (_RATE, _VECTORS_RATE), strict=True):
        group["lr"] = share * rate


def _optimiser(student: Student) -> torch.optim.Optimizer:
    others = [p for name, p in student.named_parameters() if name != "pieces.weight"]
    pieces = {"params": [student.pieces.weight], "lr": _VECTORS_RATE, "weight_decay": 0.0}
    return torch.optim.AdamW([{"params": others, "lr": _RATE}, pieces])


def _resumed(student: Student, optimiser: torch.optim.Optimizer) -> int:
    """Take up the last checkpoint, if any; return its step."""
    if not _KEPT.exists():
        return 0
    state = torch.load(_KEPT)
    student.load_state_dict(state["student"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def _keep(
    student: Student, optimiser: torch.optim.Optimizer, step: int, figures: dict[str, Any]
) -> None:
    with (WORK / "transformer-curve.jsonl").open("a", encoding="utf-8") as curve:
        curve.write(json.dumps({"step": step, "figures": figures}) + "\n")
    state = {"student": student.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save({**state, "step": step}, _KEPT)


if __name__ == "__main__":
    main()
