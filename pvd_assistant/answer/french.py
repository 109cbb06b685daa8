"""French dates and numbers: « 23 novembre 2026 », « 1er octobre 2020 », « 1 646 »."""

from __future__ import annotations

import datetime as dt

from pvd_assistant.messages import load_data

_NARROW_SPACE = "\u202f"


def date(day: dt.date) -> str:
    """Return a date in full."""
    month = load_data("french")["months"][day.month - 1]
    return f"{'1er' if day.day == 1 else day.day} {month} {day.year}"


def number(value: int) -> str:
    """Return a whole number with thin no-break spaces between thousands."""
    return f"{value:,}".replace(",", _NARROW_SPACE)
