"""The figures of a text, each with what it measures: euros, per cent, a date, a duration, things counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from pvd_assistant.answer import composition
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.index.analysis import stem
from pvd_assistant.messages import load_data

_NUMBER = r"\d{1,3}(?:[ .]\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?"
_MAGNITUDES = {"k": 3, "m": 6, "md": 9, "million": 6, "milliard": 9, "mille": 3}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a text.

    :ivar sort: ``euro``, ``percent``, ``date``, ``duration``, the stem of what is counted, or ``""``.
    :ivar value: as a plain number (``1600000`` for 1,6 M€) or, for a date, its words.
    :ivar start: where it stands in the folded text, to the end of what it measures.
    :ivar inferred: said in words (« la moitié »).
    """

    sort: str
    value: str
    start: int
    end: int
    inferred: bool = False

    @property
    def kind(self) -> str:
        """``euro``, ``percent``, ``date``, ``duration`` or, for things counted, ``count``."""
        kind = self.sort.split(" ")[0]
        return kind if kind in ("euro", "percent", "date", "duration") else "count"


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text, in order.

    >>> [(f.sort, f.value) for f in figures("12 ou 21 %, dans la limite de 1,6 M€")]
    [('percent', '12'), ('percent', '21'), ('euro', '1600000')]
    """
    folded = fold(text)
    dates = list(_dates(folded))
    taken = [(d.start, d.end) for d in dates]
    found = [f for f in _numbers(folded) if not any(a <= f.start < b for a, b in taken)]
    return tuple(sorted([*dates, *_listed(found, folded), *_shares(folded)], key=lambda f: f.start))


def _dates(folded: str) -> Iterator[Figure]:
    for match in _date_rule().finditer(folded):
        yield Figure("date", re.sub(r"\b1er\b", "1", match.group()), *match.span())


@cache
def _date_rule() -> re.Pattern[str]:
    months = "|".join(load_data("analysis")["months"])
    year = r"(?:19|20)\d\d(?![\d,.]\d)(?! ?(?:€|%|euros?|habit|commune|logement|place))"
    alone = rf"(?:(?<![\d ,.])|(?<=[^\d] )){year}\b"
    return re.compile(
        rf"\b(?:(?:1er|\d{{1,2}}) (?:{months})(?: {year}\b)?|(?:{months}) {year}\b|{alone})"
    )


def _numbers(folded: str) -> Iterator[Figure]:
    for match in _number_rule().finditer(folded):
        written = match["number"]
        spelled = composition.spelled().get(written)
        if spelled is None and not written[0].isdigit():
            continue
        digits = spelled or _plain(written)
        power = _MAGNITUDES.get((match["magnitude"] or "").rstrip("s"), 0)
        sort = _sort(match)
        if spelled is not None and not sort:
            continue
        yield Figure(sort, _scaled(digits, power), match.start(), _end(match))


@cache
def _number_rule() -> re.Pattern[str]:
    words = "|".join(sorted(composition.spelled(), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w.,])(?P<number>{_NUMBER}|\b(?:{words})\b)"
        r"(?: ?(?P<magnitude>millions?|milliards?|md(?=€)|m(?=€)|k(?=€)|mille)\b)?"
        r"(?: ?(?:(?P<percent>%|pour ?cents?\b|pourcents?\b)|(?:d'|de )?(?P<euro>€|euros?\b)"
        r"|(?P<duration>an|ans|annees?|mois|semaines?|jours?|heures?)\b"
        r"|(?:d'|de )?(?:petites? |autres? |nouvelles? |nouveaux |premiere?s? |anciens? )?"
        r"(?P<noun>[a-z][a-z'-]{2,})))?"
    )


def _end(match: re.Match[str]) -> int:
    measures = ("magnitude", "percent", "euro", "duration")
    return max(match.end("number"), *(match.end(name) for name in measures))


def _sort(match: re.Match[str]) -> str:
    if match["percent"]:
        return "percent"
    if match["euro"]:
        return "euro"
    if match["duration"]:
        return f"duration {match['duration'][:2]}"
    if match["noun"]:
        return stem(match["noun"])
    return "euro" if match["magnitude"] in ("million", "millions", "milliard", "milliards") else ""


def _plain(written: str) -> str:
    whole, _, decimals = re.sub(r"(?<=\d)[ .](?=\d{3}(?!\d))", "", written).partition(",")
    return f"{whole}.{decimals}" if decimals else whole


def _scaled(digits: str, power: int) -> str:
    value = float(digits) * 10**power
    return str(int(value)) if value == int(value) else str(round(value, 4))


def _listed(found: list[Figure], folded: str) -> list[Figure]:
    """« 12, 18 ou 21 % »: the first ones are per cent too."""
    done: list[Figure] = []
    for figure in reversed(found):
        after = done[-1] if done else None
        if after is not None and figure.sort in ("", "ou", "et"):
            between = folded[figure.end : after.start]
            if re.fullmatch(r",? (?:(?:ou|et|a) )?(?:de )?| ?- ?", between):
                figure = replace(figure, sort=after.sort)
        done.append(figure)
    return done[::-1]


def _shares(folded: str) -> Iterator[Figure]:
    """« La moitié » says 50 %."""
    for share, rule in _share_rules():
        for match in rule.finditer(folded):
            yield Figure("percent", share, *match.span(), inferred=True)


@cache
def _share_rules() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rules = load_data("premises")["shares"]
    return tuple((str(share), re.compile(rule)) for share, rule in rules.items())
