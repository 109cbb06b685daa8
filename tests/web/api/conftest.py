"""The API over a few of the real documents, as a program of the same machine calls it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_site import Site
from fastapi.testclient import TestClient

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.settings import Settings


@pytest.fixture(scope="session")
def api_settings(sample_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the small corpus, with a folder for people's work and no limit of rate."""
    folder = tmp_path_factory.mktemp("work")
    return sample_settings.model_copy(update={"data_dir": folder, "api_rate_limit": 0})


@pytest.fixture(scope="session")
def site(api_settings: Settings, assistant: Assistant) -> Iterator[Site]:
    """The API of the small corpus."""
    made = Site(api_settings, assistant)
    yield made
    made.database.close()


@pytest.fixture
def api(site: Site) -> TestClient:
    """A client on the same machine."""
    return site.client()
