"""A generator that several threads resume keeps its own context, and leaves theirs alone."""

from __future__ import annotations

import threading
from collections.abc import Generator
from functools import partial

import pytest

from pvd_assistant.observability import request_id
from pvd_assistant.observability.steps import within

closed = []


def names() -> Generator[str, None, str]:
    try:
        yield request_id.current()
        yield request_id.current()
        return request_id.current()
    finally:
        closed.append(True)


def test_each_step_is_taken_within_the_context_whichever_thread_takes_it() -> None:
    steps = within(partial(request_id.during, "r-1"), names())
    taken: list[str] = []

    def step() -> None:
        taken.append(next(steps))
        taken.append(request_id.current())

    for _ in range(2):
        thread = threading.Thread(target=step)
        thread.start()
        thread.join()
    assert taken == ["r-1", "", "r-1", ""]
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == "r-1"


def test_a_generator_left_half_way_is_closed() -> None:
    closed.clear()
    steps = within(partial(request_id.during, "r-1"), names())
    next(steps)
    steps.close()
    assert closed == [True]
