"""French wording and formats of the pages: dates, numbers, labels of kinds and families."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Any

from pvd_assistant.messages import load_data, text

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_THIN = "\u202f"


@cache
def labels() -> Any:
    """Return the labels of ``data/web/labels.yaml``."""
    return load_data("web/labels")


def label(group: str, value: str) -> str:
    """Return the French label of a value of the model; the value itself when it has none."""
    found: str = labels()[group].get(value, value)
    return found


def french_date(value: str | dt.date | None) -> str:
    """Write a date in full, as far as it is known.

    >>> french_date("2026-11-01"), french_date("2026-03"), french_date("2026")
    ('1er novembre 2026', 'mars 2026', '2026')
    """
    match = _DATE.fullmatch(str(value or ""))
    if not match:
        return str(value or "")
    year, month, day = match.groups()
    months = labels()["months"]
    if month is None or not 1 <= int(month) <= len(months):
        return year
    named = f"{months[int(month) - 1]} {year}"
    if day is None:
        return named
    return f"{'1er' if int(day) == 1 else int(day)} {named}"


def french_number(value: int) -> str:
    """Write a whole number with thin no-break spaces between thousands."""
    return f"{value:,}".replace(",", _THIN)


def counted(key: str, number: int) -> str:
    """Return the singular (``key_one``) or plural (``key_many``) message for a number."""
    return text(f"web.{key}_{'one' if number < 2 else 'many'}", number=french_number(number))
