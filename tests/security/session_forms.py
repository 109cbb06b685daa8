"""What the forms of somebody repeat."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient


def csrf_of(client: TestClient) -> str:
    """Return the ``csrf`` of the session of a client."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/equipe/moi").text)
    assert found is not None
    return found[1]
