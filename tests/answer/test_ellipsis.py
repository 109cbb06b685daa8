"""A message that leaves its subject out takes it from the question before, and keeps its own limits."""

import pytest

from pvd_assistant.answer.dialogue import in_context
from pvd_assistant.answer.ellipsis import aside
from pvd_assistant.model import Turn

_LIST = Turn("assistant", "2 projets correspondent.\n- A (Lot), 1 900 habitants : b. [1]\n- C (Lot), 2 500 habitants : d. [2]")  # fmt: skip


def _asked(message: str, *before: str) -> str:
    turns = [turn for question in before for turn in (Turn("user", question), _LIST)]
    return in_context(message, turns).text


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("la source ?", "sources"),
        ("c’est sûr ?", "sources"),
        ("d’où vient l’info ?", "sources"),
        ("c’est à jour ?", "sources"),
        ("résume", "brief"),
        ("en deux mots ?", "brief"),
        ("d’autres ?", "further"),
        ("et les autres ?", "further"),
        ("c’est tout ?", "further"),
        ("vous en avez d’autres ?", "further"),
        ("tu peux détailler ?", "detail"),
        ("pourquoi ?", "detail"),
        ("comment ça ?", "detail"),
        ("lequel est le mieux pour nous ?", "choice"),
        ("laquelle choisir ?", "choice"),
        ("quelles aides ?", ""),
        ("quel montant ?", ""),
        ("Quelle est la source de financement d’une ORT ?", ""),
        ("Pourquoi signer une ORT ?", ""),
        ("Quelle est la meilleure aide pour une halle ?", ""),
    ],
)
def test_what_is_asked_of_the_answer_is_told(message: str, kind: str) -> None:
    assert aside(message) == kind


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("Et en Bourgogne ?", "Qui finance un manager de commerce en Bourgogne ?"),
        ("et dans le Finistère", "Qui finance un manager de commerce dans le Finistère ?"),
        (
            "et pour une commune de 3 000 habitants ?",
            "Qui finance un manager de commerce pour une commune de 3 000 habitants ?",
        ),
        ("un exemple ?", "Quels exemples de projets sur manager de commerce ?"),
        ("qui l’a déjà fait ?", "Quels exemples de projets sur manager de commerce ?"),
        ("ça s’est fait où ?", "Quels exemples de projets sur manager de commerce ?"),
        ("des exemples en Bretagne ?", "Quels exemples de projets sur manager de commerce en Bretagne ?"),
        ("c’est quoi la PNR ?", "c’est quoi la PNR ?"),
    ],
)  # fmt: skip
def test_a_place_a_size_or_an_example_goes_on_from_the_question(message: str, asked: str) -> None:
    assert _asked(message, "Qui finance un manager de commerce ?") == asked


def test_a_place_takes_the_place_of_another() -> None:
    asked = _asked("Et en Bourgogne ?", "Combien de communes du programme en Bretagne ?")

    assert asked == "Combien de communes du programme en Bourgogne ?"


def test_a_size_takes_the_place_of_another_and_a_place_stays() -> None:
    before = "Quelles communes de moins de 3 000 habitants ont rénové une halle en Bretagne ?"

    asked = _asked("et de moins de 1 000 habitants ?", before)

    assert "1 000" in asked
    assert "Bretagne" in asked
    assert "3 000" not in asked


def test_smaller_is_smaller_than_the_towns_shown() -> None:
    asked = _asked("et des plus petites ?", "Quels projets sur le commerce ?")

    assert asked == "Quels projets sur le commerce de moins de 1\u202f900 habitants ?"


def test_limits_add_up_over_several_turns() -> None:
    asked = _asked(
        "et pour une commune de 3 000 habitants ?",
        "Qui finance un manager de commerce ?",
        "un exemple ?",
        "et en Bretagne ?",
    )

    assert asked == (
        "Quels exemples de projets sur manager de commerce en Bretagne"
        " pour une commune de 3 000 habitants ?"
    )


def test_the_theme_of_a_list_changes_and_its_place_stays() -> None:
    asked = _asked("et sur l’habitat ?", "Quels projets sur le commerce en Normandie ?")

    assert asked == "Quels projets sur l’habitat en Normandie ?"


def test_after_examples_of_an_aid_a_question_is_about_the_aid() -> None:
    asked = _asked("jusqu’à quand ?", "Qui finance un manager de commerce ?", "un exemple ?")

    assert "manager" in asked
    assert "exemples" not in asked


def test_towns_are_counted_elsewhere() -> None:
    asked = _asked("et en Nièvre, il y en a combien ?", "Est-ce que Decize est dans le programme ?")

    assert asked.startswith("Combien de communes du programme")
    assert asked.endswith("en Nièvre ?")


@pytest.mark.parametrize(
    "message",
    ["et sinon, combien pour un VTA ?", "Autre question : que propose l’Avise ?", "rien à voir mais le CRTE c’est quoi"],
)  # fmt: skip
def test_another_subject_is_no_follow_up(message: str) -> None:
    said = in_context(message, (Turn("user", "Qui finance un manager de commerce ?"), _LIST))

    assert not said.leans
    assert "manager" not in said.text


def test_a_year_takes_the_place_of_another() -> None:
    asked = _asked("et en 2021 ?", "Combien de chefs de projet étaient financés fin 2024 ?")

    assert asked == "Combien de chefs de projet étaient financés en 2021 ?"
