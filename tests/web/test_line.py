"""The line of the chat: turns, places, refusals."""

from __future__ import annotations

import anyio
import pytest

from pvd_assistant.web.api.limits import BusyError
from pvd_assistant.web.line import Line


def test_turns_come_in_the_order_of_arrival():
    async def check() -> None:
        line = Line(1, 2)
        with line.place() as first, line.place() as second, line.place() as third:
            assert await first.comes(0)
            assert (second.ahead, third.ahead) == (0, 1)
            assert not await second.comes(0.01)
            assert line.waited_for
            first.leave()
            assert await second.comes(0)
            assert third.ahead == 0
            second.leave()
            assert await third.comes(0)
            assert not line.waited_for

    anyio.run(check)


def test_beyond_the_longest_line_one_is_told_when_to_come_back():
    async def check() -> None:
        line = Line(1, 1)
        with line.place(), line.place(), pytest.raises(BusyError, match="secondes"), line.place():
            pass
        with line.place() as free:
            assert await free.comes(0)

    anyio.run(check)


def test_with_no_line_one_is_answered_or_refused():
    async def check() -> None:
        line = Line(1, 0)
        with line.place() as only:
            assert await only.comes(0)
            with pytest.raises(BusyError), line.place():
                pass

    anyio.run(check)


def test_whoever_gives_up_waiting_leaves_the_others_their_place():
    async def check() -> None:
        line = Line(1, 2)
        with line.place() as first:
            with line.place():
                pass
            with line.place() as third:
                assert third.ahead == 0
                first.leave()
                assert await third.comes(0)

    anyio.run(check)


def test_leaving_twice_makes_room_for_one():
    async def check() -> None:
        line = Line(1, 2)
        with line.place() as first, line.place() as second, line.place() as third:
            first.leave()
            first.leave()
            assert await second.comes(0)
            assert not await third.comes(0)

    anyio.run(check)
