"""French dates and numbers: « 23 novembre 2026 », « 1er octobre 2020 », « 1 646 »."""

from __future__ import annotations

import datetime as dt
import re

from pvd_assistant.messages import load_data

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_NARROW_SPACE = "\u202f"


def french_date(value: str | dt.date | None) -> str:
    """Write a date in full, as far as it is known.

    >>> french_date("2026-11-01"), french_date("2026-03"), french_date("2026")
    ('1er novembre 2026', 'mars 2026', '2026')
    """
    match = _DATE.fullmatch(str(value or ""))
    if not match:
        return str(value or "")
    year, month, day = match.groups()
    months = load_data("french")["months"]
    if month is None or not 1 <= int(month) <= len(months):
        return year
    named = f"{months[int(month) - 1]} {year}"
    if day is None:
        return named
    return f"{'1er' if int(day) == 1 else int(day)} {named}"


def french_number(value: int) -> str:
    """Write a whole number with thin no-break spaces between thousands."""
    return f"{value:,}".replace(",", _NARROW_SPACE)
