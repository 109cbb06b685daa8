"""The accounts: made, changed, closed. There is always an administrator who can sign in."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pvd_assistant.accounts.journal import note
from pvd_assistant.accounts.passwords import Passwords, check_password, temporary_password
from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.accounts.sessions import close_sessions, known_roles, now_utc
from pvd_assistant.errors import AccountError
from pvd_assistant.storage.account_tables import AccountRow
from pvd_assistant.storage.database import Database

#: How long a temporary password opens.
TEMPORARY = dt.timedelta(days=7)
_LONGEST = 200
_ADDRESS = re.compile(r"[^@\s<>\"(),;:\\]+@[^@\s<>\"(),;:\\]+")


@dataclass(frozen=True, slots=True)
class Account:
    """An account as administrators see it.

    :ivar password_until: end of its temporary password, if it has one.
    :ivar linked: they have signed in through the OIDC provider.
    :ivar seen: when they last signed in.
    """

    id: int
    login: str
    name: str
    roles: frozenset[Role]
    active: bool
    has_password: bool
    password_until: dt.datetime | None
    linked: bool
    created: dt.datetime
    seen: dt.datetime | None


class People:
    """Reads and changes accounts. Each change is noted, with who did it.

    ``by`` is who does it; ``None`` at the command line of the server.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        now: Callable[[], dt.datetime] = now_utc,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._now = now

    def all(self) -> list[Account]:
        """Return every account, those that are closed last, by name.

        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            found = [_account(row) for row in session.scalars(select(AccountRow))]
        return sorted(found, key=lambda one: (not one.active, one.name.casefold()))

    def get(self, account_id: int) -> Account:
        """Return an account.

        :raises AccountError: there is none.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            return _account(_row(session, account_id))

    def find(self, login: str) -> Account:
        """Return the account of a login.

        :raises AccountError: there is none.
        :raises StorageError: the database cannot be reached.
        """
        with self._database.transaction() as session:
            row = row_of(session, login)
            if row is None:
                raise AccountError("accounts.unknown_login", login=login)
            return _account(row)

    def add(
        self,
        by: Person | None,
        login: str,
        name: str,
        roles: Collection[Role],
        password: str | None = None,
    ) -> Account:
        """Make an account.

        :param password: chosen by its owner; ``None`` for an account that has none yet.
        :raises AccountError: the address is wrong or taken, the name or the roles are missing, the
            password is too weak.
        :raises StorageError: the database cannot be written.
        """
        login, name = checked_login(login), checked_name(name)
        if password is not None:
            check_password(password, login, name)
        kept = self._passwords.hash(password) if password is not None else None
        with self._database.transaction() as session:
            if row_of(session, login) is not None:
                raise AccountError("accounts.login_taken", login=login)
            row = new_row(login, name, checked_roles(roles), self._now(), kept)
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:  # made meanwhile by somebody else
                raise AccountError("accounts.login_taken", login=login) from error
            note(session, by, "account.created", f"account:{row.id}", ", ".join(row.roles))
            return _account(row)

    def change(
        self, by: Person | None, account_id: int, name: str, roles: Collection[Role]
    ) -> Account:
        """Change a name and roles; other roles close the sessions.

        :raises AccountError: something is missing, or no administrator would be left.
        :raises StorageError: the database cannot be written.
        """
        name, values = checked_name(name), checked_roles(roles)
        with self._changing(account_id) as (session, row):
            if row.name != name:
                note(session, by, "account.renamed", f"account:{row.id}")
                row.name = name
            if set(row.roles) != set(values):
                note(session, by, "account.roles", f"account:{row.id}", ", ".join(values))
                row.roles = values
                close_sessions(session, row.id)
            return _account(row)

    def set_active(self, by: Person | None, account_id: int, active: bool) -> Account:
        """Open or close an account; closing it closes its sessions.

        :raises AccountError: no administrator would be left.
        :raises StorageError: the database cannot be written.
        """
        with self._changing(account_id) as (session, row):
            if row.active != active:
                row.active = active
                action = "account.enabled" if active else "account.disabled"
                note(session, by, action, f"account:{row.id}")
                close_sessions(session, row.id)
            return _account(row)

    def set_password(self, by: Person | None, account_id: int, password: str | None = None) -> str:
        """Give an account a password and return it; its sessions are closed.

        :param password: chosen by its owner; without one, a temporary password is made.
        :raises AccountError: there is no such account, or the password is too weak.
        :raises StorageError: the database cannot be written.
        """
        known = self.get(account_id)
        if password is not None:
            check_password(password, known.login, known.name)
        given = temporary_password() if password is None else password
        kept = self._passwords.hash(given)
        with self._changing(account_id) as (session, row):
            row.password = kept
            row.password_until = self._now() + TEMPORARY if password is None else None
            note(session, by, "account.password", f"account:{row.id}")
            close_sessions(session, row.id)
        return given

    def unlink(self, by: Person | None, account_id: int) -> Account:
        """Forget the OIDC identity of an account, whose address passed to somebody else.

        :raises AccountError: no administrator would be left.
        :raises StorageError: the database cannot be written.
        """
        with self._changing(account_id) as (session, row):
            row.subject = None
            note(session, by, "account.unlinked", f"account:{row.id}")
            close_sessions(session, row.id)
            return _account(row)

    def remove(self, by: Person | None, account_id: int) -> None:
        """Erase an account; the journal keeps the name under which things were done.

        :raises AccountError: there is none, or no administrator would be left.
        :raises StorageError: the database cannot be written.
        """
        with self._changing(account_id) as (session, row):
            note(session, by, "account.removed", f"account:{row.id}")
            session.delete(row)

    @contextmanager
    def _changing(self, account_id: int) -> Iterator[tuple[Session, AccountRow]]:
        with self._database.transaction() as session:
            before = has_administrator(session)
            yield session, _row(session, account_id)
            session.flush()
            if before and not has_administrator(session):
                raise AccountError("accounts.last_administrator")


