"""Questions in another language are read by the programme's words, or declined."""

import pytest

from pvd_assistant.answer.languages import in_french, language_of, line
from pvd_assistant.answer.understanding import understand
from pvd_assistant.messages import load_data


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many towns are in the programme?", "en"),
        ("Wer bezahlt den Projektleiter?", "de"),
        ("¿Quién paga al jefe de proyecto?", "es"),
        ("Quem paga o gestor de projeto?", "pt"),
        ("من يدفع راتب مدير المشروع؟", "ar"),
        ("Кто платит?", "other"),
        ("Qui paie le chef de projet ?", "fr"),
        ("kel subvention pr 1 citystade", "fr"),
        ("Micro-Folie budget total", "fr"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize(
    ("question", "held"),
    [
        (
            "How many towns are in the programme?",
            ["combien", "communes", "Petites villes de demain"],
        ),
        ("Wer bezahlt den Projektleiter?", ["qui paie", "chef de projet"]),
        ("¿Quién paga al jefe de proyecto?", ["qui paie", "chef de projet"]),
        ("Who pays for a study in Tournus?", ["qui paie", "étude", "Tournus"]),
    ],
)
def test_the_programme_s_words_are_read_in_french(question: str, held: list[str]) -> None:
    asked = understand(question)

    assert all(words in asked.core for words in held)
    assert not asked.refused


@pytest.mark.parametrize(
    "question",
    [
        "What is the weather in Paris today?",
        "How do I renew my passport?",
        "Wie wird das Wetter morgen?",
    ],
)
def test_a_question_of_other_words_is_not_searched(question: str) -> None:
    assert understand(question).core == ""


def test_a_language_without_words_is_declined_in_it() -> None:
    assert in_french("من يدفع؟", "ar") == ""
    assert "الفرنسية" in line("ar", declined=True)
    assert line("it", declined=True) == line("other", declined=True)


def test_every_language_that_is_searched_has_its_lines() -> None:
    data = load_data("languages")

    assert set(data["terms"]) == set(data["idle"]) == set(data["answered"])
    assert set(data["answered"]) <= set(data["declined"])
    assert set(data["terms"]) | {"fr"} == set(data["words"])
