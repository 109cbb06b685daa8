"""French wording of the pages: labels of kinds and families, plurals."""

from __future__ import annotations

from functools import cache
from typing import Any

from pvd_assistant.french import french_number
from pvd_assistant.messages import load_data, text


@cache
def labels() -> Any:
    """Return the labels of ``data/web/labels.yaml``."""
    return load_data("web/labels")


def label(group: str, value: str) -> str:
    """Return the French label of a value of the model; the value itself when it has none."""
    found: str = labels()[group].get(value, value)
    return found


def counted(key: str, number: int) -> str:
    """Return the singular (``key_one``) or plural (``key_many``) message for a number."""
    return text(f"web.{key}_{'one' if number < 2 else 'many'}", number=french_number(number))
