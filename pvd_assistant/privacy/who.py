"""Somebody looked for in texts: their address, and their name however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.errors import UsageError

_WORD = re.compile(r"\w+")
_CIVILITY = r"(?:m|mr|mme|mlle|me|monsieur|madame|mademoiselle|maitre)"
_BETWEEN = r"[\s._,'-]{1,3}"
_SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody, by what they are called.

    Both are looked for in a text in lower case, without accents.

    :ivar whole: their address, or their first name and name: nobody else, but for a homonym.
    :ivar shapes: these, and « Mme Durand », « S. Durand », which a colleague may write of them.
    """

    whole: re.Pattern[str]
    shapes: re.Pattern[str]

    @classmethod
    def of(cls, called: Iterable[str]) -> Who:
        """Read addresses and names, each a first name and a name in either order.

        :raises UsageError: there is none, or one could be anybody's.
        """
        given = [one.strip() for one in called if one.strip()]
        if not given:
            raise UsageError("privacy.who_missing")
        whole = [shape for one in given for shape in _whole(one)]
        return cls(_any(whole), _any([*whole, *(shape for one in given for shape in _short(one))]))

    def wrote(self, sender: str) -> bool:
        """Tell whether the name or the address of a sender is theirs."""
        return self.whole.search(_plain(sender)[0]) is not None

    def named_in(self, value: Any) -> bool:
        """Tell whether a text names them, or a text of a list or of a table."""
        if isinstance(value, str):
            return self.shapes.search(_plain(value)[0]) is not None
        return any(self.named_in(one) for one in _inside(value))

    def masked(self, value: Any, mark: str) -> Any:
        """Return a value in which a mark stands where they were named."""
        if isinstance(value, str):
            return self._masked(value, mark)
        if isinstance(value, Mapping):
            return {name: self.masked(one, mark) for name, one in value.items()}
        if isinstance(value, list):
            return [self.masked(one, mark) for one in value]
        return value

    def _masked(self, text: str, mark: str) -> str:
        plain, places = _plain(text)
        for found in reversed(list(self.shapes.finditer(plain))):
            start, end = places[found.start()], places[found.end() - 1] + 1
            text = text[:start] + mark + text[end:]
        return text


def _any(shapes: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{'|'.join(shapes)})(?!\w)")


def _whole(called: str) -> list[str]:
    if "@" in called:
        return [re.escape(_plain(called)[0])]
    return [_BETWEEN.join([*first, *last]) for first, last in _orders(called)]


def _short(called: str) -> list[str]:
    if "@" in called:
        return []
    return [
        rf"(?:{_CIVILITY}|{first[0][0]}){_BETWEEN}{_BETWEEN.join(last)}"
        for first, last in _orders(called)
        if max(map(len, last)) >= _SHORTEST
    ]


def _orders(called: str) -> list[tuple[list[str], list[str]]]:
    """Return the first name and the name, then the other way round: who knows which comes first?

    :raises UsageError: there is one word only, which could be anybody's.
    """
    words = _WORD.findall(_plain(called)[0])
    if len(words) < 2:
        raise UsageError("privacy.name_short", name=called)
    return [(words[:1], words[1:]), (words[1:], words[:1])]


def _plain(text: str) -> tuple[str, list[int]]:
    """Return a text in lower case, without accents, and where each of its letters was."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for one in _bare(letter):
            letters.append(one)
            places.append(place)
    return "".join(letters), places


@cache
def _bare(letter: str) -> str:
    decomposed = unicodedata.normalize("NFKD", letter.replace("’", "'"))
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()
