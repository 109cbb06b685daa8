"""The text of an answer: where it may stop while it is written, its lines, its citation markers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from pvd_assistant.model import HEADING, Answer, Citation, Statement

_STEP = re.compile(r"(?:\s*\[\d+\])+[.;:,]?|\n+")
_MARKER = re.compile(r"\[(\d+)\]")
_BAR = " | "
_EDGE = "| "
_RULE = re.compile(r"\|(?: --- \|)+")
_ITEM = re.compile(r"\s*(?:[-–•*]|(\d{1,2})[.)])\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words, or the marker of a citation with the statement it stands after."""

    text: str
    citation: Citation | None = None
    statement: Statement | None = None


Line = tuple[Piece, ...]
Kind = Literal["heading", "p", "ul", "ol", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """A heading or a paragraph (one line), the items of a list, or the rows of a table.

    :ivar header: whether the first row of a table names its columns.
    :ivar start: number of the first item of an ordered list.
    """

    kind: Kind
    lines: tuple[Line, ...]
    header: bool = False
    start: int = 1


def steps(text: str) -> tuple[int, ...]:
    """Return the lengths at which the text may be shown while it is written, the last one being all.

    >>> steps("Oui [1]. Sous conditions [2].")
    (8, 29)
    """
    ends = [match.end() for match in _STEP.finditer(text)]
    return tuple(dict.fromkeys([*(end for end in ends if end < len(text)), len(text)]))


def layout(answer: Answer, shown: int | None = None) -> tuple[Block, ...]:
    """Return the paragraphs and lists of an answer's text, cut after ``shown`` characters."""
    citations = {citation.n: citation for citation in answer.citations}
    placed = _placed(answer)
    blocks: list[Block] = []
    for start, line in _lines(_unbroken(answer, placed)[:shown]):
        if _RULE.fullmatch(line):
            _head_apart(blocks)
            continue
        kind, skip, end, number = _read(line)
        pieces = tuple(_pieces(line[skip:end], start + skip, citations, placed))
        last = blocks[-1] if blocks else None
        if last is not None and kind == last.kind and _goes_on(last, number):
            blocks[-1] = Block(kind, (*last.lines, pieces), last.header, last.start)
        else:
            blocks.append(Block(kind, (pieces,), kind == "table", number or 1))
    return tuple(_tabulated(blocks))


def _read(line: str) -> tuple[Kind, int, int, int]:
    """Return what a line is, where its words start and end, and the number of an ordered item."""
    if line.startswith(HEADING):
        return "heading", len(HEADING), len(line), 0
    if line.startswith(_EDGE):  # the last cell may still be being written
        return "table", len(_EDGE), len(line.removesuffix(_EDGE[::-1])), 0
    item = _ITEM.match(line)
    if item is None:
        return "p", 0, len(line), 0
    number = item.group(1)
    return (
        ("ol", item.end(), len(line), int(number)) if number else ("ul", item.end(), len(line), 0)
    )


def _head_apart(blocks: list[Block]) -> None:
    """Start a table at its header row, the last one read, when another table stands just above it."""
    last = blocks[-1] if blocks else None
    if last is not None and last.kind == "table" and len(last.lines) > 1:
        blocks[-1:] = [replace(last, lines=last.lines[:-1]), replace(last, lines=last.lines[-1:])]


def _goes_on(block: Block, number: int) -> bool:
    """Tell whether a line of the same kind belongs to a block: the next number, the next row."""
    if block.kind == "ol":
        return number == block.start + len(block.lines)
    return block.kind in ("ul", "table")


def cells(line: Line) -> tuple[Line, ...]:
    """Cut a row of a table in cells; its marks stay with the last one."""
    found: list[list[Piece]] = [[]]
    for piece in line:
        first, *others = piece.text.split(_BAR) if piece.citation is None else [""]
        found[-1].append(piece if piece.citation else Piece(first))
        found += [[Piece(other)] for other in others]
    return tuple(tuple(cell) for cell in found)


def _tabulated(blocks: Sequence[Block]) -> Iterator[Block]:
    """Make a table of the rows that follow each other in a list, and of the header above them."""
    waiting: Block | None = None
    for block in blocks:
        for run in _runs(block):
            bare = run.kind == "table" and not run.header
            if bare and waiting and _width(waiting.lines[0]) == _width(run.lines[0]):
                yield Block("table", (*waiting.lines, *run.lines), header=True)
                waiting = None
                continue
            if waiting:
                yield waiting
            waiting = run
    if waiting:
        yield waiting


def _runs(block: Block) -> Iterator[Block]:
    """Cut a list where rows of a table start or stop; a lone row stays an item."""
    if block.kind != "ul":
        yield block
        return
    items: list[Line] = []
    for width, group in groupby(block.lines, key=_width):
        lines = tuple(group)
        if width == 1 or len(lines) == 1:
            items += lines
            continue
        if items:
            yield Block("ul", tuple(items))
            items = []
        yield Block("table", lines)
    if items:
        yield Block("ul", tuple(items))


def _width(line: Line) -> int:
    return 1 + sum(piece.text.count(_BAR) for piece in line)


def _unbroken(answer: Answer, placed: Sequence[tuple[int, Statement]]) -> str:
    """Return the text without the line breaks inside statements, which are those of a PDF page."""
    text = answer.answer
    for end, statement in placed:
        start = end - len(statement.text)
        text = text[:start] + text[start:end].replace("\n", " ") + text[end:]
    return text


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        if line.strip():
            yield start, line
        start += len(line) + 1


def _placed(answer: Answer) -> tuple[tuple[int, Statement], ...]:
    """Return where each statement ends in the answer's text, in order."""
    found: list[tuple[int, Statement]] = []
    for statement in answer.statements:
        start = answer.answer.find(statement.text)
        if start >= 0:
            found.append((start + len(statement.text), statement))
    return tuple(sorted(found, key=lambda pair: pair[0]))


def _pieces(
    line: str,
    offset: int,
    citations: Mapping[int, Citation],
    placed: Sequence[tuple[int, Statement]],
) -> Iterator[Piece]:
    """Cut a line at its markers; a marker with no citation behind it is left out.

    What looks like a marker within a statement is the document's own: it stays plain text.
    """
    done = 0
    for marker in _MARKER.finditer(line):
        if _is_stated(offset + marker.start(), placed):
            continue
        before = line[done : marker.start()]
        if before:
            yield Piece(before)
        done = marker.end()
        citation = citations.get(int(marker.group(1)))
        if citation is not None:
            yield Piece("", citation, _before(offset + marker.start(), citation.n, placed))
    if done < len(line):
        yield Piece(line[done:])


def _is_stated(position: int, placed: Sequence[tuple[int, Statement]]) -> bool:
    return any(end - len(statement.text) <= position < end for end, statement in placed)


def _before(
    position: int, number: int, placed: Sequence[tuple[int, Statement]]
) -> Statement | None:
    """Return the nearest statement ending before a position and resting on that citation."""
    for end, statement in reversed(placed):
        if end <= position + 1 and number in statement.citations:
            return statement
    return None
