"""Precise facts that no document holds about a known subject, town or person."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.answer.unheld import unheld
from pvd_assistant.index.builder import build
from pvd_assistant.model import Filters
from pvd_assistant.settings import load_settings

SHEET = """---
title: "Luzy (Nièvre) — La piscine"
kind: projet
publisher: Club Petites villes de demain
updated: 2026-11-23
sources:
  - {title: "Piscine", publisher: "Luzy", url: "https://example.org/piscine", date: 2026-01-01}
place: {commune: "Luzy", insee: "58149", departement: "Nièvre", region: "Bourgogne-Franche-Comté"}
---

## Contact
À Luzy, la cheffe de projet est Maryvonne Trucmuche, joignable au 03 86 00 00 00.
La prochaine réunion sur la piscine de Luzy aura lieu le 12 mars 2027.
La piscine de Luzy, construite par l’entreprise Bati-Morvan, a coûté 2,1 M€.
"""


@pytest.fixture(scope="module")
def luzy(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """An assistant over one sheet that holds what sheets seldom hold."""
    root: Path = tmp_path_factory.mktemp("luzy")
    (root / "corpus" / "projets").mkdir(parents=True)
    (root / "corpus" / "projets" / "luzy.md").write_text(SHEET, encoding="utf-8")
    settings = load_settings(corpus_dir=root / "corpus", index_dir=root / "index")
    assert not build(settings).failed
    return Assistant(settings)


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("le téléphone de la mairie de Joigny", "de numéro de téléphone"),
        ("quelle est l'adresse mail du chef de projet de Lagnieu ?", "d’adresse électronique"),
        ("Comment s’appelle la cheffe de projet de Joigny ?", "le nom de cette personne"),
        ("Combien gagne le chef de projet de Meximieux ?", "ce salaire"),
        ("Quelle entreprise a restauré la maison du Pilori à Joigny ?", "le nom de l’entreprise"),
        ("Quelle part de femmes parmi les chefs de projet ?", "l’âge ni le sexe"),
        ("Combien de chefs de projet ont démissionné en 2024 ?", "le nombre de départs"),
    ],
)
def test_a_precise_thing_that_no_sentence_holds_is_not_known(
    assistant: Assistant, question: str, what: str
) -> None:
    answer = assistant.ask(question)

    assert answer.status == "unknown"
    assert not answer.statements
    assert f"ne donnent pas {what}" in answer.answer or "Je ne trouve pas" in answer.answer
    assert "Qui interroger" in answer.answer


def test_a_place_that_no_sheet_of_the_town_names_is_not_known(assistant: Assistant) -> None:
    answer = assistant.ask("Combien a coûté la médiathèque de Joigny ?")

    assert answer.status == "unknown"
    assert "ne disent rien de ce lieu : médiathèque (Joigny)" in answer.answer
    assert "mairie" in answer.answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Qui est le président de l’ANCT ?", "Bouillon"),
        ("Combien de chefs de projet étaient cofinancés fin 2024 ?", "870"),
        ("Combien coûte la restauration de la maison du Pilori à Joigny ?", "300 000 €"),
        ("Quel âge faut-il avoir pour être VTA ?", "18 et 30 ans"),
        ("Qui paie le salaire du chef de projet ?", "75 %"),
    ],
)
def test_what_a_document_holds_is_still_answered(
    assistant: Assistant, question: str, told: str
) -> None:
    answer = assistant.ask(question)

    assert answer.status == "answered"
    assert told in answer.answer.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("le téléphone de la cheffe de projet de Luzy", False),
        ("Comment s’appelle la cheffe de projet de Luzy ?", False),
        ("Quand a lieu la prochaine réunion à Luzy ?", False),
        ("Quelle entreprise a construit la piscine de Luzy ?", False),
        ("Combien a coûté la piscine de Luzy ?", False),
        ("l’adresse mail de la cheffe de projet de Luzy", True),
        ("Quel est le salaire de la cheffe de projet de Luzy ?", True),
        ("Combien a coûté le gymnase de Luzy ?", True),
    ],
)
def test_what_a_sheet_of_the_town_holds_is_not_said_to_be_missing(
    luzy: Assistant, question: str, missing: bool
) -> None:
    understood = understand(question)
    places = find_places(understood, (), luzy.territory)
    evidence = luzy.evidence(understood, places, Filters())

    found = unheld(evidence, places, luzy.index, dt.date(2026, 11, 29))

    assert (found is not None) is missing
