"""What the programme is called in a question, and what is not the programme."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.naming import (
    asks_only_the_name,
    names_programme,
    under_one_name,
    without_name,
)


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le bilan du programme ?",
        "quel est le bilan de PVD",
        "Quel est le bilan de Petites villes de demain ?",
        "Quel est le bilan du programme Petites villes de demain ?",
        "quel est le bilan de ce programme ?",
    ],
)
def test_a_question_is_the_same_whatever_the_programme_is_called(question: str) -> None:
    assert names_programme(question)
    assert under_one_name(question).lower() == "quel est le bilan petites villes de demain"
    assert without_name(question).lower() == "quel est le bilan"


@pytest.mark.parametrize(
    "question",
    [
        "Qui pilote le programme Action cœur de ville ?",
        "le programme villages d’avenir, c’est quoi ?",
        "À quoi sert PVD+ ?",
        "Le programme 112 finance quoi ?",
        "Quel est le programme de la rencontre ?",
        "De quels programmes s’inspire-t-il ?",
    ],
)
def test_another_programme_is_not_this_one(question: str) -> None:
    assert not names_programme(question)
    assert without_name(question) == question


def test_a_question_on_not_being_in_the_programme_keeps_its_name() -> None:
    question = "Notre commune n’est pas dans le programme, que faire ?"

    assert without_name(question) == question


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("C’est quoi PVD ?", True),
        ("le programme", True),
        ("C’est quoi la convention de PVD ?", False),
        ("C’est quoi une ORT ?", False),
    ],
)
def test_the_name_alone_asks_what_the_programme_is(question: str, alone: bool) -> None:
    assert asks_only_the_name(question) is alone
