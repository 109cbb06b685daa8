"""The most basic questions on the programme get its frequent question, and those on something else do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.model import Answer, Filters

SHEETS = (
    "faq/a-qui-s-adresse-le-programme.md",
    "faq/ce-que-le-programme-apporte.md",
    "faq/contact-information.md",
    "faq/entrer-maintenant.md",
    "faq/gouvernance-role-intercommunalite.md",
    "faq/habitat-inclusif-appel-ouvert.md",
    "faq/objectifs-du-programme.md",
    "faq/partenaires-financeurs.md",
    "faq/porte-entree-prefecture.md",
    "faq/qu-est-ce-que-pvd.md",
    "faq/resultats-du-programme.md",
    "faq/role-du-maire.md",
    "faq/tiers-lieu-aide-au-fonctionnement.md",
    "glossaire/opah.md",
    "glossaire/ort.md",
    "glossaire/pvd.md",
    "offres/expertise-cerema-aupres-pvd.md",
    "offres/opah-opah-ru.md",
    "offres/volontariat-territorial-administration.md",
    "partenaires/anah-agence-nationale-habitat.md",
    "partenaires/banque-territoires.md",
    "projets/p076-saint-jean-d-angely.md",
)


@pytest.fixture(scope="module")
def informed(sample_of: Callable[[Sequence[str]], Assistant]) -> Assistant:
    """An assistant over the frequent questions on the programme, and sheets that share their words."""
    return sample_of(SHEETS)


def _cited(answer: Answer) -> list[str]:
    return list(dict.fromkeys(citation.document for citation in answer.citations))


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le bilan du programme ?",
        "Quel est le bilan de PVD ?",
        "quel est le bilan de petites villes de demain",
        "Quel est le bilan ?",
    ],
)
def test_the_programme_may_bear_any_name_or_none(informed: Assistant, question: str) -> None:
    answer = informed.ask(question)

    assert _cited(answer) == ["faq/resultats-du-programme"]
    assert "28\u202f000 actions" in answer.statements[0].text


def test_what_is_asked_of_the_programme_counts_more_than_its_name(informed: Assistant) -> None:
    answer = informed.ask("à quoi sert le programme")

    assert _cited(answer) == ["faq/ce-que-le-programme-apporte"]


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("Qui peut en bénéficier ?", "faq/a-qui-s-adresse-le-programme"),
        ("Peut-on encore candidater ?", "faq/entrer-maintenant"),
        ("Qui contacter pour avoir des informations ?", "faq/contact-information"),
        ("Où poser une question ?", "faq/contact-information"),
        ("Quels sont les partenaires financeurs ?", "faq/partenaires-financeurs"),
    ],
)
def test_a_question_that_names_nothing_is_on_the_programme(
    informed: Assistant, question: str, document: str
) -> None:
    answer = informed.ask(question)

    assert answer.status == "answered"
    assert _cited(answer) == [document]


def test_what_the_programme_is_has_its_own_reply(informed: Assistant) -> None:
    assert _cited(informed.ask("C’est quoi PVD ?")) == ["faq/qu-est-ce-que-pvd"]
    assert _cited(informed.ask("C’est quoi une ORT ?"))[0] == "glossaire/ort"


@pytest.mark.parametrize(
    "question",
    ["Quels sont les objectifs d’une OPAH ?", "Qui peut bénéficier de l’aide de l’Anah ?"],
)
def test_a_question_that_names_something_else_is_not_on_the_programme(
    informed: Assistant, question: str
) -> None:
    first = _cited(informed.ask(question))[0]

    assert first not in {"faq/objectifs-du-programme", "faq/a-qui-s-adresse-le-programme"}


def test_the_story_of_an_e_mail_says_what_its_bare_question_is_on(informed: Assistant) -> None:
    mail = (
        "Bonjour,\n\nJe préside l’association qui fait vivre le tiers-lieu installé dans l’ancienne poste "
        "du bourg : quatre bureaux partagés, un atelier couture, un café le vendredi soir. Tout le monde est "
        "content, mais nous ne savons plus comment payer l’animatrice après l’été, et la commune, qui nous "
        "prête les murs, ne peut pas davantage. Un adhérent nous dit que l’État donnait une somme chaque "
        "année à des lieux comme le nôtre.\n\nDe combien était cette aide, et peut-on encore la demander ?\n\nMerci à vous"
    )

    assert _cited(informed.ask(mail))[0] == "faq/tiers-lieu-aide-au-fonctionnement"


def test_documents_the_user_left_out_are_not_cited(informed: Assistant) -> None:
    answer = informed.ask("Qui peut en bénéficier ?", filters=Filters(kinds=("offre",)))

    assert not any(name.startswith("faq/") for name in _cited(answer))
