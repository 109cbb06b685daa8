"""Failed sign-ins, counted by login and by address in the database: one count for every replica."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import math
from collections.abc import Callable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from pvd_assistant.accounts.sessions import now_utc
from pvd_assistant.errors import AccessError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AttemptRow
from pvd_assistant.storage.database import Database


class Throttle:
    """Makes whoever failed too often wait.

    An attempt is written before it is judged and read back after: attempts made at the same time, on
    any replica, see each other. One that must wait is not counted, so that waiting ends.

    :param now: gives the time, replaced by the tests.
    """

    def __init__(
        self, database: Database, settings: Settings, now: Callable[[], dt.datetime] = now_utc
    ) -> None:
        self._database = database
        self._window = dt.timedelta(minutes=settings.sign_in_window_minutes)
        self._login_limit = settings.sign_in_login_limit
        self._address_limit = settings.sign_in_address_limit
        self._now = now

    def attempt(self, login: str, address: str) -> None:
        """Count an attempt as failed, until :meth:`succeeded` says otherwise.

        :raises AccessError: too many failed; the message says how long to wait.
        :raises StorageError: the database cannot be written.
        """
        limits = {_login_key(login): self._login_limit, _address_key(address): self._address_limit}
        moment = self._now()
        with self._database.transaction() as session:
            self.sweep(session)
            rows = [AttemptRow(key=key, time=moment) for key in limits]
            session.add_all(rows)
            session.flush()
            added = [row.id for row in rows]
        wait = self._wait(limits, added, moment)
        if wait is not None:
            with self._database.transaction() as session:
                session.execute(delete(AttemptRow).where(AttemptRow.id.in_(added)))
            minutes = max(1, math.ceil(wait.total_seconds() / 60))
            raise AccessError("accounts.too_many", minutes=minutes)

    def sweep(self, session: Session) -> int:
        """Erase the failures that count no longer; return how many."""
        moment = self._now()
        past = AttemptRow.time <= moment - self._window
        # Those of a clock that was ahead would have to be waited for until it is there again.
        ahead = AttemptRow.time > moment + self._window
        gone = delete(AttemptRow).where(past | ahead).returning(AttemptRow.id)
        return len(session.scalars(gone).all())

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of a login, and this attempt from its address.

        :raises StorageError: the database cannot be written.
        """
        with self._database.transaction() as session:
            session.execute(delete(AttemptRow).where(AttemptRow.key == _login_key(login)))
            last = (
                select(AttemptRow.id)
                .where(AttemptRow.key == _address_key(address))
                .order_by(AttemptRow.id.desc())
                .limit(1)
            )
            session.execute(delete(AttemptRow).where(AttemptRow.id.in_(last.scalar_subquery())))

    def _wait(
        self, limits: Mapping[str, int], added: list[int], moment: dt.datetime
    ) -> dt.timedelta | None:
        """Return how long to wait until fewer than the limit have failed; ``None`` not to."""
        waits = []
        with self._database.transaction() as session:
            for key, limit in limits.items():
                others = (AttemptRow.key == key) & AttemptRow.id.not_in(added)
                times = list(session.scalars(select(AttemptRow.time).where(others)))
                if len(times) >= limit:
                    waits.append(sorted(times)[-limit] + self._window - moment)
        return max(waits, default=None)


def _login_key(login: str) -> str:
    return _key("login", login.strip().casefold())


def _address_key(address: str) -> str:
    """One key for a machine: a whole /64 network in IPv6, where a machine has many addresses."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return _key("address", address)
    if known.version == 6 and known.ipv4_mapped is None:
        return _key("address", str(ipaddress.ip_network((known, 64), strict=False)))
    return _key("address", str(getattr(known, "ipv4_mapped", None) or known))


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
