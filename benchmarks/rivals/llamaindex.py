"""LlamaIndex: BM25 and vectors, fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import Stemmer
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.retrievers.bm25 import BM25Retriever
from pydantic import PrivateAttr

from benchmarks.corpora import Corpus
from benchmarks.rivals.base import CANDIDATES, Encoder, Search, chunk_ids


class _Model(BaseEmbedding):
    _encoder: Any = PrivateAttr()

    def __init__(self, encoder: Encoder) -> None:
        super().__init__(model_name="all-MiniLM-L6-v2", embed_batch_size=64)
        self._encoder = encoder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._encoder(texts).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class LlamaIndexFusion:
    note = (
        "`SentenceSplitter` (its defaults), `BM25Retriever` with the French stemmer and stop words, "
        "`VectorStoreIndex` with all-MiniLM-L6-v2, `QueryFusionRetriever` (`reciprocal_rerank`, one "
        f"query, no LLM, {CANDIDATES} candidates each); BM25 alone is one half of it, in the same index"
    )

    def __init__(self, encoder: Encoder) -> None:
        self._model = _Model(encoder)

    def index(self, corpus: Corpus, folder: Path) -> None:
        documents = [
            Document(text=text, id_=id_, metadata={}) for id_, text in corpus.passages.items()
        ]
        nodes = SentenceSplitter().get_nodes_from_documents(documents)
        self._vectors = VectorStoreIndex(nodes, embed_model=self._model)
        candidates = min(CANDIDATES, len(nodes))
        self._words = BM25Retriever.from_defaults(
            nodes=nodes,
            similarity_top_k=candidates,
            stemmer=Stemmer.Stemmer("french"),
            language="french",
        )
        self._fused = QueryFusionRetriever(
            [self._vectors.as_retriever(similarity_top_k=candidates), self._words],
            llm=MockLLM(),
            mode="reciprocal_rerank",
            similarity_top_k=candidates,
            num_queries=1,
            use_async=False,
        )

    def save(self, folder: Path) -> None:
        self._vectors.storage_context.persist(str(folder / "vectors"))
        self._words.persist(str(folder / "words"))

    def searches(self) -> Mapping[str, Search]:
        return {
            "LlamaIndex": partial(self._search, self._fused),
            "LlamaIndex, BM25 alone": partial(self._search, self._words),
        }

    def _search(self, retriever: BaseRetriever, question: str, limit: int) -> list[str]:
        found = retriever.retrieve(question)
        return chunk_ids([node.node.ref_doc_id for node in found], limit)
