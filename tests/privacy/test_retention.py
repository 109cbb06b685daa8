"""What is kept too long is erased, by one job, and nothing of it is left. On both databases."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpdesk_people import colleague
from sent_requests import sent_request
from sqlalchemy import func, select
from traces import traces, traces_in_rows

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.helpdesk.model import Draft, LeftOut, Taken
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.privacy.retention import DELAYS, forget
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow, ActionRow, AttemptRow, SessionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow
from pvd_assistant.storage.knowledge_tables import CannedReplyRow, UnansweredSubjectRow
from pvd_assistant.storage.library_tables import JobRow, LibraryChangeRow, OpinionTreatmentRow
from pvd_assistant.storage.models import Base, ImportedFile, OpinionRow

NOW = dt.datetime.now(dt.UTC)
DRAFT = Draft("Voici ce que disent les documents.")
TAKEN = Taken(
    "Chef de projet", "Qui paie le poste ?", "Sylvie Marchand", "s.marchand@exemple.fr", "71543"
)
RARE = "Quatrebarbes"
WORDS = (RARE, RARE.lower())


@pytest.fixture
def anne(database: Database) -> Person:
    return colleague(database, "Anne Lefort", Role.ADMINISTRATOR)


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def later(days: float) -> dt.datetime:
    return NOW + dt.timedelta(days=days)


def keep(database: Database, *rows: Base) -> None:
    with database.transaction() as session:
        for row in rows:
            session.add(row)
            session.flush()


def held(database: Database, row: type[Base]) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def opinion(time: dt.datetime, **said: Any) -> OpinionRow:
    known = {"answer": "a", "useful": False, "reasons": ["incomplete"], "status": "answered"}
    more = {"family": "offer", "engine": "extractive", "citations": [], "question": None}
    return OpinionRow(time=time, **known | more | {"comment": ""} | said)


def account(name: str, *, active: bool, seen: dt.datetime, **more: Any) -> AccountRow:
    kept = {
        "login": f"{name.lower()}@exemple.fr",
        "name": name,
        "roles": ["membre"],
        "password": "x",
    }
    return AccountRow(**kept | {"active": active, "created": ago(4000), "seen": seen} | more)


def test_who_asked_is_forgotten_after_a_while(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    store = RequestStore(database, database_settings)
    taken = replace(TAKEN, left_out=LeftOut({"name": 1}, (), ("cv-durand.pdf",)))
    number = store.create(anne, taken, DRAFT)

    assert forget(database, database_settings, later(89))["senders"] == 0
    assert store.get(number).sender_name == TAKEN.sender_name

    assert forget(database, database_settings, later(91))["senders"] == 1
    request = store.get(number)
    assert (request.sender_name, request.sender_address) == ("", "")
    assert request.left_out == LeftOut({"name": 1})
    assert request.body == taken.body
    assert forget(database, database_settings, later(92))["senders"] == 0


def test_what_was_written_and_not_sent_goes_after_the_reply_was_sent(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    store = RequestStore(database, database_settings)
    marc = colleague(database, "Marc Vasseur")
    number = store.create(anne, TAKEN, DRAFT)
    for words in ("Un premier jet.", "Le texte envoyé."):
        store.write(anne, number, store.get(number).version, words)
    forget(database, database_settings, later(300))
    assert len(store.versions(number)) == 3, "it is not sent: nothing of the work is lost"

    store.review(marc, number, store.get(number).version)
    store.send(marc, number, store.get(number).version)
    assert forget(database, database_settings, later(89))["drafts"] == 0
    assert forget(database, database_settings, later(91))["drafts"] == 1
    assert [one.draft.body for one in store.versions(number)] == ["Le texte envoyé.", DRAFT.body]


def test_a_request_goes_with_its_replies_two_years_after_its_last_change(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    old = sent_request(database, sent=ago(731))
    worked_on = RequestStore(database, database_settings).create(anne, TAKEN, DRAFT)
    recent = sent_request(database, sent=ago(720))
    with database.transaction() as session:
        for version in session.scalars(
            select(ReplyVersionRow).where(ReplyVersionRow.request_id.in_((old, recent)))
        ):
            version.time = ago(760)
        for request in session.scalars(select(RequestRow)):
            request.created = ago(800)

    assert forget(database, database_settings, NOW)["requests"] == 1
    with database.transaction() as session:
        assert set(session.scalars(select(RequestRow.id))) == {worked_on, recent}
        assert old not in set(session.scalars(select(ReplyVersionRow.request_id)))


def test_an_opinion_loses_its_words_and_stays_counted(
    database: Database, database_settings: Settings
) -> None:
    keep(
        database,
        opinion(ago(181), comment="Mme Durand attend", question="Qui paie ?"),
        opinion(ago(179), answer="b", comment="Il manque le taux"),
    )
    with database.transaction() as session:
        numbers = session.scalars(select(OpinionRow.id).order_by(OpinionRow.id)).all()
    for number in numbers:
        said = {"state": "traite", "note": "vu avec elle", "time": ago(3), "who": "Édith"}
        keep(database, OpinionTreatmentRow(opinion_id=number, **said))

    assert forget(database, database_settings, NOW)["opinions"] == 1
    with database.transaction() as session:
        rows = session.scalars(select(OpinionRow).order_by(OpinionRow.id)).all()
        assert [(row.comment, row.question) for row in rows] == [
            ("", None),
            ("Il manque le taux", None),
        ]
        assert [row.reasons for row in rows] == [["incomplete"], ["incomplete"]]
        notes = select(OpinionTreatmentRow.note).order_by(OpinionTreatmentRow.opinion_id)
        assert list(session.scalars(notes)) == ["", "vu avec elle"]


def test_an_account_that_nobody_uses_is_closed_then_erased(
    database: Database, database_settings: Settings
) -> None:
    chief = account("Chef", active=True, seen=ago(700), roles=["administrateur"])
    quiet, reopened = (
        account("Muet", active=True, seen=ago(366)),
        account("Retour", active=True, seen=ago(366)),
    )
    keep(database, chief, quiet, reopened, account("Parti", active=False, seen=ago(181)))
    with database.transaction() as session:
        number = session.scalar(select(AccountRow.id).where(AccountRow.name == "Retour"))
        muet = session.scalar(select(AccountRow.id).where(AccountRow.name == "Muet"))
    target = f"account:{number}"
    keep(
        database,
        ActionRow(time=ago(2), who="Chef", action="account.enabled", target=target, detail=""),
        SessionRow(
            token="t", account_id=muet, csrf="c", id_token="", created=NOW, seen=NOW
        ),
    )  # fmt: skip

    counts = forget(database, database_settings, NOW)
    assert (counts["unused"], counts["closed"]) == (1, 1)
    assert held(database, SessionRow) == 0, "its browsers are signed out"
    with database.transaction() as session:
        rows = session.execute(select(AccountRow.name, AccountRow.active)).all()
        assert sorted(map(tuple, rows)) == [("Chef", True), ("Muet", False), ("Retour", True)]
    assert forget(database, database_settings, later(179))["closed"] == 0
    assert forget(database, database_settings, later(181))["closed"] == 1


def test_a_closed_account_stays_when_the_provider_would_make_it_again(
    database: Database, database_settings: Settings
) -> None:
    keep(
        database,
        account("Exclu", active=False, seen=ago(400), subject="https://id.fr|1"),
        account("Parti", active=False, seen=ago(400)),
    )
    strict = database_settings.model_copy(update={"oidc_roles_claim": "roles"})
    assert forget(database, strict, NOW)["closed"] == 1
    with database.transaction() as session:
        assert list(session.scalars(select(AccountRow.name))) == ["Exclu"]
    assert forget(database, database_settings, NOW)["closed"] == 1


def test_the_journal_is_short_and_those_who_left_lose_their_name(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    for who, time in ((anne.name, ago(366)), (anne.name, ago(364))):
        keep(database, ActionRow(time=time, who=who, action="reply.sent", target="x", detail=""))
    changed = {"document": "offres/ort", "action": "added", "kept": None, "hidden": False}
    for who, time in (("Paul Ancien", ago(400)), ("Paul Ancien", ago(300)), (anne.name, ago(400))):
        keep(database, LibraryChangeRow(time=time, who=who, **changed))
    canned = {"title": "Accusé", "body": "Reçu.", "themes": [], "version": 1}
    keep(database, CannedReplyRow(changed=ago(400), author="Paul Ancien", **canned))

    counts = forget(database, database_settings, NOW)
    assert (counts["journal"], counts["names"]) == (1, 2)
    with database.transaction() as session:
        names = session.scalars(select(LibraryChangeRow.who).order_by(LibraryChangeRow.id))
        assert list(names) == ["Une personne de l’équipe", "Paul Ancien", "Anne Lefort"]
    assert forget(database, database_settings, NOW)["names"] == 0


def test_what_only_serves_for_a_while_is_swept(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    person = {"account_id": anne.id, "csrf": "c", "id_token": ""}
    job = {"who": "A", "created": ago(400), "due": ago(400), "active": None}
    none = {"done": 0, "total": 0, "label": "", "message": ""}
    keep(
        database,
        SessionRow(token="a", created=ago(1), seen=ago(1), **person),
        SessionRow(token="b", created=NOW, seen=NOW, **person),
        AttemptRow(key="k", time=ago(1)),
        AttemptRow(key="k", time=NOW),
        UnansweredSubjectRow(question="?", state="sans-suite", time=ago(366), author="A"),
        UnansweredSubjectRow(question="?", state="sans-suite", time=ago(364), author="A"),
        JobRow(state="done", purge=True, ended=ago(399), **job, **none),
        JobRow(state="failed", purge=True, ended=ago(398), **job, **none),
    )
    counts = forget(database, database_settings, NOW)
    found = ("sessions", "attempts", "subjects", "jobs")
    assert [counts[name] for name in found] == [1, 1, 1, 1]
    with database.transaction() as session:
        states = session.scalars(select(JobRow.state))
        assert list(states) == ["failed"], "what it had to purge is still to be purged"


def test_a_dry_run_counts_the_same_and_erases_nothing(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    RequestStore(database, database_settings).create(anne, TAKEN, DRAFT)
    keep(database, opinion(ago(1), comment="Trop long"), AttemptRow(key="k", time=ago(1)))
    leftover = database_settings.data_dir / "avant-restauration-20260101-000000.tar.gz"
    leftover.write_bytes(b"x")
    os.utime(leftover, (0, 0))

    foreseen = forget(database, database_settings, later(1000), dry_run=True)
    assert leftover.is_file()
    assert (held(database, RequestRow), held(database, ActionRow)) == (1, 1)
    assert forget(database, database_settings, later(1000)) == foreseen
    assert set(foreseen) >= set(DELAYS)
    assert (foreseen["requests"], foreseen["opinions"], foreseen["aside"]) == (1, 1, 1)
    assert not leftover.exists()


def test_what_was_done_is_noted_in_figures(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    RequestStore(database, database_settings).create(anne, TAKEN, DRAFT)
    forget(database, database_settings, later(91))
    forget(database, database_settings, later(91))
    with database.transaction() as session:
        applied = select(ActionRow).where(ActionRow.action == "retention.applied")
        noted = [(row.who, row.detail) for row in session.scalars(applied)]
    assert noted == [("Effacement automatique", "senders 1")]


def test_files_of_opinions_of_an_earlier_version_go_once_they_are_read(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    folder = tmp_path / "feedback"
    folder.mkdir()
    line = '{"answer": "a", "time": "2026-01-01T10:00:00+00:00", "useful": false, "comment": "x"}\n'
    for name in ("2026-01.jsonl", "2026-02.jsonl"):
        (folder / name).write_text(line, "utf-8")
    os.utime(folder / "2026-01.jsonl", (0, 0))
    with closing(Database(settings)) as database:
        database.upgrade()
        assert forget(database, settings, NOW)["feedback"] == 1
        assert [path.name for path in folder.iterdir()] == ["2026-02.jsonl"]
        assert held(database, ImportedFile) == 2, "a file put back is not read twice"


def test_without_a_database_none_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with closing(Database(settings)) as database:
        assert not any(forget(database, settings, NOW).values())
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_of_what_was_erased_in_any_file(tmp_path: Path) -> None:
    """Free pages and journal of the file included: what the words were in is written anew."""
    settings = Settings(data_dir=tmp_path)
    with closing(Database(settings)) as database:
        anne = colleague(database, "Anne Lefort")
        store = RequestStore(database, settings)
        named = replace(TAKEN, body=f"Le dossier de {RARE} " * 300, sender_name=f"Luc {RARE}")
        for _ in range(20):
            store.create(anne, named, DRAFT)
        keep(database, opinion(NOW, comment=RARE, question=f"Où habite {RARE} ?"))
        assert traces(WORDS, tmp_path)
        forget(database, settings, later(1000))
        assert held(database, RequestRow) == 0
        assert traces(WORDS, tmp_path) == [], "while the service runs"
    assert traces(WORDS, tmp_path) == []


def test_rows_are_gone_whatever_the_database(
    database: Database, database_settings: Settings, anne: Person
) -> None:
    store = RequestStore(database, database_settings)
    store.create(anne, replace(TAKEN, body=f"Le dossier de {RARE}"), DRAFT)
    assert set(traces_in_rows(WORDS, database)) == {"requests"}
    forget(database, database_settings, later(1000))
    assert traces_in_rows(WORDS, database) == []


def test_what_somebody_erases_by_hand_is_overwritten_at_once(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with closing(Database(settings)) as database:
        anne = colleague(database, "Anne Lefort")
        store = RequestStore(database, settings)
        number = store.create(anne, replace(TAKEN, body=f"{RARE} " * 2000), DRAFT)
        store.delete(anne, number)
    with closing(sqlite3.connect(tmp_path / "pvd.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert traces(WORDS, tmp_path) == []
