"""A crowd at the door of the real server, on the fake assistant."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1] / "web"))

from fakes import FakeAssistant

from pvd_assistant.settings import Settings
from pvd_assistant.web import chat
from pvd_assistant.web.app import create_app
from pvd_assistant.web.server import listen

REPOSITORY = Path(__file__).parents[2]
CROWD = 16


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(REPOSITORY)
    return importlib.import_module("benchmarks.load")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that answers two at once, and two questions a minute from each address."""
    root = tmp_path_factory.mktemp("crowd")
    settings = Settings(
        corpus_dir=root, data_dir=root, chat_concurrency=2, chat_queue=CROWD - 2, chat_rate_limit=2
    )
    pace, chat.PACE = chat.PACE, 0.01
    app = create_app(settings, FakeAssistant())  # type: ignore[arg-type]
    config = uvicorn.Config(app, log_level="warning", forwarded_allow_ips="127.0.0.1")
    server = uvicorn.Server(config)
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)
    chat.PACE = pace


async def told(load: Any, address: str, visits: int, each: int, *, alike: bool) -> list[Any]:
    """Have visitors ask at once, from one address or from as many; return their replies."""

    async def one(place: int, page: Any) -> list[Any]:
        async with load.client(address) as web:
            web.headers["X-Forwarded-For"] = "192.0.2.200" if alike else f"192.0.2.{place}"
            visitor = load.ChatVisitor(web, page)
            said = [
                await visitor.ask(f"Qui paie le poste n° {place} {turn} ?") for turn in range(each)
            ]
            await visitor.leave()
            return said

    async with load.client(address) as web:
        page = await load.read_page(web)
    return await asyncio.gather(*(one(place, page) for place in range(visits)))


def test_each_visitor_of_a_crowd_has_the_answer_to_their_question(load: Any, address: str) -> None:
    replies = asyncio.run(told(load, address, CROWD, 2, alike=False))
    outcomes = [reply.outcome for of_one in replies for reply in of_one]
    assert outcomes == ["answered"] * 2 * CROWD


def test_one_address_is_limited_and_told_so_politely(load: Any, address: str) -> None:
    replies = asyncio.run(told(load, address, 1, 3, alike=True))
    assert [reply.outcome for reply in replies[0]] == ["answered", "answered", "refused"]
    assert "reste dans le champ" in replies[0][2].said


def test_no_question_is_asked_twice(load: Any) -> None:
    asked = list(load.different(["Qui paie ?", "Combien ?"], ["Foix", "La Mure"]))
    assert len(set(asked)) == len(asked) == 6
