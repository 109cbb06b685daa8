"""Towns like mine: near in size first, and never without saying how far the search went."""

from __future__ import annotations

import pytest

from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.similar import likeness, towns_like


@pytest.fixture(scope="module")
def territory() -> Territory:
    return Territory.load()


def one(territory: Territory, name: str, departement: str | None = None) -> Commune:
    return territory.by_name(name, departement)[0]


def test_all_are_programme_towns_of_about_that_size(territory: Territory) -> None:
    found = towns_like(one(territory, "Tournus"), territory, limit=10)

    assert found is not None
    assert len(found.towns) == 10
    assert all(town.listed and town.name != "Tournus" for town in found.towns)
    assert all(4223 <= (town.population or 0) <= 7696 for town in found.towns)
    assert (found.lowest, found.highest, found.widened) == (4223, 7696, 0)


def test_those_of_the_region_and_of_the_same_intercommunality_come_first(
    territory: Territory,
) -> None:
    base = one(territory, "Tournus")
    found = towns_like(base, territory)

    assert found is not None
    first = found.towns[0]
    assert first.departement.region == base.departement.region
    assert first.intercommunality is not None
    assert first.intercommunality.kind == "CC"


@pytest.mark.parametrize(("name", "widened"), [("Rochefourchat", 2), ("Mâcon", 3), ("Paris", 3)])
def test_the_range_is_widened_and_said_so(territory: Territory, name: str, widened: int) -> None:
    found = towns_like(one(territory, name), territory)

    assert found is not None
    assert found.widened == widened
    assert len(found.towns) >= 5


def test_a_commune_without_population_has_none(territory: Territory) -> None:
    assert towns_like(one(territory, "Fleury-devant-Douaumont"), territory) is None


def test_likeness_is_that_of_twins_at_most(territory: Territory) -> None:
    tournus, macon = one(territory, "Tournus"), one(territory, "Mâcon")

    assert likeness(tournus, tournus) == pytest.approx(1)
    assert 0 <= likeness(tournus, macon) < 0.5
    assert likeness(tournus, macon) == pytest.approx(likeness(macon, tournus))
