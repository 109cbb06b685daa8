"""Build the index of a corpus: only what changed is read and embedded, the swap is atomic.

Order of events, so that a crash anywhere leaves the old index answering: lock → sweep left-overs → read
and cut → embed (both kept in the cache as they go) → write a new generation beside the live one, its
manifest last → swap → sweep.
"""

from __future__ import annotations

import errno
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pvd_assistant.errors import (
    CorpusError,
    IndexCorruptError,
    IndexingError,
    IndexLockedError,
    PvdError,
)
from pvd_assistant.index import generation
from pvd_assistant.index.cache import BuildCache, delete_cache, vector_key
from pvd_assistant.index.documents import BuildDocuments, DocumentReader
from pvd_assistant.index.embedder import Embedder, load_embedder
from pvd_assistant.index.manifest import corpus_digest, reading_version
from pvd_assistant.index.passages import stored_digests
from pvd_assistant.index.store import Index
from pvd_assistant.index.units import unit_texts
from pvd_assistant.index.vectors import UnitRows
from pvd_assistant.index.writer import sweep, write_generation
from pvd_assistant.messages import text
from pvd_assistant.settings import Settings

Progress = Callable[[int, int, str], None]
# Units embedded at a time: enough for a model to work in full batches, few enough to lose on a crash.
_EMBEDDED_AT_ONCE = 512
_LOCK = "write.lock"


