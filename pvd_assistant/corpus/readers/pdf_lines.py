"""Lines of a PDF page: runs put back on their baseline, cut in segments where columns part."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pvd_assistant.corpus.readers.pdf_runs import COLUMN_GAP, SPACE_GAP, Run
from pvd_assistant.corpus.text import clean, fold

#: « • », « - », « 1. », « a) »: what opens a list item.
MARK = re.compile(r"(?:[•‣▪▫■□●○◦➢➤►✓✔❖–—\-*·\uf0b7\uf0a7\uf0d8]|\(?\d{1,2}[.)°]|[a-z]\))")
_SAME_LINE = 0.45
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"^[ivxlc]+\b|\b[ivxlc]+$")
_PAGE_NUMBER = re.compile(r"(?:page |p\. ?)?[–—-]? ?# ?(?:[–—-]|(?:/|sur) ?#)?")
_EDGE_LINES = 3
_SAME_HEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of a line that no column gap parts."""

    text: str
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on one baseline.

    :ivar mark: the bullet or number that opens it, as a list item does.
    :ivar left: where the line starts, its mark included.
    """

    segments: tuple[Segment, ...]
    y: float
    size: float
    bold: bool = False
    mark: str = ""
    left: float = 0.0

    @property
    def text(self) -> str:
        """The words of the line."""
        return " ".join(segment.text for segment in self.segments)

    @property
    def x0(self) -> float:
        """Where its words start."""
        return self.segments[0].x0

    @property
    def x1(self) -> float:
        """Where its words end."""
        return self.segments[-1].x1


def page_lines(runs: Sequence[Run]) -> list[Line]:
    """Return the lines of a page in reading order, one text column after the other."""
    return [line for column in _columns(runs) for line in _lines(column)]


def _lines(runs: Sequence[Run]) -> list[Line]:
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: (-run.y, run.x0)):
        for row in rows[-3:]:
            main = max(row, key=lambda other: other.size)
            if abs(run.y - main.y) <= _SAME_LINE * max(run.size, main.size):
                row.append(run)
                break
        else:
            rows.append([run])
    lines = [line for row in rows if (line := _line(row)) is not None]
    return sorted(lines, key=lambda line: -line.y)


def _line(runs: list[Run]) -> Line | None:
    main = max(runs, key=lambda run: (run.size, len(run.text)))
    segments: list[Segment] = []
    previous: Run | None = None
    for run in sorted(runs, key=lambda run: run.x0):
        if previous is not None and _drawn_twice(previous, run):
            continue
        gap = run.x0 - segments[-1].x1 if segments else 0.0
        if segments and -2 * COLUMN_GAP * main.size < gap <= COLUMN_GAP * main.size:
            last = segments[-1]
            space = " " if gap > SPACE_GAP * min(run.size, main.size) else ""
            joined = f"{last.text}{space}{run.text}"
            segments[-1] = Segment(joined, last.x0, max(last.x1, run.x1))
        else:
            segments.append(Segment(run.text, run.x0, run.x1))
        previous = run
    cleaned = [replace(s, text=text) for s in segments if (text := _clean(s.text))]
    if not cleaned:
        return None
    letters = sum(len(run.text) for run in runs)
    bold = sum(len(run.text) for run in runs if run.bold) * 2 > letters
    return _with_mark(Line(tuple(cleaned), main.y, main.size, bold, left=cleaned[0].x0))


def _clean(text: str) -> str:
    """Clean but keep the soft hyphen that ends a line: it says that the word goes on."""
    cut = text.rstrip().endswith("\u00ad")
    return clean(text) + ("\u2010" if cut else "")


def _drawn_twice(one: Run, other: Run) -> bool:
    """Poor man's bold: the same words drawn again, a hair away."""
    near = abs(one.x0 - other.x0) < 0.1 * one.size and abs(one.y - other.y) < 0.1 * one.size
    return near and one.text == other.text


def _with_mark(line: Line) -> Line:
    """Take the bullet or number off the head of the line."""
    first = line.segments[0]
    if len(line.segments) > 1 and MARK.fullmatch(first.text):
        return replace(line, segments=line.segments[1:], mark=first.text)
    head, _, rest = first.text.partition(" ")
    if rest and MARK.fullmatch(head):
        shift = (first.x1 - first.x0) * (len(head) + 1) / len(first.text)
        words = Segment(rest, first.x0 + shift, first.x1)
        return replace(line, segments=(words, *line.segments[1:]), mark=head)
    return line


