"""Membership is asked in many ways, and many questions on a town ask something else."""

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.belonging import asks_belonging
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.answer.verdicts import other_offer
from pvd_assistant.model import Turn
from pvd_assistant.territory.communes import Territory


def _asked(question: str) -> bool:
    understood = understand(question)
    return asks_belonging(understood, find_places(understood, (), Territory.load()), other_offer())


@pytest.mark.parametrize(
    "question",
    [
        "Je suis maire de Villers-Cotterêts, est-ce qu'on fait partie des communes retenues ?",
        "Je suis chef de projet à Tournus, est-on labellisé ?",
        "Tournus a-t-elle été sélectionnée ?",
        "Tournus est-elle dans votre dispositif ?",
        "Nous sommes à Tournus, sommes-nous concernés ?",
        "Tournus a le label ?",
        "Tournus labellisée ?",
        "tournus pvd ?",
        "Lunéville est-elle PVD ou Action coeur de ville ?",
        "Tournus et Joigny sont-elles retenues ?",
        "La liste des communes lauréates comprend-elle Tournus ?",
        "Avez-vous retenu Tournus dans votre programme ?",
        "Dans la Nièvre, Luzy est-elle sélectionnée ?",
        "Tournus en fait-elle partie ?",
        "on m'a dit que Cluny était petite ville de demain, c'est vrai ?",
        "Decize fait-elle partie des 1 600 communes du programme ?",
        "Redon, dedans ou pas ?",
        "Challans dépasse les 20 000 habitants : est-elle quand même dans la liste ?",
        "Tournus : elle est dans la liste ?",
        "Luzy est-elle dans le programme et depuis quand ?",
        "On me dit que Vayrac, dans le Lot, est une Petite ville de demain. Est-ce exact ?",
    ],
)
def test_a_town_and_a_word_of_belonging_ask_for_the_list(question: str) -> None:
    assert _asked(question)


@pytest.mark.parametrize(
    "question",
    [
        "Tournus a-t-elle le label Villes et villages fleuris ?",
        "Tournus a-t-elle été sélectionnée pour France services ?",
        "Tournus est-elle lauréate du loto du patrimoine ?",
        "Tournus fait-elle partie du programme Territoires d'industrie ?",
        "Tournus est-elle dans la liste des monuments historiques ?",
        "Tournus est-elle concernée par le ZAN ?",
        "Tournus est-elle membre du Club ?",
        "Le cinéma de Tournus est-il labellisé ?",
        "Le projet de Tournus a-t-il été retenu ?",
        "Depuis quand Tournus est-elle PVD ?",
        "Pourquoi Tournus a-t-elle été retenue dans le programme ?",
        "Que fait Tournus dans le programme ?",
        "Tournus, labellisée PVD, peut-elle demander la DETR ?",
        "Tournus est PVD, peut-elle avoir le fonds vert ?",
        "Je suis maire de Tournus, peut-on toucher la DETR si on est dans le programme ?",
        "Nous sommes PVD à Tournus. Quelles aides pour les façades ?",
        "À Tournus, avons-nous le label Jardin remarquable ?",
        "Les commerçants de Tournus bénéficient-ils du programme ?",
    ],
)
def test_a_question_that_only_names_a_town_is_another_one(question: str) -> None:
    assert not _asked(question)


def test_the_list_is_read_for_the_town_that_was_told_before(assistant: Assistant) -> None:
    history = (Turn("user", "Je suis maire de Tournus"), Turn("assistant", "Bonjour."))

    answer = assistant.ask("sommes-nous labellisés ?", history=history)

    assert answer.answer.startswith("Oui : Tournus (Saône-et-Loire) figure dans la liste")


@pytest.mark.parametrize("question", ["et on est bien dans la liste ?", "et nous, on y est ?"])
def test_another_question_between_the_two_changes_nothing(
    assistant: Assistant, question: str
) -> None:
    said = ("Je travaille à la mairie de Tournus.", "Qui paie le chef de projet ?")
    history = [turn for one in said for turn in (Turn("user", one), Turn("assistant", "Bien."))]

    answer = assistant.ask(question, history=history)

    assert answer.answer.startswith("Oui : Tournus (Saône-et-Loire) figure dans la liste")


def test_beside_another_programme_the_list_still_answers(assistant: Assistant) -> None:
    answer = assistant.ask("Tournus est-elle PVD ou Action coeur de ville ?")

    assert answer.answer.startswith("Oui : Tournus")
