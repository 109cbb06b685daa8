"""Documents, their parts and passages in one read-only SQLite file: nothing is read before it is asked."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pvd_assistant.errors import IndexCorruptError
from pvd_assistant.index.codec import (
    IndexedDocument,
    dump_metadata,
    dump_passage,
    load_metadata,
    load_part,
    load_passage,
)
from pvd_assistant.model import Metadata, Part, Passage

#: Name of the file in a generation.
FILE = "passages.sqlite"
_MOST_VARIABLES = 500
_SCHEMA = """
CREATE TABLE documents (position INTEGER PRIMARY KEY, id TEXT UNIQUE, path TEXT, digest TEXT,
                        metadata TEXT, first INTEGER, passages INTEGER);
CREATE TABLE parts (document TEXT, part INTEGER, text TEXT, page INTEGER, label TEXT,
                    PRIMARY KEY (document, part)) WITHOUT ROWID;
CREATE TABLE passages (position INTEGER PRIMARY KEY, id TEXT UNIQUE, data TEXT);
"""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document of the index, without its text.

    :ivar passages: number of its passages.
    """

    id: str
    path: str
    digest: str
    metadata: Metadata
    passages: int


def write_passages(path: Path, documents: Iterable[IndexedDocument]) -> None:
    """Write the documents in a new file; passages are numbered in order from 0."""
    connection = sqlite3.connect(path)
    # A new file that nobody reads until it is complete needs no journal.
    connection.execute("PRAGMA journal_mode=OFF")
    connection.executescript(_SCHEMA)
    first = 0
    for position, document in enumerate(documents):
        connection.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                position,
                document.id,
                document.path,
                document.digest,
                json.dumps(dump_metadata(document.metadata), ensure_ascii=False),
                first,
                len(document.passages),
            ),
        )
        connection.executemany(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?)",
            [(document.id, p.index, p.text, p.page, p.label) for p in document.parts],
        )
        connection.executemany(
            "INSERT INTO passages VALUES (?, ?, ?)",
            [(first + n, p.id, dump_passage(p)) for n, p in enumerate(document.passages)],
        )
        first += len(document.passages)
    connection.commit()
    connection.close()


def stored_digests(folder: Path) -> dict[str, str]:
    """Return the digest of each document of a generation, none when it cannot be read."""
    try:
        with closing(sqlite3.connect(_read_only(folder / FILE), uri=True)) as connection:
            return dict(connection.execute("SELECT id, digest FROM documents"))
    except sqlite3.Error:
        return {}


def _read_only(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


class PassageStore:
    """The file :func:`write_passages` wrote, open for reading from any thread.

    :raises IndexCorruptError: it is not such a file; every reading may raise it too.
    """

    def __init__(self, path: Path) -> None:
        # SQLite's own lock makes one connection safe for every thread.
        self._connection = sqlite3.connect(_read_only(path), uri=True, check_same_thread=False)
        self._path = path
        rows = self._rows("SELECT passages FROM documents ORDER BY position")
        self._sizes = np.array([size for (size,) in rows], dtype=np.int64)
        self.passage = lru_cache(maxsize=4096)(self._read_passage)

    @cached_property
    def documents(self) -> Mapping[str, DocumentRecord]:
        """Every document by id, in order."""
        rows = self._rows(
            "SELECT id, path, digest, metadata, passages FROM documents ORDER BY position"
        )
        return {
            id_: DocumentRecord(id_, path, digest, load_metadata(json.loads(metadata)), passages)
            for id_, path, digest, metadata, passages in rows
        }

    @cached_property
    def document_of(self) -> npt.NDArray[np.int32]:
        """Position of each passage's document."""
        return np.repeat(np.arange(len(self._sizes), dtype=np.int32), self._sizes)

    def parts(self, document: str) -> tuple[Part, ...]:
        """Return the pages or sections of a document; none for an unknown one."""
        rows = self._rows(
            "SELECT part, text, page, label FROM parts WHERE document = ? ORDER BY part", document
        )
        return tuple(load_part(*row) for row in rows)

    def passages_of(self, document: str) -> tuple[Passage, ...]:
        """Return the passages of a document in order; none for an unknown one."""
        rows = self._rows("SELECT first, passages FROM documents WHERE id = ?", document)
        return tuple(self.passage(n) for first, held in rows for n in range(first, first + held))

    def position(self, passage_id: str) -> int:
        """Return a passage's number.

        :raises KeyError: no passage has that id.
        """
        rows = self._rows("SELECT position FROM passages WHERE id = ?", passage_id)
        if not rows:
            raise KeyError(passage_id)
        return int(rows[0][0])

    def positions(self, passage_ids: Sequence[str]) -> list[int]:
        """Return the numbers of passages, in the order of their ids.

        :raises KeyError: no passage has one of those ids.
        """
        found: dict[str, int] = {}
        for at in range(0, len(passage_ids), _MOST_VARIABLES):
            asked = passage_ids[at : at + _MOST_VARIABLES]
            marks = ",".join("?" * len(asked))
            found |= self._rows(f"SELECT id, position FROM passages WHERE id IN ({marks})", *asked)
        return [found[id_] for id_ in passage_ids]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read_passage(self, position: int) -> Passage:
        ((raw,),) = self._rows("SELECT data FROM passages WHERE position = ?", position)
        return load_passage(raw)

    def _rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        """Run a query; damage that came after the index was opened is told as such."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise IndexCorruptError("index.corrupt", path=self._path, reason=error) from error
