"""PDF: each page is a part, with its printed number; bookmarks or large type give the titles.

Reading goes in three steps: ``pdf_process`` opens the file in a process of its own and returns lines
with their place; ``pdf_headings`` finds the titles; this module drops running headers, puts
paragraphs, list items and table rows together and lets ``assembly`` write the parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from pvd_assistant.corpus.readers.assembly import Piece, assemble, table_pieces
from pvd_assistant.corpus.readers.pdf_headings import Heading, find_headings
from pvd_assistant.corpus.readers.pdf_lines import Line, running_lines
from pvd_assistant.corpus.readers.pdf_process import RawPage, RawPdf, extract
from pvd_assistant.corpus.readers.pdf_tables import Table, find_tables
from pvd_assistant.corpus.readers.pdf_words import Joiner
from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

_SENTENCE_END = re.compile(r"[.!?…:;][»”\")\]\s\u00a0\u202f]*$")
_NUMBERED = re.compile(r"\(?(\d{1,2})[.)°]")
_USUAL_PITCH = 1.35


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read a PDF.

    :raises DocumentError: it is encrypted, broken, without text, too long or too slow.
    """
    pdf = extract(path, settings)
    if not any(page.lines for page in pdf.pages):
        images = any(page.image for page in pdf.pages)
        raise DocumentError("corpus.image_only" if images else "corpus.no_text", path=path)
    pages = _without_running_lines(pdf)
    joiner = Joiner(line.text for page in pages for line in page.lines)
    headings = find_headings(pages, pdf.outline)
    pitch = _pitch(pages)
    pieces: list[Piece] = []
    previous: Table | None = None
    for number, page in enumerate(pages):
        label = pdf.labels[number] if number < len(pdf.labels) else ""
        pieces.append(Piece("page", label, number + 1))
        reading = _PageReading(page, headings[number], joiner, pitch)
        found = reading.pieces(previous)
        if number == 0:
            found = _cover(found)
        _carry_sentence(pieces, found)
        pieces += found
        previous = reading.last_table
    return assemble(pieces)


def _without_running_lines(pdf: RawPdf) -> list[RawPage]:
    running = running_lines([page.lines for page in pdf.pages], [page.height for page in pdf.pages])
    return [
        replace(
            page,
            lines=tuple(line for at, line in enumerate(page.lines) if (number, at) not in running),
        )
        for number, page in enumerate(pdf.pages)
    ]


def _pitch(pages: Sequence[RawPage]) -> float:
    """Return the usual distance between two lines of a paragraph, in ems."""
    gaps: Counter[float] = Counter()
    for page in pages:
        for above, line in pairwise(page.lines):
            ratio = (above.y - line.y) / (line.size or 1.0)
            if abs(above.size - line.size) < 0.5 and 0.9 < ratio < 2.2:
                gaps[round(ratio * 20) / 20] += 1
    return max(gaps, key=lambda gap: (gaps[gap], -gap), default=_USUAL_PITCH)


def _cover(found: list[Piece]) -> list[Piece]:
    """Set aside the imprint of a cover: beside large type, what is not a sentence states nothing."""
    if not any(piece.kind == "aside" for piece in found):
        return found
    return [
        replace(piece, kind="aside")
        if piece.kind == "paragraph" and not _SENTENCE_END.search(piece.text)
        else piece
        for piece in found
    ]


def _carry_sentence(pieces: list[Piece], found: list[Piece]) -> None:
    """Give the end of a sentence that a page break cuts to the page where it starts."""
    last = next((at for at in range(len(pieces) - 2, -1, -1) if pieces[at].kind != "aside"), None)
    if last is None or not found or pieces[last].kind not in ("paragraph", "item"):
        return
    above, below = pieces[last], found[0]
    if below.kind != "paragraph" or _SENTENCE_END.search(above.text) or not _goes_on(below.text):
        return
    end = sentence_spans(below.text)[0][1]
    joined = Joiner([below.text]).join([above.text, below.text[:end]])
    pieces[last] = replace(above, text=joined)
    rest = below.text[end:].strip()
    found[:1] = [replace(below, text=rest)] if rest else []


def _goes_on(text: str) -> bool:
    return text[0].islower() or text[0] in "(«–" or text[0].isdigit()


@dataclass(slots=True)
class _Open:
    """The paragraph or item that lines are being added to."""

    lines: list[Line]
    level: int = 0
    mark: str = ""


