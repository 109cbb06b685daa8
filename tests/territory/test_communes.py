"""Communes are found as people write them."""

import pytest

from pvd_assistant.errors import UnknownCommuneError
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.lookup import describe, find
from pvd_assistant.territory.mentions import find_communes, find_departements


@pytest.fixture(scope="module")
def territory() -> Territory:
    return Territory.load()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Tournus", "71543"),
        ("TOURNUS", "71543"),
        ("st jean d angely", "17347"),
        ("Saint-Jean-d’Angély", "17347"),
        ("la mure", "38269"),
        ("71543", "71543"),
    ],
)
def test_a_commune_is_found_however_it_is_typed(typed: str, code: str) -> None:
    assert code in [commune.code for commune in find(typed, Territory.load())]


def test_a_postcode_gives_its_communes() -> None:
    assert "71543" in [commune.code for commune in find("71700", Territory.load())]


def test_homonyms_are_all_given(territory: Territory) -> None:
    assert len(territory.by_name("Saint-Sauveur")) > 3


def test_a_departement_tells_homonyms_apart(territory: Territory) -> None:
    found = territory.by_name("Saint-Sauveur", "Haute-Saône")

    assert [c.departement.name for c in found] == ["Haute-Saône"]


def test_a_typing_error_is_answered_with_proposals() -> None:
    with pytest.raises(UnknownCommuneError, match="Tournus"):
        find("Tournuss", Territory.load())


def test_an_unknown_name_is_said_so() -> None:
    with pytest.raises(UnknownCommuneError, match="Aucune commune"):
        find("Xyzzyville", Territory.load())


def test_what_is_known_of_a_commune() -> None:
    known = describe(find("Tournus", Territory.load())[0], Territory.load())

    assert known["departement"] == "Saône-et-Loire"
    assert known["programme"] == "2021-01-22"
    assert isinstance(known["population"], int)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Tournus est-elle dans le programme ?", ["Tournus"]),
        ("et à la réole, ça donne quoi ?", ["la réole"]),
        ("Qui paie le poste de chef de projet ?", []),
        ("notre commune a un projet de place", []),
    ],
)
def test_communes_named_in_a_question(territory: Territory, text: str, names: list[str]) -> None:
    assert [mention.text for mention in find_communes(text, territory)] == names


def test_departements_named_in_a_question(territory: Territory) -> None:
    found = find_departements("des exemples en Haute-Savoie ou dans l’Ain ?", territory)

    assert {d.name for d in found} == {"Haute-Savoie", "Ain"}
