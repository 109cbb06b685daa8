"""The tables of canned replies, of replies that became sources, of questions without an answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pvd_assistant.storage.models import Base, UtcTime


class ValidatedReplyRow(Base):
    """A sent reply that somebody proposes as a source, and what became of it.

    :ivar slug: name of its file in the library.
    :ivar request_id: where it comes from, as long as the request is kept.
    :ivar state: ``"proposee"``, ``"validee"``, ``"refusee"``, ``"retiree"``.
    :ivar phrasings: other ways the question is put.
    :ivar sources: the passages it rests on, each with the digest of its document when it was read.
    :ivar proposer: name of who proposed it, kept when the account goes.
    :ivar validator: name of who validated it, empty until then.
    :ivar changed: when it was refused or withdrawn.
    :ivar reason: why.
    :ivar version: counts the changes: two people who change the same reply are told.
    """

    __tablename__ = "validated_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    request_id: Mapped[int | None] = mapped_column(
        ForeignKey("requests.id", ondelete="SET NULL"), index=True
    )
    state: Mapped[str] = mapped_column(String(10), index=True)
    question: Mapped[str] = mapped_column(Text)
    phrasings: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(JSON)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    proposed: Mapped[dt.datetime] = mapped_column(UtcTime())
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    proposer: Mapped[str] = mapped_column(String(200))
    validated: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    validated_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    validator: Mapped[str] = mapped_column(String(200))
    review_by: Mapped[dt.date | None]
    changed: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    reason: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class CannedReplyRow(Base):
    """A text that is put into replies; ``{commune}``, ``{nom}``… stand for what changes.

    :ivar author: name of who last wrote it.
    :ivar version: counts the changes: two people who change the same text are told.
    """

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200), unique=True)
    body: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(JSON)
    changed: Mapped[dt.datetime] = mapped_column(UtcTime())
    author: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]


class UnansweredSubjectRow(Base):
    """What was decided for a group of questions without an answer.

    :ivar question: around which the group gathers.
    :ivar state: ``"a-rediger"``, ``"redigee"``, ``"sans-suite"``.
    :ivar author: name of who decided.
    """

    __tablename__ = "unanswered_subjects"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20))
    time: Mapped[dt.datetime] = mapped_column(UtcTime())
    author: Mapped[str] = mapped_column(String(200))
