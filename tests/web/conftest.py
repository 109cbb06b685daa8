"""A web application on the fake assistant, with a corpus of a few files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import GUIDE, SHEET, FakeAssistant, guide_pdf
from fastapi.testclient import TestClient

from pvd_assistant.settings import Settings
from pvd_assistant.web.app import create_app


@pytest.fixture(scope="session")
def web_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a corpus with one sheet and one PDF."""
    root = tmp_path_factory.mktemp("web")
    sheet, guide = root / "corpus" / f"{SHEET}.md", root / "corpus" / f"{GUIDE}.pdf"
    for path in (sheet, guide):
        path.parent.mkdir(parents=True)
    sheet.write_text("---\ntitle: Chef de projet\n---\n<script>alert(1)</script>\n", "utf-8")
    guide.write_bytes(guide_pdf())
    (root / "secret.txt").write_text("secret", "utf-8")
    return Settings(
        corpus_dir=root / "corpus",
        index_dir=root / "index",
        data_dir=root / "data",
        page_rate_limit=0,  # all the tests have one address
    )


@pytest.fixture(scope="session")
def shared_client(web_settings: Settings) -> Iterator[TestClient]:
    """A client of one application for all the tests: Gradio takes seconds to be put up."""
    with TestClient(
        create_app(web_settings, FakeAssistant()),  # type: ignore[arg-type]
        base_url="http://127.0.0.1:7860",
    ) as client:
        yield client


@pytest.fixture
def client(shared_client: TestClient) -> TestClient:
    """A client without cookies of earlier tests."""
    shared_client.cookies.clear()
    return shared_client


@pytest.fixture
def missing_folder(tmp_path: Path) -> Path:
    """A folder that does not exist."""
    return tmp_path / "nothing"
