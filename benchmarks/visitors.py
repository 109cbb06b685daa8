"""Visitors of a running server: the chat as a browser talks to it, and the API."""

from __future__ import annotations

import html
import json
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import httpx

from pvd_assistant.answer.cleaning import clean

#: Seconds that a visitor waits for an answer.
PATIENCE_S = 120
#: Longer than any question asked here.
_LONGEST = 4000

Outcome = Literal["answered", "refused", "failed", "wrong"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a visitor got.

    :ivar outcome: ``refused`` politely, ``failed`` otherwise; ``wrong`` is the answer of somebody else.
    :ivar seconds: from the question sent to the last word of its answer.
    :ivar said: the answer, or what was said instead.
    :ivar first: whether the question began its conversation, so that nothing else bears on its answer.
    :ivar later: seconds after which a refusal says to come back.
    """

    question: str
    outcome: Outcome
    seconds: float
    said: str
    first: bool = True
    later: float = 0.0


class Visitor(Protocol):
    """Asks questions, one after the other."""

    async def ask(self, question: str) -> Reply:
        """Ask one and wait for its answer."""

    async def leave(self) -> None:
        """Close the page."""


def client(address: str) -> httpx.AsyncClient:
    """Return what all the visitors talk through."""
    # Connections are left before the server closes them, after five seconds, under a question.
    unlimited = httpx.Limits(
        max_connections=None, max_keepalive_connections=None, keepalive_expiry=3
    )
    return httpx.AsyncClient(base_url=address, timeout=PATIENCE_S, limits=unlimited)


class ApiVisitor:
    """A program that uses ``/api/ask``."""

    def __init__(self, web: httpx.AsyncClient) -> None:
        self._web = web

    async def ask(self, question: str) -> Reply:
        """Ask one and wait for its answer."""
        start = time.perf_counter()
        try:
            got = await self._web.post("/api/ask", json={"question": question})
        except httpx.HTTPError as error:
            return Reply(question, "failed", time.perf_counter() - start, repr(error))
        seconds = time.perf_counter() - start
        if got.status_code in (429, 503) and "retry-after" in got.headers:
            later = float(got.headers["retry-after"])
            return Reply(question, "refused", seconds, got.json()["detail"], later=later)
        if got.status_code != 200:
            return Reply(question, "failed", seconds, f"{got.status_code} {got.text}")
        answer = got.json()
        mine = answer["question"] == clean(question, _LONGEST)
        return Reply(question, "answered" if mine else "wrong", seconds, answer["answer"])

    async def leave(self) -> None:
        """Close the page: there is none."""


@dataclass(slots=True)
class _Page:
    """What a browser reads of the page before it can use it."""

    inputs: list[int]
    outputs: dict[str, int]
    asking: int
    loading: int


async def read_page(web: httpx.AsyncClient) -> _Page:
    """Return the events of the chat page, by their place in Gradio's configuration."""
    config = (await web.get("/config")).json()
    names = {one["id"]: one["props"].get("elem_id") for one in config["components"]}
    events: dict[tuple[str | None, str], dict[str, Any]] = {
        (names.get(target), event): dependency
        for dependency in config["dependencies"]
        for target, event in dependency["targets"]
    }
    asking, loading = events["question", "submit"], events[None, "load"]
    outputs = {names[one]: place for place, one in enumerate(asking["outputs"]) if names.get(one)}
    return _Page(asking["inputs"], outputs, asking["id"], loading["id"])


class ChatVisitor:
    """A browser tab: its page, the connection that keeps it alive, its conversation.

    It speaks the protocol of Gradio's own script: an event is sent, then read as it comes.
    """

    def __init__(self, web: httpx.AsyncClient, page: _Page) -> None:
        self._web, self._page = web, page
        self._session = uuid.uuid4().hex[:11]
        self._open = AsyncExitStack()
        self._asked: list[str] = []
        self._here = False

    async def ask(self, question: str) -> Reply:
        """Ask one and wait for the last word of its answer."""
        start = time.perf_counter()
        first = not self._asked
        try:
            if not self._here:
                await self._come()
                start = time.perf_counter()
            data = [question, None, *([[]] * (len(self._page.inputs) - 3)), ""]
            last = await self._event(self._page.asking, data)
        except _RefusedError as error:
            took = time.perf_counter() - start
            return Reply(question, "refused", took, str(error), first, error.later)
        except (httpx.HTTPError, _FailedError) as error:
            return Reply(question, "failed", time.perf_counter() - start, repr(error), first)
        outcome, said = self._read(question, last)
        return Reply(question, outcome, time.perf_counter() - start, said, first)

    async def leave(self) -> None:
        """Close the tab."""
        await self._open.aclose()

    async def _come(self) -> None:
        (await self._web.get("/")).raise_for_status()
        alive = self._web.stream("GET", f"/gradio_api/heartbeat/{self._session}")
        await self._open.enter_async_context(alive)
        self._here = True
        await self._event(self._page.loading, [])

    async def _event(self, number: int, data: list[Any]) -> list[Any]:
        """Send an event and return what it gives in the end.

        :raises _RefusedError: too much is asked.
        :raises _FailedError: it failed, or its stream ended before it did.
        """
        sent = {"fn_index": number, "data": data, "session_hash": self._session}
        joined = await self._web.post("/gradio_api/queue/join", json=sent)
        if joined.status_code in (429, 503):
            raise _RefusedError(joined)
        if joined.status_code != 200:
            raise _FailedError(f"{joined.status_code} {joined.text}")
        event = joined.json()["event_id"]
        async for message in self._messages():
            if message.get("event_id") == event and message["msg"] == "process_completed":
                if not message["success"]:
                    raise _FailedError(json.dumps(message))
                given: list[Any] = message["output"]["data"]
                return given
        raise _FailedError("the stream ended")

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        asked = {"session_hash": self._session}
        async with self._web.stream("GET", "/gradio_api/queue/data", params=asked) as stream:
            async for line in stream.aiter_lines():
                # Most of what comes is a half-written answer, drawn over by the next one.
                if line.startswith("data:") and "process_generating" not in line:
                    yield json.loads(line.removeprefix("data:"))

    def _read(self, question: str, given: list[Any]) -> tuple[Outcome, str]:
        notice, newest = (
            given[self._page.outputs[name]] for name in ("avertissement", "echange-courant")
        )
        if isinstance(notice, str) and notice.strip():
            return "refused", _words(notice)
        shown = newest if isinstance(newest, str) else ""
        if 'data-state="done"' not in shown:
            return "failed", _words(shown)
        asked = html.unescape("".join(_ASKED.findall(shown)))
        if asked != clean(question, _LONGEST):
            return "wrong", asked
        self._asked.append(asked)
        copied = _COPIED.search(shown)
        return "answered", html.unescape(copied[1]) if copied else _words(shown)


class _FailedError(Exception):
    """An event that did not end well."""


class _RefusedError(Exception):
    """An event that was not taken.

    :ivar later: seconds after which it would be.
    """

    def __init__(self, refusal: httpx.Response) -> None:
        super().__init__(refusal.json()["detail"])
        self.later = float(refusal.headers.get("retry-after", 1))


_ASKED = re.compile(r'<p class="asked-text">(.*?)</p>', re.DOTALL)
_COPIED = re.compile(r'<pre id="copie-[^>]*>(.*?)</pre>', re.DOTALL)


def _words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())
