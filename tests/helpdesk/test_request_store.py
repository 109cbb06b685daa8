"""Requests and the versions of their replies: nothing is lost, a sent reply does not change. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from helpdesk_people import colleague
from replies import DRAFTED, TAKEN, reply
from sqlalchemy import func, select

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk.model import LeftOut, State
from pvd_assistant.helpdesk.store import RequestStore
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow, ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow

DRAFT = reply("Voici ce que disent les documents.", *DRAFTED)
OTHER = replace(DRAFT, body=DRAFT.body.replace("Voici", "Voilà"))


@pytest.fixture
def store(database: Database, database_settings: Settings) -> RequestStore:
    return RequestStore(database, database_settings)


@pytest.fixture
def anne(database: Database) -> Person:
    return colleague(database, "Anne Lefort")


@pytest.fixture
def marc(database: Database) -> Person:
    return colleague(database, "Marc Vasseur")


def refused(code: str) -> pytest.RaisesExc[RequestError]:
    return pytest.RaisesExc(RequestError, check=lambda error: error.code == code)


def test_a_request_is_kept_with_its_draft(store: RequestStore, anne: Person) -> None:
    taken = replace(TAKEN, left_out=LeftOut({"name": 2}, ("signature",), ("devis.pdf",)))
    number = store.create(anne, taken, DRAFT)
    request = store.get(number)
    assert (request.state, request.version, request.accepted) == (State.DRAFT, 2, 1)
    assert (request.subject, request.body, request.town) == (taken.subject, taken.body, taken.town)
    assert (request.questions, request.left_out) == (taken.questions, taken.left_out)
    assert (request.sender_name, request.sender_address) == (
        "Sylvie Marchand",
        "s.marchand@exemple.fr",
    )
    assert request.name(request.assigned_to) == "Anne Lefort"
    assert store.reply(request) == DRAFT
    version = store.versions(number)[0]
    assert (version.author, version.origin, version.number) == ("", "assistant", 1)


def test_a_request_without_a_draft_waits_for_one(store: RequestStore, anne: Person) -> None:
    number = store.create(anne, TAKEN)
    request = store.get(number)
    assert store.reply(request).body == ""
    with refused("helpdesk.nothing_to_review"):
        store.review(anne, number, request.version)
    assert store.propose(anne, number, request.version, DRAFT, "assistant").accepted
    assert store.reply(store.get(number)) == DRAFT


def test_what_somebody_writes_is_a_new_version(store: RequestStore, anne: Person) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    written = store.write(anne, number, 2, "Bonjour,\r\nnouveau texte  \r\n")
    assert (written.number, written.accepted) == (2, True)
    request = store.get(number)
    kept = store.reply(request)
    assert kept.body == "Bonjour,\nnouveau texte"
    assert kept.statements == DRAFT.statements  # what it rested on is still known
    assert [(v.number, v.author, v.origin) for v in store.versions(number)] == [
        (2, "Anne Lefort", "person"),
        (1, "", "assistant"),
    ]
    assert store.version(number, 1).draft == DRAFT
    same = store.write(anne, number, request.version, "Bonjour,\nnouveau texte")
    assert same.accepted
    assert len(store.versions(number)) == 2


def test_two_people_who_write_at_once_both_keep_their_text(
    store: RequestStore, anne: Person, marc: Person
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    assert store.write(anne, number, 2, "Texte d’Anne").accepted
    second = store.write(marc, number, 2, "Texte de Marc")
    assert not second.accepted
    assert store.reply(store.get(number)).body == "Texte d’Anne"
    aside = store.version(number, second.number)
    assert (aside.draft.body, aside.author, aside.origin) == (
        "Texte de Marc",
        "Marc Vasseur",
        "aside",
    )
    # Having seen both, Marc takes his.
    store.accept(marc, number, store.get(number).version, second.number)
    assert store.reply(store.get(number)).body == "Texte de Marc"


def test_a_new_draft_never_replaces_what_somebody_wrote(store: RequestStore, anne: Person) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    assert store.propose(anne, number, 2, OTHER, "assistant").accepted  # nobody had written
    store.write(anne, number, store.get(number).version, "À moi")
    proposed = store.propose(anne, number, store.get(number).version, DRAFT, "assistant")
    assert not proposed.accepted
    assert store.reply(store.get(number)).body == "À moi"
    assert store.version(number, proposed.number).draft == DRAFT
    reused = store.propose(anne, number, store.get(number).version, OTHER, "reused")
    assert not reused.accepted
    assert store.version(number, reused.number).author == "Anne Lefort"


def test_a_new_draft_made_while_somebody_writes_is_kept_aside(
    store: RequestStore, anne: Person
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    before = store.get(number).version
    store.ask(anne, number, before, ("Autre question ?",), None)
    assert not store.propose(anne, number, before, OTHER, "assistant").accepted


def test_a_reply_is_reviewed_by_somebody_else_then_sent(
    store: RequestStore, anne: Person, marc: Person
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    with refused("helpdesk.own_reply"):
        store.review(anne, number, 2)
    with refused("helpdesk.not_reviewed"):
        store.send(anne, number, 2)
    store.review(marc, number, 2)
    request = store.get(number)
    assert (request.state, request.name(request.reviewed_by)) == (State.REVIEWED, "Marc Vasseur")
    assert request.reviewed is not None
    with refused("helpdesk.not_draft"):
        store.review(marc, number, request.version)
    store.send(anne, number, request.version)
    sent = store.get(number)
    assert (sent.state, sent.name(sent.sent_by)) == (State.SENT, "Anne Lefort")


def test_the_reader_who_changes_a_reply_becomes_its_author(
    store: RequestStore, anne: Person, marc: Person
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    store.write(marc, number, 2, "Corrigé")
    with refused("helpdesk.own_reply"):
        store.review(marc, number, 3)
    store.review(anne, number, 3)


def test_one_person_alone_may_review_when_the_club_says_so(
    database: Database, anne: Person
) -> None:
    store = RequestStore(database, Settings(helpdesk_second_reader=False))
    number = store.create(anne, TAKEN, DRAFT)
    store.review(anne, number, 2)
    assert store.get(number).state is State.REVIEWED


def test_a_change_makes_a_reviewed_reply_a_draft_again(
    store: RequestStore, anne: Person, marc: Person
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    store.review(marc, number, 2)
    store.write(anne, number, 3, "Changé")
    request = store.get(number)
    assert (request.state, request.reviewed_by, request.reviewed) == (State.DRAFT, None, None)
    with refused("helpdesk.changed_meanwhile"):
        store.review(marc, number, 3)
    store.review(marc, number, request.version)
    store.reopen(anne, number, store.get(number).version)
    assert store.get(number).state is State.DRAFT


def test_what_was_reviewed_is_what_is_sent(store: RequestStore, anne: Person, marc: Person) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    store.review(marc, number, 2)
    with refused("helpdesk.changed_meanwhile"):
        store.send(anne, number, 2)


@pytest.fixture
def sent(store: RequestStore, anne: Person, marc: Person) -> int:
    number = store.create(anne, TAKEN, DRAFT)
    store.review(marc, number, 2)
    store.send(anne, number, 3)
    return number


@pytest.mark.parametrize(
    "change",
    [
        lambda store, anne, number: store.propose(anne, number, 4, OTHER, "assistant"),
        lambda store, anne, number: store.accept(anne, number, 4, 1),
        lambda store, anne, number: store.ask(anne, number, 4, ("x ?",), None),
        lambda store, anne, number: store.assign(anne, number, None),
        lambda store, anne, number: store.review(anne, number, 4),
        lambda store, anne, number: store.send(anne, number, 4),
        lambda store, anne, number: store.reopen(anne, number, 4),
    ],
)
def test_a_sent_reply_does_not_change(
    store: RequestStore, anne: Person, sent: int, change: Callable[..., object]
) -> None:
    before = store.get(sent)
    with refused("helpdesk.already_sent"):
        change(store, anne, sent)
    assert store.get(sent) == before
    assert [v.number for v in store.versions(sent)] == [1]


def test_what_was_being_written_when_it_was_sent_is_not_lost(
    store: RequestStore, marc: Person, sent: int
) -> None:
    before = store.get(sent)
    written = store.write(marc, sent, 3, "Trop tard")
    assert not written.accepted
    assert store.version(sent, written.number).draft.body == "Trop tard"
    assert store.get(sent) == before
    assert store.reply(before) == DRAFT


@pytest.mark.parametrize(
    ("body", "code"), [("  \n", "empty_reply"), ("x" * 60_001, "reply_too_long")]
)
def test_a_text_that_cannot_be_kept_is_refused(
    store: RequestStore, anne: Person, body: str, code: str
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    with refused(f"helpdesk.{code}"):
        store.write(anne, number, 2, body)
    assert len(store.versions(number)) == 1


def test_a_request_is_given_to_who_may_answer_it(
    store: RequestStore, database: Database, anne: Person, marc: Person
) -> None:
    member = colleague(database, "Manon Membre", Role.MEMBER)
    closed = colleague(database, "Zoé Partie")
    with database.transaction() as session:
        row = session.get(AccountRow, closed.id)
        assert row is not None
        row.active = False
    number = store.create(anne, TAKEN, DRAFT)
    assert [one.name for one in store.colleagues()] == ["Anne Lefort", "Marc Vasseur"]
    store.assign(anne, number, marc.id)
    assert store.get(number).assigned_to == marc.id
    for nobody in (member.id, closed.id, 99_999):
        with refused("helpdesk.unknown_person"):
            store.assign(anne, number, nobody)
    store.assign(anne, number, None)
    assert store.get(number).assigned_to is None


def test_an_erased_request_leaves_no_row(
    store: RequestStore, database: Database, sent: int
) -> None:
    anne = colleague(database, "Anne Autre")
    store.delete(anne, sent)
    with refused("helpdesk.unknown"):
        store.get(sent)
    with database.transaction() as session:
        for table in (RequestRow, ReplyVersionRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        last = session.scalars(select(ActionRow).order_by(ActionRow.id.desc())).first()
        assert last is not None
        assert (last.action, last.target) == ("request.erased", f"request:{sent}")


def test_who_did_what_is_noted_without_what_was_written(
    store: RequestStore, database: Database, anne: Person, sent: int
) -> None:
    with database.transaction() as session:
        rows = session.scalars(select(ActionRow).order_by(ActionRow.id)).all()
        noted = [(row.who, row.action, row.target, row.detail) for row in rows]
    target = f"request:{sent}"
    assert noted == [
        ("Anne Lefort", "request.created", target, ""),
        ("Marc Vasseur", "reply.reviewed", target, "1"),
        ("Anne Lefort", "reply.sent", target, "1"),
    ]


def test_people_whose_account_goes_leave_their_name_on_what_they_wrote(
    store: RequestStore, database: Database, anne: Person
) -> None:
    number = store.create(anne, TAKEN, DRAFT)
    store.write(anne, number, 2, "À moi")
    with database.transaction() as session:
        session.delete(session.get(AccountRow, anne.id))
    assert store.get(number).created_by is None
    assert store.versions(number)[0].author == "Anne Lefort"


def test_a_request_that_does_not_exist(store: RequestStore, anne: Person) -> None:
    for call in (
        store.get,
        lambda n: store.write(anne, n, 1, "x"),
        lambda n: store.delete(anne, n),
    ):
        with refused("helpdesk.unknown"):
            call(4)
    number = store.create(anne, TAKEN, DRAFT)
    with refused("helpdesk.unknown_version"):
        store.version(number, 9)
