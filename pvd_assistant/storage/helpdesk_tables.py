"""The tables of requests received by the helpdesk and of the replies drafted to them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from pvd_assistant.storage.models import Base, UtcTime


class RequestRow(Base):
    """A request: an e-mail or a note, and where its reply stands.

    :ivar body: what was written, personal data masked.
    :ivar sender_address: to reply to; erased with the name some time after the request came.
    :ivar town: INSEE code of the commune it is about.
    :ivar questions: those found in it.
    :ivar intake: what was masked and left out of what came, as
        :class:`pvd_assistant.helpdesk.model.LeftOut` has it.
    :ivar state: ``"brouillon"``, ``"relu"``, ``"envoye"``.
    :ivar accepted: number of the version that is the reply; 0 before the first.
    :ivar accepted_by: who wrote or took up that version: somebody else reviews it.
    :ivar version: counts the changes: two people who change the same thing are told.
    :ivar searched: subject, request and reply in lower case, without accents.
    """

    __tablename__ = "requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    created: Mapped[dt.datetime] = mapped_column(UtcTime(), index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    sender_name: Mapped[str] = mapped_column(String(200))
    sender_address: Mapped[str] = mapped_column(String(320))
    town: Mapped[str | None] = mapped_column(String(5))
    questions: Mapped[list[str]] = mapped_column(JSON)
    intake: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), index=True)
    assigned_to: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    accepted: Mapped[int]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    reviewed: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    sent: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    version: Mapped[int]
    searched: Mapped[str] = mapped_column(Text)


class ReplyVersionRow(Base):
    """A text of a reply: drafted by the assistant, or written by somebody. None is ever overwritten.

    :ivar author: name of who wrote it; empty for the assistant.
    :ivar origin: ``"assistant"``, ``"person"``, ``"reused"`` (from an earlier reply), ``"aside"`` (written
        while somebody else changed the reply: kept, not taken up).
    :ivar statements: ``text``, ``citations`` (numbers) and ``support`` of each statement drafted.
    :ivar citations: the passages cited, as :class:`pvd_assistant.model.Citation` has them.
    :ivar told: lines of the draft that state nothing: greeting, lead-in, whom to ask.
    :ivar unanswered: questions that the documents do not answer.
    :ivar engine: what made the draft, as :class:`pvd_assistant.model.Answer` has it.
    """

    __tablename__ = "reply_versions"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"))
    number: Mapped[int]
    time: Mapped[dt.datetime] = mapped_column(UtcTime())
    author_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    author: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    statements: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    citations: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    told: Mapped[list[str]] = mapped_column(JSON)
    unanswered: Mapped[list[str]] = mapped_column(JSON)
    engine: Mapped[str] = mapped_column(String(300))
