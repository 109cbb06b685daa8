"""Plain LangChain: recursive splitter, all-MiniLM-L6-v2, Chroma."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chromadb.config import Settings as ChromaSettings
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import CANDIDATES, Encoder, Search, chunk_ids


class _Model(Embeddings):
    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._encoder(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self._encoder([text])[0].tolist()


class PlainLangChain:
    note = (
        "`RecursiveCharacterTextSplitter` (1,000 characters, overlap 200), "
        "all-MiniLM-L6-v2, Chroma on disk; no search by words, no language to set"
    )

    def __init__(self, encoder: Encoder) -> None:
        self._model = _Model(encoder)

    def index(self, corpus: Corpus, folder: Path) -> None:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        documents = splitter.create_documents(
            list(corpus.passages.values()), [{"passage": id_} for id_ in corpus.passages]
        )
        self._store = Chroma(
            embedding_function=self._model,
            persist_directory=str(folder),
            client_settings=ChromaSettings(
                anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder)
            ),
        )
        self._store.add_documents(documents)

    def save(self, folder: Path) -> None:
        pass

    def searches(self) -> Mapping[str, Search]:
        return {"LangChain": self._search}

    def _search(self, question: str, limit: int) -> list[str]:
        found = self._store.similarity_search(question, k=CANDIDATES)
        return chunk_ids([document.metadata["passage"] for document in found], limit)
