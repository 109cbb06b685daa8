from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from corpus.makers import FRONT
from pvd_assistant.corpus.metadata import check, parse
from pvd_assistant.errors import MetadataError
from pvd_assistant.model import Place, Source

FULL = """\
title: Cofinancement d’un poste
kind: offre
publisher: Club Petites villes de demain
updated: 2026-11-23
valid_until: 2026-12-31
sources:
  - {title: "Fiche", publisher: "ANCT", url: "https://exemple.fr", date: 2026-02-05}
  - {title: "Autre", publisher: "État", url: "http://exemple.fr", date: 2026}
pillar: ingénierie
themes: [habitat, commerce]
partners: [ANCT, Banque des Territoires]
place: {commune: "La Mure", insee: ["38269"], departement: Isère, region: "A", population: 5000}
"""


def test_everything_is_read() -> None:
    metadata = parse(FULL, Path("a.md"))
    assert metadata.title == "Cofinancement d’un poste"
    assert metadata.updated == dt.date(2026, 11, 23)
    assert metadata.valid_until == dt.date(2026, 12, 31)
    assert metadata.sources == (
        Source("Fiche", "ANCT", "https://exemple.fr", "2026-02-05"),
        Source("Autre", "État", "http://exemple.fr", "2026"),
    )
    assert (metadata.pillar, metadata.themes) == ("ingénierie", ("habitat", "commerce"))
    assert metadata.place == Place(("La Mure",), ("38269",), "Isère", "A", 5000)


def test_only_the_required_keys_are_needed() -> None:
    metadata = parse(FRONT.format(title="A", kind="guide").replace("---\n", ""), Path("a.md"))
    assert (metadata.pillar, metadata.themes, metadata.place) == (None, (), None)
    assert metadata.sources[0].date == "2026-02"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title: Cofinancement d’un poste\n", "", 1, "« title » manque"),
        ("title: Cofinancement d’un poste", "title:", 1, "« title » manque"),
        ("title: Cofinancement d’un poste", "title: 12", 1, "« title » doit être un texte"),
        ("kind: offre", "kind: aide", 2, "« aide » n’est pas une valeur possible de « kind »"),
        ("updated: 2026-11-23", "updated: 23/11/2026", 4, "« 23/11/2026 » n’est pas une date"),
        ("updated: 2026-11-23", "updated: 2026-13-01", 4, "date"),
        ("updated: 2026-11-23", "updated: 2026-11-23 10:00:00", 4, "n’est pas une date"),
        ("pillar: ingénierie", "pilier: ingénierie", 9, "« pilier » est inconnue"),
        ("pillar: ingénierie", "pillar: autre", 9, "« autre » n’est pas une valeur possible"),
        ("[habitat, commerce]", "[habitat, pêche]", 10, "« pêche » n’est pas une valeur"),
        ("[habitat, commerce]", "habitat", 10, "« themes » doit être une liste"),
        ("[ANCT, Banque des Territoires]", "[ANCT, 3]", 11, "« partners » doit être une liste"),
        ('url: "https://exemple.fr", ', "", 7, "pas de « url »"),
        ("https://exemple.fr", "exemple.fr", 7, "« exemple.fr » n’est pas une adresse web"),
        ("date: 2026-02-05", "date: février", 7, "« février » n’est pas la date d’une source"),
        ("date: 2026}", "jour: 2026}", 8, "« jour » est inconnue"),
        ('["38269"]', '"38"', 12, "« 38 » n’est pas un code Insee"),
        ("population: 5000", 'population: "5 000"', 12, "« 5 000 » n’est pas un nombre"),
        ("region:", "région:", 12, "« région » est inconnue"),
        ("kind: offre", "kind: offre\nkind: guide", 3, "« kind » est écrite deux fois"),
        ("kind: offre", "kind: : offre", 2, "YAML"),
        ("kind: offre", "kind: [offre", 3, "YAML"),
    ],
)
def test_each_mistake_is_told_with_its_line(old: str, new: str, line: int, words: str) -> None:
    assert old in FULL
    metadata, mistakes = check(FULL.replace(old, new, 1))
    assert metadata is None
    assert (mistakes[0].line, words in mistakes[0].message) == (line, True), mistakes


def test_all_the_mistakes_are_told_at_once() -> None:
    broken = FULL.replace("kind: offre", "kind: aide").replace("habitat", "pêche")
    assert [mistake.line for mistake in check(broken, first_line=2)[1]] == [3, 11]


def test_the_error_names_the_file_and_the_line() -> None:
    with pytest.raises(MetadataError) as caught:
        parse(FULL.replace("kind: offre", "kind: aide"), Path("offres/a.md"), 2)
    assert str(caught.value).startswith("« offres/a.md », ligne 3 : « aide »")


@pytest.mark.parametrize(
    "front",
    [
        "",
        "- a\n- b",
        "juste un texte",
        "a: &a [x]\n" + "".join(f"k{n}: [*a, *a]\n" for n in range(9)),
        "[" * 5_000,
        "a: !!python/object:os.system x",
        "title: " + "x" * 200_000,
        "&a title: *a",
        "? [a, b]\n: c",
        "title: \x00",
    ],
)
def test_hostile_or_absurd_yaml_is_a_mistake_like_another(front: str) -> None:
    metadata, mistakes = check(front)
    assert metadata is None
    assert mistakes
    assert all(len(mistake.message) < 2_000 for mistake in mistakes)
