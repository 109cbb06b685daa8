"""What a proofreader would correct is reported with its file and line, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.proofreading import proofread, repair
from pvd_assistant.errors import CorpusError
from pvd_assistant.settings import Settings

HEAD = """---
title: Une aide
kind: offre
publisher: Club
updated: 2026-11-23
sources:
  - {title: "Page", publisher: "ANCT", url: "https://www.anct.gouv.fr/page"}
---

"""
SOURCES = """- id: anct
  title: Site
  publisher: ANCT
  url: https://anct.gouv.fr
  licence: non précisée
  kind: pages
  used_for: tout
  refresh: à la main
  documents: [anct.gouv.fr]
"""


def write(settings: Settings, body: str, name: str = "a.md") -> None:
    (settings.corpus_dir / name).write_text(HEAD + body, encoding="utf-8")
    sources = settings.corpus_dir / "sources.yaml"
    if not sources.exists():
        sources.write_text(SOURCES, encoding="utf-8")


def said(settings: Settings, *names: str) -> list[str]:
    found = proofread(Catalogue(settings.corpus_dir, settings), settings, names)
    return [f"{problem.line} {problem.message}" for problem in found]


def test_a_clean_sheet_has_no_remark(settings: Settings) -> None:
    write(settings, "L’aide couvre 75\u00a0% du coût du poste à La Mure.\n")

    assert said(settings, "Mure") == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("La commune recoit une subvantion.", "« subvantion »"),
        ("L'aide est ouverte.", "le signe « ' »"),
        ('Une aide "rapide" est ouverte.', 'le signe « " »'),
        ("Et ainsi de suite...", "le signe « ... »"),
        ("L’aide couvre 75 % du coût.", "espace insécable"),
        ("L’aide coûte 45 000 euros.", "espace insécable"),
        ("Elle couvre les études.", "commence par « Elle »"),
        ("L’aide est ouverte. Ce dispositif couvre les études.", "commence par « Ce »"),
        ("- Il couvre les études.", "commence par « Il »"),
    ],
)
def test_a_mistake_is_reported_with_its_line(settings: Settings, line: str, expected: str) -> None:
    write(settings, f"## Titre\n\nUne phrase juste.\n{line}\n")

    remarks = said(settings)
    assert any(expected in remark and remark.startswith("13 ") for remark in remarks), remarks


def test_words_of_the_lexicon_names_and_acronyms_are_right(settings: Settings) -> None:
    write(settings, "Le tiers-lieu de Guérigny propose du coworking et suit l’OPAH-RU.\n")
    (settings.corpus_dir / "lexique.txt").write_text("# métier\ncoworking\n", encoding="utf-8")

    assert said(settings, "Guérigny") == []


def test_what_is_only_searched_is_not_proofread(settings: Settings) -> None:
    write(settings, "## Vous cherchez à…\n- cofi du chef de projt ?\n\n## Suite\nUne subvantion.\n")

    assert len(said(settings)) == 1


def test_addresses_and_code_are_not_words(settings: Settings) -> None:
    write(
        settings, "La page https://exemple.fr/xyzzy et `pvd xyzzy` et [lien](/offres/xyzzy.md).\n"
    )

    assert said(settings) == []


def test_a_sentence_that_only_looks_as_if_it_leaned_is_left_alone(settings: Settings) -> None:
    write(settings, "Ce que l’aide couvre est fixé par la préfecture.\n")

    assert said(settings) == []


def test_a_source_that_is_not_declared_is_reported(settings: Settings) -> None:
    write(settings, "Une phrase.\n")
    text = (settings.corpus_dir / "a.md").read_text(encoding="utf-8")
    other = text.replace("https://www.anct.gouv.fr", "https://ailleurs.fr")
    (settings.corpus_dir / "b.md").write_text(other, encoding="utf-8")

    assert said(settings) == [
        "None la source « ailleurs.fr » n’est pas déclarée dans « sources.yaml ». "
        "Ajoutez-la à une entrée."
    ]


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ("- id: [", "ligne"),
        (SOURCES.replace("  licence: non précisée\n", ""), "licence"),
        (SOURCES + SOURCES, "deux fois"),
        (SOURCES.replace("[anct.gouv.fr]", "anct.gouv.fr"), "documents"),
    ],
)
def test_a_wrong_list_of_sources_is_one_error(
    settings: Settings, wrong: str, expected: str
) -> None:
    write(settings, "Une phrase.\n")
    (settings.corpus_dir / "sources.yaml").write_text(wrong, encoding="utf-8")

    with pytest.raises(CorpusError, match=expected):
        said(settings)


def test_the_spaces_are_repaired_and_nothing_else(settings: Settings) -> None:
    write(settings, "Combien ? 45 000 € : « oui ».\n")
    catalogue = Catalogue(settings.corpus_dir, settings)
    before = (settings.corpus_dir / "a.md").read_text(encoding="utf-8")

    assert repair(catalogue, settings) == ["a.md"]
    after = (settings.corpus_dir / "a.md").read_text(encoding="utf-8")
    assert after.replace("\u00a0", " ").replace("\u202f", " ") == before
    assert said(settings) == []
    assert repair(catalogue, settings) == []


def test_other_formats_are_spelt_too(settings: Settings, tmp_path: Path) -> None:
    write(settings, "Une phrase.\n")
    (settings.corpus_dir / "t.csv").write_text("Nom;Aide\nFoix;une subvantion\n", encoding="utf-8")
    side = HEAD.strip("-\n ")
    (settings.corpus_dir / "t.meta.yaml").write_text(side + "\n", encoding="utf-8")

    assert [remark for remark in said(settings, "Foix") if "subvantion" in remark]
