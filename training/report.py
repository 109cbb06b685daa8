"""Figures of several models side by side: ``python -m training.report --eval DIR …``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.evaluate import (
    Encoder,
    Task,
    Vectors,
    beir_task,
    bm25,
    dense,
    facts_task,
    mixed,
    score,
    spearman_sts,
)


@dataclass(frozen=True, slots=True)
class Tasks:
    """The development sets that are at hand, with the scores of the search by words."""

    tasks: tuple[tuple[Task, Vectors], ...]
    sts: Path | None

    def figures(self, encode: Encoder) -> dict[str, dict[str, float]]:
        """Return the figures of a model, alone and mixed with the search by words, in per cent."""
        found: dict[str, dict[str, float]] = {}
        for task, lexical in self.tasks:
            cosines = dense(task, encode)
            found[f"{task.name} alone"] = score(task, cosines).summary()
            found[f"{task.name} mixed"] = score(task, mixed(lexical, cosines)).summary()
        if self.sts:
            found["stsb-fr"] = {"spearman": round(100 * spearman_sts(self.sts, encode), 1)}
        return found

    def line(self, encode: Encoder) -> str:
        """Return the main figures on one line."""
        return " · ".join(
            f"{name} {next(iter(values.values()))} {values.get('all@10', '')}".strip()
            for name, values in self.figures(encode).items()
        )


def load_tasks(folder: Path | None, facts: Path | None, questions: Path | None) -> Tasks:
    """Read the development sets that exist.

    :param folder: collections in BEIR form and ``stsb-fr/stsb-fr-dev.csv``.
    """
    tasks: list[Task] = []
    if facts and questions:
        tasks.append(facts_task(facts, questions))
    if folder:
        tasks += [beir_task(path.parent) for path in sorted(folder.glob("*/corpus.jsonl"))]
    sts = folder / "stsb-fr" / "stsb-fr-dev.csv" if folder else None
    return Tasks(tuple((task, bm25(task)) for task in tasks), sts if sts and sts.exists() else None)


def write_report(tasks: Tasks, models: Mapping[str, Encoder], path: Path) -> None:
    """Write the figures of BM25 and of each model as JSON."""
    rows: dict[str, dict[str, dict[str, float]]] = {
        "bm25": {f"{t.name} alone": score(t, lexical).summary() for t, lexical in tasks.tasks}
    }
    for name, encode in models.items():
        rows[name] = tasks.figures(encode)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(rows, indent=1))


def sentence_transformer(path: str) -> Encoder:
    """Return the encoder of a sentence-transformers folder."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(path, device="cpu", local_files_only=True)

    def encode(texts: Sequence[str], question: bool) -> Vectors:
        vectors = model.encode(list(texts), batch_size=128, normalize_embeddings=True)
        return np.asarray(vectors, np.float32)

    return encode


def main() -> None:
    """Compare the folders given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", help="sentence-transformers folders")
    parser.add_argument("--eval", type=Path)
    parser.add_argument("--facts", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--out", type=Path, default=Path("training/data/report.json"))
    options = parser.parse_args()
    tasks = load_tasks(options.eval, options.facts, options.questions)
    write_report(tasks, {m: sentence_transformer(m) for m in options.models}, options.out)


if __name__ == "__main__":
    main()
