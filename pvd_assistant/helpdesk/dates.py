"""The dates written in a French text, as days."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.messages import load_data


def dates_in(words: str) -> Iterator[tuple[str, dt.date, int]]:
    """Yield each date as written, as the last day it covers, and where it starts.

    « mars 2026 » is past once the month is.
    """
    for match in _written().finditer(words):
        day = _day(match)
        if day is not None:
            yield match.group(), day, match.start()


def _day(match: re.Match[str]) -> dt.date | None:
    try:
        if match["year"]:
            month = _months().index(fold(match["month"])) + 1
            year = int(match["year"])
            if match["day"]:
                return dt.date(year, month, int(match["day"].removesuffix("er")))
            following = dt.date(year + month // 12, month % 12 + 1, 1)
            return following - dt.timedelta(days=1)
        return dt.date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:  # « 31 février », « 45/13/2026 »: not a date
        return None


@cache
def _months() -> list[str]:
    return [fold(month) for month in load_data("french")["months"]]


@cache
def _written() -> re.Pattern[str]:
    months = "|".join(load_data("french")["months"])
    return re.compile(
        rf"(?:(?P<day>\d{{1,2}}|1er)\s+)?(?P<month>{months})\s+(?P<year>\d{{4}})"
        r"|(?<!\d)(?P<d>\d{1,2})[/.](?P<m>\d{1,2})[/.](?P<y>\d{4})(?!\d)",
        re.IGNORECASE,
    )
