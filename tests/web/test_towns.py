import pytest

from pvd_assistant.territory.communes import Territory
from pvd_assistant.web.towns import look_up, own_town, town_of


@pytest.fixture(scope="module")
def territory():
    return Territory.load()


@pytest.mark.parametrize("words", ["Tournus", " tournus ", "Tournus (Saône-et-Loire)", "71543"])
def test_a_name_or_a_code_designates_a_town(territory, words):
    found = look_up(words, territory)
    assert found.town.label == "Tournus (Saône-et-Loire)"
    assert found.town.listed
    assert (found.offered, found.message) == ((), "")


def test_five_figures_may_be_a_postcode_or_a_code(territory):
    labels = [town.label for town in look_up("38350", territory).offered]
    assert "La Mure (Isère)" in labels  # its postcode
    assert "Sainte-Agnès (Isère)" in labels  # its code


def test_homonyms_are_offered_with_their_departement(territory):
    found = look_up("saint denis", territory)
    assert found.town is None
    labels = [town.label for town in found.offered]
    assert "Saint-Denis (La Réunion)" in labels
    assert "Laquelle est la vôtre" in found.message
    assert look_up("Saint-Denis (Gard)", territory).town.label == "Saint-Denis (Gard)"


def test_a_long_list_of_towns_asks_for_the_postcode(territory):
    found = look_up("71700", territory)
    assert len(found.offered) == 8
    assert "code postal" in found.message


def test_a_mistyped_name_is_met_by_names_that_look_alike(territory):
    found = look_up("Tournuss", territory)
    assert found.town is None
    assert "Tournus (Saône-et-Loire)" in [town.label for town in found.offered]
    assert "Aucune commune ne porte ce nom" in found.message


@pytest.mark.parametrize(
    ("words", "message"), [("", "Écrivez le nom"), ("<b></b>", "Écrivez le nom"), ("Xq", "Xq")]
)
def test_words_that_name_no_town_are_told(territory, words, message):
    found = look_up(words, territory)
    assert (found.town, found.offered) == (None, ())
    assert message in found.message


@pytest.mark.parametrize(
    ("question", "asked_for", "label"),
    [
        ("Ma commune de Tournus est-elle dans le programme ?", False, "Tournus (Saône-et-Loire)"),
        ("je suis secrétaire de mairie à La Mure, qui paie ?", False, "La Mure (Isère)"),
        ("Tournus", True, "Tournus (Saône-et-Loire)"),
        ("Que fait Tournus pour ses commerces ?", False, None),
        ("Ma commune est-elle dans le programme ?", False, None),
        ("Ma commune ressemble à Tournus et à La Mure.", False, None),
        ("Notre commune est Saint-Denis.", False, None),
    ],
)
def test_a_town_is_kept_only_when_it_is_surely_the_reader_s(territory, question, asked_for, label):
    found = own_town(question, territory, asked_for)
    assert (found.label if found else None) == label


def test_a_code_gives_its_town(territory):
    assert town_of("71543", territory).label == "Tournus (Saône-et-Loire)"
    assert town_of("99999", territory) is None
