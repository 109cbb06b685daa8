"""How many programme towns in a département or a region, and which."""

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.census import census
from pvd_assistant.answer.kept_town import naming
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.model import Turn


def _first(question: str, assistant: Assistant, history: tuple[Turn, ...] = ()) -> str:
    understood = understand(question, history)
    places = find_places(understood, history, assistant.territory)
    found = census(understood, places, assistant.index, assistant.territory)
    return found.drafts[0].text if found else ""


def test_the_towns_of_a_departement_are_counted_then_named(assistant: Assistant) -> None:
    answer = assistant.ask("Quelles communes de Lozère sont Petites villes de demain ?")

    lines = answer.answer.split("\n")
    assert answer.status == "answered"
    assert lines[0].startswith("14 communes de la Lozère figurent dans la liste")
    assert "22 janvier 2021" in lines[0]
    assert "Banassac-Canilhac, Bel-Air-Val-d’Ance, Bourgs sur Colagne, La Canourgue" in lines[1]
    assert all(statement.citations for statement in answer.statements)


def test_the_towns_of_a_region_are_counted_by_departement(assistant: Assistant) -> None:
    answer = assistant.ask("Combien de petites villes de demain en Bretagne ?")

    lines = answer.answer.split("\n")
    assert lines[0].startswith("109 communes de Bretagne figurent")
    assert [line.split(" [")[0] for line in lines[1:5]] == [
        "- Côtes-d’Armor : 26 communes",
        "- Finistère : 30 communes",
        "- Ille-et-Vilaine : 29 communes",
        "- Morbihan : 24 communes",
    ]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("liste des pvd du 48", "14 communes de la Lozère"),
        ("quelles communes du programme dans le 2A ?", "5 communes de la Corse-du-Sud"),
        ("Combien de communes PVD dans le Grand Est ?", "141 communes du Grand Est"),
        ("Nombre de communes lauréates en Île-de-France", "40 communes d’Île-de-France"),
        ("Combien de PVD en PACA ?", "60 communes de Provence-Alpes-Côte d’Azur"),
        ("Combien de petites villes de demain en Bourgogne ?", "70 communes de Bourgogne"),
        ("Combien de communes du programme outre-mer ?", "34 communes d’outre-mer"),
        ("combien de PVD à La Réunion", "11 communes de La Réunion"),
        ("Y a-t-il des petites villes de demain à Mayotte ?", "3 communes de Mayotte"),
        ("Combien de PVD dans les Hauts-de-Seine ?", "Aucune commune des Hauts-de-Seine ne"),
    ],
)
def test_every_way_to_name_an_area(assistant: Assistant, question: str, said: str) -> None:
    assert _first(question, assistant).startswith(said)


@pytest.mark.parametrize(
    "question",
    [
        "Combien de communes PVD ont une ORT en Bretagne ?",
        "Combien d’habitants dans les petites villes de demain de Bretagne ?",
        "Combien de chefs de projet PVD en Bretagne ?",
        "Quels projets PVD en Lozère ?",
        "Quelles communes PVD de moins de 2 000 habitants en Lozère ?",
        "Combien de conventions PVD signées dans l’Ain ?",
        "Qui contacter à la préfecture pour PVD dans le Gers ?",
        "Combien de communes PVD ?",
        "Combien de PVD en Bretagne en 2023 ?",
        "Combien de communes rurales en Lozère ?",
        "la liste du 22 janvier 2021",
    ],
)
def test_any_other_word_makes_it_another_question(assistant: Assistant, question: str) -> None:
    assert _first(question, assistant) == ""


def test_a_conversation_goes_on_to_another_area(assistant: Assistant) -> None:
    history = (
        Turn("user", "Combien de communes PVD en Bretagne ?"),
        Turn("assistant", "109 communes de Bretagne figurent dans la liste [1]."),
    )
    assert _first("et en Lozère ?", assistant, history).startswith("14 communes de la Lozère")
    assert _first("lesquelles ?", assistant, history).startswith("109 communes de Bretagne")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Combien de PVD dans mon département ?", "24 communes de Saône-et-Loire"),
        ("Combien de PVD dans la région ?", "109 communes de Bourgogne-Franche-Comté"),
    ],
)
def test_the_town_kept_in_mind_gives_the_area(
    assistant: Assistant, question: str, said: str
) -> None:
    named = naming(question, "Tournus (Saône-et-Loire)", (), assistant)
    assert _first(named, assistant).startswith(said)
