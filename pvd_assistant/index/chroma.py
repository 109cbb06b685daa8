"""Chroma, the store of record of the passages' vectors: embedded in the generation, or a server.

Traps avoided: never Chroma's default embedding function (it downloads an English model);
cosine asked for explicitly; ``upsert``; batches under its limit; no telemetry.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from pvd_assistant.errors import IndexCorruptError, IndexingError, SettingsError
from pvd_assistant.index.filters import chroma_metadata
from pvd_assistant.index.manifest import CHROMA, LARGEST_CHECKED, Manifest, damaged_file
from pvd_assistant.index.vectors import FloatArray
from pvd_assistant.model import Metadata, Passage

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

#: How deep the graph is searched. Among 100,000 passages, 200 (Chroma's 100, raised to what is asked) finds
#: 96.5 % of the nearest twenty, 400 finds 98 % for half a millisecond more; a graph built with twice the care
#: (``ef_construction`` 200) and searched as before finds 97 % (docs/performance.md).
_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_search": 400}
#: Passages written at a time.
_BATCH = 1000
#: How often Chroma saves its graph while an index is written. Each time it writes all of it: by default,
#: every thousand passages, 800 GB for a million of them. What waits is held twice in its database.
_SAVES = 10
#: Name of the collection of an embedded generation (a server has one a generation).
EMBEDDED_COLLECTION = "passages"
#: Bytes left on a disk on which Chroma cannot write.
_NO_ROOM = 2_000_000
#: Seconds a server has to take a call, to say that it is there, to write a batch.
_CONNECT_S, _READ_S, _WRITE_S = 3.0, 8.0, 120.0


@contextmanager
def client(folder: Path, url: str, *, patience: float = _WRITE_S) -> Iterator[Client]:
    """Open Chroma: the server at ``url``, or the files of the generation when it is empty.

    :param patience: seconds that a server has for each answer.
    :raises IndexingError: the server does not answer, or refuses.
    :raises IndexCorruptError: the files cannot be read.
    """
    opened = _server(url, patience) if url else _embedded(folder)
    try:
        with explained(folder, url):
            yield opened
    finally:
        opened.close()
        for session in _sessions(opened) if url else ():
            session.close()


def write(
    opened: Client,
    collection: str,
    passages: Iterable[tuple[Passage, Metadata]],
    vectors: Iterable[FloatArray],
    total: int,
) -> None:
    """Write the passages and their vectors, as many of both, in a new collection."""
    from langchain_chroma import Chroma

    given = _given_embeddings()
    saved, sizes = batches(total, min(_BATCH, opened.get_max_batch_size()))
    store = Chroma(
        client=opened,
        collection_name=collection,
        embedding_function=given,
        collection_configuration={"hnsw": _HNSW | {"sync_threshold": saved}},
    )
    rest, rows = iter(passages), iter(vectors)
    for size in sizes:
        batch = list(islice(rest, size))
        given.rows = [row.tolist() for row in islice(rows, size)]
        store.add_texts(
            [passage.text for passage, _ in batch],
            metadatas=[_metadata(passage, metadata) for passage, metadata in batch],
            ids=[passage.id for passage, _ in batch],
        )


def batches(total: int, largest: int) -> tuple[int, list[int]]:
    """Return after how many passages Chroma must save its graph, and the sizes of the batches to write.

    The last batch ends on such a moment: what is not in the saved graph is put in it again whenever the
    collection is opened.
    """
    saves = min(_SAVES, 1 + total // _BATCH)
    count = saves * max(1, -(-total // (saves * largest)))
    bounds = [total * number // count for number in range(count + 1)]
    return max(2, total // saves), [end - start for start, end in pairwise(bounds)]


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


def check_files(folder: Path, manifest: Manifest, *, whole: bool = False) -> None:
    """Refuse damaged files of embedded Chroma: reading them in native code may end the whole process.

    :param whole: read big files too.
    :raises IndexCorruptError: saying which one.
    """
    damaged = damaged_file(folder, manifest, of_chroma=True, whole=whole)
    database = folder / CHROMA / "chroma.sqlite3"
    reason: object = damaged
    if damaged is None:
        try:
            with closing(
                sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
            ) as opened:
                opened.execute("SELECT 1 FROM collections")
                # SQLite tells of its own damage: a big database (400 MB for 100,000 passages, all of which
                # would be read before the first answer) is left to it.
                quick = whole or database.stat().st_size <= LARGEST_CHECKED
                found = opened.execute("PRAGMA quick_check(1)").fetchone()[0] if quick else "ok"
            reason = None if found == "ok" else f"{database.name} : {found}"
        except sqlite3.Error as error:
            reason = f"{database.name} : {error}"
    if reason is not None:
        raise IndexCorruptError("index.corrupt", path=folder, reason=reason)


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
            str(folder / CHROMA), settings=Settings(anonymized_telemetry=False)
        )
    except (AttributeError, ChromaError, ValueError, OSError) as error:
        _forget(str(folder / CHROMA))
        if shutil.disk_usage(folder).free < _NO_ROOM:
            raise IndexingError("index.disk_full", path=folder.parent) from error
        code = "index.chroma_read_only" if "readonly" in str(error) else "index.corrupt"
        raise IndexCorruptError(code, path=folder, reason=error) from error
    return cast("Client", opened)


def _forget(identifier: str) -> None:
    """Drop what Chroma could not start: it would be given again, half started, to whoever tries later."""
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient._identifier_to_system.pop(identifier, None)
    SharedSystemClient._identifier_to_refcount.pop(identifier, None)


def _server(url: str, patience: float) -> Client:
    host, port, ssl = _address(url)
    with explained(Path(), url):
        _knock(f"{'https' if ssl else 'http'}://{f'[{host}]' if ':' in host else host}:{port}")
        import chromadb
        import httpx
        from chromadb.config import Settings

        try:
            opened: Any = chromadb.HttpClient(
                host=host, port=port, ssl=ssl, settings=Settings(anonymized_telemetry=False)
            )
        except ValueError as error:  # what Chroma makes of a refused connection
            raise IndexingError("index.chroma_unreachable", url=url, reason=error) from error
        # Chroma waits for ever and has no setting for it.
        for session in _sessions(opened):
            session.timeout = httpx.Timeout(patience, connect=_CONNECT_S)
    return cast("Client", opened)


def _sessions(opened: Any) -> tuple[Any, Any]:
    """Return the HTTP clients of a server's client, which have no public name and outlive it."""
    return opened._server._session, opened._admin_client._server._session


