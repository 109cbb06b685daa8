"""Accounts on both databases, with quick hashes and a clock that the tests move."""

from __future__ import annotations

import datetime as dt

import pytest
from argon2 import PasswordHasher

from pvd_assistant.accounts.passwords import Passwords
from pvd_assistant.accounts.people import People
from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.accounts.signing_in import SigningIn
from pvd_assistant.accounts.throttle import Throttle
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class Clock:
    """The time it is."""

    def __init__(self) -> None:
        self.moment = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.moment

    def wait(self, **duration: float) -> None:
        self.moment += dt.timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(QUICK)


@pytest.fixture
def people(database: Database, passwords: Passwords, clock: Clock) -> People:
    return People(database, passwords, clock)


@pytest.fixture
def sessions(database: Database, database_settings: Settings, clock: Clock) -> SessionStore:
    return SessionStore(database, database_settings, clock)


@pytest.fixture
def throttle(database: Database, database_settings: Settings, clock: Clock) -> Throttle:
    return Throttle(database, database_settings, clock)


@pytest.fixture
def signing_in(database, sessions, people, passwords, throttle, clock) -> SigningIn:
    return SigningIn(database, sessions, people, passwords, throttle, clock)
