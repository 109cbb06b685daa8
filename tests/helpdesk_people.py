"""Several people of the helpdesk, for the tests of what they do to each other’s requests."""

from __future__ import annotations

import datetime as dt

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.storage.account_tables import AccountRow
from pvd_assistant.storage.database import Database


def colleague(database: Database, name: str, role: Role = Role.HELPDESK) -> Person:
    """Somebody with an account."""
    login = f"{name.lower().replace(' ', '.')}@exemple.fr"
    with database.transaction() as session:
        row = AccountRow(
            login=login, name=name, roles=[role.value], active=True, created=dt.datetime.now(dt.UTC)
        )
        session.add(row)
        session.flush()
        return Person(row.id, login, name, frozenset({role}))
