"""The search of the assistant, with its own embedding or another one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import CANDIDATES, Search, chunk_ids
from pvd_assistant.index.embedder import load_embedder
from pvd_assistant.index.search import Mode
from pvd_assistant.index.store import Index
from pvd_assistant.index.units import unit_texts
from pvd_assistant.index.vectors import UnitRows
from pvd_assistant.index.writer import write_generation
from pvd_assistant.settings import Settings


class Ours:
    """Our index: words, units and their vectors, written as a generation in the folder.

    :param settings: the embedding is theirs.
    :param rows: name of the row → mode of the search.
    """

    def __init__(self, settings: Settings, rows: Mapping[str, Mode], note: str) -> None:
        self.note = note
        self._settings = settings
        self._rows = rows
        self._index: Index | None = None
        self._corpus: Corpus | None = None

    def index(self, corpus: Corpus, folder: Path) -> None:
        settings = self._settings.model_copy(update={"index_dir": folder, "chroma_url": ""})
        documents = corpus.documents()
        texts = [unit_texts(p, d.metadata.title) for d in documents for p in d.passages]
        embedder = load_embedder(settings)
        flat = embedder.embed_passages([text for units in texts for text in units])
        sizes = np.array([len(units) for units in texts])
        write_generation(settings, documents, [UnitRows(flat.astype(np.float16), sizes)], embedder)
        self._corpus, self._index = corpus, Index.open(settings)

    def save(self, folder: Path) -> None:
        pass

    def searches(self) -> Mapping[str, Search]:
        return {name: partial(self._search, mode) for name, mode in self._rows.items()}

    def _search(self, mode: Mode, question: str, limit: int) -> list[str]:
        assert self._index
        assert self._corpus
        hits = self._index.search(question, limit=CANDIDATES, mode=mode)
        return chunk_ids([self._corpus.passage_of(hit.passage) for hit in hits], limit)
