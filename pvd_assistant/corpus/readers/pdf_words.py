"""Lines put back together: a word cut at the end of a line is one word again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from pvd_assistant.messages import load_data

_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_CUT = re.compile(r"\w-$")
_HEAD = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_TAIL = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Joiner:
    """Joins lines, with the words of the whole document to decide about hyphens.

    :param lines: every line of the document.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._known: set[str] = set()
        for line in lines:
            words = _WORD.findall(line.lower())
            self._known.update(words[:-1] if line.endswith(("-", "\u2010")) else words)

    def join(self, lines: Sequence[str]) -> str:
        """Return the text of consecutive lines.

        >>> Joiner(["la revitalisation"]).join(["une revita-", "lisation du centre-", "bourg"])
        'une revitalisation du centre-bourg'
        """
        text = ""
        for line in lines:
            if not text:
                text = line
            elif text.endswith("\u2010"):
                text = text[:-1] + line
            elif _CUT.search(text) and line[:1].isalnum():
                text = (text if self._keeps_hyphen(text, line) else text[:-1]) + line
            else:
                text = f"{text} {line}"
        return text.replace("\u2010", "-")

    def _keeps_hyphen(self, above: str, below: str) -> bool:
        head, tail = _HEAD.search(above), _TAIL.match(below)
        if head is None or tail is None:
            return True  # « 2020-2026 »: no word was cut
        if tail[0][0].isupper():
            return True  # « Saint-Flour »
        first, second = head[1].lower(), tail[0].lower()
        if first + second in self._known:
            return False
        heads, tails = _kept()
        last, next_ = first.rpartition("-")[2], second.partition("-")[0]
        return f"{first}-{second}" in self._known or last in heads or next_ in tails


@cache
def _kept() -> tuple[frozenset[str], frozenset[str]]:
    data = load_data("corpus")
    return frozenset(data["hyphen_heads"].split()), frozenset(data["hyphen_tails"].split())
