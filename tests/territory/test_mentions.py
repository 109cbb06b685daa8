"""A town is told from a common word, a region, a law: every programme town is still found."""

import pytest

from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.mentions import find_communes, find_departements


@pytest.fixture(scope="module")
def territory() -> Territory:
    return Territory.load()


def _named(text: str, territory: Territory) -> list[str]:
    return [mention.text for mention in find_communes(text, territory)]


@pytest.mark.parametrize(
    "text",
    [
        "Quelle ville a lancé un hackathon pour trouver des commerçants ?",
        "Combien de petites villes de demain en Bretagne ?",
        "Quelles aides en Bourgogne ?",
        "aménager les berges de la rivière",
        "Qu’est-ce que le fonds Chêne ?",
        "loi Elan et ORT",
        "que dit la loi Élan ?",
        "la Garde des sceaux",
        "À l’École de Chaillot",
        "Action Coeur de Ville",
        "Chambre de Métiers et de l’Artisanat",
        "à la Chambre de commerce",
        "au Parc naturel régional",
        "Mme Fontaine est la maire",
        "l’EPF de Grand Est et le Centre-Val de Loire",
        "des projets à La Réunion",
        "aides dans la Vienne",
        "refaire le vieux bourg",
        "y a-t-il une suite ?",
    ],
)
def test_what_is_no_town_is_not_taken_for_one(territory: Territory, text: str) -> None:
    assert _named(text, territory) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nous sommes à Gray", ["Gray"]),
        ("la ville de Vienne", ["Vienne"]),
        ("mairie de Mayenne", ["Mayenne"]),
        ("la commune de Bretagne", ["Bretagne"]),
        ("La Garde (83)", ["La Garde"]),
        ("83130 La Garde", ["La Garde"]),
        ("Die est-elle éligible ?", ["Die"]),
        ("die est elle dans le programme", ["die"]),
        ("joigny est dans le programme ?", ["joigny"]),
        ("la mure est dans le programme ?", ["la mure"]),
        ("nous sommes à gex", ["gex"]),
        ("et Die ?", ["Die"]),
        ("Tournus, Gray et Die sont-elles lauréates ?", ["Tournus", "Gray", "Die"]),
        ("Les halles de Gray", ["Gray"]),
        ("Au Blanc, combien d’habitants ?", ["Blanc"]),
        ("TOURNUS EST-ELLE DANS LE PROGRAMME ?", ["TOURNUS"]),
        ("à mâcon", ["mâcon"]),
        ("Est-ce que Rue fait partie du programme ?", ["Rue"]),
    ],
)
def test_a_town_is_found_by_what_stands_around_it(
    territory: Territory, text: str, names: list[str]
) -> None:
    assert _named(text, territory) == names


@pytest.mark.parametrize(
    "asked", ["Nous sommes à {}", "la commune de {}", "{} est-elle éligible ?", "habitant {}"]
)
def test_every_programme_town_is_found(territory: Territory, asked: str) -> None:
    names = {commune.name for commune in territory.members()}
    missed = {
        name
        for name in names
        if not any(
            name in (commune.name for commune in mention.communes)
            for mention in find_communes(asked.format(name), territory)
        )
    }
    assert missed == {"Château-Chinon (Ville)"}  # nobody types that


def test_a_town_that_bears_the_name_of_a_departement_does_not_name_it(territory: Territory) -> None:
    assert find_departements("la ville de Vienne", territory) == ()
    assert [d.name for d in find_departements("dans la Vienne", territory)] == ["Vienne"]
