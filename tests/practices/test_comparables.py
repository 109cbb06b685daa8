"""Towns like mine, by the criteria that were asked, with their projects."""

from __future__ import annotations

import pytest

from pvd_assistant.practices.comparables import Likeness, comparables


@pytest.fixture
def tournus(catalogue):
    return catalogue.territory.by_name("Tournus")[0]


def test_towns_are_programme_towns_of_the_range_most_alike_first(catalogue, tournus):
    found = comparables(tournus, Likeness(), catalogue)
    low, high = Likeness().bounds(tournus.population)
    assert (low, high) == (4223, 7696)
    assert all(town.listed and low <= town.population <= high for town in found.towns)
    assert tournus not in found.towns
    assert found.towns[0].departement.region == tournus.departement.region


def test_each_criterion_narrows(catalogue, tournus):
    loose = comparables(tournus, Likeness(ratio="100"), catalogue)
    region = comparables(tournus, Likeness(ratio="100", region=True), catalogue)
    both = comparables(tournus, Likeness(ratio="100", region=True, role=True), catalogue)
    assert len(loose.towns) > len(region.towns) >= len(both.towns) > 0
    assert {t.departement.region for t in region.towns} == {tournus.departement.region}
    assert {t.role for t in both.towns} == {tournus.role}
    kinds = comparables(tournus, Likeness(epci=True), catalogue).towns
    assert {t.intercommunality.kind for t in kinds} == {tournus.intercommunality.kind}


def test_projects_are_those_of_the_towns_listed(catalogue, tournus):
    found = comparables(tournus, Likeness(ratio="all", with_sheet=True), catalogue)
    assert {town.code for town in found.towns} <= set(found.sheets)
    assert "projets/p020-joigny" in {project.id for project in found.projects}
    assert len(found.projects) == 11  # without that of no town, and that of a town not on the list


def test_no_town_says_what_each_criterion_removed_would_give(catalogue):
    lyon = catalogue.territory.by_name("Lyon")[0]
    found = comparables(lyon, Likeness(), catalogue)
    assert found.towns == ()
    asked, number = found.looser["ratio"]
    assert number == len(comparables(lyon, asked, catalogue).towns) > 1000
