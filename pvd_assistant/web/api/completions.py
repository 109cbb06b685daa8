"""The OpenAI-compatible face: ``/v1/chat/completions`` and ``/v1/models``.

A system message is no instruction here: the documents alone say what is answered. The answer is
complete, and verified, before its first word is sent.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response, StreamingResponse

from pvd_assistant.errors import UsageError
from pvd_assistant.messages import text
from pvd_assistant.model import Answer
from pvd_assistant.web.answer_text import steps
from pvd_assistant.web.api.described import operation
from pvd_assistant.web.api.engine import Engine, written
from pvd_assistant.web.api.problems import problem
from pvd_assistant.web.api.replies import ModelsOut
from pvd_assistant.web.api.requests import CompletionIn, QuestionIn, TurnIn
from pvd_assistant.web.api.rest import PROBLEMS

#: Name of the only model.
MODEL = "pvd-assistant"
_MODEL = {"id": MODEL, "object": "model", "created": 0, "owned_by": "pvd-assistant"}
_TOKEN = re.compile(r"\w+|[^\w\s]")


def router(engine: Engine) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/v1", responses=PROBLEMS)

    @routes.post("/chat/completions", response_model=None, **operation("completions"))
    def complete(wanted: CompletionIn) -> Response:
        if wanted.model != MODEL:
            return _unknown_model()
        answer = engine.ask(question(wanted), uuid.uuid4().hex)
        whole = completion(answer, wanted)
        if not wanted.stream:
            return JSONResponse(whole)
        usage = bool(wanted.stream_options and wanted.stream_options.include_usage)
        return StreamingResponse(chunks(whole, usage), media_type="text/event-stream")

    @routes.get(
        "/models", response_model=None, responses={200: {"model": ModelsOut}}, **operation("models")
    )
    def models() -> Response:
        return JSONResponse({"object": "list", "data": [_MODEL]})

    @routes.get("/models/{model}", response_model=None, **operation("model"))
    def model(model: str) -> Response:
        return JSONResponse(_MODEL) if model == MODEL else _unknown_model()

    return routes


def question(wanted: CompletionIn) -> QuestionIn:
    """Return the last message as the question, those before it as its conversation.

    :raises UsageError: the last message is not the user's.
    """
    said = [message for message in wanted.messages if message.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        raise UsageError("api.last_message")
    history = [
        TurnIn(role=one.role, content=_without_sources(one.words()))  # type: ignore[arg-type]
        for one in said[:-1]
    ]
    return QuestionIn(question=said[-1].words(), history=history)


def completion(answer: Answer, wanted: CompletionIn) -> dict[str, Any]:
    """Return a whole completion; ``usage`` counts words and signs."""
    content = written(answer)
    read = sum(_count(m.words()) for m in wanted.messages if m.role in ("user", "assistant"))
    made = _count(content)
    message = {"role": "assistant", "content": content, "refusal": None}
    return {
        "id": f"chatcmpl-{answer.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": read,
            "completion_tokens": made,
            "total_tokens": read + made,
        },
        "citations": [asdict(citation) for citation in answer.citations],
        "status": answer.status,
        "suggestions": list(answer.suggestions),
        "contact": dict(answer.contact),
        "engine": answer.engine,
    }


def chunks(whole: dict[str, Any], usage: bool) -> Iterator[bytes]:
    """Cut a completion into the events of a stream; the last piece carries the citations."""
    extra = {k: whole[k] for k in ("citations", "status", "suggestions", "contact", "engine")}
    base = {k: whole[k] for k in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    content: str = whole["choices"][0]["message"]["content"]

    def piece(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
        return _event(base | {"choices": [choice]} | more)

    yield piece({"role": "assistant", "content": ""})
    start = 0
    for end in steps(content):
        yield piece({"content": content[start:end]})
        start = end
    yield piece({}, "stop", **extra)
    if usage:
        yield _event(base | {"choices": [], "usage": whole["usage"]})
    yield b"data: [DONE]\n\n"


def _event(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


def _count(words: str) -> int:
    return len(_TOKEN.findall(words))


def _without_sources(said: str) -> str:
    """Return an earlier answer without the list of sources that we put after it."""
    for heading in ("api.sources", "api.nearest"):
        said = said.partition(f"\n\n{text(heading)}\n")[0]
    return said


def _unknown_model() -> Response:
    return problem(404, "model_not_found", text("api.unknown_model", model=MODEL))
