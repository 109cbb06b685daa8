"""HTTP to the official services: time limits, size limit, few and spaced retries, no wandering off."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from pvd_assistant.errors import SyncError

_CONNECT_S, _READ_S = 3.0, 8.0
_WORTH_RETRYING = frozenset({429, 502, 503, 504})
_TRIES = 3
_LONGEST_PAUSE_S = 20.0
_REDIRECTS = 5
_AGENT = "pvd-assistant (+https://www.data.gouv.fr/datasets/programme-petites-villes-de-demain)"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long a download may be.

    :ivar megabytes: largest body accepted.
    :ivar seconds: longest time for one body, whatever its speed.
    :ivar interval_s: least time between two requests.
    """

    megabytes: int = 60
    seconds: float = 120.0
    interval_s: float = 0.1


@dataclass(slots=True)
class Client:
    """Reads one service.

    :param service: name of the service, for messages.
    :param base: its base address; nothing is asked elsewhere, but for ``also``.
    :param also: ends of host names that redirections may lead to (``".data.gouv.fr"``).
    """

    service: str
    base: str
    also: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    _http: httpx.Client | None = None
    _last: float = 0.0

    def __enter__(self) -> Client:
        """Open the connection."""
        timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
        self._http = httpx.Client(timeout=timeout, headers={"User-Agent": _AGENT})
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        if self._http is not None:
            self._http.close()

    def get(self, path: str, **params: str | int) -> bytes:
        """Return the body of ``GET base/path``.

        :param path: relative to the base, or a whole address of an allowed host.
        :raises SyncError: the service cannot be reached, refuses, or sends too much or too slowly.
        """
        return self.request("GET", path, params=params)

    def get_json(self, path: str, headers: Mapping[str, str] | None = None, **params: Any) -> Any:
        """Return the JSON of ``GET base/path``.

        :raises SyncError: as :meth:`get`, or the body is not JSON.
        """
        return self.decoded(self.request("GET", path, params=params, headers=headers))

    def decoded(self, body: bytes) -> Any:
        """Read a JSON body.

        :raises SyncError: it is not JSON (a page of error, a cut answer).
        """
        try:
            return json.loads(body)
        except ValueError as error:
            raise SyncError("sync.not_json", service=self.service, reason=error) from error

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """Send a request, again while the failure may pass.

        :raises SyncError: see :meth:`get`; ``error.values["status"]`` is the HTTP status, if any.
        """
        url = self._allowed(urljoin(self.base.rstrip("/") + "/", path.lstrip("/")))
        failure = SyncError("sync.unreachable", service=self.service, url=url, reason="")
        for attempt in range(_TRIES):
            try:
                return self._follow(method, url, params, headers)
            except SyncError as error:
                failure = error
                if not error.values.get("may_pass") or attempt + 1 == _TRIES:
                    raise
                time.sleep(_wait(attempt, error.values.get("retry_after")))
        raise failure

    def _follow(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> bytes:
        """Send, and follow redirections to allowed hosts only, without the headers of the first."""
        for _ in range(_REDIRECTS):
            body, target = self._send(method, url, params, headers)
            if target is None:
                return body
            url, params, headers = self._allowed(urljoin(url, target)), None, None
        raise SyncError("sync.redirects", service=self.service, url=url)

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
    ) -> tuple[bytes, str | None]:
        if self._http is None:
            raise RuntimeError("a Client is used in a with statement")
        self._space_out()
        try:
            with self._http.stream(
                method, url, params=params or None, headers=dict(headers or {})
            ) as response:
                if response.is_redirect:
                    return b"", response.headers.get("location", "")
                self._check(response)
                return self._body(response), None
        except httpx.InvalidURL as error:
            raise SyncError("sync.bad_url", service=self.service, url=url) from error
        except httpx.HTTPError as error:
            raise SyncError(
                "sync.unreachable",
                service=self.service,
                url=url,
                reason=str(error) or type(error).__name__,
                may_pass=True,
            ) from error

    def _space_out(self) -> None:
        early = self._last + self.limits.interval_s - time.monotonic()
        if early > 0:
            time.sleep(early)
        self._last = time.monotonic()

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == httpx.codes.OK:
            return
        key = f"sync.status_{status}" if status in (401, 403, 404, 410, 429) else "sync.refused"
        raise SyncError(
            key,
            service=self.service,
            status=status,
            url=str(response.url.copy_with(query=None)),
            may_pass=status in _WORTH_RETRYING,
            retry_after=response.headers.get("retry-after"),
        )

    def _body(self, response: httpx.Response) -> bytes:
        """Read a body, no longer and no larger than allowed, and whole."""
        start, limit = time.monotonic(), self.limits.megabytes * 1_000_000
        chunks = bytearray()
        for chunk in response.iter_bytes():
            chunks += chunk
            if len(chunks) > limit:
                raise SyncError(
                    "sync.too_large", service=self.service, megabytes=self.limits.megabytes
                )
            if time.monotonic() - start > self.limits.seconds:
                raise SyncError("sync.too_slow", service=self.service, seconds=self.limits.seconds)
        return bytes(chunks)

    def _allowed(self, url: str) -> str:
        """Return ``url`` when its host is the service's, or one it may redirect to."""
        home, target = urlsplit(self.base), urlsplit(url)
        host = target.hostname or ""
        same = (target.scheme, target.netloc) == (home.scheme, home.netloc)
        if same or (target.scheme == "https" and host.endswith(self.also or ("\0",))):
            return url
        raise SyncError("sync.elsewhere", service=self.service, url=f"{target.scheme}://{host}")


def _wait(attempt: int, asked: object) -> float:
    """Seconds before the next try: what the service asks for, or twice as long each time."""
    if isinstance(asked, str) and asked.isdigit():
        return min(float(asked), _LONGEST_PAUSE_S)
    return float(min(2**attempt, _LONGEST_PAUSE_S))
