"""A part of a document as paragraphs, lists and tables, with the cited passage marked in it.

A part's text is plain: paragraphs between blank lines, ``- `` items, rows with `` | ``. It is shown
as it is read, cut in elements whose words keep their offsets, so that marks fall where they must.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Span = tuple[int, int]
Level = Literal["", "passage", "statement"]
ElementKind = Literal["heading", "paragraph", "item", "row"]

_CHUNK = re.compile(r"\S(?:.*?\S)?(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_ITEM = re.compile(r"(\s*)(?:[-–•]|\d{1,3}[.)])\s+")
_CELLS = re.compile(r" \| ?")

#: Characters shown on each side of the passage; a table of 1 600 rows is not a page to read.
_AROUND = 6000


@dataclass(frozen=True, slots=True)
class Run:
    """Words with one mark."""

    text: str
    level: Level


@dataclass(frozen=True, slots=True)
class Element:
    """A title, a paragraph, an item or a row; a row has one list of runs a cell."""

    kind: ElementKind
    cells: tuple[tuple[Run, ...], ...]
    depth: int = 0

    @property
    def cited(self) -> bool:
        """Whether some of it is in the cited passage."""
        return any(run.level for cell in self.cells for run in cell)


@dataclass(frozen=True, slots=True)
class Group:
    """Elements of one kind that follow each other."""

    kind: ElementKind
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a part; ``before`` and ``after`` tell that it goes on."""

    groups: tuple[Group, ...]
    before: bool = False
    after: bool = False


def excerpt(
    text: str,
    passage: Span | None = None,
    statements: Sequence[Span] = (),
    headings: Collection[str] = (),
) -> Excerpt:
    """Cut a part's text in elements and mark the passage, and the statements within it.

    :param headings: titles known to stand in the text, each on a line of its own.
    """
    start, end = _window(text, passage)
    marks = _Marks(passage, statements)
    elements = list(_elements(text, marks, frozenset(headings), (start, end)))
    groups: list[Group] = []
    for element in elements:
        if groups and groups[-1].kind == element.kind and element.kind in ("item", "row"):
            groups[-1] = Group(element.kind, (*groups[-1].elements, element))
        else:
            groups.append(Group(element.kind, (element,)))
    return Excerpt(tuple(groups), before=start > 0, after=end < len(text))


@dataclass(frozen=True, slots=True)
class _Marks:
    passage: Span | None
    statements: Sequence[Span]

    def runs(self, text: str, start: int, end: int) -> tuple[Run, ...]:
        """Cut ``text[start:end]`` where a mark starts or ends."""
        bounds = [self.passage] if self.passage else []
        edges = {start, end}
        edges |= {e for span in (*bounds, *self.statements) for e in span if start < e < end}
        ordered = sorted(edges)
        return tuple(Run(text[a:b], self._level(a)) for a, b in itertools.pairwise(ordered))

    def _level(self, position: int) -> Level:
        if any(start <= position < end for start, end in self.statements):
            return "statement"
        if self.passage and self.passage[0] <= position < self.passage[1]:
            return "passage"
        return ""


def _window(text: str, passage: Span | None) -> Span:
    """Return what is shown: all of a short part, else whole lines around the passage."""
    if len(text) <= 3 * _AROUND:
        return 0, len(text)
    first, last = passage or (0, 0)
    start, end = max(0, first - _AROUND), min(len(text), last + _AROUND)
    if start:
        start = text.rfind("\n", 0, start) + 1
    if end < len(text):
        found = text.find("\n", end)
        end = found if found >= 0 else len(text)
    return start, end


def _elements(
    text: str, marks: _Marks, headings: frozenset[str], window: Span
) -> Iterator[Element]:
    for chunk in _CHUNK.finditer(text, *window):
        lines = list(_LINE.finditer(text, chunk.start(), chunk.end()))
        plain: list[re.Match[str]] = []
        for line in lines:
            item = _ITEM.match(line.group())
            rowed = " |" in line.group()
            if not (item or rowed or line.group().strip() in headings):
                plain.append(line)
                continue
            yield from _paragraph(text, marks, plain)
            plain = []
            if rowed:
                yield Element("row", tuple(_cells(text, marks, line)))
            elif item:
                depth = len(item.group(1)) // 2
                runs = marks.runs(text, line.start() + item.end(), line.end())
                yield Element("item", (runs,), depth)
            else:
                yield Element("heading", (marks.runs(text, line.start(), line.end()),))
        yield from _paragraph(text, marks, plain)


def _paragraph(text: str, marks: _Marks, lines: Sequence[re.Match[str]]) -> Iterator[Element]:
    if lines:
        yield Element("paragraph", (marks.runs(text, lines[0].start(), lines[-1].end()),))


def _cells(text: str, marks: _Marks, line: re.Match[str]) -> Iterator[tuple[Run, ...]]:
    start = line.start()
    for bar in _CELLS.finditer(text, line.start(), line.end()):
        yield marks.runs(text, start, bar.start())
        start = bar.end()
    yield marks.runs(text, start, line.end())
