"""The fixture behind every test of a language model: a real server process that follows a script."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

_SERVER = Path(__file__).parent / "llm" / "scripted_server.py"


@dataclass
class ScriptedLlm:
    """A server of language models, driven by the test."""

    root: str

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def will(self, *replies: dict[str, Any], **more: Any) -> None:
        """Set the replies to come; the last one is given again and again."""
        httpx.put(f"{self.root}/script", json={"script": list(replies), **more})

    def says(self, text: str, **more: Any) -> None:
        """Answer every request with a text."""
        self.will({"text": text, **more})

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Every request for an answer since the script was set."""
        found: list[dict[str, Any]] = httpx.get(f"{self.root}/asked").json()
        return found

    @property
    def told(self) -> str:
        """What the last request told the model."""
        return "\n".join(m["content"] for m in self.asked[-1]["body"]["messages"])


@pytest.fixture(scope="session")
def _llm_process() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(_SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.communicate(timeout=5)  # closes its input, which stops it


@pytest.fixture
def llm(_llm_process: str) -> ScriptedLlm:
    """A server of language models that says what the test tells it to."""
    return ScriptedLlm(_llm_process)