class DocumentSource(DocumentReader, Protocol):
    """Where documents come from: :class:`pvd_assistant.corpus.catalogue.Catalogue`, or one's own."""

    def entries(self) -> Sequence[Any]:
        """List the documents, sorted by ``id``, each with its ``path`` and ``digest``."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Lists hold document ids, compared with the index before.

    :ivar failed: file and reason of each document that could not be read.
    :ivar passages: number of passages of the index.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0


def build(
    settings: Settings,
    *,
    rebuild: bool = False,
    purge: bool = False,
    on_progress: Progress | None = None,
    source: DocumentSource | None = None,
) -> BuildReport:
    """Bring the index up to date with the corpus.

    :param settings: folders, embedding model, Chroma server.
    :param rebuild: start from nothing: read and embed every document again.
    :param purge: write the index anew and keep nothing of before: no trace is left of what is gone.
    :param on_progress: called with steps done, steps in all, and what is being done.
    :param source: where documents come from; by default the corpus and the library.
    :raises CorpusError: the folder of documents cannot be listed.
    :raises IndexLockedError: another process is writing the index.
    :raises IndexingError: no document, no space left, no right to write, no Chroma server.
    :raises EmbeddingError: the embedding model fails.
    """
    started = time.perf_counter()
    if source is None:
        from pvd_assistant.corpus.catalogue import Catalogue

        source = Catalogue.of(settings)
    entries = list(source.entries())
    if not entries:
        raise IndexingError("index.no_documents", path=settings.corpus_dir)
    with _disk_errors(settings.index_dir), _only_writer(settings.index_dir):
        run = _Build(settings, source, entries, on_progress or _silent)
        return run.run(rebuild=rebuild, purge=purge, started=started)


def _silent(done: int, total: int, label: str) -> None:
    """Tell nobody."""


def at_work(root: Path) -> bool:
    """Tell whether a process is writing the index; not told to who may not write it."""
    from filelock import FileLock, Timeout

    if not (root / _LOCK).is_file():
        return False
    try:
        with FileLock(root / _LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


@contextmanager
def _only_writer(root: Path) -> Iterator[None]:
    """Hold the writer's lock; the system lets go of it should the process die."""
    from filelock import FileLock, Timeout

    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexLockedError("index.locked", path=root) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk_errors(root: Path) -> Iterator[None]:
    """Say in one sentence that the disk is full, or that nothing may be written."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = "index.disk_full" if full else "index.not_writable"
        raise IndexingError(code, path=root, reason=error.strerror or error) from error
    except sqlite3.DatabaseError as error:
        if "full" in str(error):
            raise IndexingError("index.disk_full", path=root) from error
        raise IndexCorruptError("index.corrupt", path=root, reason=error) from error


class _Build:
    """One run of :func:`build`, the writer's lock held."""

    def __init__(
        self,
        settings: Settings,
        source: DocumentSource,
        entries: Sequence[Any],
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._root = settings.index_dir
        self._source = source
        self._entries = entries
        self._progress = progress
        self._done = 0
        self._failed: list[tuple[str, str]] = []

    def run(self, *, rebuild: bool, purge: bool, started: float) -> BuildReport:
        previous = self._live()
        sweep(self._settings, kept=[previous])
        path = self._root / "cache" / "build.sqlite"
        if rebuild:
            delete_cache(path)
        with closing(BuildCache(path)) as cache:
            documents = self._read(cache)
            before = stored_digests(previous) if previous else {}
            if documents.digests and (rebuild or purge or not self._up_to_date(documents)):
                self._replace(documents, cache, None if purge else previous)
        self._tell(len(self._entries) * 2 - self._done, text("index.step_done"))
        return self._report(before, documents, time.perf_counter() - started)

    def _live(self) -> Path | None:
        """Return the live generation; one whose pointer was lost is taken up again."""
        try:
            found = generation.current(self._root)
        except IndexCorruptError:
            found = None
        return found or generation.recovered(self._root)

    def _read(self, cache: BuildCache) -> BuildDocuments:
        """Read and cut the documents; those that cannot be read are noted."""
        documents = BuildDocuments(self._source, cache)
        for entry in self._entries:
            self._tell(1, text("index.step_read", name=entry.path))
            try:
                documents.add(entry)
            except (CorpusError, OSError) as error:
                self._failed.append((str(entry.path), str(error)))
        cache.save()
        return documents

    def _replace(self, documents: BuildDocuments, cache: BuildCache, previous: Path | None) -> None:
        """Embed, write and swap."""
        embedder = load_embedder(self._settings)
        vectors = self._vectors(documents, cache, embedder)
        self._tell(0, text("index.step_write"))
        write_generation(self._settings, documents, vectors, embedder)
        sweep(self._settings, kept=[previous, generation.current(self._root)])
        cache.prune()

    def _vectors(
        self, documents: BuildDocuments, cache: BuildCache, embedder: Embedder
    ) -> list[UnitRows]:
        """Return the vectors of the units of every passage, in order."""
        found: list[UnitRows] = []
        batch: list[list[str]] = []
        size = held = passages = 0
        for document in documents:
            texts = [unit_texts(p, document.metadata.title) for p in document.passages]
            batch += texts
            size, held = size + sum(map(len, texts)), held + 1
            if size >= _EMBEDDED_AT_ONCE:
                found.append(_embed(batch, cache, embedder))
                passages += len(batch)
                self._tell(held, text("index.step_embed", passages=passages))
                batch, size, held = [], 0, 0
        if batch:
            found.append(_embed(batch, cache, embedder))
        self._tell(held, text("index.step_embed", passages=passages + len(batch)))
        return found

    def _up_to_date(self, documents: BuildDocuments) -> bool:
        """Tell whether the live index can be opened and already holds these documents."""
        try:
            with Index.open(self._settings) as live:
                loaded = live.embedder
        except PvdError:
            return False
        manifest = live.manifest
        return (
            manifest.corpus == corpus_digest(documents.digests)
            and manifest.reading == reading_version()
            and manifest.model_version == loaded.version
        )

    def _report(
        self, before: Mapping[str, str], documents: BuildDocuments, seconds: float
    ) -> BuildReport:
        after = documents.digests
        present = {entry.id for entry in self._entries}
        return BuildReport(
            added=[name for name in after if name not in before],
            changed=[n for n, digest in after.items() if n in before and before[n] != digest],
            removed=[name for name in before if name not in present],
            unchanged=[name for name, digest in after.items() if before.get(name) == digest],
            failed=self._failed,
            passages=documents.passages,
            seconds=seconds,
        )

    def _tell(self, steps: int, label: str) -> None:
        self._done += steps
        self._progress(self._done, 2 * len(self._entries), label)


def _embed(texts: list[list[str]], cache: BuildCache, embedder: Embedder) -> UnitRows:
    """Return the vectors of the units of passages; those not in the cache are computed and kept."""
    identity = f"{embedder.name}|{embedder.version}"
    wanted = {vector_key(identity, unit): unit for units in texts for unit in units}
    vectors = cache.vectors(list(wanted))
    missing = [key for key in wanted if key not in vectors]
    if missing:
        computed = embedder.embed_passages([wanted[key] for key in missing]).astype(np.float16)
        new = dict(zip(missing, computed, strict=True))
        cache.add_vectors(new)
        cache.save()
        vectors |= new
    rows = [vectors[vector_key(identity, unit)] for units in texts for unit in units]
    return UnitRows(np.stack(rows), np.array([len(units) for units in texts], dtype=np.int64))
