"""Several requests in one sentence: where it is cut, where it is not, and how each is answered."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.requests import direct, requests
from pvd_assistant.answer.understanding import understand


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        (
            "Quelles sont les conditions du VTA et à qui faut-il envoyer le dossier ?",
            ("Quelles sont les conditions du VTA", "à qui faut-il envoyer le dossier ?"),
        ),
        ("c'est quoi l'ort et qui la signe", ("c'est quoi l'ort", "qui la signe")),
        (
            "cest koi une micro folie et sa coute combien",
            ("cest koi une micro folie", "sa coute combien"),
        ),
        (
            "C’est quoi la DETR, qui décide, et jusqu’à quand ?",
            ("C’est quoi la DETR", "qui décide", "jusqu’à quand ?"),
        ),
        (
            "je voudrais savoir qui paie le poste et aussi s'il y a une aide pour les façades",
            ("je voudrais savoir qui paie le poste", "s'il y a une aide pour les façades"),
        ),
        (
            "Quelles aides pour l’école et pour la maison de santé ?",
            ("Quelles aides pour l’école", "pour la maison de santé ?"),
        ),
        (
            "montant du vta et c’est ouvert a quelles communes",
            ("montant du vta", "c’est ouvert a quelles communes"),
        ),
        (
            "Jusqu’où monte l’aide, et la Région doit-elle payer une part ?",
            ("Jusqu’où monte l’aide", "la Région doit-elle payer une part ?"),
        ),
    ],
)
def test_a_sentence_is_cut_where_two_clauses_ask(sentence: str, asked: tuple[str, ...]) -> None:
    assert requests(sentence) == asked


@pytest.mark.parametrize(
    "sentence",
    [
        "Quelle différence entre la DETR et la DSIL ?",
        "la DETR et la DSIL peuvent-elles se cumuler ?",
        "Quand la convention de Cluny et des communes voisines a-t-elle été signée ?",
        "Quels avantages la commune et l’intercommunalité ont-elles à signer ?",
        "Quelle aide pour une commune qui perd ses commerces et qui n’a plus de médecin ?",
        "Quelle aide pour un lieu où se retrouver et où travailler ?",
        "Où et comment déposer le dossier de DETR ?",
        "À quelle date et par quelle ministre le programme a-t-il été lancé ?",
        "Quel accompagnement pour un tiers-lieu et quelle que soit sa taille ?",
        "Quelles aides pour le commerce et l’habitat ?",
        "Nous avons une friche et qui peut nous aider ?",
        "pour que nos commerçants soient exonérés, quelles conditions remplir ?",
    ],
)
def test_a_sentence_that_asks_one_thing_is_left_whole(sentence: str) -> None:
    assert requests(sentence) == ()


def test_a_request_takes_the_subject_of_the_one_before() -> None:
    read = understand("Combien donne le réseau France Santé et jusqu’à quand ?")

    assert read.requests == ("Combien donne le réseau France Santé", "jusqu’à quand ?")
    assert "France Santé" in read.parts[1]


def test_a_request_with_its_own_subject_keeps_it() -> None:
    read = understand("qui paie le chef de projet et comment trouver un manager de commerce ?")

    assert read.parts[1] == "comment trouver un manager de commerce ?"


def test_the_same_is_asked_of_the_other_thing() -> None:
    read = understand("Quelles aides pour l’école et pour la maison de santé ?")

    assert read.parts[1] == "quelles aides pour la maison de santé ?"


@pytest.mark.parametrize(
    ("request_typed", "asked"),
    [
        ("je voudrais savoir qui paie", "qui paie"),
        ("s'il y a une aide", "y a-t-il une aide"),
        ("si la DSIL est ouverte", "est-ce que la DSIL est ouverte"),
        ("ce qu'il faut joindre", "qu’est-ce qu'il faut joindre"),
        ("dites-moi si c’est gratuit", "est-ce que c’est gratuit"),
    ],
)
def test_an_indirect_request_is_asked_by_itself(request_typed: str, asked: str) -> None:
    assert direct(request_typed) == asked


def test_a_definition_asked_with_another_thing_has_its_heading(expert: Assistant) -> None:
    answer = expert.ask("c’est quoi urbanvitaliz et c’est payant ou gratuit").answer

    headings = [line for line in answer.splitlines() if line.startswith("## ")]
    what, price = answer.split(headings[1])
    assert headings == ["## C’est quoi urbanvitaliz\u00a0?", "## C’est payant ou gratuit\u00a0?"]
    assert "friche" in what
    assert "gratuit" in price.splitlines()[1]


def test_one_statement_that_answers_both_is_said_once_without_headings(expert: Assistant) -> None:
    answer = expert.ask(
        "Quel est le taux de prise en charge du chef de projet et quel plafond ?"
    ).answer

    assert "## " not in answer
    assert "75 %" in answer.replace("\u202f", " ").replace("\u00a0", " ")


def test_two_subjects_are_each_answered(expert: Assistant) -> None:
    answer = expert.ask(
        "qui paie le chef de projet et y a-t-il une aide pour débloquer une friche polluée"
    ).answer

    post, site = answer.split("## ")[1:]
    assert post.startswith("Qui paie le chef de projet\u00a0?")
    assert "chef de projet" in post.split("\n", 1)[1]
    assert site.startswith("Y a-t-il une aide pour débloquer une friche polluée\u00a0?")
    assert "friche" in site.split("\n", 1)[1]
