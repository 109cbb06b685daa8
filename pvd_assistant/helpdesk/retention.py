"""Names and addresses of those who asked, erased after a while: at each start, then every day."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import or_, select

from pvd_assistant.errors import StorageError
from pvd_assistant.helpdesk.model import LeftOut
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow

_DAY_S = 24 * 3600.0

logger = logging.getLogger(__name__)


def forget_senders(database: Database, settings: Settings, now: dt.datetime) -> int:
    """Erase who asked, and the names of their files, from the requests that are old enough; return how many.

    :raises StorageError: the database cannot be written.
    """
    oldest = now - dt.timedelta(days=settings.helpdesk_sender_days)
    query = select(RequestRow).where(
        RequestRow.created < oldest,
        or_(RequestRow.sender_name != "", RequestRow.sender_address != ""),
    )
    with database.transaction() as session:
        rows = list(session.scalars(query))
        for row in rows:
            left_out = LeftOut.read(row.intake)
            row.sender_name = row.sender_address = ""
            row.intake = LeftOut(left_out.masked, left_out.parts).kept()
        return len(rows)


@contextmanager
def forgetting(database: Database, settings: Settings) -> Iterator[None]:
    """Erase them now, then every day, as long as the block runs."""
    stop = threading.Event()
    daily = threading.Thread(
        target=_every_day, args=(database, settings, stop), name="forget-senders", daemon=True
    )
    daily.start()
    try:
        yield
    finally:
        stop.set()
        daily.join(5)


def _every_day(database: Database, settings: Settings, stop: threading.Event) -> None:
    while True:
        try:
            if database.revision() is not None:  # nothing is created just to find nothing
                forget_senders(database, settings, dt.datetime.now(dt.UTC))
        except StorageError as error:
            logger.warning("%s", error)
        if stop.wait(_DAY_S):
            return
