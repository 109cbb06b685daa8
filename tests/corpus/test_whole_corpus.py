"""The corpus that is delivered: complete, clean, and answered for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.official import read_sources
from pvd_assistant.corpus.proofreading import proofread
from pvd_assistant.settings import Settings
from pvd_assistant.territory.communes import Territory

ROOT = Path(__file__).parents[2]
EXPECTED = yaml.safe_load((Path(__file__).parent / "data" / "expected.yaml").read_text("utf-8"))
OTHER_WORDS = re.compile(r"^## Autres façons.*?\n(?P<items>(?:.*\n)*?)(?=^## )", re.MULTILINE)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    settings = Settings(corpus_dir=ROOT / "corpus")
    return Catalogue(settings.corpus_dir, settings)


def sheets(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / "corpus" / folder).glob("*.md")}


@pytest.mark.parametrize(
    ("folder", "count"), [("offres", 85), ("partenaires", 60), ("projets", 114)]
)
def test_each_offer_partner_and_project_of_the_facts_has_its_sheet(folder: str, count: int) -> None:
    assert len(EXPECTED[folder]) == count
    assert set(EXPECTED[folder]) == sheets(folder)


def test_no_two_sheets_are_about_the_same_thing() -> None:
    for folder in ("offres", "partenaires", "projets"):
        assert len(set(EXPECTED[folder].values())) == len(EXPECTED[folder])


def test_there_are_enough_documents_of_each_kind(catalogue: Catalogue) -> None:
    kinds = [catalogue.metadata(entry).kind for entry in catalogue.entries()]

    assert len(kinds) >= 450
    assert kinds.count("faq") >= 150
    assert kinds.count("guide") >= 4
    assert kinds.count("actualite") >= 40
    assert kinds.count("glossaire") >= 105


@pytest.mark.parametrize("path", sorted((ROOT / "corpus/faq").glob("*.md")), ids=lambda p: p.stem)
def test_a_frequent_question_is_asked_in_four_ways_and_answered(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    match = OTHER_WORDS.search(text)

    assert match is not None
    assert len(re.findall(r"^- \S", match["items"], re.MULTILINE)) >= 3
    assert "\n## Réponse\n" in text
    assert re.search(r"\]\(/[a-z]+/", text), "no link to the sheet that proves it"


def test_every_project_names_its_place_and_it_exists(catalogue: Catalogue) -> None:
    territory = Territory.load()
    for entry in catalogue.entries():
        metadata = catalogue.metadata(entry)
        if metadata.kind == "projet":
            assert metadata.place is not None, entry.id
            assert metadata.place.departement, entry.id
            assert all(territory.by_code(code) for code in metadata.place.insee), entry.id


def test_the_corpus_is_in_order(catalogue: Catalogue) -> None:
    assert catalogue.check() == []


def test_the_corpus_is_proofread(catalogue: Catalogue) -> None:
    settings = Settings(corpus_dir=catalogue.root)

    assert proofread(catalogue, settings, Territory.load().proper_nouns) == []


def test_every_source_says_how_it_is_refreshed(catalogue: Catalogue) -> None:
    sources = read_sources(catalogue.root, Settings(corpus_dir=catalogue.root))

    assert len(sources) > 40
    assert {"communes", "geo", "aides", "prefectures"} <= {
        match for source in sources for match in re.findall(r"sync (\w+)", source.refresh)
    }
