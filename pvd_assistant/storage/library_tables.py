"""The tables of changes to the documents and of background work."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pvd_assistant.storage.models import Base, UtcTime


class OpinionTreatmentRow(Base):
    """What was done of a reader's opinion. A reader who changes their mind is to be treated again.

    :ivar state: value of :class:`pvd_assistant.library.inbox.Treatment`.
    :ivar who: their name at that time, kept when the account goes.
    """

    __tablename__ = "opinion_treatments"

    opinion_id: Mapped[int] = mapped_column(
        ForeignKey("opinions.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text)
    time: Mapped[dt.datetime] = mapped_column(UtcTime())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    who: Mapped[str] = mapped_column(String(200))


class EvaluationRunRow(Base):
    """One evaluation of the answers, under way or over.

    :ivar seen: when the process that runs it last wrote: a long silence says that it stopped.
    :ivar state: value of :class:`pvd_assistant.library.report.RunState`.
    :ivar active: ``True`` while it runs, otherwise ``None``: being unique, it allows one run at a time.
    :ivar corpus: digest of the documents of the index that was asked.
    :ivar built: when that index was built, as its manifest says it.
    :ivar total: questions to ask; ``done``: those asked.
    :ivar figures: of the whole and by family.
    :ivar results: one for each question.
    """

    __tablename__ = "evaluation_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    started: Mapped[dt.datetime] = mapped_column(UtcTime())
    seen: Mapped[dt.datetime] = mapped_column(UtcTime())
    finished: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    who: Mapped[str] = mapped_column(String(200))
    file: Mapped[str] = mapped_column(String(300))
    corpus: Mapped[str] = mapped_column(String(64))
    built: Mapped[str] = mapped_column(String(40))
    engine: Mapped[str] = mapped_column(String(300))
    total: Mapped[int]
    done: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    active: Mapped[bool | None] = mapped_column(unique=True)
    failure: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    results: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class LibraryChangeRow(Base):
    """A change to the documents: who did what, and what undoing it needs. No words of theirs.

    :ivar who: their name at that time, kept when the account goes.
    :ivar document: id of the document.
    :ivar action: value of :class:`pvd_assistant.library.changes.Action`.
    :ivar kept: folder that holds the library's files of the document as they were just before.
    :ivar hidden: whether the document was withdrawn just before.
    :ivar undoes: the change that this one undid.
    """

    __tablename__ = "library_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[dt.datetime] = mapped_column(UtcTime(), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    who: Mapped[str] = mapped_column(String(200))
    document: Mapped[str] = mapped_column(String(500), index=True)
    action: Mapped[str] = mapped_column(String(20))
    kept: Mapped[str | None] = mapped_column(String(40))
    hidden: Mapped[bool]
    undoes: Mapped[int | None]


class JobRow(Base):
    """One run of the index in the background: waiting, under way or over.

    :ivar state: value of :class:`pvd_assistant.library.jobs.JobState`.
    :ivar active: ``True`` while it runs, otherwise ``None``: being unique, it allows one run at a time.
    :ivar purge: whether what was erased must leave no trace in the index.
    :ivar who: who asked for it first.
    :ivar due: not to be started before.
    :ivar seen: when the process that runs it last wrote: a long silence says that it stopped.
    :ivar label: what is being done; ``done`` of ``total``.
    :ivar message: what came of it, or why it failed.
    """

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    active: Mapped[bool | None] = mapped_column(unique=True)
    purge: Mapped[bool]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    who: Mapped[str] = mapped_column(String(200))
    created: Mapped[dt.datetime] = mapped_column(UtcTime())
    due: Mapped[dt.datetime] = mapped_column(UtcTime())
    started: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    seen: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    ended: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    done: Mapped[int]
    total: Mapped[int]
    label: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)


class DocumentCheckRow(Base):
    """What is wrong with a document that could not be read, kept as long as it stays as it is.

    :ivar digest: SHA-256 of the document and of its metadata.
    """

    __tablename__ = "document_checks"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    problems: Mapped[list[str]] = mapped_column(JSON)
