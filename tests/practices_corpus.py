"""A catalogue of a dozen real sheets, indexed once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.practices.catalogue import Catalogue
from pvd_assistant.settings import Settings, load_settings

CORPUS = Path(__file__).parent.parent / "corpus"
SHEETS = (
    "p009-lagnieu",
    "p013-saint-flour",
    "p020-joigny",
    "p021-joigny",
    "p032-guingamp",
    "p036-communes-pvd-de-loir",
    "p058-mortagne-du-nord",
    "p071-jonzac",
    "p075-port-sainte-marie",
    "p076-saint-jean-d-angely",
    "p077-saint-jean-d-angely",
    "p081-cajarc",
    "p113-cilaos",
)


@pytest.fixture(scope="session")
def practices_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a corpus of a dozen project sheets and one offer, indexed."""
    root = tmp_path_factory.mktemp("practices")
    names = [*(f"projets/{name}.md" for name in SHEETS), "offres/fonds-vert.md"]
    for name in names:
        target = root / "corpus" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CORPUS / name, target)
    settings = load_settings(
        corpus_dir=root / "corpus", index_dir=root / "index", data_dir=root / "data"
    )
    report = build(settings)
    assert not report.failed, report.failed
    return settings


@pytest.fixture(scope="session")
def practices_index(practices_settings: Settings) -> Iterator[Index]:
    """The index of these sheets."""
    with Index.open(practices_settings) as index:
        yield index


@pytest.fixture(scope="session")
def catalogue(practices_index: Index) -> Catalogue:
    """The catalogue of these sheets."""
    return Catalogue(practices_index)
