"""Who did what, and when. What was written is never in it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from pvd_assistant.accounts.roles import Person
from pvd_assistant.storage.account_tables import ActionRow


def note(session: Session, person: Person, action: str, target: str, detail: str = "") -> None:
    """Keep an action, in the transaction that does it.

    :param action: for instance ``"reply.sent"``.
    :param target: for instance ``"request:12"``.
    """
    session.add(
        ActionRow(
            time=dt.datetime.now(dt.UTC),
            account_id=person.id,
            who=person.name,
            action=action,
            target=target,
            detail=detail,
        )
    )
