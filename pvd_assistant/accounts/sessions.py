"""Signed-in browsers: a random token in a cookie, its hash in the database, shared by every replica."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow, SessionRow
from pvd_assistant.storage.database import Database

#: How long before « seen » is written again: a page read is not a write each time.
_FRESH = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and whose it is.

    :ivar csrf: what each form must repeat.
    """

    person: Person
    csrf: str


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class SessionStore:
    """Opens, finds and closes sessions.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self, database: Database, settings: Settings, now: Callable[[], dt.datetime] = _now
    ) -> None:
        self._database = database
        self._idle = dt.timedelta(minutes=settings.session_idle_minutes)
        self._longest = dt.timedelta(hours=settings.session_hours)
        self._now = now

    def open(self, account_id: int) -> str:
        """Open a session and return the token of its cookie; out-of-date ones are swept.

        :raises StorageError: the database cannot be written.
        """
        token, moment = secrets.token_urlsafe(32), self._now()
        with self._database.transaction() as session:
            session.execute(
                delete(SessionRow).where(
                    (SessionRow.seen < moment - self._idle)
                    | (SessionRow.created < moment - self._longest)
                )
            )
            session.add(
                SessionRow(
                    token=_hashed(token),
                    account_id=account_id,
                    csrf=secrets.token_urlsafe(32),
                    created=moment,
                    seen=moment,
                )
            )
        return token

    def find(self, token: str) -> SignedIn | None:
        """Return the session of a token, unless it is unknown, too old, or of a closed account.

        :raises StorageError: the database cannot be reached.
        """
        moment = self._now()
        with self._database.transaction() as session:
            row = session.get(SessionRow, _hashed(token))
            if row is None:
                return None
            account = session.get(AccountRow, row.account_id)
            late = row.seen < moment - self._idle or row.created < moment - self._longest
            if late or account is None or not account.active:
                session.delete(row)
                return None
            if row.seen < moment - _FRESH:
                row.seen = moment
            return SignedIn(person_of(account), row.csrf)

    def close(self, token: str) -> None:
        """Close one session.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(SessionRow.token == _hashed(token)))

    def close_all(self, account_id: int) -> None:
        """Close every session of an account: its password or its roles changed.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(SessionRow.account_id == account_id))


def person_of(account: AccountRow) -> Person:
    """Return somebody as the rest of the program knows them; unknown roles give nothing."""
    known = {role.value for role in Role}
    roles = frozenset(Role(value) for value in account.roles if value in known)
    return Person(account.id, account.login, account.name, roles)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
