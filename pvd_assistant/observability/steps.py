"""Generators that any thread may resume, each step taken in a context of theirs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from typing import TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")


def within(
    around: Callable[[], AbstractContextManager[object]],
    steps: Generator[Step, None, Result],
) -> Generator[Step, None, Result]:
    """Give what a generator gives and return what it returns.

    A ``with`` block that holds a ``yield`` would leave its context variables to whoever resumes the
    generator; here the context is entered before each step and left after it.

    :param around: makes the context of one step.
    """
    with closing(steps):
        while True:
            with around():
                try:
                    step = next(steps)
                except StopIteration as end:
                    result: Result = end.value
                    return result
            yield step
