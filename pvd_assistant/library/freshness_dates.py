"""Dates of a text that are past, in a sentence that writes them as still to come."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.messages import load_data

_BRACKETS = re.compile(r"\([^()]*\)")
_YEAR = r"(?:19|20)\d\d"
_WITH_YEAR = re.compile(_YEAR)
_SHORT_YEAR = 2


def broken_promise(sentence: str, today: dt.date) -> dt.date | None:
    """Return the date that a sentence writes as still to come and that is past, if there is one.

    A month or a year is past once it is over. A sentence that also gives a later date, or that tells of
    a past time, promises nothing.
    """
    years = [int(year) for year in _WITH_YEAR.findall(sentence)]
    if not years or max(years) > today.year:  # most sentences: not worth being folded
        return None
    folded = _BRACKETS.sub(" ", fold(sentence))
    days = list(dates(folded))
    if not days or max(days) >= today:
        return None
    said = any(pattern.search(folded) for pattern in _promises())
    return max(days) if said and not _told().search(folded) else None


def dates(folded: str) -> Iterator[dt.date]:
    """Return the last day of each date of a folded text: « mars 2026 » ends on the 31st."""
    for found in _date().finditer(folded):
        try:
            yield _last_day(found.groupdict())
        except ValueError:  # the 31st of a month that has thirty days
            continue


def _last_day(date: dict[str, str | None]) -> dt.date:
    year = date["of_month"] or date["of_figures"] or date["to"] or date["year"] or ""
    if len(year) == _SHORT_YEAR:  # « 2021-27 »
        year = f"{date['year']}"[:_SHORT_YEAR] + year
    if date["name"]:
        month = _months().index(date["name"]) + 1
        day = int(date["day"] or calendar.monthrange(int(year), month)[1])
        return dt.date(int(year), month, day)
    if date["month"]:
        return dt.date(int(year), int(date["month"]), int(date["figure"] or 1))
    return dt.date(int(year), 12, 31)


@cache
def _rules() -> Any:
    return load_data("library/freshness")


@cache
def _months() -> tuple[str, ...]:
    return tuple(load_data("analysis")["months"])


@cache
def _date() -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:(?:(?P<day>\d{{1,2}})(?:er)? )?(?P<name>{'|'.join(_months())}) (?P<of_month>{_YEAR})"
        rf"|(?P<figure>\d{{2}})/(?P<month>\d{{2}})/(?P<of_figures>{_YEAR})"
        rf"|(?P<year>{_YEAR})(?:-(?P<to>(?:\d\d){{1,2}}))?)\b"
    )


@cache
def _promises() -> tuple[re.Pattern[str], ...]:
    rules = _rules()
    written = re.sub(r"\?P<\w+>", "?:", _date().pattern)
    values = {"lead": rules["lead"], "future": rules["future"], "date": written}
    return tuple(re.compile(rule.format(**values)) for rule in rules["promises"])


@cache
def _told() -> re.Pattern[str]:
    return re.compile(_rules()["told"])
