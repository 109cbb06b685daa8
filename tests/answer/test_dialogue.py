"""A message means what the conversation makes of it."""

import pytest

from pvd_assistant.answer.dialogue import courtesy, in_context, says_ours, tells_home
from pvd_assistant.answer.understanding import understand
from pvd_assistant.model import Turn

_PAYS = (Turn("user", "Qui paie le chef de projet ?"), Turn("assistant", "L’État [1]."))


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Bonjour", "greeting"),
        ("salut, ça va ?", "greeting"),
        ("ok merci", "thanks"),
        ("Super, merci beaucoup pour votre aide !", "thanks"),
        ("au revoir", "goodbye"),
        ("et toi qui es-tu ?", "identity"),
        ("tu sais faire quoi ?", "identity"),
        ("êtes-vous un robot ?", "identity"),
    ],
)
def test_a_message_that_asks_nothing_is_told(message: str, kind: str) -> None:
    assert courtesy(message) == kind


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Bonjour, qui paie ?",
        "merci de me dire qui paie",
        "ok et pour la DETR ?",
        "Quelle aide ?",
    ],
)
def test_a_message_that_asks_is_no_courtesy(message: str) -> None:
    assert courtesy(message) == ""


@pytest.mark.parametrize(
    ("message", "held", "left"),
    [
        ("et pour les études ?", ["paie", "études"], ["projet"]),
        ("et combien ?", ["combien", "chef", "projet"], ["paie"]),
        ("jusqu’à quand ?", ["quand", "projet"], ["paie"]),
        ("et avec l’Anah ?", ["paie", "projet", "Anah"], []),
        ("non, je parlais de l’Anah", ["paie", "Anah"], ["projet", "parlais"]),
        ("pas le chef de projet, le manager de commerce", ["paie", "manager"], ["chef"]),
        ("peux-tu répéter ?", ["paie", "projet"], ["répéter"]),
        ("je comprends pas", ["paie", "projet"], ["comprends"]),
    ],
)
def test_what_a_message_leans_on_is_put_back(
    message: str, held: list[str], left: list[str]
) -> None:
    said = in_context(message, _PAYS)

    assert said.leans
    assert all(word in said.text for word in held)
    assert not any(word in said.text for word in left)


@pytest.mark.parametrize(
    "message",
    [
        "Quel est le calendrier du programme Petites villes de demain ?",
        "Combien de communes compte le programme ?",
        "ok merci. Quand la convention de Cluny a-t-elle été signée avec l’État ?",
    ],
)
def test_a_whole_question_leaves_the_old_subject(message: str) -> None:
    said = in_context(message, _PAYS)

    assert not said.leans
    assert "chef de projet" not in said.text
    assert not said.text.startswith("ok")


def test_one_name_takes_the_place_of_another() -> None:
    before = (Turn("user", "Est-ce que Seurre est dans le programme ?"),)

    assert in_context("et Tournus ?", before).text == "Est-ce que Tournus est dans le programme ?"


def test_the_subject_is_followed_over_several_turns() -> None:
    turns = (*_PAYS, Turn("user", "et les études ?"), Turn("assistant", "…"), Turn("user", "merci"))

    said = in_context("à quel taux ?", turns)

    assert "études" in said.text
    assert "projet" not in said.text


def test_the_user_s_own_town_is_told_from_another() -> None:
    assert tells_home("Je suis maire de Luzy.")
    assert not tells_home("Est-ce que Luzy est dans le programme ?")
    assert says_ours("et chez nous ?")
    assert not says_ours("et Tournus ?")


def test_what_was_meant_takes_the_place_of_what_was_said() -> None:
    history = [Turn("user", "Combien de logements à rénover à Lodève ?")]

    meant = understand("pardon, je voulais dire Porto-Vecchio", history)

    assert "Porto-Vecchio" in meant.core
    assert "Lodève" not in meant.core


def test_a_measure_takes_the_place_of_another() -> None:
    history = [Turn("user", "Quel est le taux du Denormandie pour six ans ?")]

    assert (
        understand("et pour douze ans ?", history).core
        == "Quel est le taux du Denormandie pour douze ans ?"
    )


def test_a_question_on_the_programme_leans_on_nothing_unless_another_was_spoken_of() -> None:
    asked = "Combien de communes sont dans le programme ?"
    school = [Turn("user", "Combien a coûté l’école de Val-Couesnon ?")]
    villages = [Turn("user", "Villages d’avenir, qui peut y entrer ?")]

    assert not understand(asked, school).follow_up
    assert understand(asked, villages).follow_up


def test_a_place_said_first_limits_what_is_asked_after_it_and_nothing_said_before() -> None:
    history = [Turn("user", "Quelle ville a rouvert un ruisseau enterré ?")]

    understood = understand("et en Bourgogne, des exemples de commerces rouverts ?", history)

    assert understood.core == "des exemples de commerces rouverts en Bourgogne ?"
    assert not understood.follow_up
