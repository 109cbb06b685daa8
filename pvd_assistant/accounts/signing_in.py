"""Who comes in: with a password kept here, or with the identity that an OIDC provider vouches for."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.identity import Identity
from pvd_assistant.accounts.journal import note
from pvd_assistant.accounts.passwords import Passwords
from pvd_assistant.accounts.people import (
    People,
    checked_login,
    checked_name,
    checked_roles,
    has_administrator,
    new_row,
    row_of,
)
from pvd_assistant.accounts.roles import Person
from pvd_assistant.accounts.sessions import SessionStore, close_sessions, now_utc, person_of
from pvd_assistant.accounts.throttle import Throttle
from pvd_assistant.errors import AccessError, AccountError
from pvd_assistant.storage.account_tables import AccountRow
from pvd_assistant.storage.database import Database

logger = logging.getLogger(__name__)


class SigningIn:
    """Recognises people and opens their sessions.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self,
        database: Database,
        sessions: SessionStore,
        people: People,
        passwords: Passwords,
        throttle: Throttle,
        now: Callable[[], dt.datetime] = now_utc,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._people = people
        self._passwords = passwords
        self._throttle = throttle
        self._now = now

    def with_password(self, login: str, password: str, address: str) -> str:
        """Open a session with a password and return the token of its cookie.

        An unknown login, a closed account and a wrong password take as long and are told alike.

        :param address: network address they come from.
        :raises AccessError: they are not recognised, or too many attempts failed.
        :raises StorageError: the database cannot be written.
        """
        self._throttle.attempt(login, address)
        with self._database.transaction() as session:
            row = row_of(session, login)
            kept = row.password if row is not None and row.active else None
        if not self._passwords.match(kept, password) or kept is None:
            raise AccessError("accounts.wrong_password")
        self._throttle.succeeded(login, address)
        renewed = self._passwords.hash(password) if self._passwords.stale(kept) else kept
        with self._database.transaction() as session:
            row = row_of(session, login)
            # What was changed while the password was compared counts.
            if row is None or not row.active or row.password != kept:
                raise AccessError("accounts.wrong_password")
            if row.password_until is not None and row.password_until <= self._now():
                raise AccessError("accounts.password_late")
            row.password = renewed
            return self._open(session, row)

    def change_password(self, person: Person, current: str, password: str, address: str) -> str:
        """Change one's own password: every session is closed, another is opened; return its token.

        :raises AccessError: too many attempts at the current password failed.
        :raises AccountError: the current password is wrong, or the new one is the same or too weak.
        :raises StorageError: the database cannot be written.
        """
        self._throttle.attempt(person.login, address)
        with self._database.transaction() as session:
            row = row_of(session, person.login)
            kept = row.password if row is not None else None
        if not self._passwords.match(kept, current):
            raise AccountError("accounts.current_wrong")
        self._throttle.succeeded(person.login, address)
        if password == current:
            raise AccountError("accounts.password_same")
        self._people.set_password(person, person.id, password)
        return self._sessions.open(person.id)

    def with_identity(self, identity: Identity) -> str:
        """Open a session for somebody a provider vouches for; return the token of its cookie.

        Somebody unknown gets an account when the provider gives them a role. An account with the same
        verified address becomes theirs, unless it is already somebody else's.

        :raises AccessError: they have no account, it is closed, or the provider gives them no role.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = self._recognised(session, identity)
            if not row.active:
                raise AccessError("accounts.closed")
            self._take_roles(session, row, identity)
            return self._open(session, row, identity.id_token)

    def _recognised(self, session: Session, identity: Identity) -> AccountRow:
        subject = f"{identity.issuer}|{identity.subject}"
        row = session.scalars(select(AccountRow).where(AccountRow.subject == subject)).one_or_none()
        if row is not None:
            return row
        if not identity.email_verified:
            raise AccessError("accounts.identity_unknown")
        row = row_of(session, identity.email)
        if row is None:
            if not identity.roles:
                raise AccessError("accounts.identity_unknown")
            login, name = checked_login(identity.email), checked_name(identity.name)
            row = new_row(login, name, checked_roles(identity.roles), self._now())
            session.add(row)
            session.flush()
            note(session, person_of(row), "account.created", f"account:{row.id}", "OIDC")
        elif row.subject is not None and row.subject.startswith(f"{identity.issuer}|"):
            # The address passed from one person to another: an administrator decides.
            raise AccessError("accounts.identity_unknown")
        row.subject = subject
        note(session, person_of(row), "account.linked", f"account:{row.id}")
        return row

    def _take_roles(self, session: Session, row: AccountRow, identity: Identity) -> None:
        """Keep the roles that the provider gives, when it gives any or says that there are none."""
        if identity.roles is None:
            return
        if not identity.roles:
            raise AccessError("accounts.identity_unknown")
        before, values = row.roles, checked_roles(identity.roles)
        if set(before) == set(values):
            return
        manned = has_administrator(session)
        row.roles = values
        session.flush()
        if manned and not has_administrator(session):
            row.roles = before
            logger.warning("The last administrator keeps this role, which the provider gave up")
            return
        note(session, person_of(row), "account.roles", f"account:{row.id}", ", ".join(values))
        close_sessions(session, row.id)

    def _open(self, session: Session, row: AccountRow, id_token: str = "") -> str:
        row.seen = self._now()
        note(session, person_of(row), "session.opened", f"account:{row.id}")
        return self._sessions.add(session, row.id, id_token)
