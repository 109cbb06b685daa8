"""What a build need not do twice: documents already read and cut, vectors already computed.

Both are kept by content, so that an interrupted build goes on where it stopped and a new one only reads
and embeds what changed. It is a cache: losing it costs time only. What is not as it was written, which a
checksum tells, is not there; a file that SQLite cannot read is started afresh.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from pvd_assistant.index.codec import IndexedDocument, dump_document, load_document
from pvd_assistant.index.vectors import FloatArray

_SCHEMA = """
CREATE TABLE IF NOT EXISTS read_documents (key TEXT PRIMARY KEY, data BLOB, crc INT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS unit_vectors (key BLOB PRIMARY KEY, data BLOB, crc INT) WITHOUT ROWID;
DROP TABLE IF EXISTS documents;
DROP TABLE IF EXISTS vectors;
"""
_MOST_VARIABLES = 500
_Key = TypeVar("_Key", str, bytes)


class BuildCache:
    """The cache of a folder of the index.

    :param path: its SQLite file.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            self._connection = self._afresh(error)
        self._used_documents: set[str] = set()
        self._used_vectors: set[bytes] = set()

    def document(self, key: str) -> IndexedDocument | None:
        """Return a document read before."""
        self._used_documents.add(key)
        found = self._sound("read_documents", [key])
        return load_document(found[key].decode()) if found else None

    def add_document(self, key: str, document: IndexedDocument) -> None:
        """Keep a document that was read and cut."""
        self._keep("read_documents", {key: dump_document(document).encode()})

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, FloatArray]:
        """Return the vectors that are known among those."""
        self._used_vectors.update(keys)
        found: dict[bytes, FloatArray] = {}
        for at in range(0, len(keys), _MOST_VARIABLES):
            sound = self._sound("unit_vectors", keys[at : at + _MOST_VARIABLES])
            found |= {key: np.frombuffer(raw, dtype=np.float16) for key, raw in sound.items()}
        return found

    def add_vectors(self, vectors: Mapping[bytes, FloatArray]) -> None:
        """Keep vectors that were computed."""
        rows = {key: vector.astype(np.float16).tobytes() for key, vector in vectors.items()}
        self._keep("unit_vectors", rows)

    def save(self) -> None:
        """Make durable what was added."""
        self._connection.commit()

    def prune(self) -> None:
        """Forget, and erase from the file, what this build did not use."""
        dropped = self._drop("read_documents", self._used_documents)
        dropped += self._drop("unit_vectors", self._used_vectors)
        self._connection.commit()
        if dropped:
            self._connection.execute("VACUUM")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _sound(self, table: str, keys: Sequence[_Key]) -> dict[_Key, bytes]:
        """Return what is kept under those keys and is as it was written."""
        query = f"SELECT key, data, crc FROM {table} WHERE key IN ({','.join('?' * len(keys))})"
        try:
            rows = self._connection.execute(query, keys).fetchall()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            self._connection = self._afresh(error)
            rows = []
        return {
            key: data
            for key, data, crc in rows
            if isinstance(data, bytes) and zlib.crc32(data) == crc
        }

    def _keep(self, table: str, values: Mapping[_Key, bytes]) -> None:
        self._connection.executemany(
            f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)",
            [(key, data, zlib.crc32(data)) for key, data in values.items()],
        )

    def _drop(self, table: str, used: Iterable[str] | Iterable[bytes]) -> int:
        self._connection.execute("CREATE TEMP TABLE used (key PRIMARY KEY)")
        self._connection.executemany("INSERT INTO used VALUES (?)", ((key,) for key in used))
        cursor = self._connection.execute(
            f"DELETE FROM {table} WHERE key NOT IN (SELECT key FROM used)"
        )
        self._connection.execute("DROP TABLE used")
        return cursor.rowcount

    def _afresh(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Start an empty file in place of one that cannot be read.

        :raises sqlite3.DatabaseError: the disk is full, which deleting the cache would not explain.
        """
        if "full" in str(error):
            raise error
        delete_cache(self._path)
        return self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection


def delete_cache(path: Path) -> None:
    """Delete the cache's file and the two that SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def vector_key(model: str, text: str) -> bytes:
    """Return the key of a text's vector under a model."""
    return hashlib.sha256(f"{model}\0{text}".encode()).digest()
