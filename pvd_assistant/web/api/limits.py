"""How much is served: requests a minute from one address, requests at the same time."""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from pvd_assistant.errors import PvdError
from pvd_assistant.settings import Settings

#: Seconds a request waits for one of those being answered to end.
PATIENCE = 2.0


class BusyError(PvdError):
    """Too many requests are being answered."""


class Rate:
    """Requests a minute from each address, or from each account.

    :param most: requests a minute; 0 for as many as it wants.
    """

    def __init__(self, most: int) -> None:
        self._item = RateLimitItemPerMinute(most) if most else None
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def wait(self, address: str, weight: int = 1) -> int:
        """Count a request; return the seconds to wait before it may be sent, 0 for none.

        :param address: of the network, or what tells an account from the others.
        :param weight: how many requests it counts for; no more than may be sent in a minute.
        """
        if self._item is None:
            return 0
        name, weight = _neighbourhood(address), min(weight, self._item.amount)
        if self._limiter.hit(self._item, name, cost=weight):
            return 0
        left = self._limiter.get_window_stats(self._item, name).reset_time - time.time()
        return max(1, math.ceil(left))


#: Requests answered at the same time. Measured with 32 visitors on two cores: 20 answers a second with 1
#: or 2, 18 with 4, 14 with 8, where threads fight for Python's lock (``docs/performance.md``).
_AT_ONCE = 2
#: With a language model questions wait for its server, not for the processor.
_WITH_MODEL = 16


def api_at_once(settings: Settings) -> int:
    """Return how many requests of the API are answered at the same time."""
    return chosen_or_measured(settings.api_concurrency, _AT_ONCE, settings)


def chosen_or_measured(chosen: int, measured: int, settings: Settings) -> int:
    """Return how many questions are answered at the same time.

    :param chosen: by a setting; 0 for what was measured.
    :param measured: best without a language model.
    """
    return chosen or (_WITH_MODEL if settings.llm_url else measured)


class Slots:
    """Requests answered at the same time.

    :param most: how many.
    :param patience: seconds the next ones wait before they are refused.
    """

    def __init__(self, most: int, patience: float = PATIENCE) -> None:
        self._free = anyio.Semaphore(most)
        self.patience = patience

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a slot.

        :raises BusyError: none is freed in time.
        """
        try:
            with anyio.fail_after(self.patience):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError("api.busy") from None
        try:
            yield
        finally:
            self._free.release()


def _neighbourhood(address: str) -> str:
    """Return what is counted together: one IPv4 address, or the network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))
