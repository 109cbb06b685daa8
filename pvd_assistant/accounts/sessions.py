"""Signed-in browsers: a random token in a cookie, its hash in the database, shared by every replica."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

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
    :ivar must_change: they came in with a temporary password, and must choose theirs first.
    """

    person: Person
    csrf: str
    must_change: bool = False


def now_utc() -> dt.datetime:
    """Return the time it is."""
    return dt.datetime.now(dt.UTC)


class SessionStore:
    """Opens, finds and closes sessions.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self, database: Database, settings: Settings, now: Callable[[], dt.datetime] = now_utc
    ) -> None:
        self._database = database
        self._idle = dt.timedelta(minutes=settings.session_idle_minutes)
        self._longest = dt.timedelta(hours=settings.session_hours)
        self._now = now

    def open(self, account_id: int, id_token: str = "") -> str:
        """Open a session and return the token of its cookie; out-of-date ones are swept.

        :param id_token: given by the OIDC provider they signed in with.
        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            return self.add(session, account_id, id_token)

    def add(self, session: Session, account_id: int, id_token: str = "") -> str:
        """Open a session in the transaction that decides it."""
        token, moment = secrets.token_urlsafe(32), self._now()
        self.sweep(session)
        session.add(
            SessionRow(
                token=_hashed(token),
                account_id=account_id,
                csrf=secrets.token_urlsafe(32),
                id_token=id_token,
                created=moment,
                seen=moment,
            )
        )
        return token

    def sweep(self, session: Session) -> int:
        """Erase the sessions that open nothing any more; return how many."""
        late = delete(SessionRow).where(self._late(self._now())).returning(SessionRow.token)
        return len(session.scalars(late).all())

    def find(self, token: str) -> SignedIn | None:
        """Return the session of a token, unless it is unknown, too old, or of a closed account.

        :raises StorageError: the database cannot be reached.
        """
        moment = self._now()
        with self._database.transaction() as session:
            row = session.scalars(
                select(SessionRow).where(SessionRow.token == _hashed(token), ~self._late(moment))
            ).one_or_none()
            if row is None:
                return None
            account = session.get_one(AccountRow, row.account_id)
            if not account.active:
                return None
            if row.seen < moment - _FRESH:
                row.seen = moment
            temporary = account.password_until is not None and not row.id_token
            return SignedIn(person_of(account), row.csrf, temporary)

    def close(self, token: str) -> str:
        """Close one session and return its OIDC token, empty when there is none.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            row = session.get(SessionRow, _hashed(token))
            if row is None:
                return ""
            session.delete(row)
            return row.id_token

    def others(self, account_id: int, token: str) -> int:
        """Count the other browsers where somebody is signed in.

        :raises StorageError: the database cannot be reached.
        """
        count = select(func.count()).select_from(SessionRow)
        open_elsewhere = self._others(account_id, token) & ~self._late(self._now())
        with self._database.transaction() as session:
            return session.scalar(count.where(open_elsewhere)) or 0

    def close_others(self, account_id: int, token: str) -> None:
        """Close the sessions of an account but one.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(self._others(account_id, token)))

    def _late(self, moment: dt.datetime) -> ColumnElement[bool]:
        idle = SessionRow.seen < moment - self._idle
        # Opened while the clock was ahead: it would last until the clock is there again.
        ahead = SessionRow.seen > moment + _FRESH
        return idle | ahead | (SessionRow.created < moment - self._longest)

    @staticmethod
    def _others(account_id: int, token: str) -> ColumnElement[bool]:
        return (SessionRow.account_id == account_id) & (SessionRow.token != _hashed(token))


def close_sessions(session: Session, account_id: int) -> None:
    """Close every session of an account, in the transaction that changes it."""
    session.execute(delete(SessionRow).where(SessionRow.account_id == account_id))


def known_roles(values: Iterable[str]) -> frozenset[Role]:
    """Return the roles among values; others give nothing."""
    known = {role.value for role in Role}
    return frozenset(Role(value) for value in values if value in known)


def person_of(account: AccountRow) -> Person:
    """Return somebody as the rest of the program knows them."""
    return Person(account.id, account.login, account.name, known_roles(account.roles))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
