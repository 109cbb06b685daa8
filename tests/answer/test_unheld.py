"""Precise facts that no document holds about a known subject, town or person."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.assistant import Assistant


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("le téléphone de la mairie de Joigny", "de numéro de téléphone"),
        ("quelle est l'adresse mail du chef de projet de Lagnieu ?", "d’adresse électronique"),
        ("Comment s’appelle la cheffe de projet de Joigny ?", "le nom de cette personne"),
        ("Combien gagne le chef de projet de Meximieux ?", "ce salaire"),
        ("Quelle entreprise a restauré la maison du Pilori à Joigny ?", "le nom de l’entreprise"),
        ("Quelle part de femmes parmi les chefs de projet ?", "l’âge ni le sexe"),
        ("Combien de chefs de projet ont démissionné en 2024 ?", "le nombre de départs"),
    ],
)
def test_a_precise_thing_that_no_sentence_holds_is_not_known(
    assistant: Assistant, question: str, what: str
) -> None:
    answer = assistant.ask(question)

    assert answer.status == "unknown"
    assert not answer.statements
    assert f"ne donnent pas {what}" in answer.answer or "Je ne trouve pas" in answer.answer
    assert "Qui interroger" in answer.answer


def test_a_place_that_no_sheet_of_the_town_names_is_not_known(assistant: Assistant) -> None:
    answer = assistant.ask("Combien a coûté la médiathèque de Joigny ?")

    assert answer.status == "unknown"
    assert "ne disent rien de ce lieu : médiathèque (Joigny)" in answer.answer
    assert "mairie" in answer.answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Qui est le président de l’ANCT ?", "Bouillon"),
        ("Combien de chefs de projet étaient cofinancés fin 2024 ?", "870"),
        ("Combien coûte la restauration de la maison du Pilori à Joigny ?", "300 000 €"),
        ("Quel âge faut-il avoir pour être VTA ?", "18 et 30 ans"),
        ("Qui paie le salaire du chef de projet ?", "75 %"),
    ],
)
def test_what_a_document_holds_is_still_answered(
    assistant: Assistant, question: str, told: str
) -> None:
    answer = assistant.ask(question)

    assert answer.status == "answered"
    assert told in answer.answer.replace("\u00a0", " ").replace("\u202f", " ")