def _address(url: str) -> tuple[str, int, bool]:
    """Return the host and port of a server, and whether it speaks TLS.

    :raises SettingsError: it is not an address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError("index.bad_url", url=url) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("index.bad_url", url=url)
    ssl = parts.scheme == "https"
    return parts.hostname, port or (443 if ssl else 8000), ssl


def _knock(address: str) -> None:
    """Make sure that a server is there and answers, before Chroma waits for it without end.

    :raises httpx.HTTPError: it is not, or not soon enough.
    """
    import httpx

    limits = httpx.Timeout(_READ_S, connect=_CONNECT_S)
    httpx.get(f"{address}/api/v2/heartbeat", timeout=limits).raise_for_status()


@contextmanager
def explained(folder: Path, url: str) -> Iterator[None]:
    """Turn Chroma's errors into ours, and what makes no sense of a server's answers."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except httpx.HTTPError as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise IndexingError("index.chroma_unreachable", url=url, reason=reason) from error
    except ChromaError as error:
        if url:
            raise IndexingError("index.chroma_refused", url=url, reason=error) from error
        if shutil.disk_usage(folder).free < _NO_ROOM:  # which Chroma does not say
            raise IndexingError("index.disk_full", path=folder.parent) from error
        raise IndexingError("index.chroma_failed", path=folder, reason=error) from error
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        code = "index.chroma_answer" if url else "index.chroma_failed"
        raise IndexingError(code, url=url, path=folder, reason=repr(error)) from error
    except Exception as error:
        # What Chroma's client makes of an error that it does not know: nothing narrower exists.
        if type(error) is not Exception:
            raise
        reason = str(error).partition("\n")[0]
        raise IndexingError("index.chroma_refused", url=url, reason=reason) from error
