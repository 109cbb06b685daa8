"""« L’Anah paie 100 % du chef de projet, non ? »: what a question takes for granted is confirmed or denied."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.claims import claimed
from pvd_assistant.answer.understanding import understand

PROGRAMME = (
    "faq/direction-du-programme.md",
    "faq/fin-du-programme.md",
    "faq/lancement-officiel.md",
    "guides/cent-premiers-jours-chef-de-projet.md",
    "territoires/regles-eligibilite.md",
)


@pytest.fixture(scope="module")
def programme(sample_of: Callable[[Sequence[str]], Assistant]) -> Assistant:
    """An assistant over what is known of the programme itself."""
    return sample_of(PROGRAMME)


@pytest.mark.parametrize(
    ("question", "figure", "real"),
    [
        # 100 %, 300 000 € and 1,6 M€ are in these documents, about other things.
        ("L’Anah prend en charge 100 % du chef de projet, c’est ça ?", "100 %", "50 %"),
        ("Est-ce que le VTA donne bien 45 000 € par volontaire ?", "45\u202f000 €", "15 000 €"),
        ("Joigny restaure la maison du Pilori pour 55 000 € ?", "55\u202f000 €", "300 000 €"),
        ("Joigny compte 7 411 habitants, non ?", "7\u202f411", "9 016"),
    ],
)
def test_a_figure_that_is_said_of_something_else_is_denied(
    assistant: Assistant, question: str, figure: str, real: str
) -> None:
    answer = assistant.ask(question)

    first = answer.answer.splitlines()[0].replace("\u00a0", " ")
    assert first == "Non, aucun document ne dit cela. Voici ce qui est établi :"
    assert figure not in first
    assert real in answer.answer.replace("\u00a0", " ").replace("\u202f", " ")
    assert not any(statement.text.startswith("Oui") for statement in answer.statements)
    assert answer.status == "partial"


@pytest.mark.parametrize(
    "question",
    [
        "L’Anah prend en charge 50 % du chef de projet, c’est ça ?",
        "Est-ce que le VTA donne bien 15 000 € par volontaire ?",
        "Joigny restaure la maison du Pilori pour 300 000 € ?",
        "Il paraît que Joigny compte 9 016 habitants",
        "Le poste de chef de projet est cofinancé à 75 %, comment le demander ?",
    ],
)
def test_a_figure_that_a_document_gives_is_not_denied(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)

    assert answer.status == "answered"
    assert "ne dit cela" not in answer.answer


def test_a_figure_said_of_the_town_beside_is_denied(assistant: Assistant) -> None:
    right = assistant.ask("Meximieux compte 8 247 habitants, non ?")
    wrong = assistant.ask("Meximieux compte 7 411 habitants, non ?")

    assert "ne dit cela" not in right.answer
    assert wrong.answer.startswith("Non, aucun document ne dit cela")


def test_what_is_granted_before_another_question_is_denied_without_a_no(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("Puisque le VTA verse 45 000 € par volontaire, comment le demander ?")

    assert answer.answer.startswith("Aucun document ne dit cela.")


@pytest.mark.parametrize(
    "question",
    [
        "Une commune de 3 000 habitants peut-elle avoir un VTA ?",
        "Notre projet coûte 200 000 €, on a droit à la DETR ?",
        "Combien donne l’État pour un poste à 60 000 € ?",
        "VTA 2026 : montant de l’aide et durée du contrat ?",
        "BdT : enveloppe annoncée en 2020 pour PVD ?",
    ],
)
def test_the_figures_of_a_case_are_no_claim(question: str) -> None:
    assert claimed(understand(question)) is None


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Le programme est terminé depuis 2024, non ?", "prolongé"),
        ("PVD est piloté par l’Anah, c’est bien ça ?", "(ANCT) pilote"),
        ("C’est la Région qui choisit les villes du programme ?", "préfets"),
        ("Le programme a été lancé en 2016 ?", "1er octobre 2020"),
        ("Les communes PVD ont moins de 3 500 habitants ?", "moins de 20 000 habitants"),
    ],
)
def test_what_is_wrongly_believed_of_the_programme_is_answered_no(
    programme: Assistant, question: str, told: str
) -> None:
    answer = programme.ask(question)

    assert answer.answer.startswith("Non. Voici ce qui est établi :")
    assert told in answer.statements[0].text.replace("\u00a0", " ").replace("\u202f", " ")
    assert answer.citations


def test_a_subsidy_of_the_programme_is_put_right_before_anything_else(programme: Assistant) -> None:
    answer = programme.ask("comment toucher la subvention PVD ?")

    assert answer.answer.startswith("Les documents disent autre chose")
    assert "n’a pas d’enveloppe dédiée" in answer.statements[0].text


@pytest.mark.parametrize(
    "question",
    [
        "Le programme est piloté par l’ANCT ?",
        "Le programme est fermé aux nouvelles communes, c’est bien ça ?",
        "Le programme se termine fin 2026 ?",
        "Le programme a été lancé en octobre 2020, exact ?",
        "La Banque des Territoires est partenaire du programme ?",
        "Les communes du programme font moins de 20 000 habitants ?",
    ],
)
def test_what_is_true_of_the_programme_is_not_denied(programme: Assistant, question: str) -> None:
    answer = programme.ask(question)

    assert not answer.answer.startswith(("Non. Voici", "Non, aucun", "Les documents disent"))
