"""A clock that jumps by years, one way or the other, breaks neither sessions, limits nor the index."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import pytest
from staff_people import account_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.sessions import SessionStore
from pvd_assistant.accounts.throttle import Throttle
from pvd_assistant.errors import AccessError
from pvd_assistant.index import generation, writer
from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.web.api.limits import Rate

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
YEARS = dt.timedelta(days=3 * 365)
JUMPS = {"forward": YEARS, "backward": -YEARS}


class Clock:
    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.mark.parametrize("jump", JUMPS)
def test_a_session_does_not_outlive_a_jump(
    database: Database, database_settings: Settings, jump: str
) -> None:
    """Signed in while the clock was ahead, a browser would otherwise stay so for years."""
    clock = Clock()
    store = SessionStore(database, database_settings, now=clock)
    account = account_of(Role.HELPDESK, database)
    token = store.open(account)
    assert store.find(token)

    clock.moment += JUMPS[jump]
    assert store.find(token) is None
    again = store.open(account)  # signing in again is all there is to do
    assert store.find(again)

    clock.moment -= JUMPS[jump]
    assert store.find(again) is None
    assert store.find(store.open(account))


def test_a_small_difference_between_two_machines_is_nothing(
    database: Database, database_settings: Settings
) -> None:
    clock = Clock()
    store = SessionStore(database, database_settings, now=clock)
    token = store.open(account_of(Role.HELPDESK, database))
    clock.moment -= dt.timedelta(seconds=90)
    assert store.find(token)


@pytest.mark.parametrize("jump", JUMPS)
def test_failed_sign_ins_are_not_waited_for_across_a_jump(
    database: Database, database_settings: Settings, jump: str
) -> None:
    clock = Clock()
    throttle = Throttle(database, database_settings, now=clock)
    for _ in range(database_settings.sign_in_login_limit):
        throttle.attempt("a@exemple.fr", "192.0.2.1")
    with pytest.raises(AccessError):
        throttle.attempt("a@exemple.fr", "192.0.2.1")

    clock.moment += JUMPS[jump]

    throttle.attempt("a@exemple.fr", "192.0.2.1")


@pytest.mark.parametrize("jump", JUMPS)
def test_requests_are_limited_by_the_minute_across_a_jump(
    monkeypatch: pytest.MonkeyPatch, jump: str
) -> None:
    moment = [time.time()]
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: moment[0])
    rate = Rate(3)
    assert [rate.wait("192.0.2.1") for _ in range(3)] == [0, 0, 0]
    assert 0 < rate.wait("192.0.2.1") <= 120

    moment[0] += JUMPS[jump].total_seconds()

    assert rate.wait("192.0.2.1") == 0
    assert [rate.wait("192.0.2.1") for _ in range(2)] == [0, 0]
    assert 0 < rate.wait("192.0.2.1") <= 120


@pytest.mark.parametrize("jump", JUMPS)
def test_an_index_built_after_a_jump_is_the_one_that_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, jump: str
) -> None:
    class Jumped(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime.now(tz) + JUMPS[jump]

    with Index.open(settings) as before:
        for module in (generation, writer):
            monkeypatch.setattr(module, "dt", SimpleNamespace(datetime=Jumped, UTC=dt.UTC))
        sheet = settings.corpus_dir / "offres" / "ort.md"
        sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")
        assert build(settings).changed == ["offres/ort"]
        assert before.outdated

    for rounds in range(2):  # the clock is right again, and the next builds sweep what is old
        with Index.open(settings) as index:
            assert "Une phrase de plus." in "".join(p.text for p in index.parts("offres/ort"))
        monkeypatch.undo()
        sheet.write_text(sheet.read_text("utf-8") + f"\nEt {rounds}.\n", "utf-8")
        build(settings)
    build(settings)
    assert len(list(settings.index_dir.glob("gen-*"))) == 1
