"""From a flat run of pieces (heading, paragraph, item, row) to parts with exact offsets.

The readers only have to name the pieces of a file in reading order; where a section starts, which
title a block stands under and what introduces a list is decided here, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Literal

from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.corpus.text import fold
from pvd_assistant.messages import load_data
from pvd_assistant.model import Block, BlockKind, Part

PieceKind = Literal["page", "heading", "paragraph", "item", "header", "row", "aside"]

#: Characters after which a section goes on in a new part, at the end of a block.
_LONGEST_PART = 20_000


@dataclass(frozen=True, slots=True)
class Piece:
    """One paragraph, title, list item or table row, its text already clean.

    A ``header`` opens a table and is empty when the table has none. An ``aside`` is in the part's text
    but states nothing (a table of contents). A ``page`` opens the next page, its text being the printed
    number: once there is one, pages are the parts.

    :ivar level: of a heading, from 1; of an item, its depth from 1; of a page, its number from 1.
    :ivar marker: what is printed before an item: ``"- "`` or ``"2. "``.
    """

    kind: PieceKind
    text: str
    level: int = 1
    marker: str = ""


def table_row(cells: Sequence[str]) -> str:
    """Return a row's text: cells separated by `` | ``; a bar inside a cell becomes ``¦``.

    >>> table_row(["Foix", "", "9 700"])
    'Foix |  | 9 700'
    """
    return " | ".join(cell.replace("|", "¦") for cell in cells).strip()


def table_pieces(rows: Sequence[Sequence[str]], *, has_header: bool = True) -> list[Piece]:
    """Return the pieces of a table; its first filled row is the header unless told otherwise."""
    filled = [row for row in rows if any(row)]
    if not filled:
        return []
    has_header = has_header and len(filled) > 1
    body = filled[1:] if has_header else filled
    header = Piece("header", table_row(filled[0]) if has_header else "")
    return [header, *(Piece("row", table_row(row)) for row in body)]


def assemble(pieces: Iterable[Piece]) -> tuple[Part, ...]:
    """Return the parts of a document: one a section of its highest level of headings."""
    listed = [piece for piece in pieces if piece.text or piece.kind in ("header", "page")]
    levels = [piece.level for piece in listed if piece.kind == "heading"]
    first = next((piece for piece in listed if piece.kind != "page"), None)
    # A single first-level heading that opens the document is its title.
    opens = first is not None and first.kind == "heading" and first.level == 1
    titled = opens and len(levels) > 1 and levels.count(1) == 1
    sections = levels[1:] if titled else levels
    paged = any(piece.kind == "page" for piece in listed)
    assembly = _Assembly(1 if titled else 0, 0 if paged else min(sections, default=1))
    for piece, following in zip_longest(listed, listed[1:]):
        assembly.add(piece, following)
    return assembly.finish()


class _Assembly:
    """The state of ``assemble``: the part being written and where its next piece stands."""

    def __init__(self, title_level: int, section_level: int) -> None:
        self._title_level = title_level
        self._section_level = section_level
        self._parts: list[Part] = []
        self._text: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._path: list[tuple[int, str]] = []
        self._left_out = 0  # level of the « Sources » heading that is being skipped
        self._asking = 0  # level of the « Vous cherchez à… » heading above
        self._lead: str | None = None
        self._items: list[str] = []
        self._header = ""
        self._last: PieceKind | None = None
        self._page: Piece | None = None

    def add(self, piece: Piece, following: Piece | None) -> None:
        if piece.kind == "page":
            self._close_part()
            self._page = piece
            return
        if piece.kind == "heading":
            self._add_heading(piece, following)
        elif self._left_out:
            return
        elif piece.kind == "aside":
            self._put(piece.text)
        elif piece.kind == "item":
            self._add_item(piece)
        elif piece.kind == "paragraph":
            self._add_paragraph(piece)
        else:
            self._add_row(piece)
        self._last = piece.kind

    def finish(self) -> tuple[Part, ...]:
        self._close_part()
        return tuple(self._parts)

    def _add_heading(self, piece: Piece, following: Piece | None) -> None:
        level, name = piece.level, fold(piece.text).rstrip(" \u00a0\u202f…:.")
        self._path = [step for step in self._path if step[0] < level]
        self._left_out = self._left_out if self._left_out < level else 0
        self._asking = self._asking if self._asking < level else 0
        self._lead, self._items = None, []
        if self._left_out:
            return
        if level <= self._section_level:
            self._close_part()
        asking, left_out = _special_sections()
        if name in left_out:
            self._left_out = level
            return
        if name.startswith(asking):
            self._asking = self._asking or level
        if level == self._title_level:
            self._put(piece.text)
            return
        self._path.append((level, piece.text))
        # A title that asks, with nothing of its own under it, is the question of a FAQ sheet.
        empty = following is not None and following.kind == "heading" and following.level <= level
        self._put(piece.text, "question" if empty and piece.text.endswith("?") else None)

    def _add_paragraph(self, piece: Piece) -> None:
        self._put(piece.text, self._asked_or("paragraph"))
        self._items, self._lead = [], None
        if piece.text.endswith(":"):
            start, end = sentence_spans(piece.text)[-1]
            self._lead = piece.text[start:end]

    def _add_item(self, piece: Piece) -> None:
        depth = min(piece.level, len(self._items) + 1)
        del self._items[depth - 1 :]
        header = self._items[-1] if self._items else self._lead
        self._items.append(piece.text)
        gap = "\n" if self._last == "item" else "\n\n"
        before = "  " * (depth - 1) + piece.marker
        self._put(piece.text, self._asked_or("item"), header, gap=gap, before=before)

    def _add_row(self, piece: Piece) -> None:
        self._lead, self._items = None, []
        if piece.kind == "header":
            self._header = piece.text
            if piece.text:
                self._put(piece.text)
            return
        if self._is_full():
            self._close_part()
            if self._header:
                self._put(self._header)
        gap = "\n" if self._header or self._last == "row" else "\n\n"
        self._put(piece.text, self._asked_or("row"), self._header or None, gap=gap)

    def _asked_or(self, kind: BlockKind) -> BlockKind:
        return "question" if self._asking else kind

    def _put(
        self,
        text: str,
        kind: BlockKind | None = None,
        header: str | None = None,
        *,
        gap: str = "\n\n",
        before: str = "",
    ) -> None:
        """Write ``text`` in the part, as a block when it has a ``kind``."""
        if kind in (None, "paragraph") and self._is_full():
            self._close_part()
        lead = (gap if self._length else "") + before
        start = self._length + len(lead)
        self._text += [lead, text]
        self._length = start + len(text)
        if kind is not None:
            headings = tuple(title for _, title in self._path)
            self._blocks.append(Block(start, self._length, kind, headings, header))

    def _is_full(self) -> bool:
        return self._page is None and self._length > _LONGEST_PART

    def _close_part(self) -> None:
        """End the part; a page without a block is kept, so that parts and pages go together."""
        page = self._page
        if self._blocks or page is not None:
            number, label = (page.level, page.text or None) if page else (None, None)
            text, blocks = "".join(self._text), tuple(self._blocks)
            self._parts.append(Part(len(self._parts), text, blocks, number, label))
            self._text, self._length, self._blocks = [], 0, []


@cache
def _special_sections() -> tuple[tuple[str, ...], frozenset[str]]:
    data = load_data("corpus")
    return tuple(data["question_sections"]), frozenset(data["left_out_sections"])
