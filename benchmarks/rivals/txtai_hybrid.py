"""txtai: BM25 and vectors, scores mixed half and half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bm25s.stopwords import STOPWORDS_FRENCH
from txtai import Embeddings

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import Encoder, Search


class TxtaiHybrid:
    note = (
        "hybrid `Embeddings` (its default: normalised BM25 and cosine, half and half) with "
        "all-MiniLM-L6-v2; French stop words given to its tokenizer, which has no stemmer; no splitting"
    )

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def index(self, corpus: Corpus, folder: Path) -> None:
        def transform(texts: Sequence[str]) -> npt.NDArray[np.float32]:
            return self._encoder(texts)

        # `hybrid=True` means this scoring, to which only the tokenizer's stop words are added.
        self._embeddings = Embeddings(
            method="external",
            transform=transform,
            content=False,
            scoring={
                "method": "bm25",
                "terms": True,
                "normalize": True,
                "tokenizer": {"stopwords": list(STOPWORDS_FRENCH)},
            },
        )
        self._embeddings.index((id_, text, None) for id_, text in corpus.passages.items())

    def save(self, folder: Path) -> None:
        self._embeddings.save(str(folder))

    def searches(self) -> Mapping[str, Search]:
        return {"txtai": self._search}

    def _search(self, question: str, limit: int) -> list[str]:
        return [id_ for id_, _ in self._embeddings.search(question, limit)]
