"""Tables to JSON lines and back, whatever the database."""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Time,
    bindparam,
    create_engine,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from pvd_assistant.storage.database import migrate

_VERSIONS = "alembic_version"
#: Rows read, or written, at a time.
_AT_ONCE = 500
_READ_BACK: Mapping[type[TypeEngine[Any]], Any] = {
    DateTime: dt.datetime.fromisoformat,
    Date: dt.date.fromisoformat,
    Time: dt.time.fromisoformat,
    LargeBinary: base64.b64decode,
    Numeric: decimal.Decimal,
}


@cache
def table_names(revision: str) -> frozenset[str]:
    """Return the tables that the migrations make up to a revision.

    A server's database may hold tables of other programs: only those are ours.
    """
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            migrate(connection, revision)
            return frozenset(inspect(connection).get_table_names()) - {_VERSIONS}
    finally:
        engine.dispose()


def tables(connection: Connection, revision: str | None) -> list[Table]:
    """Return our tables as they are in the database, each after those it refers to."""
    found = MetaData()
    if revision is not None:
        found.reflect(connection, only=sorted(table_names(revision)))
    return found.sorted_tables


def is_empty(connection: Connection, revision: str | None) -> bool:
    """Tell whether no table of ours holds a row."""
    return not any(
        connection.execute(select(table).limit(1)).first() for table in tables(connection, revision)
    )


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Give each row of a table as a line of JSON, in the order of its key."""
    order = list(table.primary_key.columns) or list(table.columns)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(select(table).order_by(*order))
    for row in rows.mappings():
        values = {name: _written(value) for name, value in row.items()}
        yield json.dumps(values, ensure_ascii=False).encode("utf-8") + b"\n"


def load(connection: Connection, table: Table, written: Iterable[bytes]) -> int:
    """Add to an empty table the rows that :func:`lines` wrote; return how many.

    :raises ValueError: a line is not a row of that table.
    :raises KeyError: it lacks a column.
    """
    columns = list(table.columns)
    types = [_type(column) for column in columns]
    statement = insert(table).values(
        {
            column: bindparam(f"value_{number}", type_=type_)
            for number, (column, type_) in enumerate(zip(columns, types, strict=True))
        }
    )
    count = 0
    remaining = iter(written)
    while batch := [json.loads(line) for line in islice(remaining, _AT_ONCE)]:
        rows = [
            {
                f"value_{number}": _read(row[column.name], type_)
                for number, (column, type_) in enumerate(zip(columns, types, strict=True))
            }
            for row in batch
        ]
        connection.execute(statement, rows)
        count += len(rows)
    _count_on(connection, table)
    return count


def empty(connection: Connection, revision: str | None) -> None:
    """Drop our tables, and the mark that says which revision they were."""
    for table in reversed(tables(connection, revision)):
        table.drop(connection)
    connection.execute(text(f"DROP TABLE IF EXISTS {_VERSIONS}"))


def _type(column: Any) -> TypeEngine[Any]:
    # Of a column that may be empty, an empty value is SQL's NULL, not JSON's.
    json_or_null = isinstance(column.type, JSON) and column.nullable
    found: TypeEngine[Any] = JSON(none_as_null=True) if json_or_null else column.type
    return found


def _written(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, decimal.Decimal) else value


def _read(value: Any, type_: TypeEngine[Any]) -> Any:
    if value is None:
        return None
    reads = next((read for kind, read in _READ_BACK.items() if isinstance(type_, kind)), None)
    return reads(value) if reads and isinstance(value, str) else value


def _count_on(connection: Connection, table: Table) -> None:
    """Have PostgreSQL number the next rows after those: it does not look at what was put in."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        asked = {"table": connection.dialect.identifier_preparer.format_table(table)}
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"), asked | {"column": column.name}
        )
        if sequence is not None:
            last = f"SELECT max({column.name}) FROM {asked['table']}"
            connection.execute(
                text(f"SELECT setval(:sequence, ({last})) WHERE ({last}) IS NOT NULL"),
                {"sequence": sequence},
            )
