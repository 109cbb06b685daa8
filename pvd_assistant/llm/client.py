"""Asking a language model through LangChain, with time-outs, tries and a fallback of our own."""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import httpx
import openai
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from pvd_assistant.errors import LlmError
from pvd_assistant.llm.budget import Budget
from pvd_assistant.llm.failures import MALFORMED, Failure, failure_of
from pvd_assistant.llm.server import CONNECT_S, Model, choose, context_of, models
from pvd_assistant.llm.transport import BoundedClient
from pvd_assistant.observability import tracing
from pvd_assistant.settings import Settings

_TRIES = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 20.0
_REST_S = 30.0
_LEAST_S = 0.5

# At DEBUG the client writes whole requests: questions and passages have no place in logs.
logging.getLogger("openai").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Messages:
    """What a model is told: its instructions, then the data."""

    system: str
    user: str

    def __len__(self) -> int:
        """Return the number of characters."""
        return len(self.system) + len(self.user)


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer being written.

    :ivar model: id of the model that writes it.
    :ivar pieces: its text, piece by piece.
    """

    model: str
    pieces: Generator[str, None, None]


@dataclass(frozen=True, slots=True)
class _Accepts:
    """What a model turned out to accept.

    :ivar system: a message of instructions; otherwise they go on top of the data.
    :ivar usage: being asked to count tokens while it streams.
    :ivar share: share of the room that its requests may fill.
    """

    system: bool = True
    usage: bool = True
    share: float = 1.0


class ChatClient:
    """A model behind ``POST {llm_url}/chat/completions``, always streamed. Safe to share.

    :param settings: ``llm_*``; ``llm_url`` is set.
    :param pause: called with the seconds to wait before a new try.
    """

    def __init__(self, settings: Settings, pause: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._pause = pause
        # No idle connection is kept: an answer takes seconds, opening one does not.
        self._http = BoundedClient(limits=httpx.Limits(max_keepalive_connections=0))
        self._lock = threading.Lock()
        self._listed: tuple[Model, ...] | None = None
        self._budgets: dict[str, Budget] = {}
        self._accepts: dict[str, _Accepts] = {}
        self._resting_until = 0.0

    def complete(self, compose: Callable[[int], Messages]) -> Completion:
        """Ask for an answer; returns when its first words are there.

        :param compose: gives messages that hold in a number of characters.
        :raises LlmError: no model answers; also raised by ``pieces``, when the answer is cut.
        """
        now = time.monotonic()
        if now < self._resting_until:
            raise LlmError("llm.resting", url=self._settings.llm_url)
        deadline = now + self._settings.llm_timeout_s
        try:
            return self._complete(compose, deadline)
        except LlmError as error:
            if error.code in ("llm.unreachable", "llm.timeout"):
                # The next questions are not made to wait for the same silence.
                self._resting_until = time.monotonic() + min(_REST_S, self._settings.llm_timeout_s)
            raise

    def _complete(self, compose: Callable[[int], Messages], deadline: float) -> Completion:
        first = choose(self._settings, () if self._settings.llm_model else self._known())
        names = dict.fromkeys(filter(None, (first, self._settings.llm_fallback_model)))
        failure = Failure("llm.unreachable", "none")
        for name in names:
            found = self._try(name, compose, deadline)
            if isinstance(found, Completion):
                return found
            failure = found
            if failure.remedy in ("none", "otherwise") or failure.code == "llm.unreachable":
                break
        raise failure.error(self._settings.llm_url, first)

    def _try(
        self, name: str, compose: Callable[[int], Messages], deadline: float
    ) -> Completion | Failure:
        """Ask one model, again while the failure may pass."""
        failure = Failure("llm.timeout", "none")
        for attempt in range(_TRIES):
            if deadline - time.monotonic() < _LEAST_S:
                return failure
            accepts = self._accepts.get(name, _Accepts())
            messages = compose(int(self._budget(name).room * accepts.share))
            try:
                return self._open(name, messages, accepts, deadline)
            except (openai.OpenAIError, *MALFORMED) as error:
                failure = failure_of(error)
            except LlmError as error:
                failure = Failure(error.code, "again")
            if failure.remedy == "otherwise":
                self._accepts[name] = _plainer(accepts, failure)
                continue
            wait = failure.wait if failure.wait is not None else _FIRST_PAUSE_S * 2**attempt
            too_long = wait > min(_LONGEST_PAUSE_S, deadline - time.monotonic() - _LEAST_S)
            if failure.remedy != "again" or too_long or attempt + 1 == _TRIES:
                return failure
            self._pause(wait)
        return failure

    def _open(
        self, name: str, messages: Messages, accepts: _Accepts, deadline: float
    ) -> Completion:
        """Send the request and wait for the first words."""
        said = {"gen_ai.operation.name": "chat", "gen_ai.request.model": name}
        pieces = tracing.spanning("pvd.llm", self._pieces(name, messages, accepts, deadline), said)
        first = next(pieces, None)
        if first is None:
            raise LlmError("llm.empty", url=self._settings.llm_url, model=name, status="")
        return Completion(name, self._rest(name, first, pieces))

    def _rest(self, name: str, first: str, pieces: Iterator[str]) -> Generator[str, None, None]:
        yield first
        try:
            yield from pieces
        except (openai.OpenAIError, *MALFORMED) as error:
            code = "llm.timeout" if isinstance(error, openai.APITimeoutError) else "llm.cut"
            raise Failure(code, "none").error(self._settings.llm_url, name) from error

    def _pieces(
        self, name: str, messages: Messages, accepts: _Accepts, deadline: float
    ) -> Generator[str, None, None]:
        """Yield the words as they come; learn from the count of tokens at the end."""
        ended, tokens, said = "", 0, False
        seconds = max(deadline - time.monotonic(), _LEAST_S)
        chat = self._chat(name, accepts, seconds)
        for chunk in _untraced(lambda: chat.stream(_as_sent(messages, accepts))):
            ended = chunk.response_metadata.get("finish_reason") or ended
            tokens = (chunk.usage_metadata or {}).get("input_tokens", 0) or tokens
            if isinstance(chunk.content, str) and chunk.content:
                said = True
                yield chunk.content
        if said and ended not in ("stop", "length"):
            # Without a reason the connection was lost; with another one the model was stopped.
            raise LlmError("llm.cut", url=self._settings.llm_url, model=name, status="")
        self._budget(name).learn(len(messages), tokens)
        tracing.note({"gen_ai.usage.input_tokens": tokens})

    def _chat(self, name: str, accepts: _Accepts, seconds: float) -> ChatOpenAI:
        return ChatOpenAI(
            model=name,
            base_url=self._settings.llm_url,
            # Ollama wants a key and ignores it; without one the client would read OPENAI_API_KEY.
            api_key=SecretStr(self._settings.llm_key.get_secret_value() or "none"),
            temperature=self._settings.llm_temperature,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_S, seconds)),
            max_retries=0,
            use_responses_api=False,
            stream_usage=accepts.usage,
            http_client=self._http,
            openai_proxy="",
            # `max_tokens=` would be sent as `max_completion_tokens`, which Mistral refuses.
            extra_body={"max_tokens": self._budget(name).answer},
        )

    def _budget(self, name: str) -> Budget:
        with self._lock:
            if name not in self._budgets:
                context = context_of(name, self._known(), self._settings)
                self._budgets[name] = Budget(context, self._settings.llm_answer_tokens)
            return self._budgets[name]

    def _known(self) -> tuple[Model, ...]:
        """Return the models of the server, asked once; none when it does not list them."""
        if self._listed is None:
            try:
                self._listed = models(self._settings)
            except LlmError as error:
                if error.code in ("llm.unreachable", "llm.timeout", "llm.url_invalid"):
                    raise
                self._listed = ()
        return self._listed


def _plainer(accepts: _Accepts, failure: Failure) -> _Accepts:
    """Return what to try after a refusal: without what the server names, else half the text."""
    if failure.about == "usage" and accepts.usage:
        return replace(accepts, usage=False)
    if failure.about == "system" and accepts.system:
        return replace(accepts, system=False)
    return replace(accepts, share=accepts.share / 2)


def _as_sent(messages: Messages, accepts: _Accepts) -> list[BaseMessage]:
    if accepts.system:
        return [SystemMessage(messages.system), HumanMessage(messages.user)]
    return [HumanMessage(f"{messages.system}\n\n{messages.user}")]


def _untraced(start: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    """Iterate in a context of its own where LangSmith is off, whatever the environment says.

    Two steps of an iteration may run in two threads: the context is entered for each of them.
    """
    context = contextvars.copy_context()
    stack = ExitStack()
    context.run(stack.enter_context, tracing_context(enabled=False))
    try:
        pieces = context.run(start)
        stack.callback(getattr(pieces, "close", lambda: None))
        while (piece := context.run(next, pieces, None)) is not None:
            yield piece
    finally:
        context.run(stack.close)
