"""Who may propose and validate what, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sent_requests import citation, person, sent_request
from sqlalchemy import delete, select

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.errors import AccessError, KnowledgeError
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_model import State, Wording
from pvd_assistant.storage.account_tables import ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow

OFFER = "offres/chef-de-projet"
DIGESTS = {OFFER: "d1", "offres/ort": "o1"}
WORDING = Wording("Qui paie le poste ?", "Le cofinancement couvre 75 % du coût du poste.")
TODAY = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
LATER = dt.date(2027, 5, 28)


@pytest.fixture
def store(database: Database) -> KnowledgeStore:
    return KnowledgeStore(database, now=lambda: TODAY)


@pytest.fixture
def helene(database: Database) -> Person:
    return person(Role.HELPDESK, database)


@pytest.fixture
def edith(database: Database) -> Person:
    return person(Role.EDITOR, database)


def actions(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        rows = session.scalars(select(ActionRow).order_by(ActionRow.id))
        return [(row.action, row.who) for row in rows]


def refused(code: str) -> pytest.RaisesExc[KnowledgeError]:
    return pytest.RaisesExc(KnowledgeError, check=lambda error: error.code == code)


def test_one_proposes_another_validates_and_both_are_named(
    store: KnowledgeStore, database: Database, helene: Person, edith: Person
) -> None:
    reply = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    assert store.validated() == []
    corrected = Wording("Qui paie le poste ?", "75 % du coût du poste.", ("payer le cdp",))
    store.validate(edith, reply, store.get(reply).version, corrected, LATER, DIGESTS)
    (kept,) = store.validated()
    assert (kept.proposer, kept.validator) == ("Hélène Assistance", "Édith Éditrice")
    assert (kept.wording, kept.review_by, kept.validated) == (corrected, LATER, TODAY)
    assert kept.digests == {OFFER: "d1"}
    assert actions(database) == [
        ("source.proposed", "Hélène Assistance"),
        ("source.validated", "Édith Éditrice"),
    ]


def test_whoever_proposed_cannot_validate(
    store: KnowledgeStore, database: Database, helene: Person
) -> None:
    reply = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    with pytest.raises(AccessError):
        store.validate(helene, reply, 1, WORDING, LATER, DIGESTS)
    assert store.get(reply).state is State.PROPOSED


@pytest.mark.parametrize(
    "changes",
    [{"state": "brouillon", "sent": None}, {"state": "relu", "sent": None}, {"reviewed": None}],
    ids=["draft", "reviewed, not sent", "sent, not reviewed"],
)
def test_only_a_reply_reviewed_and_sent_can_be_proposed(
    store: KnowledgeStore, database: Database, helene: Person, changes: dict[str, object]
) -> None:
    request = sent_request(database, **changes)
    with refused("knowledge.not_sent"):
        store.propose(helene, request, WORDING, DIGESTS)
    assert store.all() == []


@pytest.mark.parametrize(
    "citations", [(), (citation(document="helpdesk/x-1", kind="reponse"),)], ids=["none", "a reply"]
)
def test_a_reply_that_cites_nothing_official_cannot_be_proposed(
    store: KnowledgeStore, database: Database, helene: Person, citations: tuple[object, ...]
) -> None:
    request = sent_request(database, citations=citations)  # type: ignore[arg-type]
    with refused("knowledge.no_source"):
        store.propose(helene, request, WORDING, DIGESTS | {"helpdesk/x-1": "x"})


def test_a_source_that_is_gone_stops_the_proposal(
    store: KnowledgeStore, database: Database, helene: Person
) -> None:
    with refused("knowledge.source_gone"):
        store.propose(helene, sent_request(database), WORDING, {"offres/ort": "o1"})


def test_only_the_passages_whose_number_is_left_in_the_text_are_kept(
    store: KnowledgeStore, database: Database, helene: Person
) -> None:
    both = (citation(), citation(n=2, document="offres/ort", title="ORT"))
    request = sent_request(database, body="Le taux est de 75 %. [1]", citations=both)
    assert store.get(store.propose(helene, request, WORDING, DIGESTS)).digests == {OFFER: "d1"}


def test_a_button_pressed_twice_proposes_once(
    store: KnowledgeStore, database: Database, helene: Person
) -> None:
    request = sent_request(database)
    store.propose(helene, request, WORDING, DIGESTS)
    with refused("knowledge.twice"):
        store.propose(helene, request, WORDING, DIGESTS)
    other = Wording("Combien de temps dure le poste ?", "Trois ans.")
    store.propose(helene, request, other, DIGESTS)
    assert len(store.of_request(request)) == 2


def test_personal_data_are_never_kept(
    store: KnowledgeStore, database: Database, helene: Person
) -> None:
    said = Wording("Puis-je appeler Mme Durand ?", "Oui, au 03 85 00 00 00 ou a.durand@mairie.fr.")
    reply = store.get(store.propose(helene, sent_request(database), said, DIGESTS))
    assert "Durand" not in reply.wording.question
    assert "durand" not in reply.slug
    assert "03 85" not in reply.wording.answer
    assert "@" not in reply.wording.answer


def test_two_people_who_decide_at_once_are_told(
    store: KnowledgeStore, database: Database, helene: Person, edith: Person
) -> None:
    adam = person(Role.ADMINISTRATOR, database)
    reply = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    store.refuse(adam, reply, 1, "Déjà dans la fiche.")
    with refused("knowledge.settled"):
        store.validate(edith, reply, 1, WORDING, LATER, DIGESTS)
    store.propose_again(helene, reply, 2, WORDING, DIGESTS)
    with refused("knowledge.changed_meanwhile"):
        store.validate(edith, reply, 1, WORDING, LATER, DIGESTS)


def test_a_refusal_says_why(store: KnowledgeStore, database: Database, helene: Person) -> None:
    reply = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    with refused("knowledge.no_reason"):
        store.refuse(helene, reply, 1, "  ")
    store.refuse(helene, reply, 1, "Trop particulier.")
    assert (store.get(reply).state, store.get(reply).reason) == (
        State.REFUSED,
        "Trop particulier.",
    )


@pytest.mark.parametrize(
    ("current", "reason"),
    [({OFFER: "d2"}, "a changé"), ({}, "n’est plus dans les documents")],
    ids=["changed", "gone"],
)
def test_a_source_that_changed_or_went_withdraws_and_says_which(
    store: KnowledgeStore,
    database: Database,
    helene: Person,
    edith: Person,
    current: dict[str, str],
    reason: str,
) -> None:
    reply = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    store.validate(edith, reply, 1, WORDING, LATER, DIGESTS)
    assert store.withdraw_stale(DIGESTS) == []
    (withdrawn,) = store.withdraw_stale(current)
    assert withdrawn.state is State.WITHDRAWN
    assert "Cofinancement d’un poste" in withdrawn.reason
    assert reason in withdrawn.reason
    assert store.validated() == []
    assert actions(database)[-1] == ("source.withdrawn", "Contrôle automatique")

    # Read again by one person, validated again by another.
    store.propose_again(edith, reply, withdrawn.version, WORDING, {OFFER: "d2"})
    version = store.get(reply).version
    with pytest.raises(AccessError):
        store.validate(edith, reply, version, WORDING, LATER, {OFFER: "d2"})
    store.validate(helene, reply, version, WORDING, LATER, {OFFER: "d2"})
    assert store.withdraw_stale({OFFER: "d2"}) == []


def test_a_reply_goes_with_the_reply_that_it_rests_on(
    store: KnowledgeStore, database: Database, helene: Person, edith: Person
) -> None:
    first = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    store.validate(edith, first, 1, WORDING, LATER, DIGESTS)
    document = store.get(first).document
    digests = {**DIGESTS, document: "r1"}
    cited = (
        citation(document="offres/ort", title="ORT"),
        citation(n=2, document=document, title="Qui paie le poste ?", kind="reponse"),
    )
    request = sent_request(database, body="Oui. [1][2]", citations=cited)
    second = store.propose(helene, request, Wording("Et l’ORT ?", "Oui."), digests)
    store.validate(edith, second, 1, Wording("Et l’ORT ?", "Oui."), LATER, digests)
    withdrawn = store.withdraw_stale({**digests, OFFER: "d2"})
    assert [reply.id for reply in withdrawn] == [first, second]
    assert "Qui paie le poste" in withdrawn[1].reason


def test_the_day_to_read_again_must_come_and_can_be_put_off(
    store: KnowledgeStore, database: Database, helene: Person, edith: Person
) -> None:
    reply = store.propose(helene, sent_request(database), WORDING, DIGESTS)
    with refused("knowledge.past_review"):
        store.validate(edith, reply, 1, WORDING, TODAY.date(), DIGESTS)
    store.validate(edith, reply, 1, WORDING, LATER, DIGESTS)
    store.renew(helene, reply, 2, dt.date(2027, 11, 28))
    kept = store.get(reply)
    assert kept.late(dt.date(2027, 11, 28)) is False
    assert kept.late(dt.date(2027, 11, 29)) is True
    assert kept.validated == TODAY


def test_a_reply_outlives_the_request_and_the_accounts(
    store: KnowledgeStore, database: Database, helene: Person, edith: Person
) -> None:
    request = sent_request(database)
    reply = store.propose(helene, request, WORDING, DIGESTS)
    store.validate(edith, reply, 1, WORDING, LATER, DIGESTS)
    with database.transaction() as session:
        session.execute(delete(RequestRow).where(RequestRow.id == request))
    kept = store.get(reply)
    assert (kept.request_id, kept.proposer, kept.state) == (
        None,
        "Hélène Assistance",
        State.VALIDATED,
    )