# Two text columns


def _columns(runs: Sequence[Run]) -> list[list[Run]]:
    """Part a page written in two columns; a table, whose cells are short, is left alone."""
    if len(runs) < 24:
        return [list(runs)]
    left_edge, right_edge = min(run.x0 for run in runs), max(run.x1 for run in runs)
    width = right_edge - left_edge
    gutter = _gutter(runs, left_edge + 0.3 * width, right_edge - 0.3 * width)
    if gutter is None:
        return [list(runs)]
    across = [run for run in runs if run.x0 < gutter - 1 and run.x1 > gutter + 1]
    sides = [run for run in runs if not (run.x0 < gutter - 1 and run.x1 > gutter + 1)]
    left = [run for run in sides if run.x1 <= gutter + 1]
    right = [run for run in sides if run.x1 > gutter + 1]
    if not (_is_text(left) and _is_text(right)):
        return [list(runs)]
    top = max(run.y for run in sides)
    bottom = min(run.y for run in sides)
    above = [run for run in across if run.y > top]
    below = [run for run in across if run.y < bottom]
    if len(above) + len(below) < len(across):  # something crosses in the middle
        return [list(runs)]
    return [part for part in (above, left, right, below) if part]


def _gutter(runs: Sequence[Run], low: float, high: float) -> float | None:
    """Return the middle of the widest vertical blank between ``low`` and ``high``."""
    heights = sorted(run.y for run in runs)
    top, bottom = heights[int(len(heights) * 0.85)], heights[int(len(heights) * 0.15)]
    body = [run for run in runs if bottom <= run.y <= top]
    covered = sorted((run.x0, run.x1) for run in body if run.x1 > low and run.x0 < high)
    size = Counter(round(run.size) for run in body).most_common(1)[0][0] if body else 10
    best: tuple[float, float] | None = None
    reach = low
    for x0, x1 in [*covered, (high, high)]:
        if x0 - reach > max(size, best[1] - best[0] if best else 0):
            best = (reach, x0)
        reach = max(reach, x1)
    return (best[0] + best[1]) / 2 if best and best[0] > low and best[1] < high else None


def _is_text(runs: Sequence[Run]) -> bool:
    """Tell whether a column is running text: many lines, most of them full."""
    lines = _lines(runs)
    if len(lines) < 10:
        return False
    x0, x1 = min(line.x0 for line in lines), max(line.x1 for line in lines)
    full = sum(line.x1 - line.x0 > 0.75 * (x1 - x0) for line in lines)
    return full >= 0.6 * len(lines)


# Running headers and footers


def running_lines(
    pages: Sequence[Sequence[Line]], heights: Sequence[float]
) -> set[tuple[int, int]]:
    """Return ``(page, line)`` of what is repeated at the same edge of several pages.

    Digits are ignored, so that « page 12 » is repeated. A lone number at an edge always goes.
    """
    places: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    dropped: set[tuple[int, int]] = set()
    for number, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        for edge, at in _edges(lines, height):
            words = _ROMAN.sub("#", _DIGITS.sub("#", fold(lines[at].mark + lines[at].text)))
            places.setdefault((edge, words), []).append((lines[at].y, number, at))
            if _PAGE_NUMBER.fullmatch(words):
                dropped.add((number, at))
    wanted = 3 if len(pages) > 4 else 2
    for found in places.values():
        for level in _same_height(found):
            if len({number for _, number, _ in level}) >= wanted:
                dropped.update((number, at) for _, number, at in level)
    return dropped


def _edges(lines: Sequence[Line], height: float) -> list[tuple[str, int]]:
    """Return the few lines in the top and bottom margins of a page."""
    order = sorted(range(len(lines)), key=lambda at: -lines[at].y)
    top = [("top", at) for at in order[:_EDGE_LINES] if lines[at].y > 0.85 * height]
    return top + [("bottom", at) for at in order[-_EDGE_LINES:] if lines[at].y < 0.15 * height]


def _same_height(
    found: Sequence[tuple[float, int, int]],
) -> list[list[tuple[float, int, int]]]:
    levels: list[list[tuple[float, int, int]]] = []
    for place in sorted(found):
        if levels and place[0] - levels[-1][-1][0] <= _SAME_HEIGHT:
            levels[-1].append(place)
        else:
            levels.append([place])
    return levels
