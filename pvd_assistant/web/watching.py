"""What is kept of each request: its id in the response, a line, figures and a trace.

None holds the question, the words of an address nor where the request came from: a route is named by its
template, and what is served by no route is « - ».
"""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager, nullcontext

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pvd_assistant.observability import metrics, request_id, tracing
from pvd_assistant.observability.logs import ACCESS

HEADER = "X-Request-ID"
#: Asked every few seconds by what watches the service: a line is only worth it when it fails.
_PROBES = ("/health", "/ready", "/metrics")
#: What a page is made of, and the chat's own channel, whose requests last as long as a tab is open.
_UNTRACED = (*_PROBES, "/gradio_api", "/assets", "/static", "/habillage", "/config", "/theme.css")
#: What is served by no route of FastAPI.
_PLAIN = ("/mcp", "/habillage/")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_access = logging.getLogger(ACCESS)


class Watch:
    """Names, counts, logs and traces each request. It stands before everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = request_id.accepted(headers.get(HEADER, ""))
        # Not taken back at the end: an error is logged by the server after us, in the same task.
        request_id.begin(name)
        seen = _Seen(scope["method"] if scope["method"] in _METHODS else "-")
        start = time.perf_counter()
        try:
            with (
                metrics.REQUESTS_IN_PROGRESS.track_inprogress(),
                tracing.received(headers),
                _traced(scope["path"], seen.method),
            ):
                await self._app(scope, receive, seen.sending(send, name))
                _note(scope, seen)
        finally:
            _write(_route(scope), seen, time.perf_counter() - start)


class _Seen:
    """What is seen of a response; 500 until it starts, for then there will be none."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.status = 500

    def sending(self, send: Send, name: str) -> Send:
        """Return what sends the response, with the request's name on it."""

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        return noted


def _traced(path: str, method: str) -> AbstractContextManager[None]:
    return nullcontext() if path.startswith(_UNTRACED) else tracing.span(method)


def _note(scope: Scope, seen: _Seen) -> None:
    if scope["path"].startswith(_UNTRACED):
        return
    route = _route(scope)
    said = {"http.request.method": seen.method, "http.route": route}
    tracing.note({**said, "http.response.status_code": seen.status}, f"{seen.method} {route}")


def _write(route: str, seen: _Seen, seconds: float) -> None:
    metrics.count_request(seen.method, route, seen.status, seconds)
    if route in _PROBES and seen.status < 400:
        return
    said = {"method": seen.method, "route": route, "status": seen.status}
    line = "%(method)s %(route)s %(status)s %(ms)s ms"
    said["ms"] = round(1000 * seconds, 1)
    _access.info(line, said, extra=said)


def _route(scope: Scope) -> str:
    """Return the template of the address, the same for every document or request."""
    template = getattr(scope.get("route"), "path", "")
    return template or next((root for root in _PLAIN if scope["path"].startswith(root)), "-")
