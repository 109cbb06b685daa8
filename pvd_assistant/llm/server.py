"""What an OpenAI-compatible server says of itself: its models and how much they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from pvd_assistant.errors import LlmError
from pvd_assistant.settings import Settings

CONNECT_S = 3.0
_READ_S = 8.0
#: What a model is taken to read when nothing says so: what Ollama reads unless told otherwise.
_SMALLEST_CONTEXT = 4096
_WRITES_TEXT = ("text-generation", "image-text-to-text")
# Albert, vLLM: nobody agrees on the name.
_CONTEXT_KEYS = ("max_context_length", "max_model_len")


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the server.

    :ivar kind: what the server says it does (``"text-generation"``), ``""`` when it does not.
    :ivar context: tokens it reads and writes at most, ``None`` when the server does not say.
    """

    id: str
    kind: str = ""
    context: int | None = None


def headers(settings: Settings) -> dict[str, str]:
    """Return the headers that open the server."""
    key = settings.llm_key.get_secret_value()
    return {"Authorization": f"Bearer {key}"} if key else {}


def models(settings: Settings) -> tuple[Model, ...]:
    """Ask the server for its models.

    :raises LlmError: it cannot be reached, refuses the key, or does not list them.
    """
    address = f"{settings.llm_url.rstrip('/')}/models"
    listed = _get(settings, address)
    rows = listed.get("data") if isinstance(listed, Mapping) else None
    if not isinstance(rows, list):
        raise LlmError("llm.malformed", url=settings.llm_url)
    return tuple(_model(row) for row in rows if isinstance(row, Mapping) and row.get("id"))


def choose(settings: Settings, listed: tuple[Model, ...]) -> str:
    """Return the id of the model to ask: the one configured, or the first that writes text.

    :raises LlmError: none is configured and the server lists none.
    """
    if settings.llm_model:
        return settings.llm_model
    writers = [model.id for model in listed if model.kind in _WRITES_TEXT]
    if not (writers or listed):
        raise LlmError("llm.no_model", url=settings.llm_url)
    return writers[0] if writers else listed[0].id


def context_of(name: str, listed: tuple[Model, ...], settings: Settings) -> int:
    """Return how many tokens a model reads and writes: what is configured, never above what it says."""
    said = next((model.context for model in listed if model.id == name), None)
    said = said or _llama_context(settings)
    known = [size for size in (settings.llm_context_tokens, said) if size]
    return min(known) if known else _SMALLEST_CONTEXT


def _llama_context(settings: Settings) -> int | None:
    """Ask llama.cpp, which tells its context beside the API; other servers do not know the address."""
    address = f"{settings.llm_url.rstrip('/').removesuffix('/v1')}/props"
    try:
        said = _get(settings, address)
        return _whole(said["default_generation_settings"]["n_ctx"])
    except (LlmError, KeyError, TypeError):
        return None


def _get(settings: Settings, address: str) -> Any:
    timeout = min(_READ_S, settings.llm_timeout_s)
    limits = httpx.Timeout(timeout, connect=min(CONNECT_S, timeout))
    try:
        response = httpx.get(address, headers=headers(settings), timeout=limits)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise LlmError("llm.url_invalid", url=settings.llm_url) from error
    except httpx.TimeoutException as error:
        raise LlmError("llm.timeout", url=settings.llm_url) from error
    except httpx.HTTPError as error:
        raise LlmError("llm.unreachable", url=settings.llm_url) from error
    if response.status_code in (401, 403):
        raise LlmError("llm.key_refused", url=settings.llm_url, status=response.status_code)
    if response.is_error:
        raise LlmError("llm.down", url=settings.llm_url, status=response.status_code)
    try:
        return response.json()
    except ValueError as error:
        raise LlmError("llm.malformed", url=settings.llm_url) from error


def _model(row: Mapping[str, Any]) -> Model:
    sizes = (_whole(row.get(key)) for key in _CONTEXT_KEYS)
    return Model(str(row["id"]), str(row.get("type") or ""), next(filter(None, sizes), None))


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