class _PageReading:
    """Turn the lines of a page into pieces."""

    def __init__(
        self, page: RawPage, headings: Mapping[int, Heading], joiner: Joiner, pitch: float
    ) -> None:
        self._page = page
        self._headings = headings
        self._join = joiner.join
        self._pitch = pitch
        self._right = max((line.x1 for line in page.lines), default=0.0)
        self._left = min((line.left for line in page.lines), default=0.0)
        self._pieces: list[Piece] = []
        self._open: _Open | None = None
        self._indents: list[float] = []
        self.last_table: Table | None = None

    def pieces(self, previous: Table | None) -> list[Piece]:
        """Return the pieces; ``previous`` is the table that ended the page before, if any."""
        tables = {table.first: table for table in self._tables()}
        at, announced = 0, set[int]()  # a bookmark may name a title that is on no line of the page
        while at < len(self._page.lines):
            self.last_table = None
            if (heading := self._headings.get(at)) is not None and at not in announced:
                announced.add(at)
                self._close()
                self._indents = []
                if heading.level:
                    self._pieces.append(Piece("heading", heading.title, heading.level))
                else:
                    self._pieces.append(Piece("aside", heading.title))
                at += heading.lines
            elif (table := tables.get(at)) is not None:
                self._close()
                self._indents = []
                self._add_table(table, previous if at == 0 else None)
                at = table.last
            else:
                self._add_line(self._page.lines[at])
                at += 1
        self._close()
        return self._pieces

    def _tables(self) -> Iterator[Table]:
        """Find tables between headings, which no table crosses."""
        lines, start = self._page.lines, 0
        stops = [*sorted(self._headings), len(lines)]
        for stop in stops:
            for table in find_tables(lines[start:stop], self._page.rules, self._join):
                yield replace(table, first=table.first + start, last=table.last + start)
            start = stop + self._headings[stop].lines if stop in self._headings else stop

    def _add_table(self, table: Table, previous: Table | None) -> None:
        rows = list(table.rows)
        if previous is not None and _same_columns(previous, table) and rows[0] != previous.rows[0]:
            rows.insert(0, previous.rows[0])
        self._pieces += table_pieces(rows)
        self.last_table = replace(table, rows=tuple(rows))

    def _add_line(self, line: Line) -> None:
        opens_item = bool(line.mark) and self._is_item(line)
        if opens_item:
            self._close()
            while self._indents and line.left < self._indents[-1] - 4:
                self._indents.pop()
            if not self._indents or line.left > self._indents[-1] + 4:
                self._indents.append(line.left)
            number = _NUMBERED.fullmatch(line.mark)
            mark = f"{number[1]}. " if number else "- "
            self._open = _Open([line], len(self._indents), mark)
        elif self._open is not None and self._continues(self._open, line):
            self._open.lines.append(line)
        else:
            self._close()
            if not self._open:
                self._indents = []
            self._open = _Open([line])

    def _is_item(self, line: Line) -> bool:
        """A number or a dash may only be where a line of running text was cut."""
        if self._open is None or (line.mark not in "–—-*" and not line.mark[0].isdigit()):
            return True
        above = self._open.lines[-1]
        apart = above.y - line.y > 1.1 * self._pitch * line.size or above.y <= line.y
        shifted = abs(line.left - self._open.lines[0].left) > 3 and not self._open.mark
        listed = bool(self._open.mark)
        return apart or shifted or listed or bool(_SENTENCE_END.search(above.text))

    def _continues(self, open_: _Open, line: Line) -> bool:
        above = open_.lines[-1]
        gap = above.y - line.y
        if abs(above.size - line.size) > 0.08 * above.size:
            return False
        if gap <= 0:  # the next column
            return not _SENTENCE_END.search(above.text) and _goes_on(line.text)
        if gap > 1.25 * self._pitch * line.size:
            return False
        width = self._right - self._left
        short = above.x1 < self._right - 0.25 * width
        ended = bool(_SENTENCE_END.search(above.text))
        if open_.mark and line.left < open_.lines[0].x0 - 4 and (ended or line.text[0].isupper()):
            return False
        if above.bold and not line.bold and short and all(x.bold for x in open_.lines):
            return False
        return not (
            short and ended and not line.text[0].islower() and gap > self._pitch * line.size
        )

    def _close(self) -> None:
        if self._open is None:
            return
        texts = [
            f"{line.mark} {line.text}"
            if line.mark and (number or not self._open.mark)
            else line.text
            for number, line in enumerate(self._open.lines)
        ]
        text = self._join(texts)
        if self._open.mark:
            self._pieces.append(Piece("item", text, self._open.level, self._open.mark))
        else:
            self._pieces.append(Piece("paragraph", text))
        self._open = None


def _same_columns(one: Table, other: Table) -> bool:
    return len(one.columns) == len(other.columns) and all(
        abs(a - b) < 6 for a, b in zip(one.columns, other.columns, strict=True)
    )
