"""Two texts side by side, line by line, with the words that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "changed", "added", "removed"]
_WORDS = re.compile(r"\s+|[^\W_]+(?:[’'-][^\W_]+)*|.")
_ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a line, and whether the other text has them."""

    words: str
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of each text; one of them may be missing."""

    kind: Kind
    left: tuple[Run, ...] = ()
    right: tuple[Run, ...] = ()


def side_by_side(left: str, right: str) -> list[Pair]:
    """Compare two texts; empty lines are left out."""
    ours, theirs = _lines(left), _lines(right)
    found: list[Pair] = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Pair("same", (Run(line),), (Run(line),)) for line in ours[a:b]]
        else:
            found += _changed(ours[a:b], theirs[c:d])
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _changed(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[Pair]:
    """Pair the lines that look alike, in order; the others stand alone."""
    done = 0
    for line in ours:
        near = next((n for n in range(done, len(theirs)) if _alike(line, theirs[n])), None)
        if near is None:
            yield Pair("removed", (Run(line, True),))
            continue
        for other in theirs[done:near]:
            yield Pair("added", (), (Run(other, True),))
        yield Pair("changed", *_words(line, theirs[near]))
        done = near + 1
    for other in theirs[done:]:
        yield Pair("added", (), (Run(other, True),))


def _alike(one: str, other: str) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _words(one: str, other: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    ours, theirs = _WORDS.findall(one), _WORDS.findall(other)
    left: list[Run] = []
    right: list[Run] = []
    for tag, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        differs = tag != "equal"
        if a < b:
            left.append(Run("".join(ours[a:b]), differs))
        if c < d:
            right.append(Run("".join(theirs[c:d]), differs))
    return tuple(left), tuple(right)
