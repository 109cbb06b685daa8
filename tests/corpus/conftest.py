from __future__ import annotations

from pathlib import Path

import pytest

from pvd_assistant.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose folder of documents is empty and exists."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    return Settings(corpus_dir=corpus, page_timeout_s=30)
