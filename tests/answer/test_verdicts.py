"""Eligibility and membership: settled by a rule and a table, both cited."""

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.model import Answer, Turn


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


def test_a_town_that_a_source_says_is_in_is_not_said_to_be_simply_absent(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("Vayrac est-elle dans le programme ?")

    assert "une source affirme son appartenance" in answer.answer
    assert "automne 2023" in answer.answer
    assert answer.citations[0].document == "territoires/communes-pvd"


def test_a_listed_town_that_outgrew_the_programme_is_told_so(assistant: Assistant) -> None:
    answer = assistant.ask("Challans est-elle dans le programme ?")

    assert answer.answer.startswith("Oui : Challans (Vendée) figure dans la liste")
    assert "22 943 habitants" in answer.answer.replace("\u202f", " ").replace("\xa0", " ")


def test_homonyms_are_asked_about(assistant: Assistant) -> None:
    answer = assistant.ask("Saint-Sauveur est-elle dans le programme ?")

    assert answer.status == "clarify"
    assert "laquelle" in answer.answer


def test_a_question_on_an_aid_is_not_a_verdict(assistant: Assistant) -> None:
    answer = assistant.ask("Une commune de 3 000 habitants a-t-elle droit au fonds vert ?")

    assert not any(statement.computed for statement in answer.statements)


@pytest.mark.parametrize(
    "question",
    [
        "notre interco peut-elle être Petite ville de demain ?",
        "notre communauté de communes de 12 000 habitants est-elle éligible ?",
    ],
)
def test_an_intercommunality_does_not_enter_alone(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert "une intercommunalité n’est pas lauréate seule" in answer.answer


@pytest.mark.parametrize(
    ("name", "today"),
    [("Le Fresne-sur-Loire", "Ingrandes-le-Fresne-sur-Loire"), ("Sennecé-lès-Mâcon", "Mâcon")],
)
def test_a_merged_commune_is_answered_for_the_one_of_today(
    assistant: Assistant, name: str, today: str
) -> None:
    answer = assistant.ask(f"{name} est-elle dans le programme ?")

    assert f"fait aujourd’hui partie de {today}" in answer.answer
    assert answer.citations


def test_an_unknown_name_is_asked_about(assistant: Assistant) -> None:
    answer = assistant.ask("Trifouilly-les-Oies est-elle dans le programme ?")

    assert answer.status == "clarify"
    assert "Aucune commune ne s’appelle « Trifouilly-les-Oies »" in answer.answer
    assert answer.contact


def test_a_mistyped_name_is_answered_with_proposals(assistant: Assistant) -> None:
    answer = assistant.ask("tornus est elle dans pvd")

    assert answer.status == "clarify"
    assert "Tournus (Saône-et-Loire)" in answer.answer


@pytest.mark.parametrize("words", ["Ma commune", "notre ville", "La mairie", "On"])
def test_words_that_are_no_name_are_not_taken_for_one(assistant: Assistant, words: str) -> None:
    answer = assistant.ask(f"{words} est-elle dans le programme ?")

    assert "Aucune commune ne s’appelle" not in answer.answer


def test_a_town_left_out_learns_what_it_can_do(assistant: Assistant) -> None:
    answer = assistant.ask("notre village n’a pas été retenu dans PVD, que faire ?")

    assert "opération de revitalisation de territoire (ORT)" in answer.answer
    assert "Villages d’avenir" in answer.answer
    assert "préfecture de département" in answer.answer


def test_a_town_not_listed_learns_the_next_step(assistant: Assistant) -> None:
    answer = assistant.ask("Lournand fait-elle partie des lauréates du programme ?")

    assert "contacter leur préfecture" in answer.answer
    assert "Villages d’avenir" in answer.answer
    assert answer.contact["name"] == "Préfecture de Saône-et-Loire"


def test_where_the_prefecture_sits_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("Dans quelle ville est la préfecture de Corrèze ?")

    assert answer.answer.startswith("Préfecture de la Corrèze, à Tulle")


def test_whom_to_ask_is_the_prefecture_with_its_page(assistant: Assistant) -> None:
    answer = assistant.ask("qui contacter à la préfecture de l'Ain pour PVD ?")

    assert answer.answer.startswith("Préfecture de l’Ain, à Bourg-en-Bresse")
    assert "| 01 |" in answer.citations[0].passage
    assert "délégué territorial de l’ANCT" in answer.answer
    assert answer.contact["url"] in answer.answer


def test_towns_like_mine_are_listed_with_their_criteria(assistant: Assistant) -> None:
    answer = assistant.ask("Quelles communes du programme ressemblent à Tournus ?")

    said = _plain(answer.answer)
    assert answer.status == "answered"
    assert "de 4 223 à 7 696 habitants" in said
    assert said.count("\n- ") >= 5
    assert all(s.computed or s.text in _joined(answer) for s in answer.statements)
    assert "| 21154 |" in _joined(answer)


def test_projects_of_towns_like_mine_come_first_when_asked_for(assistant: Assistant) -> None:
    answer = assistant.ask("des communes comparables à Belley qui ont rénové des logements ?")

    assert answer.family == "project"
    assert "Joigny" in answer.answer.split("\n")[1]


def test_like_whom_is_asked_when_no_town_is_named(assistant: Assistant) -> None:
    answer = assistant.ask("des communes de même taille que la nôtre ?")

    assert answer.status == "clarify"
    assert "De quelle commune" in answer.answer


def test_the_town_of_the_conversation_is_the_one_compared(assistant: Assistant) -> None:
    history = (Turn("user", "Tournus est-elle dans le programme ?"), Turn("assistant", "Oui [1]."))

    answer = assistant.ask("et des communes comparables à la nôtre ?", history=history)

    assert "comparables à Tournus" in answer.answer


def _joined(answer: Answer) -> str:
    return " ".join(citation.passage for citation in answer.citations)


@pytest.mark.parametrize(
    "question",
    [
        "le CAUE il peut faire quoi pour un bourg comme nous",
        "Petites villes de demain et un dispositif comparable : quelles différences ?",
    ],
)
def test_a_town_that_speaks_of_itself_is_not_compared(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert "De quelle commune voulez-vous trouver les semblables" not in answer.answer


def test_a_town_left_out_that_asks_to_enter_learns_that_it_is_closed(assistant: Assistant) -> None:
    answer = assistant.ask(
        "on a pas été retenus en 2020, on peut encore rentrer dans le programme ?"
    )

    assert "deuxième vague" in answer.answer
    assert "opération de revitalisation de territoire (ORT)" in answer.answer


@pytest.mark.parametrize("question", ["quoi de neuf sur le programme ?", "dernières actus pvd ?"])
def test_the_news_are_the_latest_dated_facts(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert answer.status == "answered"
    assert 3 <= len(answer.statements) <= 6
    assert all(
        "2026" in statement.text or "2025" in statement.text for statement in answer.statements
    )
    assert {citation.document for citation in answer.citations} == {"actualites/chronologie"}
