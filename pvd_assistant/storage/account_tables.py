"""The tables of people, of their sessions and of what they did."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from pvd_assistant.storage.models import Base, UtcTime


class AccountRow(Base):
    """Somebody who may sign in.

    :ivar login: e-mail address, in lower case.
    :ivar password: argon2 hash; ``None`` for somebody who signs in through OIDC only.
    :ivar password_until: end of a temporary password, to be replaced; ``None`` for one they chose.
    :ivar subject: ``"<issuer>|<sub>"`` of their OIDC identity.
    :ivar roles: values of :class:`pvd_assistant.accounts.roles.Role`.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password: Mapped[str | None] = mapped_column(String(300))
    password_until: Mapped[dt.datetime | None] = mapped_column(UtcTime())
    subject: Mapped[str | None] = mapped_column(String(500), unique=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    active: Mapped[bool]
    created: Mapped[dt.datetime] = mapped_column(UtcTime())
    seen: Mapped[dt.datetime | None] = mapped_column(UtcTime())


class SessionRow(Base):
    """A signed-in browser.

    :ivar token: SHA-256 of what the cookie holds: a stolen database opens no session.
    :ivar csrf: what each form sent must repeat.
    :ivar id_token: what the OIDC provider gave, to sign out of it too; empty after a password.
    """

    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    csrf: Mapped[str] = mapped_column(String(64))
    id_token: Mapped[str] = mapped_column(Text)
    created: Mapped[dt.datetime] = mapped_column(UtcTime())
    seen: Mapped[dt.datetime] = mapped_column(UtcTime())


class AttemptRow(Base):
    """A sign-in that failed, counted for a while.

    :ivar key: SHA-256 of the login or of the address it came from.
    """

    __tablename__ = "sign_in_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    time: Mapped[dt.datetime] = mapped_column(UtcTime())


class ActionRow(Base):
    """What somebody did: never what was written, only on what and when.

    :ivar who: their name at that time, kept when the account goes.
    :ivar action: for instance ``"reply.sent"``.
    :ivar target: for instance ``"request:12"`` or ``"document:offres/ort"``.
    """

    __tablename__ = "actions"

    id: Mapped[int] = mapped_column(primary_key=True)
    time: Mapped[dt.datetime] = mapped_column(UtcTime(), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    who: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(300), index=True)
    detail: Mapped[str] = mapped_column(Text)
