"""Trains the packaged embedding from the data folder: ``python -m training.build --data DIR``.

Stages, each kept in ``training/data`` so that an interrupted run goes on: vectors of both teachers,
tokenizer, starting vectors, distillation, distillation mixed with contrast. Two cores, no GPU: about an hour.
"""

from __future__ import annotations

import argparse
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from tokenizers import Tokenizer

from training.evaluate import Encoder
from training.export import export, rounded
from training.neighbours import close_groups
from training.own import acronym_pairs, own_pairs, without_held_out, written_pairs
from training.pairing import prepare, reserved
from training.report import Tasks, load_tasks, write_report
from training.sources import Pair, read_own_lines, read_pairs
from training.start import company_vectors
from training.static import Bags, Paired, Recipe, Taught, aligned, encoder, train
from training.targets import joined, project
from training.teacher import (
    encode_all,
    english,
    load_all,
    multilingual,
    teaching_texts,
    translations,
)
from training.tokenizer import add_words, save_tokenizer, train_tokenizer

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "training" / "data"
MODEL = ROOT / "pvd_assistant" / "models" / "pvd-static-fr"
ACRONYMS = ROOT / "pvd_assistant" / "data" / "acronyms.yaml"
VERSION = "1.0"

PIECES = 28_000
DIMENSION = 384
_COMPANY_TEXTS = 330_000
_OWN_WORD = range(3, 17)  # letters of a word of ours that deserves a piece
_OWN_COUNT = 6
DISTIL = Recipe(steps=1600, rate=0.01)
MIXED = Recipe(steps=600, rate=0.005, contrast=0.3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, measure, and write the model's folder."""
    options = _options(arguments)
    WORK.mkdir(parents=True, exist_ok=True)
    tokenizer, taught, start = taught_data(options)
    tasks = load_tasks(options.eval, options.facts, options.questions)
    print(tasks.line(encoder(tokenizer, start)))

    def report(step: int, weights: npt.NDArray[np.float32]) -> None:
        print(step, tasks.line(encoder(tokenizer, weights)), flush=True)

    distilled = _kept(
        "distilled", lambda: train(aligned(start, taught), taught, None, DISTIL, report)
    )
    paired = paired_data(options, tokenizer)
    recipe = replace(MIXED, seed=options.seed)
    weights = rounded(train(distilled, taught, paired, recipe, report))
    export(options.out, tokenizer, weights, VERSION)
    _compare(options, tasks, encoder(tokenizer, weights))


def taught_data(
    options: argparse.Namespace,
) -> tuple[Tokenizer, Taught, npt.NDArray[np.float32]]:
    """Return the tokenizer, what the teachers say and the starting vectors of the pieces.

    :param options: ``data`` and ``facts``, folders of the training data and of the fact files (or none).
    """
    own = [ROOT / "corpus", *([options.facts] if options.facts else [])]
    texts, vectors = _taught(options.data, own)
    own_lines = list(read_own_lines(own))
    tokenizer = _kept_tokenizer(texts, own_lines)
    start = _kept(
        "start",
        lambda: company_vectors(tokenizer, texts[:_COMPANY_TEXTS] + own_lines * 4, DIMENSION),
    )
    bags = Bags(tokenizer, texts)
    close = _kept("close", lambda: close_groups(bags, vectors, start)).astype(np.int64)
    return tokenizer, Taught(bags, vectors, close), start


def paired_data(options: argparse.Namespace, tokenizer: Tokenizer) -> Paired:
    """Return the pairs of the contrastive loss, those that resemble a kept question left out."""
    return prepare(tokenizer, _pairs(options))


def _taught(data: Path, own: Sequence[Path]) -> tuple[list[str], npt.NDArray[np.float16]]:
    """Return the texts and where they must land, encoding what was not yet."""
    texts = teaching_texts(data, own)
    english_of = translations(data)
    rows = np.array([i for i, text in enumerate(texts) if text in english_of])
    translated = [english_of[texts[i]] for i in rows]
    encode_all(texts, WORK / "use", multilingual)
    encode_all(translated, WORK / "minilm", english)
    both = joined(load_all(texts, WORK / "use"), load_all(translated, WORK / "minilm"), rows)
    return texts, project(both, DIMENSION)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of the training data")
    add("--eval", type=Path, help="folder of the development sets")
    add("--facts", type=Path, help="folder of the fact files")
    add("--questions", type=Path, help="questions kept for measuring, never trained on")
    add("--out", type=Path, default=MODEL, help="folder of the model")
    add("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def _kept(name: str, make: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return what a stage gives, made now or by an earlier run."""
    path = WORK / f"{name}.npy"
    if not path.exists():
        np.save(path, make())
    made: npt.NDArray[Any] = np.load(path)
    return made


def _kept_tokenizer(texts: list[str], own_lines: list[str]) -> Tokenizer:
    path = WORK / "tokenizer.json"
    if path.exists():
        return Tokenizer.from_file(str(path))
    tokenizer = train_tokenizer(itertools.chain(texts, *[own_lines] * 6), PIECES)
    tokenizer = add_words(tokenizer, _own_words(tokenizer, own_lines))
    save_tokenizer(tokenizer, path)
    return tokenizer


def _own_words(tokenizer: Tokenizer, own_lines: Sequence[str]) -> list[str]:
    """Return the acronyms of the programme and the words our documents repeat."""
    fold = tokenizer.normalizer.normalize_str
    acronyms = [
        word
        for entry in yaml.safe_load(ACRONYMS.read_text(encoding="utf-8"))
        for short in entry["short"]
        for word in fold(short).split()
        if len(word) > 1
    ]
    counts = Counter(word for line in own_lines for word in fold(line).split())
    repeated = [w for w, n in counts.most_common() if n >= _OWN_COUNT and len(w) in _OWN_WORD]
    return [word for word in (*acronyms, *repeated) if not any(c.isdigit() for c in word)]


def _pairs(options: argparse.Namespace) -> list[Pair]:
    own = [
        *own_pairs(ROOT / "corpus", options.facts),
        *acronym_pairs(ACRONYMS),
        *written_pairs(ROOT / "training" / "written"),
    ]
    if options.questions:
        own = without_held_out(own, options.questions)
    pairs = [pair for pair in read_pairs(options.data, "pairs") if not reserved(pair.right)]
    return [*pairs, *read_pairs(options.data, "synonyms"), *own]


def _compare(options: argparse.Namespace, tasks: Tasks, encode: Encoder) -> None:
    if tasks.tasks:
        write_report(tasks, {"pvd-static-fr": encode}, WORK / "report.json")


if __name__ == "__main__":
    main()
