"""``eval retrieval``: index a BEIR collection aside and measure the three searches on it."""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pvd_assistant.evaluation.retrieval import DEPTH, Collection, measure, read_collection
from pvd_assistant.index.builder import Progress, build
from pvd_assistant.index.search import Mode
from pvd_assistant.index.store import Index
from pvd_assistant.model import Block, Document, Metadata, Part
from pvd_assistant.settings import Settings

_SYSTEMS: tuple[Mode, ...] = ("lexical", "dense", "hybrid")
#: A long document has several passages: enough of them to fill the depth with documents.
_PASSAGES = 2 * DEPTH


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    path: str
    digest: str
    title: str
    text: str


class CollectionSource:
    """The documents of a collection, as the builder reads a corpus.

    :ivar documents: id in the index → id in the collection.
    """

    def __init__(self, collection: Collection) -> None:
        self.documents: dict[str, str] = {}
        self._entries: list[_Entry] = []
        for number, (name, (title, text)) in enumerate(collection.documents.items()):
            if not text.strip():
                continue
            id_ = f"beir/{number:08d}"
            self.documents[id_] = name
            digest = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()
            self._entries.append(_Entry(id_, name, digest, title, text))

    def entries(self) -> Sequence[_Entry]:
        """List the documents."""
        return self._entries

    def load(self, entry: Any) -> Document:
        """Make one document of one section; cut between sentences when it is long."""
        blocks = (Block(0, len(entry.text), "paragraph"),)
        metadata = Metadata(
            title=entry.title,
            kind="page",
            publisher="BEIR",
            updated=dt.date(1970, 1, 1),
            sources=(),
        )
        return Document(
            entry.id, entry.path, entry.digest, metadata, (Part(0, entry.text, blocks),)
        )


def evaluate_collection(
    folder: Path, settings: Settings, on_progress: Progress | None = None
) -> dict[str, Any]:
    """Measure lexical, dense and hybrid search on a folder in BEIR format.

    :param settings: the embedding model is theirs; their index is not touched.
    :raises EvaluationError: the folder is not a collection.
    :raises EmbeddingError: the embedding model fails.
    """
    collection = read_collection(folder)
    source = CollectionSource(collection)
    with tempfile.TemporaryDirectory(prefix="pvd-beir-") as aside:
        own = settings.model_copy(update={"index_dir": Path(aside), "chroma_url": ""})
        build(own, source=source, on_progress=on_progress)
        with Index.open(own) as index:
            index.search("échauffement")
            systems = {
                mode: measure(partial(_search, index, source, mode), collection)
                for mode in _SYSTEMS
            }
    return {
        "documents": len(collection.documents),
        "queries": len(collection.queries),
        "systems": systems,
    }


def _search(index: Index, source: CollectionSource, mode: Mode, query: str) -> list[str]:
    hits = index.search(query, limit=_PASSAGES, mode=mode)
    return list(dict.fromkeys(source.documents[hit.passage.document] for hit in hits))[:DEPTH]
