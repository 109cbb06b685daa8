"""Chroma, the store of record of the passages' vectors: embedded in the generation, or a server.

Traps avoided (peers.md §5.2): never Chroma's default embedding function (it downloads an English model);
cosine asked for explicitly; ``upsert``; batches under its limit; no telemetry.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pvd_assistant.errors import IndexCorruptError, IndexingError, SettingsError
from pvd_assistant.index.filters import chroma_metadata
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.model import Metadata, Passage

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

_COSINE: CreateCollectionConfiguration = {"hnsw": {"space": "cosine"}}
#: Folder of embedded Chroma in a generation.
FOLDER = "chroma"
#: Name of the collection of an embedded generation (a server has one a generation).
EMBEDDED_COLLECTION = "passages"


@contextmanager
def client(folder: Path, url: str) -> Iterator[Client]:
    """Open Chroma: the server at ``url``, or the files of the generation when it is empty.

    :raises IndexingError: the server does not answer, or refuses.
    :raises IndexCorruptError: the files cannot be read.
    """
    opened = _server(url) if url else _embedded(folder)
    try:
        with explained(folder, url):
            yield opened
    finally:
        opened.close()


def write(
    opened: Client,
    collection: str,
    passages: Sequence[tuple[Passage, Metadata]],
    vectors: FloatArray,
) -> None:
    """Write the passages and their vectors in a new collection."""
    from langchain_chroma import Chroma

    given = _given_embeddings()
    store = Chroma(
        client=opened,
        collection_name=collection,
        embedding_function=given,
        collection_configuration=_COSINE,
    )
    step = min(1000, opened.get_max_batch_size())
    for at in range(0, len(passages), step):
        batch = passages[at : at + step]
        given.rows = vectors[at : at + step].tolist()
        store.add_texts(
            [passage.text for passage, _ in batch],
            metadatas=[_metadata(passage, metadata) for passage, metadata in batch],
            ids=[passage.id for passage, _ in batch],
        )


def delete(opened: Client, collection: str) -> None:
    """Delete a collection; one that is not there is fine."""
    from chromadb.errors import NotFoundError

    try:
        opened.delete_collection(collection)
    except (NotFoundError, ValueError):
        return


def nearest(
    collection: Any, vector: FloatArray, where: dict[str, Any] | None, limit: int
) -> list[str]:
    """Return the ids of the nearest passages, nearest first."""
    found = collection.query(
        query_embeddings=[vector.tolist()], n_results=limit, where=where, include=[]
    )
    return [str(id_) for id_ in found["ids"][0]]


def _metadata(passage: Passage, metadata: Metadata) -> dict[str, Any]:
    """What a LangChain user of the collection sees of a passage, and the facets to filter by."""
    values = {
        "document": passage.document,
        "title": metadata.title,
        "kind": metadata.kind,
        "publisher": metadata.publisher,
        "url": metadata.sources[0].url if metadata.sources else "",
        "updated": metadata.updated.isoformat(),
        "section": " › ".join(passage.headings),
        "part": passage.part,
        "start": passage.start,
        "end": passage.end,
        "page": passage.page,
        "label": passage.label,
    }
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    return kept | chroma_metadata(metadata)


def _given_embeddings() -> Any:
    """Return LangChain embeddings that hand over vectors computed beforehand."""
    from langchain_core.embeddings import Embeddings

    class Given(Embeddings):
        rows: list[list[float]]

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return self.rows

        def embed_query(self, text: str) -> list[float]:
            raise NotImplementedError(text)

    return Given()


def _embedded(folder: Path) -> Client:
    import chromadb
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    try:
        opened = chromadb.PersistentClient(
            str(folder / FOLDER), settings=Settings(anonymized_telemetry=False)
        )
    except (ChromaError, ValueError, OSError) as error:
        raise IndexCorruptError("index.corrupt", path=folder, reason=error) from error
    return cast("Client", opened)


def _server(url: str) -> Client:
    import chromadb
    from chromadb.config import Settings

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("index.bad_url", url=url)
    with explained(Path(), url):
        try:
            opened = chromadb.HttpClient(
                host=parts.hostname,
                port=parts.port or (443 if parts.scheme == "https" else 8000),
                ssl=parts.scheme == "https",
                settings=Settings(anonymized_telemetry=False),
            )
        except ValueError as error:  # what Chroma makes of a refused connection
            raise IndexingError("index.chroma_unreachable", url=url, reason=error) from error
    return cast("Client", opened)


@contextmanager
def explained(folder: Path, url: str) -> Iterator[None]:
    """Turn Chroma's errors into ours."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except httpx.HTTPError as error:
        raise IndexingError("index.chroma_unreachable", url=url, reason=error) from error
    except ChromaError as error:
        if url:
            raise IndexingError("index.chroma_unreachable", url=url, reason=error) from error
        raise IndexingError("index.chroma_failed", path=folder, reason=error) from error
