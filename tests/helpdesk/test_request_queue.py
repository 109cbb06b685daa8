"""The queue: filtered by state, person, words and date, counted, page by page. On both databases."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from helpdesk_people import colleague
from replies import DRAFTED, TAKEN, reply

from pvd_assistant.accounts.roles import Person
from pvd_assistant.helpdesk.model import State
from pvd_assistant.helpdesk.queue import PAGE, Wanted, queue
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database

DRAFT = reply(*DRAFTED)


@pytest.fixture
def people(database: Database) -> tuple[Person, Person]:
    return colleague(database, "Anne Lefort"), colleague(database, "Marc Vasseur")


@pytest.fixture
def store(
    database: Database, database_settings: Settings, people: tuple[Person, Person]
) -> RequestStore:
    """Three requests: one of Anne’s, one of Marc’s that is sent, one of nobody’s."""
    anne, marc = people
    days = iter(range(1, 30))
    kept = RequestStore(
        database, database_settings, lambda: dt.datetime(2026, 11, next(days), 12, tzinfo=dt.UTC)
    )
    kept.create(anne, replace(TAKEN, subject="Été à Tournus"), DRAFT)
    number = kept.create(
        marc, replace(TAKEN, subject="ORT", body="Qui signe l’ORT à 100 % ?"), DRAFT
    )
    kept.review(anne, number, 2)
    kept.send(marc, number, 3)
    other = kept.create(anne, replace(TAKEN, subject="Fonds vert", questions=("Renaturer ?",)))
    kept.assign(anne, other, None)
    return kept


def found(database: Database, **wanted: object) -> list[str]:
    return [one.subject for one in queue(database, Wanted(**wanted)).requests]  # type: ignore[arg-type]


def test_the_newest_come_first_and_states_are_counted(
    database: Database, store: RequestStore
) -> None:
    every = queue(database, Wanted())
    assert [one.subject for one in every.requests] == ["Fonds vert", "ORT", "Été à Tournus"]
    assert dict(every.counts) == {State.DRAFT: 2, State.REVIEWED: 0, State.SENT: 1}
    sent = queue(database, Wanted(state=State.SENT))
    assert (sent.total, [one.subject for one in sent.requests]) == (1, ["ORT"])
    assert sent.counts == every.counts  # what the other states would give


def test_by_person(database: Database, store: RequestStore, people: tuple[Person, Person]) -> None:
    assert found(database, assigned=people[0].id) == ["Été à Tournus"]
    assert found(database, assigned=0) == ["Fonds vert"]


@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        ("été", ["Été à Tournus"]),
        ("ETE tournus", ["Été à Tournus"]),
        ("signe", ["ORT"]),
        ("100 %", ["ORT"]),
        ("_", []),
        ("renaturer", ["Fonds vert"]),
        ("temps plein", ["ORT", "Été à Tournus"]),
        ("introuvable", []),
    ],
)
def test_by_words_of_the_request_or_of_its_reply(
    database: Database, store: RequestStore, words: str, subjects: list[str]
) -> None:
    assert found(database, words=words) == subjects


def test_by_the_words_of_the_reply_as_it_is_now(
    database: Database, store: RequestStore, people: tuple[Person, Person]
) -> None:
    store.write(people[0], 1, 2, "Une réponse réécrite")
    assert found(database, words="reecrite") == ["Été à Tournus"]
    assert found(database, words="temps plein") == ["ORT"]


def test_by_day_both_included(database: Database, store: RequestStore) -> None:
    first = queue(database, Wanted(words="tournus")).requests[0].created.date()
    assert "Été à Tournus" in found(database, since=first, until=first)
    assert found(database, until=first - dt.timedelta(days=1)) == []
    assert "Été à Tournus" not in found(database, since=first + dt.timedelta(days=1))


def test_page_by_page_and_never_past_the_last(
    database: Database, store: RequestStore, people: tuple[Person, Person]
) -> None:
    for _ in range(PAGE):
        RequestStore(database, Settings()).create(people[0], TAKEN)
    first, last = queue(database, Wanted(), 1), queue(database, Wanted(), 99)
    assert (len(first.requests), first.pages, first.total) == (PAGE, 2, PAGE + 3)
    assert (len(last.requests), last.page) == (3, 2)
    assert not {one.id for one in first.requests} & {one.id for one in last.requests}
