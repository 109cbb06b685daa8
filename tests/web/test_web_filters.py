import datetime as dt

import pytest
from fakes import FakeAssistant

from pvd_assistant.model import Filters
from pvd_assistant.web.filters import choices, chosen, since_options


@pytest.fixture
def offered():
    return choices(record.metadata for record in FakeAssistant().index.documents.values())


def test_what_can_be_chosen_comes_from_the_documents_with_their_number(offered):
    assert offered.kinds == (
        ("Guide (1)", "guide"),
        ("Offre de services (1)", "offre"),
        ("Projet d’une commune (1)", "projet"),
    )
    assert offered.regions == (("Auvergne-Rhône-Alpes (1)", "Auvergne-Rhône-Alpes"),)
    assert offered.departements == (("Isère (1)", "Isère"),)
    assert ("Friches (1)", "friches") in offered.themes
    assert offered.pillars == (("Ingénierie (1)", "ingénierie"),)


def test_nothing_chosen_filters_nothing():
    assert chosen([[], None, [], [], [], []], "") == Filters()


def test_what_is_chosen_becomes_the_filters():
    picked = [["offre"], ["habitat"], [], ["Anah"], ["Bretagne"], ["Finistère"]]
    assert chosen(picked, "90", today=dt.date(2026, 11, 25)) == Filters(
        kinds=("offre",),
        themes=("habitat",),
        partners=("Anah",),
        regions=("Bretagne",),
        departements=("Finistère",),
        since=dt.date(2026, 8, 27),
    )


def test_the_widest_period_comes_first():
    assert since_options()[0] == ("Toutes les dates", "")
