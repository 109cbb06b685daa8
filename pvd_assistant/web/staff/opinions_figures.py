"""Opinions counted by week and by reason, drawn as bars; each drawing has its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvd_assistant.french import french_date
from pvd_assistant.library.inbox import Inbox, Week
from pvd_assistant.messages import text
from pvd_assistant.web.feedback import reasons

_WEEKS = 12
# The drawing, in its own units: the page gives it its size.
_WIDTH, _HEIGHT, _STEP, _BAR, _LEFT, _BASE = 640, 200, 50, 30, 36, 170
_TOP = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A week of the drawing: two stacked bars and their legend.

    :ivar y_useful, y_useless: tops of the bars; ``h_useful``, ``h_useless``: their heights.
    :ivar day: « 23/11 »; empty for a week without its name, to leave room.
    """

    x: int
    y_useful: int
    h_useful: int
    y_useless: int
    h_useless: int
    day: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason and how often it was given, as a share of the most frequent one, in per cent."""

    label: str
    number: int
    share: int


def figures_view(inbox: Inbox) -> dict[str, Any]:
    """Return the drawing of the weeks, with its table, and the reasons of each vote."""
    weeks = inbox.weeks(_WEEKS)
    first, last = french_date(weeks[0].first), french_date(weeks[-1].first)
    highest = max(1, *(week.useful + week.useless for week in weeks))
    return {
        "weeks": [(french_date(week.first), week) for week in weeks],
        "columns": [_column(at, week, highest) for at, week in enumerate(weeks)],
        "lines": [(_BASE - _scaled(value, highest), value) for value in _steps(highest)],
        "size": (_WIDTH, _HEIGHT),
        "bar": _BAR,
        "left": _LEFT,
        "about": text("dashboard.chart_weeks_about", first=first, last=last),
        "votes": [_vote(inbox, False), _vote(inbox, True)],
    }


def _column(at: int, week: Week, highest: int) -> Column:
    useful, useless = _scaled(week.useful, highest), _scaled(week.useless, highest)
    return Column(
        x=_LEFT + at * _STEP + (_STEP - _BAR) // 2,
        y_useful=_BASE - useful,
        h_useful=useful,
        y_useless=_BASE - useful - useless,
        h_useless=useless,
        day=week.first.strftime("%d/%m"),
    )


def _scaled(value: int, highest: int) -> int:
    return round((_BASE - _TOP) * value / highest)


def _steps(highest: int) -> Sequence[int]:
    """Return the values at which a line is drawn: the bottom, the middle when it is whole, the top."""
    return sorted({0, highest} | ({highest // 2} if highest % 2 == 0 else set()))


def _vote(inbox: Inbox, useful: bool) -> tuple[str, str, list[Reason]]:
    name = "useful" if useful else "useless"
    title = text(f"dashboard.chart_reasons_{name}")
    return name, title, _given(inbox.reasons(useful), reasons(useful))


def _given(numbers: Mapping[str, int], known: Mapping[str, str]) -> list[Reason]:
    most = max(numbers.values(), default=1)
    return [
        Reason(known.get(key, key), number, round(100 * number / most))
        for key, number in sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