def has_administrator(session: Session) -> bool:
    """Tell whether somebody could sign in and manage the accounts.

    Every account is locked until the transaction ends: two administrators who remove each other at the
    same time take turns.
    """
    rows = session.scalars(select(AccountRow).order_by(AccountRow.id).with_for_update())
    return any(
        row.active
        and Role.ADMINISTRATOR in known_roles(row.roles)
        and (row.password is not None or row.subject is not None)
        for row in rows.all()
    )


def row_of(session: Session, login: str) -> AccountRow | None:
    """Return the row of a login, however it is written."""
    normal = unicodedata.normalize("NFKC", login).strip().lower()
    return session.scalars(select(AccountRow).where(AccountRow.login == normal)).one_or_none()


def new_row(
    login: str, name: str, roles: list[str], created: dt.datetime, password: str | None = None
) -> AccountRow:
    """Return the row of a new account."""
    return AccountRow(
        login=login, name=name, password=password, roles=roles, active=True, created=created
    )


def checked_login(login: str) -> str:
    """Return a login as it is kept.

    :raises AccountError: it is not an e-mail address.
    """
    normal = unicodedata.normalize("NFKC", login).strip().lower()
    if len(normal) > _LONGEST or not _ADDRESS.fullmatch(normal):
        raise AccountError("accounts.login_wrong")
    return normal


def checked_name(name: str) -> str:
    """Return a name as it is kept: printable, on one line.

    :raises AccountError: there is none.
    """
    printable = "".join(letter for letter in name if letter.isprintable() or letter.isspace())
    normal = " ".join(printable.split())
    if not normal or len(normal) > _LONGEST:
        raise AccountError("accounts.name_missing", longest=_LONGEST)
    return normal


def checked_roles(roles: Collection[Role]) -> list[str]:
    """Return roles as they are kept.

    :raises AccountError: there is none.
    """
    if not roles:
        raise AccountError("accounts.role_missing")
    return [role.value for role in Role if role in roles]


def _row(session: Session, account_id: int) -> AccountRow:
    # Beyond what a column of integers holds, a database complains instead of finding nothing.
    row = session.get(AccountRow, account_id) if account_id < 2**31 else None
    if row is None:
        raise AccountError("accounts.unknown_account")
    return row


def _account(row: AccountRow) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=known_roles(row.roles),
        active=row.active,
        has_password=row.password is not None,
        password_until=row.password_until,
        linked=row.subject is not None,
        created=row.created,
        seen=row.seen,
    )
