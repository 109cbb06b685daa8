"""Who did what, and when. What was written is never in it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from pvd_assistant.accounts.roles import Person
from pvd_assistant.messages import text
from pvd_assistant.storage.account_tables import ActionRow


def note(
    session: Session, person: Person | None, action: str, target: str, detail: str = ""
) -> None:
    """Keep an action, in the transaction that does it.

    :param person: ``None`` for whoever runs the server, at the command line.
    :param action: for instance ``"reply.sent"``.
    :param target: for instance ``"request:12"``.
    """
    session.add(
        ActionRow(
            time=dt.datetime.now(dt.UTC),
            account_id=person.id if person else None,
            who=person.name if person else text("accounts.command_line"),
            action=action,
            target=target,
            detail=detail,
        )
    )
