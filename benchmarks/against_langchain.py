"""Indexing and question speed, beside a plain LangChain pipeline measured in the same run.

The plain pipeline: ``RecursiveCharacterTextSplitter`` (600 characters, overlap 100), the same embedding
model, Chroma similarity search. Usage::

    python benchmarks/against_langchain.py CORPUS QUESTIONS.jsonl

The machine may be noisy: read the ratios, not the milliseconds.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from pvd_assistant import Assistant
from pvd_assistant.index.builder import build
from pvd_assistant.index.embedder import load_embedder
from pvd_assistant.settings import load_settings


class SameModel(Embeddings):
    """The assistant's model, as LangChain calls one."""

    def __init__(self, embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embedder.embed_passages(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self._embedder.embed_question(text).tolist()


def timed(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(corpus: Path, questions: Path) -> None:
    asked = [json.loads(line)["question"] for line in questions.read_text("utf-8").splitlines()]
    sheets = sorted(path for path in corpus.rglob("*.md") if "sources" not in path.parts)
    with tempfile.TemporaryDirectory() as aside:
        settings = load_settings(corpus_dir=corpus, index_dir=Path(aside) / "index")
        ours = timed(lambda: build(settings))
        documents = len(Assistant(settings).index.documents)
        model = SameModel(load_embedder(settings))
        store = Chroma(
            "plain", embedding_function=model, persist_directory=str(Path(aside) / "plain"),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )  # fmt: skip
        splitter = RecursiveCharacterTextSplitter(chunk_size=600, chunk_overlap=100)

        def index_plainly() -> None:
            for sheet in sheets:
                store.add_texts(splitter.split_text(sheet.read_text("utf-8")))

        plain = timed(index_plainly)
        assistant = Assistant(settings)
        for question in asked[:10]:
            assistant.ask(question)
            store.similarity_search(question, k=4)
        answers = [timed(lambda q=q: assistant.ask(q)) for q in asked]
        searches = [timed(lambda q=q: assistant.index.search(q)) for q in asked]
        similar = [timed(lambda q=q: store.similarity_search(q, k=4)) for q in asked]
    print(f"indexing, assistant   {documents / ours:7.1f} documents/s ({documents} documents)")
    print(f"indexing, plain       {len(sheets) / plain:7.1f} documents/s ({len(sheets)} sheets)")
    for name, times in (("answer", answers), ("search", searches), ("plain search", similar)):
        print(f"{name:21} {1000 * statistics.median(times):7.1f} ms at the median")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
