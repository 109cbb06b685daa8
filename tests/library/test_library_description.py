"""What an editor says of a document: read from it, checked field by field, written as its metadata."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from library_makers import DESCRIBED

from pvd_assistant.corpus import metadata
from pvd_assistant.library.description import Description, SourceFields, suggested

WHOLE = replace(
    DESCRIBED,
    title="Titre : « avec » # des pièges",
    kind="projet",
    valid_until="2027-01-31",
    pillar="financement",
    themes=("habitat", "commerce"),
    partners=("Anah", "Région"),
    commune="La Mure, Foix",
    insee="38269, 09122",
    departement="Isère",
    region="Auvergne-Rhône-Alpes",
    population="5\u202f000",
)


def test_everything_said_becomes_metadata_and_comes_back() -> None:
    assert WHOLE.errors() == {}
    read = metadata.parse(WHOLE.yaml(), Path("x"))
    assert read.title == WHOLE.title
    assert read.valid_until == dt.date(2027, 1, 31)
    assert read.place is not None
    assert (read.place.communes, read.place.population) == (("La Mure", "Foix"), 5000)
    assert Description.of(WHOLE.yaml()) == replace(WHOLE, population="5000")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "reponse"}, "kind"),
        ({"kind": "aide"}, "kind"),
        ({"publisher": ""}, "publisher"),
        ({"updated": ""}, "updated"),
        ({"updated": "demain"}, "updated"),
        ({"valid_until": "2026-02-30"}, "valid_until"),
        ({"pillar": "tourisme"}, "pillar"),
        ({"themes": ("pêche",)}, "themes"),
        ({"insee": "1"}, "insee"),
        ({"population": "beaucoup"}, "population"),
        ({"sources": ()}, "sources.0.title"),
        ({"sources": (SourceFields("A", "B", "http://exemple.fr/"),)}, "sources.0.url"),
        ({"sources": (SourceFields("A", "B", "javascript:alert(1)"),)}, "sources.0.url"),
        ({"sources": (SourceFields("A", "B", "https://a.fr@b.fr/"),)}, "sources.0.url"),
        ({"sources": (SourceFields("A", "", "https://exemple.fr/"),)}, "sources.0.publisher"),
        (
            {
                "sources": (
                    *DESCRIBED.sources,
                    SourceFields("A", "B", "https://exemple.fr/", "hier"),
                )
            },
            "sources.1.date",
        ),
    ],
)
def test_each_mistake_is_said_of_its_field(changed: dict[str, object], field: str) -> None:
    wrong = replace(DESCRIBED, **changed)  # type: ignore[arg-type]
    assert list(wrong.errors()) == [field]


def test_an_address_that_was_there_may_stay_without_https() -> None:
    old = replace(DESCRIBED, sources=(SourceFields("A", "B", "http://exemple.fr/"),))
    assert old.errors(before=old) == {}


@pytest.mark.parametrize("front", ["", "- a", "title: [", "sources: 3\nplace: x\ntitle: {a: 1}"])
def test_a_wrong_front_matter_leaves_the_fields_blank(front: str) -> None:
    assert Description.of(front) == Description()


def test_what_is_likely_is_filled_in_and_what_is_said_is_kept() -> None:
    today = dt.date(2026, 11, 23)
    table = suggested(Description(), title="Aides", suffix=".csv", today=today)
    assert (table.title, table.kind, table.updated) == ("Aides", "table", "2026-11-23")
    assert suggested(DESCRIBED, title="Autre", suffix=".csv", today=today) == DESCRIBED
