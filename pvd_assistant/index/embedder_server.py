"""Embeddings from an OpenAI-compatible server (``openai:…``): Albert, Ollama, vLLM, Mistral…"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from pvd_assistant.errors import EmbeddingError
from pvd_assistant.index.vectors import FloatArray, normalised

_BATCH = 64
_TRIES = 5
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_TIME_LIMIT_S = 60.0
#: Longest wait for the vector of a question, new tries included: somebody is waiting for the answer.
_QUESTION_S = 20.0
_WORTH_RETRYING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class ServerEmbedder:
    """A model behind ``POST {url}/embeddings``.

    :param model: the model's name on the server.
    :param url: base URL, ending in ``/v1`` as a rule.
    :param key: API key; empty: none is sent.
    :param pause: called with the seconds to wait before a new try.
    :param tries: how often a failing server is asked.
    :param time_limit_s: longest wait for one answer.
    :raises EmbeddingError: no URL is set.
    """

    version = ""  # the protocol does not tell it

    def __init__(
        self,
        model: str,
        *,
        url: str,
        key: str = "",
        query_prompt: str = "",
        passage_prompt: str = "",
        pause: Callable[[float], None] = time.sleep,
        tries: int = _TRIES,
        time_limit_s: float = _TIME_LIMIT_S,
    ) -> None:
        if not url:
            raise EmbeddingError("embedding.url_missing", name=model)
        self.name = f"openai:{model}"
        self._model = model
        self._url = url.rstrip("/")
        self._key = key
        self._query_prompt = query_prompt
        self._passage_prompt = passage_prompt
        self._pause = pause
        self._tries = tries
        self._time_limit_s = time_limit_s
        if query_prompt or passage_prompt:
            self.version = f"{query_prompt}|{passage_prompt}"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector, asked from the server once."""
        return int(self._request(["dimension"], _QUESTION_S).shape[1])

    @cached_property
    def _client(self) -> Any:
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.Client(headers=headers)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector of length 1 a text."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        prompted = [self._passage_prompt + text for text in texts]
        batches = [prompted[at : at + _BATCH] for at in range(0, len(prompted), _BATCH)]
        return np.concatenate([self._request(batch) for batch in batches])

    def embed_question(self, text: str) -> FloatArray:
        """Return the vector of a question, of length 1."""
        vector: FloatArray = self._request([self._query_prompt + text], _QUESTION_S)[0]
        return vector

    def _request(self, texts: list[str], longest_s: float = math.inf) -> FloatArray:
        """Ask for one batch, again and again while the failure may pass.

        :param longest_s: seconds after which it is not asked again.
        """
        end = time.monotonic() + longest_s
        # Servers refuse an empty string; a space has a harmless vector.
        body: dict[str, object] = {"model": self._model, "input": [t or " " for t in texts]}
        failure = EmbeddingError("embedding.url_missing", name=self._model)
        for attempt in range(1, self._tries + 1):
            limit = min(self._time_limit_s, end - time.monotonic())
            response, failure = self._post(body, limit, attempt)
            if response is not None:
                return self._vectors(response, len(texts))
            wait = _wait(attempt, failure.values.get("retry_after"))
            if attempt == self._tries or time.monotonic() + wait >= end:
                break
            self._pause(wait)
        raise failure

    def _post(
        self, body: dict[str, object], limit_s: float, tries: int
    ) -> tuple[Any, EmbeddingError]:
        """Return the response, or ``None`` and why when another try makes sense."""
        import httpx

        try:
            response = self._client.post(f"{self._url}/embeddings", json=body, timeout=limit_s)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise EmbeddingError("embedding.url_invalid", url=self._url, reason=error) from error
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            return None, EmbeddingError(
                "embedding.server_unreachable", url=self._url, tries=tries, reason=reason
            )
        status = response.status_code
        busy = EmbeddingError(
            "embedding.server_busy",
            url=self._url,
            status=status,
            tries=tries,
            retry_after=response.headers.get("retry-after"),
        )
        if status in _WORTH_RETRYING:
            return None, busy
        if response.is_error:
            reason = " ".join(response.text.split())[:200]
            raise EmbeddingError(
                "embedding.server_refused",
                url=self._url,
                status=status,
                reason=reason,
                name=self._model,
            )
        return response, busy

    def _vectors(self, response: Any, expected: int) -> FloatArray:
        try:
            rows = sorted(response.json()["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise self._unexpected(repr(error)) from error
        if vectors.ndim != 2 or len(vectors) != expected:
            raise self._unexpected(f"{len(rows)} / {expected}")
        if not np.isfinite(vectors).all():
            raise self._unexpected("NaN")
        return normalised(vectors)

    def _unexpected(self, reason: str) -> EmbeddingError:
        return EmbeddingError("embedding.server_answer", url=self._url, reason=reason)


def _wait(attempt: int, asked: object) -> float:
    """Seconds before the next try: what the server asks for, or twice as long each time."""
    if isinstance(asked, str) and asked.isdigit():
        return min(float(asked), _LONGEST_PAUSE_S)
    return float(min(_FIRST_PAUSE_S * 2 ** (attempt - 1), _LONGEST_PAUSE_S))
