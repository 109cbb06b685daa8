"""Databases with rows in every table, whatever the tables are, and what they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    inspect,
    select,
)

from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import UtcTime
from pvd_assistant.storage.tables import Base

#: Makes settings of an empty place: its name, and the sort of database.
Make = Callable[[str, str], Settings]
ROWS = 3
#: Files that a backup keeps.
FILES = {
    "library/offres/été à Lagnieu.md": "Une réponse « validée ».".encode(),
    "library/withdrawn.yaml": b"- offres/ort\n",
    "pages/mentions-legales.md": b"# Mentions",
    "official/geo.json.gz": bytes(range(256)) * 50,
    "feedback/2026-11.jsonl": b"",
}
_WORDS = '« L’été »\u202f: 100 %\n\t"cœur" 🏘 \u2028 \\ \' ; --'
_PARIS = dt.timezone(dt.timedelta(hours=1))


def fill(database: Database) -> None:
    """Put three rows in every table; what may be empty is, in the second one."""
    with database.transaction() as session:
        put_rows(session.connection())


def put_rows(connection: Connection) -> None:
    """Fill the tables and the columns that there are: those of an earlier version are fewer."""
    for table, names in _present(connection):
        for number in range(1, ROWS + 1):
            row = {column.name: _value(table, column, number) for column in table.columns}
            connection.execute(insert(table).values({name: row[name] for name in names}))


def write_files(data_dir: Path) -> None:
    for name, held in FILES.items():
        path = data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(held)


def files_of(data_dir: Path) -> dict[str, bytes]:
    return {
        path.relative_to(data_dir).as_posix(): path.read_bytes()
        for top in ("library", "pages", "official", "feedback")
        for path in (data_dir / top).rglob("*")
        if path.is_file()
    }


def content(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""
    with database.transaction() as session:
        return rows_of(session.connection())


def rows_of(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the tables that there are."""
    found = {}
    for table, names in _present(connection):
        query = select(*[table.c[name] for name in names]).order_by(*table.primary_key.columns)
        found[table.name] = [dict(row) for row in connection.execute(query).mappings()]
    return found


def _present(connection: Connection) -> list[tuple[Table, list[str]]]:
    """Return the tables of this version that the database has, and which of their columns."""
    there = inspect(connection)
    held = {
        name: {column["name"] for column in there.get_columns(name)}
        for name in there.get_table_names()
    }
    return [
        (table, [column.name for column in table.columns if column.name in held[table.name]])
        for table in Base.metadata.sorted_tables
        if table.name in held
    ]


def _value(table: Table, column: Column[Any], number: int) -> Any:
    if column.nullable and number == 2:
        return None
    for key in column.foreign_keys:
        if key.column.table is table:  # to an earlier row of its own table
            return _value(table, key.column, number - 1) if number > 1 else None
        return _value(key.column.table, key.column, number)
    kind = column.type
    unique = column.unique or column.primary_key
    if isinstance(kind, Boolean):
        return (number == 1 or None) if unique else number % 2 == 0
    if isinstance(kind, BigInteger):
        return 2**40 + number
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return 0.1 + number
    if isinstance(kind, UtcTime):
        return dt.datetime(2026, 11, number, 10, 30, 15, 123456 * (number % 2), tzinfo=_PARIS)
    if isinstance(kind, Date):
        return dt.date(2026, 2, number)
    if isinstance(kind, LargeBinary):
        return bytes(range(256)) + bytes([number])
    if isinstance(kind, JSON):
        return [{"texte": _WORDS, "rien": None, "nombre": 1.5}] if number != 3 else []
    assert isinstance(kind, String), f"{table.name}.{column.name}: {kind!r}"
    return f"{number}{_WORDS}"[: kind.length]
