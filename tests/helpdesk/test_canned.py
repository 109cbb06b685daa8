"""Canned replies: kept, searched, filled, on both databases."""

from __future__ import annotations

import pytest
from sent_requests import person

from pvd_assistant.accounts.roles import Role
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.canned import CannedStore, CannedText, filled
from pvd_assistant.storage.database import Database

WELCOME = CannedText("Accueil d’un nouvel élu", "Bienvenue à {commune}, {nom}.", ("emploi",))


def refused(code: str) -> pytest.RaisesExc[KnowledgeError]:
    return pytest.RaisesExc(KnowledgeError, check=lambda error: error.code == code)


def test_kept_changed_and_erased_with_who_did_it(database: Database) -> None:
    store = CannedStore(database)
    helene, adam = person(Role.HELPDESK, database), person(Role.ADMINISTRATOR, database)
    reply = store.create(helene, WELCOME)
    store.change(adam, reply, 1, CannedText("Accueil", "Bonjour.", ("habitat", "inconnu")))
    kept = store.get(reply)
    assert (kept.title, kept.body, kept.themes, kept.author) == (
        "Accueil",
        "Bonjour.",
        ("habitat",),
        "Adam Administrateur",
    )
    assert [(event.who, event.action) for event in store.history(reply)] == [
        ("Adam Administrateur", "canned.changed"),
        ("Hélène Assistance", "canned.created"),
    ]
    store.delete(adam, reply)
    assert store.search() == []
    with refused("knowledge.canned_unknown"):
        store.get(reply)


def test_two_people_who_change_the_same_text_are_told(database: Database) -> None:
    store, helene = CannedStore(database), person(Role.HELPDESK, database)
    reply = store.create(helene, WELCOME)
    store.change(helene, reply, 1, CannedText("Accueil", "Un."))
    with refused("knowledge.canned_changed"):
        store.change(helene, reply, 1, CannedText("Accueil", "Deux."))
    assert store.get(reply).body == "Un."


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (CannedText(" ", "x"), "knowledge.canned_no_title"),
        (CannedText("T", "\u200b"), "knowledge.canned_no_body"),
        (CannedText("T", "À {comune}."), "knowledge.canned_unknown_place"),
        (CannedText("Accueil d’un nouvel élu", "x"), "knowledge.canned_taken"),
    ],
)
def test_what_cannot_be_used_is_refused(database: Database, written: CannedText, code: str) -> None:
    store, helene = CannedStore(database), person(Role.HELPDESK, database)
    store.create(helene, WELCOME)
    with refused(code):
        store.create(helene, written)


def test_found_by_words_without_accents_and_by_theme(database: Database) -> None:
    store, helene = CannedStore(database), person(Role.HELPDESK, database)
    store.create(helene, WELCOME)
    store.create(helene, CannedText("Délais", "Le délai est de deux mois.", ("habitat",)))
    assert [reply.title for reply in store.search("ELU nouvel")] == ["Accueil d’un nouvel élu"]
    assert [reply.title for reply in store.search(theme="habitat")] == ["Délais"]
    assert [reply.title for reply in store.search()] == ["Accueil d’un nouvel élu", "Délais"]


def test_what_is_not_known_stays_to_be_filled() -> None:
    assert filled(WELCOME.body, {"commune": "Joigny", "nom": ""}) == "Bienvenue à Joigny, {nom}."
