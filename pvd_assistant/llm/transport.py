"""An HTTP client that gives up in time: a slow or endless answer cannot hold a question."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx

_LARGEST_BODY = 4_000_000  # bytes; a written answer is a few thousand


class BoundedClient(httpx.Client):
    """An ``httpx.Client`` whose read time-out bounds the whole answer, not each wait.

    Redirections are not followed: the documents and the key go to the configured server only.
    """

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request; its body must come within the time and size allowed."""
        end = time.monotonic() + float(request.extensions["timeout"]["read"])
        response = super().send(request, **options)
        if not response.is_stream_consumed:
            response.stream = _Bounded(response.stream, request, end)
        return response


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: Any, request: httpx.Request, end: float) -> None:
        self._stream = stream
        self._request = request
        self._end = end

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._stream:
            received += len(chunk)
            if time.monotonic() > self._end:
                raise httpx.ReadTimeout("too slow", request=self._request)
            if received > _LARGEST_BODY:
                raise httpx.ReadError("too long", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()
