"""Where French sentences start and end."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pvd_assistant.messages import load_data

_SPACE = " \t\n\r\u00a0\u202f"
#: An end mark, the closing marks that belong to it, then space: a possible end of sentence.
_END = re.compile(
    r"(?P<mark>[.!?…]+)"
    r"(?P<close>(?:[ \u00a0\u202f]?[»”\"’)\]])*)"
    r"(?=[ \t\n\u00a0\u202f])|\n[ \t]*\n"
)
_NEXT = re.compile(r"[ \t\n\u00a0\u202f]+(?P<word>[^\W_]+|\S)")
_LAST_WORD = re.compile(r"[^ \t\n\u00a0\u202f(«“\"'’/\[]+$")
_INITIAL = re.compile(r"^(?:[A-ZÀ-Ý]|[PTC]h)(?:\.?-?[A-ZÀ-Ý])*$")
_LOOK_BACK = 40


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the sentences of ``text`` as ``(start, end)``, in order, without outer spaces.

    Every character that is not a space belongs to exactly one sentence.

    >>> text = "Voir l'art. 5 de M. Leroy. Le taux est de 1.5 %."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ["Voir l'art. 5 de M. Leroy.", 'Le taux est de 1.5 %.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match["mark"] is not None and not _ends_sentence(text, start, match):
            continue
        _append(spans, text, start, match.end())
        start = match.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start] in _SPACE:
        start += 1
    while end > start and text[end - 1] in _SPACE:
        end -= 1
    if start < end:
        spans.append((start, end))


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    following = _NEXT.match(text, match.end())
    if following is None:
        return True
    word = following["word"]
    if word[0].islower() or word[0] in "»”;,:)!?…]":
        return False
    if match["mark"] != "." or match["close"]:
        return True
    return not _is_abbreviation(text, start, match.start(), word)


def _is_abbreviation(text: str, start: int, dot: int, upcoming: str) -> bool:
    """Tell whether the full stop at ``dot`` belongs to the word before it."""
    before = _LAST_WORD.search(text, max(start, dot - _LOOK_BACK), dot)
    if before is None:
        return False
    word = before.group()
    known = _abbreviations()
    if word in known.never_last:
        return True
    if word in known.before_numbers:
        return upcoming[0].isdigit() or len(upcoming) == 1
    if _INITIAL.match(word):
        return upcoming not in known.openers
    # « 1. Déposer le dossier »: a number that opens the sentence numbers it.
    return word.isdigit() and not text[start : before.start()].strip(_SPACE)


class _Abbreviations(NamedTuple):
    never_last: frozenset[str]
    before_numbers: frozenset[str]
    openers: frozenset[str]


@cache
def _abbreviations() -> _Abbreviations:
    data = load_data("corpus")
    return _Abbreviations(
        frozenset(data["never_last"].split()),
        frozenset(data["before_numbers"].split()),
        frozenset(data["sentence_openers"].split()),
    )
