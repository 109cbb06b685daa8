"""Haystack: BM25 and vectors in memory, joined by reciprocal rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from haystack import Document, Pipeline, component
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import CANDIDATES, Encoder, Search, chunk_ids


@component
class _QueryEmbedder:
    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @component.output_types(embedding=list[float])
    def run(self, text: str) -> dict[str, list[float]]:
        return {"embedding": self._encoder([text])[0].tolist()}


class HaystackHybrid:
    note = (
        "`DocumentSplitter` (512 words, overlap 32), `InMemoryDocumentStore` "
        "(BM25L, no stemmer nor stop words to set), all-MiniLM-L6-v2, `DocumentJoiner` "
        f"(`reciprocal_rank_fusion`, {CANDIDATES} candidates each)"
    )

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def index(self, corpus: Corpus, folder: Path) -> None:
        documents = [
            Document(content=text, meta={"passage": id_}) for id_, text in corpus.passages.items()
        ]
        splitter = DocumentSplitter(split_by="word", split_length=512, split_overlap=32)
        chunks = splitter.run(documents=documents)["documents"]
        vectors = self._encoder([chunk.content for chunk in chunks])
        self._store = InMemoryDocumentStore(shared=False)
        self._store.write_documents(
            [replace(c, embedding=v.tolist()) for c, v in zip(chunks, vectors, strict=True)]
        )
        self._pipeline = Pipeline()
        parts = {
            "embedder": _QueryEmbedder(self._encoder),
            "meaning": InMemoryEmbeddingRetriever(self._store, top_k=CANDIDATES),
            "words": InMemoryBM25Retriever(self._store, top_k=CANDIDATES),
            "joiner": DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=CANDIDATES),
        }
        for name, part in parts.items():
            self._pipeline.add_component(name, part)
        self._pipeline.connect("embedder", "meaning")
        self._pipeline.connect("meaning", "joiner")
        self._pipeline.connect("words", "joiner")

    def save(self, folder: Path) -> None:
        self._store.save_to_disk(str(folder / "store.json"))

    def searches(self) -> Mapping[str, Search]:
        return {"Haystack": self._search}

    def _search(self, question: str, limit: int) -> list[str]:
        found = self._pipeline.run({"embedder": {"text": question}, "words": {"query": question}})
        return chunk_ids([d.meta["passage"] for d in found["joiner"]["documents"]], limit)
