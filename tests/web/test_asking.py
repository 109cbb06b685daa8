"""Questions of the chat: how many, how long, in whose turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import anyio
import pytest
from fakes import FakeAssistant
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from pvd_assistant.errors import UsageError
from pvd_assistant.model import Filters
from pvd_assistant.web import asking as module
from pvd_assistant.web.api.limits import BusyError
from pvd_assistant.web.asking import Asking
from pvd_assistant.web.chat_gate import ChatGate
from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.service import Service

QUESTION = "Qui paie le poste ?"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
JOIN = "/gradio_api/queue/join"


@pytest.fixture
def asking(web_settings, monkeypatch):
    """Make the asking of some settings, without pauses."""
    monkeypatch.setattr(module.chat, "PACE", 0)
    monkeypatch.setattr(module, "_FIRST_NEWS", 0.01)

    def make(**changes: Any) -> Asking:
        service = Service(web_settings.model_copy(update=changes), FakeAssistant())
        return Asking(service)

    return make


def asked(asking: Asking, address: str = HERE, question: str = QUESTION) -> AsyncIterator[Any]:
    return asking.ask(question, Conversation(), Filters(), address)


async def last(states: AsyncIterator[Any]) -> Any:
    async with aclosing(states):
        return [state async for state in states][-1].last


def test_an_address_that_asks_too_much_is_told_when_to_come_back(asking):
    async def check() -> None:
        one = asking(chat_rate_limit=1)
        assert (await last(asked(one))).state == "done"
        with pytest.raises(BusyError, match=r"reste dans le champ.*renvoyez-la dans"):
            await last(asked(one))
        assert (await last(asked(one, ELSEWHERE))).state == "done"

    anyio.run(check)


def test_a_question_that_cannot_be_read_counts_for_nothing(asking):
    async def check() -> None:
        one = asking(chat_rate_limit=1, question_limit=200)
        for bad in ("", "a" * 201):
            with pytest.raises(UsageError):
                await last(asked(one, question=bad))
        assert (await last(asked(one))).state == "done"

    anyio.run(check)


def test_whoever_waits_reads_their_place_and_is_then_answered(asking):
    async def check() -> None:
        one = asking(chat_concurrency=1)
        async with (
            aclosing(asked(one)) as first,
            aclosing(asked(one)) as second,
            aclosing(asked(one)) as third,
        ):
            for states in (first, second, third):
                assert (await anext(states)).last.state == "searching"
            told = (await anext(second)).last, (await anext(third)).last
            assert [exchange.state for exchange in told] == ["waiting", "waiting"]
            assert "La vôtre est la prochaine" in told[0].waiting
            assert "La vôtre est la 2e de la file" in told[1].waiting
            for states in (first, second, third):
                assert (await last(states)).state == "done"

    anyio.run(check)


def test_beyond_the_longest_line_a_question_is_refused_until_there_is_room(asking):
    async def check() -> None:
        one = asking(chat_concurrency=1, chat_queue=0)
        async with aclosing(asked(one)) as first:
            await anext(first)
            with pytest.raises(BusyError, match="n’a pas pu être prise"):
                await last(asked(one))
        assert (await last(asked(one))).state == "done"  # the first one closed their page

    anyio.run(check)


def test_a_failure_makes_room_for_the_next_one(asking):
    async def check() -> None:
        one = asking(chat_concurrency=1, chat_queue=0)
        assistant: Any = one._service.assistant()
        assistant.failure = ValueError("broken")
        assert (await last(asked(one))).state == "failed"
        assistant.failure = None
        assert (await last(asked(one))).state == "done"

    anyio.run(check)


def test_events_that_come_too_fast_are_refused_whatever_they_are():
    pages = [
        Route(path, lambda _: PlainTextResponse("ok"), methods=["GET", "POST"])
        for path in (JOIN, "/")
    ]
    client = TestClient(ChatGate(Starlette(routes=pages), questions=1))
    statuses = [client.post(JOIN).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    refused = client.post(JOIN)
    assert "Attendez une minute" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.get("/").status_code == 200
    assert TestClient(client.app, client=("192.0.2.9", 1)).post(JOIN).status_code == 200
