"""Which questions ask for a list of sheets, of what, and within which limits."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.list_request import (
    Wanted,
    looks_for_towns,
    population_band,
    wanted,
)
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.sizes import MOST_INHABITANTS
from pvd_assistant.answer.understanding import understand
from pvd_assistant.index.analysis import term_set
from pvd_assistant.model import Filters
from pvd_assistant.territory.communes import Territory


def _wanted(question: str) -> Wanted | None:
    understood = understand(question)
    return wanted(understood, find_places(understood, (), Territory.load()), Filters())


@pytest.mark.parametrize(
    ("question", "kind", "subject"),
    [
        ("Quelles villes ont transformé une friche ?", "projet", "friche"),
        ("Connaissez-vous des bourgs qui ont rouvert leur cinéma ?", "projet", "cinéma"),
        ("D’autres communes ont-elles embauché un médecin ?", "projet", "embauché médecin"),
        ("Je cherche des exemples de tiers-lieux", "projet", "tiers-lieux"),
        ("Avez-vous un exemple de halle rénovée ?", "projet", "halle"),
        ("Quels partenaires aident à faire revenir des commerces ?", "partenaire", "commerces"),
        ("Donnez-moi la liste des aides pour rénover une école", "offre", "rénover école"),
    ],
)
def test_a_list_is_recognised_with_its_subject(question: str, kind: str, subject: str) -> None:
    asked = _wanted(question)

    assert asked is not None
    assert asked.kind == kind
    assert term_set(asked.subject) == term_set(subject)


@pytest.mark.parametrize(
    "question",
    [
        "Quelles communes peuvent entrer dans le programme ?",
        "Quelles communes de Lozère sont PVD ?",
        "Quelles sont les communes PVD de la Lozère ?",
        "Quelles villes sont éligibles ?",
        "Quelles villes ont été retenues ?",
        "Quelles communes ont signé une convention-cadre ?",
        "Quelles communes ont plus de 20 000 habitants ?",
        "Quels projets de voirie sont éligibles à la DETR ?",
        "Y a-t-il une aide pour payer un manager de commerce ?",
    ],
)
def test_what_is_asked_of_the_programme_is_no_list_of_examples(question: str) -> None:
    assert _wanted(question) is None


def test_the_place_and_the_size_limit_the_list_and_leave_the_subject() -> None:
    asked = _wanted(
        "Des communes de Nouvelle-Aquitaine de moins de 2 000 habitants qui ont rénové une halle ?"
    )

    assert asked is not None
    assert asked.filters.regions == ("Nouvelle-Aquitaine",)
    assert asked.filters.population == (0, 1999)
    assert term_set(asked.subject) == {"hall"}


def test_overseas_stands_for_its_regions() -> None:
    asked = _wanted("Y a-t-il des projets outre-mer ?")

    assert asked is not None
    assert {"Guadeloupe", "La Réunion"} <= set(asked.filters.regions)


@pytest.mark.parametrize(
    ("question", "band"),
    [
        ("moins de 2 000 habitants", (0, 1999)),
        ("au moins 5000 hab", (5000, MOST_INHABITANTS)),
        ("entre 3 000 et 5 mille habitants", (3000, 5000)),
        ("une ville de 5 000 habitants", (3704, 6750)),
        ("2 000 euros", None),
    ],
)
def test_a_number_of_inhabitants_is_a_band(question: str, band: tuple[int, int] | None) -> None:
    assert population_band(question) == band


def _looked_for(question: str) -> bool:
    understood = understand(question)
    return looks_for_towns(understood, find_places(understood, (), Territory.load()))


@pytest.mark.parametrize(
    "question",
    [
        "Quelle mairie fait un chèque aux commerçants qui s’installent ?",
        "Une commune a-t-elle déjà transformé sa gendarmerie ? Combien de logements ?",
        "ville qui a rouvert son cinéma, laquelle",
        "salle des fêtes qui fait aussi ciné, c’est où",
        "Notre caserne est vide : quelqu’un l’a fait ailleurs ?",
        "un exemple de place testée avant travaux ?",
    ],
)
def test_a_town_looked_for_by_what_it_did_is_recognised(question: str) -> None:
    assert _looked_for(question)


@pytest.mark.parametrize(
    "question",
    [
        "Dans quelle ville le programme a-t-il été lancé ?",
        "Une ville moyenne peut-elle entrer dans le programme ?",
        "Quelle commune peut demander le fonds vert ?",
        "Qui a payé la halle de Guise ?",
        "L’Epareca, ça existe encore ou c’est fini ?",
        "Nous sommes une commune de 4 200 habitants, la boulangerie a fermé, on fait quoi ?",
    ],
)
def test_what_is_asked_of_a_rule_or_of_a_named_town_looks_for_no_town(question: str) -> None:
    assert not _looked_for(question)
