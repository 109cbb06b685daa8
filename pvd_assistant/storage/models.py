"""The tables. What changes here changes in a migration too (``migrations/versions``): a test compares."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, MetaData, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

#: Names every constraint, so that a migration can change it.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
}


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment, kept in UTC; SQLite, which has no time zones, gives it back in UTC too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, _: Dialect) -> dt.datetime | None:
        """Turn a moment to UTC on its way in."""
        return value.astimezone(dt.UTC) if value is not None else None

    def process_result_value(self, value: Any, _: Dialect) -> dt.datetime | None:
        """Say that a moment is in UTC on its way out."""
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """Base of the tables."""

    metadata = MetaData(naming_convention=_NAMES)


class OpinionRow(Base):
    """What a reader thought of an answer: no name, no address, the question with consent only.

    A reader who changes their mind adds a row: the newest row of an ``answer`` counts.
    """

    __tablename__ = "opinions"

    id: Mapped[int] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(String(100), index=True)
    time: Mapped[dt.datetime] = mapped_column(UtcTime())
    useful: Mapped[bool]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    comment: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(40))
    family: Mapped[str] = mapped_column(String(40))
    engine: Mapped[str] = mapped_column(String(300))
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    question: Mapped[str | None] = mapped_column(Text)


class ImportedFile(Base):
    """A file of opinions kept by an earlier version, and how far it was read.

    :ivar size: bytes read: what is added to the file later is read at the next start.
    """

    __tablename__ = "imported_files"

    path: Mapped[str] = mapped_column(String(500), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    time: Mapped[dt.datetime] = mapped_column(UtcTime())
