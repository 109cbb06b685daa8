"""Who did what to a reply or to a text, read in the journal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pvd_assistant.storage.account_tables import ActionRow


@dataclass(frozen=True, slots=True)
class Event:
    """One action.

    :ivar action: for instance ``"source.validated"``.
    """

    time: dt.datetime
    who: str
    action: str
    detail: str


def history(session: Session, target: str) -> list[Event]:
    """Return what was done to something, the latest first."""
    rows = session.scalars(
        select(ActionRow)
        .where(ActionRow.target == target)
        .order_by(ActionRow.time.desc(), ActionRow.id.desc())
    )
    return [Event(row.time, row.who, row.action, row.detail) for row in rows]
