"""The sentences of a reply, each with the numbers of its sources and its place in the letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.messages import load_data

Place = Literal["greeting", "body", "closing"]

_MARKS = re.compile(r"(?P<marks>(?:\s*\[\d+\])+)(?P<end>[.;:,!?…]?)")
_NUMBER = re.compile(r"\[(\d+)\]")
_BULLET = re.compile(r"\s*(?:[-–—•*]|\d{1,2}[.)])\s+")
_SPACES = re.compile(r"\s+")
_BREAKS = re.compile(r"[ \t\n\r\f\v]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply.

    :ivar text: its words, without its marks nor the bullet before it.
    :ivar marks: numbers of the sources it gives.
    :ivar start: where its words start in the reply.
    :ivar end: where its marks end.
    """

    text: str
    marks: tuple[int, ...]
    start: int
    end: int
    place: Place


def sentences(
    body: str, known: Iterable[str] = (), passages: Mapping[int, str] = MappingProxyType({})
) -> list[Sentence]:
    """Return the sentences of a reply, in order.

    :param known: statements that are not to be cut, though they hold several sentences.
    :param passages: texts of the sources by number: what is copied from one is not cut either.
    """
    first, last = _letter(body)
    whole = _Whole(
        frozenset(map(plain, known)), {number: plain(words) for number, words in passages.items()}
    )
    found: list[Sentence] = []
    for start, line in _lines(body):
        place: Place = "greeting" if start < first else "closing" if start >= last else "body"
        found += _of_line(line, start, place, whole)
    return found


def inside(body: str) -> tuple[int, int]:
    """Return where a letter starts and ends between its greeting and its leave."""
    return _letter(body)


def marks_in(body: str) -> list[int]:
    """Return the numbers of the sources that a text gives, each once, in order."""
    return list(dict.fromkeys(int(number) for number in _NUMBER.findall(body)))


def plain(words: str) -> str:
    """Return words as they are compared: spaces, apostrophes, capitals and the last stop aside."""
    bare = _SPACES.sub(" ", words.replace("’", "'").replace("\u00ad", ""))
    return bare.strip(" .;").casefold()


def one_line(words: str) -> str:
    """Return words of a document on one line; its no-break spaces stay."""
    return _BREAKS.sub(" ", words).strip()


def courtesy(words: str) -> bool:
    """Tell whether a line says nothing that needs a source: « Nous restons à votre disposition »."""
    return _pattern("courtesies").search(fold(words)) is not None


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is not cut, plainly: statements, and passages by number."""

    statements: frozenset[str]
    passages: Mapping[int, str]

    def spans(self, words: str, marks: tuple[int, ...]) -> list[tuple[int, int]]:
        """Return where the sentences of what stands before marks are."""
        spans = sentence_spans(words)
        for n, (start, _) in enumerate(spans):
            rest = plain(words[start:])
            copied = any(rest in self.passages.get(number, "") for number in marks)
            if copied or rest in self.statements:
                return [*spans[:n], (start, spans[-1][1])]
        return spans


def _of_line(line: str, start: int, place: Place, whole: _Whole) -> Iterator[Sentence]:
    bullet = _BULLET.match(line)
    position = bullet.end() if bullet else 0
    for marks in _MARKS.finditer(line):
        cited = tuple(dict.fromkeys(int(n) for n in _NUMBER.findall(marks["marks"])))
        words = line[position : marks.start()]
        yield from _cut(words, start + position, start + marks.end(), cited, place, whole)
        position = marks.end()
    yield from _cut(line[position:], start + position, start + len(line), (), place, whole)


def _cut(
    words: str, start: int, end: int, marks: tuple[int, ...], place: Place, whole: _Whole
) -> Iterator[Sentence]:
    """Cut what stands before marks: they belong to its last sentence."""
    spans = whole.spans(words, marks)
    for n, (first, last) in enumerate(spans, start=1):
        if not re.search(r"\w", words[first:last]):
            continue
        is_last = n == len(spans)
        yield Sentence(
            words[first:last],
            marks if is_last else (),
            start + first,
            end if is_last else start + last,
            place,
        )


def _lines(body: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in body.split("\n"):
        if line.strip():
            yield start, line
        start += len(line) + 1


def _letter(body: str) -> tuple[int, int]:
    lines = list(_lines(body))
    first, last = 0, len(body)
    if lines and _pattern("greetings").search(fold(lines[0][1])):
        first = lines[1][0] if len(lines) > 1 else len(body)
    for start, line in reversed(lines):
        if start >= first and _pattern("closings").search(fold(line)):
            last = start
            break
    return first, last


@cache
def _data() -> Any:
    return load_data("helpdesk/reply")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])
