"""What the tests share: a handful of the real documents, indexed once, and an assistant over them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from databases import database, database_settings, postgres_url  # noqa: F401
from practices_corpus import catalogue, practices_index, practices_settings  # noqa: F401
from scripted_llm import _llm_process, llm  # noqa: F401
from skips import pytest_runtest_makereport  # noqa: F401

from pvd_assistant.accounts import passwords as _passwords
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.index.builder import build
from pvd_assistant.settings import Settings, load_settings

REPOSITORY = Path(__file__).parent.parent
SAMPLE = (
    "actualites/chronologie.md",
    "offres/chef-de-projet.md",
    "offres/conseil-caue.md",
    "offres/fonds-vert.md",
    "offres/ort.md",
    "offres/reduction-impot-denormandie.md",
    "offres/volontariat-territorial-administration.md",
    "partenaires/prefecture-departement-ddt.md",
    "projets/p009-lagnieu.md",
    "projets/p020-joigny.md",
    "territoires/communes-pvd.csv",
    "territoires/communes-pvd.meta.yaml",
    "territoires/liste-des-communes.md",
    "territoires/prefectures.csv",
    "territoires/prefectures.meta.yaml",
    "territoires/regles-eligibilite.md",
)


@pytest.fixture(autouse=True)
def _away_from_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No ``pvd.toml`` and no ``PVD_*`` of the machine reaches a test."""
    import os

    for name in [name for name in os.environ if name.startswith("PVD_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes() -> Iterator[None]:
    """Passwords cost nothing to hash: hundreds of people sign in here."""

    def quick(time_cost: int = 1, memory_cost: int = 64, parallelism: int = 1) -> PasswordHasher:
        return PasswordHasher(time_cost, memory_cost, parallelism)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_passwords, "PasswordHasher", quick)
        yield


@pytest.fixture(scope="session")
def sample_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a small corpus, indexed."""
    root = tmp_path_factory.mktemp("sample")
    for name in SAMPLE:
        target = root / "corpus" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / "corpus" / name, target)
    settings = load_settings(corpus_dir=root / "corpus", index_dir=root / "index")
    report = build(settings)
    assert not report.failed, report.failed
    return settings


@pytest.fixture(scope="session")
def assistant(sample_settings: Settings) -> Assistant:
    """An assistant over the small corpus."""
    return Assistant(sample_settings)
