"""The documents of a build, taken one at a time: those of a large corpus do not fit in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from pvd_assistant.index.cache import BuildCache
from pvd_assistant.index.codec import IndexedDocument
from pvd_assistant.index.manifest import reading_version
from pvd_assistant.model import Document


class DocumentReader(Protocol):
    """What reads a document."""

    def load(self, entry: Any) -> Document:
        """Read one document.

        :raises CorpusError: it cannot be read.
        """


class BuildDocuments:
    """Documents read and cut once, and taken from the cache each time they are gone through.

    :ivar digests: digest of each document, by id.
    :ivar passages: number of passages of them all.
    """

    def __init__(self, reader: DocumentReader, cache: BuildCache) -> None:
        self.digests: dict[str, str] = {}
        self.passages = 0
        self._reader = reader
        self._cache = cache
        self._entries: list[Any] = []

    def add(self, entry: Any) -> None:
        """Read and cut a document, unless that was done before.

        :raises CorpusError: it cannot be read.
        :raises OSError: neither can its file.
        """
        read = self._document(entry)
        self._entries.append(entry)
        self.digests[read.id] = read.digest
        self.passages += len(read.passages)

    def __iter__(self) -> Iterator[IndexedDocument]:
        """Go through the documents, in the order they were added."""
        return map(self._document, self._entries)

    def _document(self, entry: Any) -> IndexedDocument:
        from pvd_assistant.corpus.chunk import cut

        key = f"{entry.id}\0{entry.digest}\0{reading_version()}"
        known = self._cache.document(key)
        if known is not None:
            return known
        document = self._reader.load(entry)
        read = IndexedDocument(
            id=document.id,
            path=document.path,
            digest=entry.digest,
            metadata=document.metadata,
            parts=document.parts,
            passages=tuple(cut(document)),
        )
        self._cache.add_document(key, read)
        return read
