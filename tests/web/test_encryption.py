"""What browsers that came by https are told."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pvd_assistant.web.security import Security

NAME = "strict-transport-security"


@pytest.mark.parametrize(
    ("scheme", "seconds", "said"),
    [("https", 3600, "max-age=3600"), ("https", 0, None), ("http", 3600, None)],
)
def test_browsers_are_told_to_come_back_by_https_when_asked_and_only_there(
    scheme: str, seconds: int, said: str | None
) -> None:
    client = TestClient(Security(Starlette(), hsts_seconds=seconds), f"{scheme}://exemple.fr")
    for path in ("/health", "/inconnue"):
        assert client.get(path).headers.get(NAME) == said
