"""French dates, numbers and sizes: « 23 novembre 2026 », « 1er octobre 2020 », « 1 646 », « 1,2 Mo »."""

from __future__ import annotations

import datetime as dt
import math
import re
from zoneinfo import ZoneInfo

from pvd_assistant.messages import load_data

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_PARIS = ZoneInfo("Europe/Paris")
_NARROW_SPACE = "\u202f"
_NO_BREAK = "\N{NO-BREAK SPACE}"


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


def french_moment(value: dt.datetime) -> str:
    """Write a moment, as clocks show it in Paris.

    >>> french_moment(dt.datetime(2026, 11, 23, 9, 5, tzinfo=dt.UTC))
    '23 novembre 2026 à 10\u00a0h\u00a005'
    """
    there = value.astimezone(_PARIS)
    return f"{french_date(there.date())} à {there.hour}\u00a0h\u00a0{there.minute:02}"


def french_wait(seconds: float) -> str:
    """Write about how long to wait, never less: « 5 secondes », « 40 secondes », « 2 minutes ».

    >>> french_wait(1), french_wait(17), french_wait(58), french_wait(61)
    ('5\u00a0secondes', '20\u00a0secondes', '1\u00a0minute', '2\u00a0minutes')
    """
    if seconds <= 55:
        return f"{max(5, 5 * math.ceil(seconds / 5))}{_NO_BREAK}secondes"
    minutes = math.ceil(seconds / 60)
    return f"{minutes}{_NO_BREAK}minute{'s' if minutes > 1 else ''}"


def french_size(size: int) -> str:
    """Write a number of bytes: « 412 o », « 1,2 Mo », « 25 Go », with a no-break space."""
    value, unit = float(size), "o"
    for unit in ("o", "ko", "Mo", "Go", "To"):
        if value < 999.5 or unit == "To":
            break
        value /= 1000
    shown = f"{value:.1f}" if value < 9.95 and unit != "o" else f"{value:.0f}"
    return f"{shown}{_NO_BREAK}{unit}".replace(".", ",")
