"""Where words are still found among what a service keeps: raw bytes, rows of databases, what they hold packed."""

from __future__ import annotations

import base64
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from sqlalchemy import MetaData, select

from pvd_assistant.storage.database import Database


def traces(words: Sequence[str], *roots: Path) -> list[str]:
    """Where words are found in folders: raw bytes, rows of any SQLite file, what they hold packed."""
    forms = _forms(words)
    found = []
    for root in roots:
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            told = [where for where, raw in _readings(path) if _tells(raw, forms)]
            found += [f"{path}: {where}" for where in told]
    return found


def traces_in_rows(words: Sequence[str], database: Database) -> list[str]:
    """Return the tables of a database, whatever its server, where words are found."""
    forms, tables = _forms(words), MetaData()
    with database.transaction() as session:
        tables.reflect(session.get_bind())
        return [
            name
            for name, table in tables.tables.items()
            for row in session.execute(select(table))
            for value in row
            if _tells(value if isinstance(value, bytes) else str(value).encode(), forms)
        ]


def _readings(path: Path) -> Iterator[tuple[str, bytes]]:
    raw = path.read_bytes()
    yield "bytes", raw
    yield "name", path.name.encode()
    if raw.startswith(b"SQLite format 3"):
        yield from _rows(path)
    elif path.suffix == ".npy":
        yield "array", np.load(path, allow_pickle=False).tobytes()
    yield from _unpacked(raw)


def _rows(path: Path) -> Iterator[tuple[str, bytes]]:
    """Read a copy of a database, with what its journal holds: its owner may be using it."""
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / path.name)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in found.fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        raw = value if isinstance(value, bytes) else str(value).encode()
                        yield table, raw
                        yield from _unpacked(raw)


def _unpacked(raw: bytes) -> Iterator[tuple[str, bytes]]:
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS, zlib.MAX_WBITS | 16):
        try:
            yield "packed", zlib.decompressobj(window).decompress(raw)
        except zlib.error:
            continue


def _forms(words: Sequence[str]) -> list[bytes]:
    """Return the ways words may be written in a file."""
    encoded = [
        form
        for word in words
        for form in (
            word.encode(),
            word.encode("utf-16-le"),
            word.encode("latin-1"),
            word.encode().decode("latin-1").encode("unicode_escape"),
            word.encode("ascii", "backslashreplace"),
            base64.b64encode(word.encode())[:-4],
        )
    ]
    return [form for form in encoded if len(form) >= 6]


def _tells(raw: bytes, forms: Sequence[bytes]) -> bool:
    return any(form in raw for form in forms)
