"""What a build need not do twice: documents already read and cut, vectors already computed.

Both are kept by content, so that an interrupted build goes on where it stopped and a new one only reads
and embeds what changed. It is a cache: losing it costs time only.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pvd_assistant.index.codec import IndexedDocument, dump_document, load_document
from pvd_assistant.index.vectors import FloatArray

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (key TEXT PRIMARY KEY, data TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB) WITHOUT ROWID;
"""
_MOST_VARIABLES = 500


class BuildCache:
    """The cache of a folder of the index. A file that cannot be read is started afresh.

    :param path: its SQLite file.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            if "full" in str(error):
                raise
            delete_cache(path)
            self._connection = self._open()
        self._used_documents: set[str] = set()
        self._used_vectors: set[bytes] = set()

    def document(self, key: str) -> IndexedDocument | None:
        """Return a document read before."""
        self._used_documents.add(key)
        row = self._connection.execute(
            "SELECT data FROM documents WHERE key = ?", (key,)
        ).fetchone()
        return load_document(row[0]) if row else None

    def add_document(self, key: str, document: IndexedDocument) -> None:
        """Keep a document that was read and cut."""
        self._connection.execute(
            "INSERT OR REPLACE INTO documents VALUES (?, ?)", (key, dump_document(document))
        )

    def vectors(self, keys: Sequence[bytes]) -> dict[bytes, FloatArray]:
        """Return the vectors that are known among those."""
        self._used_vectors.update(keys)
        found: dict[bytes, FloatArray] = {}
        for at in range(0, len(keys), _MOST_VARIABLES):
            batch = keys[at : at + _MOST_VARIABLES]
            rows = self._connection.execute(
                f"SELECT key, vector FROM vectors WHERE key IN ({','.join('?' * len(batch))})",
                batch,
            )
            found |= {key: np.frombuffer(raw, dtype=np.float16) for key, raw in rows}
        return found

    def add_vectors(self, vectors: Mapping[bytes, FloatArray]) -> None:
        """Keep vectors that were computed."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            [(key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items()],
        )

    def save(self) -> None:
        """Make durable what was added."""
        self._connection.commit()

    def prune(self) -> None:
        """Forget, and erase from the file, what this build did not use."""
        dropped = self._drop("documents", self._used_documents)
        dropped += self._drop("vectors", self._used_vectors)
        self._connection.commit()
        if dropped:
            self._connection.execute("VACUUM")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _drop(self, table: str, used: Iterable[str] | Iterable[bytes]) -> int:
        self._connection.execute("CREATE TEMP TABLE used (key PRIMARY KEY)")
        self._connection.executemany("INSERT INTO used VALUES (?)", ((key,) for key in used))
        cursor = self._connection.execute(
            f"DELETE FROM {table} WHERE key NOT IN (SELECT key FROM used)"
        )
        self._connection.execute("DROP TABLE used")
        return cursor.rowcount

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
