"""What stands before the API: who may use it, how much, and from which pages."""

from __future__ import annotations

import hmac
import ipaddress
import math
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pvd_assistant.messages import text
from pvd_assistant.settings import Settings
from pvd_assistant.web.api.limits import BusyError, Rate, Slots
from pvd_assistant.web.api.problems import problem

_ADDRESSES = re.compile(r"/api/[\w./-]+|/v1/[\w./-]+|/mcp")
_MCP = "/mcp"
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
_BROUGHT = ("x-forwarded-for", "x-real-ip", "forwarded")
_BROWSER_HEADERS = [
    "Authorization", "Content-Type", "X-API-Key", "Mcp-Protocol-Version", "Mcp-Session-Id",
    "Mcp-Method", "Mcp-Name", "Last-Event-ID",
]  # fmt: skip


def is_api(path: str) -> bool:
    """Tell whether an address is one of the API."""
    return _ADDRESSES.fullmatch(path) is not None


class Faces:
    """Sends the addresses of the API to it, through its gate, and the others to the pages."""

    def __init__(self, app: ASGIApp, api: ASGIApp, settings: Settings, slots: Slots) -> None:
        self._pages = app
        self._api: ASGIApp = Gate(api, settings, slots)
        if settings.api_origins:
            self._api = CORSMiddleware(
                self._api,
                allow_origins=list(settings.api_origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=_BROWSER_HEADERS,
                expose_headers=["Retry-After", "Mcp-Session-Id", "X-Request-ID"],
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        api = scope["type"] == "http" and is_api(scope["path"])
        await (self._api if api else self._pages)(scope, receive, send)


class Gate:
    """Refuses what is too much, without the key, or asked by the page of another site."""

    def __init__(self, api: ASGIApp, settings: Settings, slots: Slots) -> None:
        self._api = api
        self._key = settings.api_key.get_secret_value().encode()
        self._origins = settings.api_origins
        self._rate = Rate(settings.api_rate_limit)
        self._slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope)
        kept = _not_stored(send)
        if refusal is not None:
            await refusal(scope, receive, kept)
        elif scope["path"] == _MCP:  # one request may wait for events: each call takes a slot
            await self._api(scope, receive, kept)
        else:
            await self._within(scope, receive, kept)

    async def _within(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._slots.one():
                await self._api(scope, receive, send)
        except BusyError as error:
            later = {"Retry-After": str(math.ceil(self._slots.patience))}
            await problem(503, error.code, str(error), headers=later)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        address = scope["client"][0] if scope.get("client") else ""
        seconds = self._rate.wait(address)
        if seconds:
            later = {"Retry-After": str(seconds)}
            return problem(429, "api.rate", text("api.rate", seconds=seconds), headers=later)
        if not self._known_page(headers):
            return problem(403, "api.origin", text("api.origin"))
        if self._key:
            if not has_key(headers, self._key):
                asked = {"WWW-Authenticate": "Bearer"}
                return problem(401, "api.key", text("api.key"), headers=asked)
        elif not from_here(address, headers):
            return problem(403, "api.local", text("api.local"))
        return None

    def _known_page(self, headers: Headers) -> bool:
        """Tell whether a request comes from no page, from one of ours, or from an allowed site."""
        origin = headers.get("origin")
        if origin is None or origin in self._origins or "*" in self._origins:
            return True
        return urlsplit(origin).netloc == headers.get("host")


def has_key(headers: Headers, key: bytes) -> bool:
    """Tell whether a request gives the key."""
    return hmac.compare_digest(_given_key(headers), key)


def from_here(address: str, headers: Headers) -> bool:
    """Tell whether a request comes from this machine, and asks for it by its own name.

    One that a proxy brings is not: who sent it may be anywhere, whatever the proxy's own address.
    """
    brought = any(name in headers for name in _BROUGHT)
    return not brought and _is_local(address) and _host(headers.get("host", "")) in _LOCAL_NAMES


def _given_key(headers: Headers) -> bytes:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
    return given.encode()


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _host(header: str) -> str:
    return urlsplit(f"//{header}").hostname or ""


def _not_stored(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
