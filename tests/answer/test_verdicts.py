"""Eligibility and membership: settled by a rule and a table, both cited."""

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.model import Turn


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_town_that_fits_learns_that_selection_is_closed(assistant: Assistant) -> None:
    answer = assistant.ask("Ma commune de 4 200 habitants peut-elle entrer dans le programme ?")

    said = _plain(answer.answer)
    assert answer.status == "answered"
    assert "4 200 habitants" in said
    assert "aucune deuxième vague" in said
    assert answer.statements[0].computed
    assert "20 000 habitants" in _plain(answer.citations[0].passage)


@pytest.mark.parametrize(
    "question",
    [
        "notre ville compte 24 000 habitants, aurait-elle pu entrer dans PVD ?",
        "on est à 21 000 avec les hameaux, on peut entrer dans le programme ?",
    ],
)
def test_a_town_too_large_is_told_so_first(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert answer.answer.startswith("Non")
    assert "Action cœur de ville" in answer.answer


def test_a_small_town_learns_that_there_is_no_floor(assistant: Assistant) -> None:
    answer = assistant.ask("avec 800 habitan notre bourg est trop peti pour le programe ?")

    assert "plancher" in answer.answer


def test_a_listed_town_is_shown_with_its_row(assistant: Assistant) -> None:
    answer = assistant.ask("Tournus est-elle dans le programme ?")

    assert answer.answer.startswith("Oui : Tournus (Saône-et-Loire)")
    assert "| 71543 |" in answer.citations[0].passage
    assert answer.contact["name"] == "Préfecture de Saône-et-Loire"


def test_the_next_town_is_understood_from_the_conversation(assistant: Assistant) -> None:
    history = (
        Turn("user", "Tournus est-elle dans le programme ?"),
        Turn("assistant", "Oui : Tournus (Saône-et-Loire) figure dans la liste [1]."),
    )

    answer = assistant.ask("et Mâcon ?", history=history)

    assert "Mâcon" in answer.answer
    assert "Oui" not in answer.answer


def test_a_town_not_listed_is_not_said_to_be_out_for_good(assistant: Assistant) -> None:
    answer = assistant.ask("Lournand fait-elle partie des lauréates du programme ?")

    assert "ne figure pas dans la liste" in answer.answer
    assert "préfecture" in answer.answer


def test_homonyms_are_asked_about(assistant: Assistant) -> None:
    answer = assistant.ask("Saint-Sauveur est-elle dans le programme ?")

    assert answer.status == "clarify"
    assert "laquelle" in answer.answer


def test_a_question_on_an_aid_is_not_a_verdict(assistant: Assistant) -> None:
    answer = assistant.ask("Une commune de 3 000 habitants a-t-elle droit au fonds vert ?")

    assert not any(statement.computed for statement in answer.statements)
