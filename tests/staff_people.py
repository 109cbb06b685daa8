"""Somebody of each role, signed in without the sign-in page, for the tests of the staff's rooms."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow
from pvd_assistant.storage.database import Database

NAMES = {
    Role.MEMBER: "Manon Membre",
    Role.HELPDESK: "Hélène Assistance",
    Role.EDITOR: "Édith Éditrice",
    Role.ADMINISTRATOR: "Adam Administrateur",
}


def account_of(role: Role, database: Database) -> int:
    """Return the id of the account of a role, made the first time."""
    login = f"{role.value}@exemple.fr"
    with database.transaction() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.login == login)).one_or_none()
        if row is None:
            row = AccountRow(
                login=login,
                name=NAMES[role],
                roles=[role.value],
                active=True,
                created=dt.datetime.now(dt.UTC),
            )
            session.add(row)
            session.flush()
        return row.id


def session_of(role: Role, settings: Settings) -> str:
    """Open a session for somebody of a role and return the token of its cookie."""
    database = Database(settings)
    try:
        account = account_of(role, database)
        return SessionStore(database, settings).open(account)
    finally:
        database.close()
