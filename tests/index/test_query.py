"""Everyday words lead to those of the documents, one way or both."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pvd_assistant.index import query
from pvd_assistant.index.analysis import terms
from pvd_assistant.index.query import analyse
from pvd_assistant.messages import load_data


class Everything:
    """A corpus that knows every word."""

    def knows(self, term: str) -> bool:
        return True

    def words_near(self, length: int, reach: int) -> Mapping[str, int]:
        return {}


class Documents:
    """A corpus that knows the words of a text."""

    def __init__(self, text: str) -> None:
        self._terms = set(terms(text))

    def knows(self, term: str) -> bool:
        return term in self._terms

    def words_near(self, length: int, reach: int) -> Mapping[str, int]:
        return {}


def reached(question: str) -> set[tuple[str, ...]]:
    return {
        form.terms for slot in analyse(question, Everything()).slots for form in slot.alternatives
    }


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("qui peut racheter la boulangerie ?", "commerce de proximité"),
        ("on veut un citystade", "équipement sportif"),
        ("quels sont les trois volets ?", "pilier"),
        ("quels sont les trois piliers ?", "volet"),
        ("retaper des logements", "réhabilitation"),
        ("où héberger des serveurs informatiques", "centre de données"),
        ("un magasin pas cher pour les familles", "épicerie sociale"),
        ("une usine où l’on travaillait le cuir", "tannerie"),
        ("faire pousser des légumes", "maraîcher"),
        ("le troquet met la clé sous la porte", "vacance commerciale"),
    ],
)
def test_an_everyday_word_reaches_the_word_of_the_documents(question: str, meant: str) -> None:
    assert tuple(dict.fromkeys(terms(meant))) in reached(question)


def test_one_way_is_one_way() -> None:
    assert tuple(terms("retaper")) not in reached("la réhabilitation des logements")


@pytest.mark.parametrize(
    ("question", "elsewhere"),
    [
        ("le tribunal a fermé", "équipement sportif"),
        ("la boulangerie ferme", "chambre d’agriculture"),
        ("la taxe sur les logements", "transport à la demande"),
        ("la vacance des logements", "touristique"),
        ("nos élèves ont froid", "chambre d’agriculture"),
        ("qui donne des chiffres ?", "collecte de dons"),
        ("le projet n’avance pas", "acomptes"),
    ],
)
def test_a_word_of_the_same_stem_leads_nowhere_else(question: str, elsewhere: str) -> None:
    assert tuple(dict.fromkeys(terms(elsewhere))) not in reached(question)


def test_a_word_that_no_document_holds_is_embedded_with_theirs() -> None:
    documents = Documents("un médecin qui part, une baignoire")

    assert analyse("notre toubib part", documents).text == "notre toubib part medecin"
    assert analyse("changer la baignoire", documents).text == "changer la baignoire"
    assert analyse("je suis maire", documents).text == "je suis maire"


def test_the_word_that_was_typed_weighs_most() -> None:
    slot = next(s for s in analyse("retaper", Everything()).slots)

    assert slot.alternatives[0].weight == 1
    assert all(form.weight < 1 for form in slot.alternatives[1:])


def test_each_group_of_the_vocabulary_can_be_used() -> None:
    for group in load_data("vocabulary"):
        forms = group.get("same") or [*group["words"], *group["mean"]]
        assert len(forms) > 1
        assert all(terms(form) for form in forms), group
    assert query._synonym_table()


def test_an_acronym_that_is_also_a_word_counts_in_capitals_only() -> None:
    meant = tuple(dict.fromkeys(terms("Villages d’avenir")))

    assert meant in reached("un accord avec VA pour notre bourg")
    assert meant not in reached("le boulanger s’en va en juin")
