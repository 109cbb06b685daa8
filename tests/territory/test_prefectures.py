"""Each département has its préfecture, named as French names it."""

from __future__ import annotations

import pytest

from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.prefectures import prefecture_of

DIRECTORY = "https://lannuaire.service-public.gouv.fr/navigation"


@pytest.mark.parametrize(
    ("code", "name", "town"),
    [
        ("01", "Préfecture de l’Ain", "Bourg-en-Bresse"),
        ("69", "Préfecture du Rhône", "Lyon"),
        ("2A", "Préfecture de la Corse-du-Sud", "Ajaccio"),
        ("974", "Préfecture de La Réunion", "Saint-Denis"),
        ("75", "Préfecture de la région Île-de-France, préfecture de Paris", "Paris"),
    ],
)
def test_it_is_named_and_placed(code: str, name: str, town: str) -> None:
    territory = Territory.load()
    office = prefecture_of(territory.departements[code], territory)

    assert (office.name, office.town) == (name, town)


def test_its_page_follows_the_pattern_of_the_directory() -> None:
    territory = Territory.load()
    office = prefecture_of(territory.departements["21"], territory)

    assert office.page == f"{DIRECTORY}/bourgogne-franche-comte/cote-d-or/prefecture"


def test_all_départements_have_one() -> None:
    territory = Territory.load()

    names = [prefecture_of(d, territory).name for d in territory.departements.values()]
    assert len(names) == 109
    assert all("{" not in name for name in names)
