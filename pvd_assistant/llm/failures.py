"""What an exception of the OpenAI client means: which message, and whether to try again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import openai

from pvd_assistant.errors import LlmError

Remedy = Literal["again", "elsewhere", "otherwise", "none"]
#: What the parsing of a hostile or broken answer may raise, below the client's own exceptions.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError)
_SYSTEM = re.compile(r"\bsystem\b|\brole", re.IGNORECASE)
_OPTIONS = re.compile(r"stream_options|include_usage|extra[ _](inputs|forbidden)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try failed.

    :ivar remedy: ``"again"``: it may pass; ``"elsewhere"``: another model may do;
        ``"otherwise"``: the same request, plainer or shorter; ``"none"``.
    :ivar wait: seconds the server asks to wait.
    :ivar about: ``"system"`` or ``"usage"`` when the server says what it does not accept.
    """

    code: str
    remedy: Remedy
    status: int | None = None
    wait: float | None = None
    about: Literal["system", "usage", ""] = ""

    def error(self, url: str, model: str) -> LlmError:
        """Return the error to raise: never the server's words, which may repeat the question or the key."""
        return LlmError(self.code, url=url, model=model, status=self.status or "")


def failure_of(error: Exception) -> Failure:
    """Read an exception raised while a model was asked."""
    if isinstance(error, openai.APITimeoutError):
        return Failure("llm.timeout", "none")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    if isinstance(error, openai.APIConnectionError):
        return Failure("llm.unreachable", "again")
    if isinstance(error, openai.APIError):  # an error told in the middle of the stream
        return Failure("llm.down", "again")
    return Failure("llm.malformed", "again")


def _of_status(error: openai.APIStatusError) -> Failure:
    status = error.status_code
    if status in (401, 403):
        return Failure("llm.key_refused", "none", status)
    if status == 404:
        return Failure("llm.model_unknown", "elsewhere", status)
    if status in (400, 413, 422):
        return Failure("llm.refused", "otherwise", status, about=_about(error.body))
    if status == 429:
        return Failure("llm.busy", "again", status, wait=_wait(error.response.headers))
    if status in (408, 409, 425) or status >= 500:
        return Failure("llm.down", "again", status, wait=_wait(error.response.headers))
    return Failure("llm.refused", "none", status)


def _about(body: object) -> Literal["system", "usage", ""]:
    said = str(body)[:2000]
    if _OPTIONS.search(said):
        return "usage"
    return "system" if _SYSTEM.search(said) else ""


def _wait(headers: Any) -> float | None:
    asked = headers.get("retry-after", "")
    return float(asked) if asked.isdigit() else None
