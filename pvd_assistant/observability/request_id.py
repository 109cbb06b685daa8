"""One name for one request, in its log lines, its trace and its response."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request being answered, empty outside any."""
    return _current.get()


def accepted(given: str) -> str:
    """Return the id that a proxy gave, or a new one when it gave none that can be written anywhere.

    >>> accepted("b7e1-42")
    'b7e1-42'
    """
    return given if _SANE.fullmatch(given) else uuid.uuid4().hex


def begin(name: str) -> None:
    """Name what the current task does from now on, to its end."""
    _current.set(name)


@contextmanager
def during(name: str) -> Iterator[None]:
    """Name what is done in a ``with`` block."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)
