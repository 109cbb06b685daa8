"""The line of the chat: some questions are answered, the next ones wait their turn, the others are refused.

Everything here runs in one event loop, so nothing is locked.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from pvd_assistant.french import french_wait
from pvd_assistant.web.api.limits import BusyError

#: Seconds that an answer is thought to take before any has been seen.
_FIRST_GUESS = 0.5
#: Weight of the newest answer in the time they take.
_NEWEST = 0.1


class Line:
    """Lets questions be answered in the order they came.

    :param at_once: questions answered at the same time.
    :param longest: questions that may wait.
    """

    def __init__(self, at_once: int, longest: int) -> None:
        self._at_once = self._free = at_once
        self._longest = longest
        self._waiting: deque[Place] = deque()
        self._takes = _FIRST_GUESS

    @property
    def waited_for(self) -> bool:
        """Whether somebody waits."""
        return bool(self._waiting)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Take a place in the line, left at the end at the latest.

        :raises BusyError: as many wait already as may.
        """
        if not self._free and len(self._waiting) >= self._longest:
            wait = french_wait(self._seconds(len(self._waiting)))
            raise BusyError("web.line_full", wait=wait)
        place = Place(self)
        self._waiting.append(place)
        self._go_on()
        try:
            yield place
        finally:
            place.leave()

    def _seconds(self, ahead: int) -> int:
        """Return about how long one waits behind so many others."""
        return math.ceil((ahead + 1) * self._takes / self._at_once)

    def _go_on(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self._waiting.popleft()._begin()

    def _left(self, place: Place, seconds: float | None) -> None:
        if seconds is None:
            self._waiting.remove(place)
            return
        self._takes += _NEWEST * (seconds - self._takes)
        self._free += 1
        self._go_on()


class Place:
    """One question in the line: it waits, it is answered, it has left."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._turn = anyio.Event()
        self._began: float | None = None
        self._gone = False

    @property
    def ahead(self) -> int:
        """How many others come before."""
        return self._line._waiting.index(self) if self._began is None else 0

    @property
    def seconds(self) -> int:
        """About how long is left to wait."""
        return self._line._seconds(self.ahead)

    async def comes(self, within: float) -> bool:
        """Wait for its turn, some seconds at most; tell whether it has come."""
        with anyio.move_on_after(within):
            await self._turn.wait()
        return self._turn.is_set()

    def leave(self) -> None:
        """Make room for the next one; a second time changes nothing."""
        if self._gone:
            return
        self._gone = True
        self._line._left(self, None if self._began is None else time.monotonic() - self._began)

    def _begin(self) -> None:
        self._began = time.monotonic()
        self._turn.set()
