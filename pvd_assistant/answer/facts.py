"""The facts of a sentence that must be in its source as they are: numbers, dates, names, articles, links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pvd_assistant.index.analysis import fold, is_stop_word, stem, words
from pvd_assistant.messages import load_data

_NAME = re.compile(r"(?<!\w)[^\W\d_]\.?(?:[\w’'‑-]*[\w])?")
_ELISION = re.compile(r"^(?:[ldnsjmtc]|qu|jusqu|lorsqu|puisqu)['’](?=\w)", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:articles?|art\.)\s+((?:[lrd]\s?\.?\s*)?\*?\d+(?:[-.]\d+)*)")
_CODE = re.compile(r"(?:\b[lrd]\s?\.?\s*)?\d+(?:[-.]\d+)*")
_LINK = re.compile(
    r"(?:https?:|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|eu|net|io)\b\S*",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"\bjusqu['’]", re.IGNORECASE)
_OPENING = re.compile(r"(?:^|[.!?:;…]\s+|[«“\"(]\s*|\n\s*)$")
_UNIT_REACH, _RANGE_REACH = 2, 5
_LAST_DAY = 31
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Number:
    """A number and what it counts (``""`` when nothing says so)."""

    value: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be found in the source.

    :ivar figures: every number, those of dates included, as often as it is written.
    :ivar dates: their words in a row: ``("31", "decembre", "2026")``.
    :ivar shares: « moitié », « gratuit »: amounts in words.
    :ivar names: capitalised words and acronyms, folded; those in a row, together too.
    """

    numbers: tuple[Number, ...]
    figures: tuple[str, ...]
    dates: tuple[tuple[str, ...], ...]
    shares: tuple[str, ...]
    names: tuple[str, ...]
    articles: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A text in which facts are looked for."""

    tokens: tuple[str, ...]
    folded: str
    names: frozenset[str]
    named: str

    @classmethod
    def of(cls, text: str, around: Iterable[str] = ()) -> Source:
        """Prepare a text.

        :param around: its titles: names may be there instead, never figures.
        """
        folded = _plain(text)
        named = _with_acronyms(" ".join([folded, *map(_plain, around)]))
        return cls(tuple(tokens(text)), folded, frozenset(_parts(named)), named)

    def missing(self, facts: Facts) -> tuple[str, ...]:
        """Return the facts that are not in the text."""
        return (
            *(n.value for n in facts.numbers if not self._counts(n)),
            # « en 2020 et 2020 » for « en 2020 et 2021 »
            *(Counter(facts.figures) - Counter(self.tokens)),
            *(" ".join(date) for date in facts.dates if not self._has_row(date)),
            *(share for share in facts.shares if stem(share) not in map(stem, self.tokens)),
            *(name for name in facts.names if not self._names(name)),
            *(a for a in facts.articles if a not in map(_code, _CODE.findall(self.folded))),
            *(link for link in facts.links if link not in self.folded),
        )

    def _counts(self, number: Number) -> bool:
        """Tell whether a number is there and counts the same thing, or nothing that is told.

        A year or the day of a date counts nothing: a number that counts is not proved by it.
        """
        for at, token in enumerate(self.tokens):
            if token == number.value:
                found = units_after(self.tokens, at, _RANGE_REACH)
                dated = is_year(token) or self.tokens[at + 1 : at + 2] in self._month_rows
                if not number.unit or number.unit in found or not (found or dated):
                    return True
        return False

    def _names(self, name: str) -> bool:
        return name in self.names or (" " in name and name in self.named)

    @property
    def _month_rows(self) -> frozenset[tuple[str, ...]]:
        return frozenset((month,) for month in _months())

    def _has_row(self, row: tuple[str, ...]) -> bool:
        size = len(row)
        return any(self.tokens[at : at + size] == row for at in range(len(self.tokens) - size + 1))


def facts(text: str) -> Facts:
    """Return the facts of a sentence."""
    found = tokens(text)
    dates = tuple(_dates(found))
    dated = {word for date in dates for word in date}
    shares = load_data("grounding")["shares"]
    return Facts(
        numbers=tuple(
            Number(token, next(iter(units_after(found, at, _UNIT_REACH)), ""))
            for at, token in enumerate(found)
            if token[0].isdigit() and token not in dated
        ),
        figures=tuple(token for token in found if token[0].isdigit()),
        dates=dates,
        shares=tuple(token for token in found if token in shares),
        names=tuple(_names(text)),
        articles=tuple(_code(match) for match in _ARTICLE.findall(_plain(text))),
        links=tuple(link.rstrip(".,;:)»") for link in _LINK.findall(_plain(text))),
    )


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[str, ...]:
    data: dict[str, Any] = load_data("grounding")
    # What the analysis would drop: the sign %, the square of m², the « jusqu' » of « jusqu'à ».
    plain = _UNTIL.sub("jusque ", text.replace("%", " pourcent ").replace("²", "2 "))
    said = [word.folded for word in words(plain)]
    return tuple(
        word if previous in data["counted"] else str(data["numbers"].get(word, word))
        for previous, word in zip(["", *said], said, strict=False)
    )


def tokens(text: str) -> list[str]:
    """Return the folded words of a text, numbers in digits: ``45 000 €`` → ``45000``, ``euro``."""
    return list(_tokens(text))


def _plain(text: str) -> str:
    return fold(text)


def _parts(named: str) -> Iterable[str]:
    """Return every word of a folded text, whole and by its parts: « saint-etienne », « etienne »."""
    for match in re.finditer(r"[a-z0-9][a-z0-9'&-]*", named):
        word = _ELISION.sub("", match.group()).strip("-'")
        yield word
        if "-" in word or "'" in word:
            yield from re.split(r"[-']", word)


def _with_acronyms(folded: str) -> str:
    """Add the long forms of the acronyms of a text and the acronyms of its long forms."""
    more: list[str] = []
    present = set(re.findall(r"[a-z0-9-]+", folded))
    for shorts, longs in _acronyms():
        if present.intersection(shorts):
            more += longs
        elif any(long in folded for long in longs):
            more += shorts
    return " ".join([folded, *more])


@cache
def _acronyms() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    return tuple(
        (tuple(map(fold, entry["short"])), tuple(map(fold, entry["long"])))
        for entry in load_data("acronyms")
    )


@cache
def _months() -> frozenset[str]:
    return frozenset(load_data("analysis")["months"])


@cache
def _unit_of() -> dict[str, str]:
    return {form: forms[0] for forms in load_data("grounding")["units"] for form in forms}


def units_after(found: Sequence[str], at: int, reach: int) -> list[str]:
    """Return what a number counts: the units among the next words.

    :param found: the words of a text, as :func:`tokens` gives them.
    :param at: place of the number.
    :param reach: how many words are looked at.
    """
    following = found[at + 1 : at + 1 + reach]
    return [_unit_of()[token] for token in following if token in _unit_of()]


def is_unit(token: str) -> bool:
    """Tell whether a folded word is what a number counts."""
    return token in _unit_of()


def is_year(token: str) -> bool:
    """Tell whether a folded word is a year."""
    return _YEAR.fullmatch(token) is not None


def _dates(found: Sequence[str]) -> Iterable[tuple[str, ...]]:
    for at, token in enumerate(found):
        if token not in _months():
            continue
        before = found[at - 1] if at else ""
        after = found[at + 1] if at + 1 < len(found) else ""
        day = (before,) if before.isdigit() and int(before) <= _LAST_DAY else ()
        year = (after,) if after.isdigit() and len(after) == 4 else ()
        yield (*day, token, *year)


def _names(text: str) -> Iterable[str]:
    bare = _LINK.sub(" ", text)
    last, last_end = "", -1
    for match in _NAME.finditer(bare):
        word = _ELISION.sub("", match.group())
        if not word[0].isupper():
            continue
        folded = fold(word).strip(".'-")
        opens = _OPENING.search(bare, 0, match.start()) is not None
        shouted = len(word) > 1 and word.isupper()
        if len(folded) > 1 and not (opens and not shouted and _is_common(folded)):
            yield folded
            if bare[last_end : match.start()].isspace() and last:
                yield f"{last} {folded}"
            last, last_end = folded, match.end()


def _is_common(folded: str) -> bool:
    """Tell whether a word that opens a sentence owes its capital to its place only."""
    data = load_data("grounding")
    return (
        is_stop_word(folded)
        or folded in data["openers"].split()
        or folded in data["numbers"]
        or re.search(data["common_start"], folded) is not None
    )


def _code(reference: str) -> str:
    return re.sub(r"[\s.]", "", reference)
