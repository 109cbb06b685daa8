"""The REST face: ``/api/ask``, ``/api/search``, ``/api/communes``, ``/api/projects``, ``/api/feedback``."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.sse import format_sse_event

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.errors import PvdError
from pvd_assistant.messages import text
from pvd_assistant.model import Answer, Citation, Statement
from pvd_assistant.web.api.described import operation
from pvd_assistant.web.api.engine import Engine
from pvd_assistant.web.api.problems import document, of_error
from pvd_assistant.web.api.replies import (
    AnswerOut,
    CommunesOut,
    PassagesOut,
    Problem,
    ProjectsOut,
)
from pvd_assistant.web.api.requests import (
    AskIn,
    CommunesIn,
    FeedbackIn,
    ProjectsIn,
    RatedIn,
    SearchIn,
)
from pvd_assistant.web.feedback import FeedbackStore, Opinion

logger = logging.getLogger(__name__)

_PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}
#: Refusals that any route may answer.
PROBLEMS: dict[int | str, dict[str, Any]] = dict.fromkeys(
    (401, 403, 413, 422, 429, 500, 503), _PROBLEM
)
#: So that a proxy passes events on as they come.
_UNBUFFERED = {"X-Accel-Buffering": "no"}


def router(engine: Engine, store: FeedbackStore) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(prefix="/api", responses=PROBLEMS)

    @routes.post(
        "/ask",
        response_model=None,
        responses={200: {"model": AnswerOut, "content": {"text/event-stream": {}}}},
        **operation("ask"),
    )
    def ask(asked: AskIn) -> Response:
        name = asked.id or uuid.uuid4().hex
        if not asked.stream:
            return JSONResponse(engine.ask(asked, name).to_dict())
        steps = engine.stream(asked, name)
        first = next(steps)  # what prevents any answer is told by the status
        return StreamingResponse(
            _events(chain([first], steps)), media_type="text/event-stream", headers=_UNBUFFERED
        )

    @routes.get(
        "/search",
        response_model=None,
        responses={200: {"model": PassagesOut}},
        **operation("search"),
    )
    def search(asked: Annotated[SearchIn, Query()]) -> Response:
        return JSONResponse(engine.search(asked))

    @routes.get(
        "/communes",
        response_model=None,
        responses={200: {"model": CommunesOut}, 404: _PROBLEM},
        **operation("communes"),
    )
    def communes(asked: Annotated[CommunesIn, Query()]) -> Response:
        return JSONResponse(engine.communes(asked))

    @routes.get(
        "/projects",
        response_model=None,
        responses={200: {"model": ProjectsOut}},
        **operation("projects"),
    )
    def projects(asked: Annotated[ProjectsIn, Query()]) -> Response:
        return JSONResponse(engine.projects(asked))

    @routes.post("/feedback", status_code=204, **operation("feedback"))
    def feedback(given: FeedbackIn) -> None:
        rated = _rated(given.answer, engine.service.settings.question_limit)
        opinion = Opinion(
            answer_id=given.answer.id,
            useful=given.useful,
            reasons=tuple(given.reasons),
            comment=given.comment,
            share_question=given.share_question,
        )
        store.add(opinion, rated)

    return routes


def _events(steps: Iterator[Statement | Answer]) -> Iterator[bytes]:
    """Write statements, then the answer, as server-sent events; a failure is an ``error`` event."""
    try:
        for step in steps:
            if isinstance(step, Answer):
                yield _event("answer", step.to_dict())
            else:
                said = {"text": step.text, "citations": step.citations, "support": step.support}
                yield _event("statement", said)
    except PvdError as error:
        yield _event("error", document(*of_error(error)))
    except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError):
        # The status is sent: whoever listens must not wait for ever.
        logger.exception("The question could not be answered")
        yield _event("error", document(500, "api.unexpected", text("api.unexpected")))


def _event(name: str, data: Any) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))


def _rated(given: RatedIn, longest: int) -> Answer:
    """Return what an opinion keeps of the answer it is about."""
    cited = tuple(
        Citation(
            n=n, document=one.document, title="", kind="", publisher="", url="", updated="",
            section="", page=None, label=None, part=one.part, start=one.start, end=one.end,
            passage="", score=0.0,
        )
        for n, one in enumerate(given.citations, start=1)
    )  # fmt: skip
    return Answer(
        question=clean(given.question, longest),
        status=given.status,
        family=given.family,  # type: ignore[arg-type]
        answer="",
        citations=cited,
        engine=given.engine,
    )
