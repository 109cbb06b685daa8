"""Documents that contradict each other are shown side by side, the newest first, with a warning."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.disagreement import disagrees
from pvd_assistant.index.builder import build
from pvd_assistant.model import Answer
from pvd_assistant.settings import load_settings

NOTE = """---
title: Note aux préfectures
kind: page
publisher: ANCT
updated: {updated}
sources:
  - title: Note
    publisher: ANCT
    url: https://exemple.test/note
---

## Chef de projet

La part de la Banque des Territoires dans le poste de chef de projet PVD est de {amount}\u00a0€ par an au maximum,
dans la limite de 25\u00a0% du coût du poste, pendant toute la durée du programme ({source}).
"""
QUESTION = "Quelle est la part de la Banque des Territoires dans le poste de chef de projet ?"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le prêt couvre 35 % du coût des travaux.", "Le prêt couvre 25 % du coût des travaux."),
        (
            "Le prêt couvre 35 % du coût des travaux (Localtis, 3 mai 2021).",
            "Le prêt couvre au maximum 25 % du coût des travaux.",
        ),
        (
            "Les dossiers de l’appel à projets se déposent avant le 31 mars 2026.",
            "Les dossiers de l’appel à projets se déposent avant le 30 juin 2026.",
        ),
    ],
)
def test_other_figures_for_the_same_thing_disagree(one: str, other: str) -> None:
    assert disagrees(one, other)
    assert disagrees(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Le prêt couvre 35 % du coût des travaux.", "Le prêt couvre 35 % du coût des travaux."),
        # Another place, another year, another partner.
        ("Joigny compte 9 016 habitants.", "Lagnieu compte 7 200 habitants."),
        ("L’enveloppe est de 3 M€ en 2024.", "L’enveloppe est de 2 M€ en 2025."),
        ("L’Anah finance 50 % du poste.", "L’Ademe finance 30 % du poste."),
        # The same day, said more or less precisely.
        (
            "En octobre 2020, la Banque annonce 300 M€ sur six ans.",
            "Le 1er octobre 2020, la Banque annonce 300 M€ sur six ans.",
        ),
        # One says more than the other.
        (
            "Au 30 septembre 2023, 840 communes étaient en ORT.",
            "Au 30 septembre 2023, 1 100 communes avaient une convention, dont 840 en ORT.",
        ),
        # Articles and steps are not amounts.
        (
            "L’article 95 permet la dérogation du préfet.",
            "L’étape 6 permet la dérogation du préfet.",
        ),
    ],
)
def test_other_things_do_not(one: str, other: str) -> None:
    assert not disagrees(one, other)
    assert not disagrees(other, one)


def _asked(expert: Assistant, folder: Path, **note: str) -> Answer:
    shutil.copytree(expert.settings.corpus_dir, folder / "corpus")
    (folder / "corpus" / "note.md").write_text(NOTE.format(**note), encoding="utf-8")
    settings = load_settings(corpus_dir=folder / "corpus", index_dir=folder / "index")
    assert not build(settings).failed
    return Assistant(settings).ask(QUESTION)


def _place(answer: Answer, amount: str) -> int:
    said = ["".join(statement.text.split()) for statement in answer.statements]
    return next(n for n, text in enumerate(said) if f"{amount}€" in text)


def _warned(answer: Answer) -> str:
    return next(w for w in answer.warnings if "ne donnent pas le même chiffre" in w)


def test_a_newer_document_goes_first_and_the_older_stays_beside(
    expert: Assistant, tmp_path: Path
) -> None:
    answer = _asked(
        expert, tmp_path, updated="2027-02-01", amount="12000", source="ANCT, janvier 2027"
    )

    assert _place(answer, "12000") + 1 == _place(answer, "15000")
    assert _warned(answer).startswith("« Note aux préfectures » et « ")
    assert answer.status == "answered"
    assert {"note"} < {citation.document for citation in answer.citations}


def test_an_older_document_goes_after(expert: Assistant, tmp_path: Path) -> None:
    answer = _asked(
        expert, tmp_path, updated="2020-11-01", amount="12000", source="ANCT, octobre 2020"
    )

    assert _place(answer, "15000") + 1 == _place(answer, "12000")
    assert "« Note aux préfectures » ne donnent" in _warned(answer)


def test_figures_of_the_same_day_leave_it_unsettled(expert: Assistant, tmp_path: Path) -> None:
    answer = _asked(expert, tmp_path, updated="2026-11-23", amount="12000", source="ANCT, fin 2021")

    assert _place(answer, "12000") != _place(answer, "15000")
    assert answer.status == "partial"
    assert _warned(answer)


def test_a_single_document_contradicts_nobody(expert: Assistant) -> None:
    answer = expert.ask(QUESTION)

    assert _place(answer, "15000") >= 0
    assert not [w for w in answer.warnings if "même chiffre" in w]
