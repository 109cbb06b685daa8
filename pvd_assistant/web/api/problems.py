"""Errors as problem documents (RFC 9457): one clear French line, never what was sent, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pvd_assistant.errors import (
    EmbeddingError,
    IndexingError,
    PvdError,
    StorageError,
    UnknownCommuneError,
    UsageError,
)
from pvd_assistant.messages import load_data, text
from pvd_assistant.web.api.validation import field_problems

logger = logging.getLogger(__name__)

_STATUSES: tuple[tuple[type[PvdError], int], ...] = (
    (UnknownCommuneError, 404),
    (UsageError, 422),
    (IndexingError, 503),
    (EmbeddingError, 503),
    (StorageError, 503),
)
_TOO_LONG = "web.question_too_long"
#: Seconds before it is worth asking again when a component is missing.
_LATER = 30
#: What is told apart only in the logs: the reasons name addresses and folders of the server.
_PRIVATE = (IndexingError, EmbeddingError, StorageError)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """Return a problem document; ``error`` repeats it in the form that OpenAI's clients read."""
    return JSONResponse(
        document(status, code, detail, errors),
        status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


def document(
    status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """Return the content of a problem document."""
    titles = load_data("web/api")["titles"]
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": titles.get(status, titles[500]),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = list(errors)
    body["error"] = {"message": detail, "type": code, "code": code, "param": None}
    return body


def of_error(error: PvdError) -> tuple[int, str, str]:
    """Return the status, the code and the line for an error raised on purpose."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    if error.code == _TOO_LONG:
        status = 413
    if isinstance(error, _PRIVATE):
        logger.warning("%s", error)
        return status, error.code, text("api.unavailable")
    return status, error.code, str(error)


def explain(app: FastAPI) -> None:
    """Make every error of an application a problem document."""

    @app.exception_handler(PvdError)
    async def _on_purpose(_: Request, error: PvdError) -> JSONResponse:
        status, code, detail = of_error(error)
        headers = {"Retry-After": str(_LATER)} if status == 503 else None
        return problem(status, code, detail, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        found = field_problems(error.errors())
        return problem(422, "api.invalid", found[0]["message"], errors=found)

    @app.exception_handler(HTTPException)
    async def _refused(_: Request, error: HTTPException) -> JSONResponse:
        key = {404: "unknown_address", 405: "method"}.get(error.status_code, "refused")
        return problem(error.status_code, f"api.{key}", text(f"api.{key}"), headers=error.headers)

    @app.exception_handler(Exception)
    async def _unexpected(_: Request, __: Exception) -> JSONResponse:
        return problem(500, "api.unexpected", text("api.unexpected"))
