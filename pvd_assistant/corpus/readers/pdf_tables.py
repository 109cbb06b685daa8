"""Tables of a PDF page: lines whose segments stand in columns, put back in rows of cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pvd_assistant.corpus.readers.pdf_lines import Line, Segment
from pvd_assistant.corpus.readers.pdf_runs import Rule

#: Largest gap between two lines of a table, in ems, when no rule parts them.
_LONGEST_GAP = 3.2
#: Share of the table's width a rule must cover to part two rows; an underlined word does not.
_RULE_COVER = 0.6


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, and the lines (``first`` to ``last``, excluded) they were made of.

    :ivar columns: where each column starts.
    """

    first: int
    last: int
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[float, ...]


def find_tables(
    lines: Sequence[Line], rules: Sequence[Rule], join: Callable[[Sequence[str]], str]
) -> list[Table]:
    """Return the tables of a page, from top to bottom.

    :param join: puts the lines of a cell together, words cut at a line's end included.
    """
    tables: list[Table] = []
    position = 0
    while position < len(lines):
        table = (
            _table_at(lines, position, rules, join) if len(lines[position].segments) > 1 else None
        )
        if table is None:
            position += 1
        else:
            tables.append(table)
            position = table.last
    return tables


class _Columns:
    """Where the columns of a table stand, learnt line after line."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.spans = [[segment.x0, segment.x1] for segment in segments]

    def take(self, line: Line) -> bool:
        """Add a line; ``False`` when one of its segments lies across two columns."""
        placed = [(self._overlapping(segment), segment) for segment in line.segments]
        if any(len(found) > 1 for found, _ in placed):
            return False
        if len({found[0] for found, _ in placed if found}) < sum(bool(f) for f, _ in placed):
            return False
        for found, segment in placed:
            if found:
                span = self.spans[found[0]]
                span[0], span[1] = min(span[0], segment.x0), max(span[1], segment.x1)
            else:
                self.spans.append([segment.x0, segment.x1])
                self.spans.sort()
        return True

    def holds(self, segment: Segment) -> bool:
        """Tell whether a lone segment stands inside one column."""
        for at, (x0, _) in enumerate(self.spans):
            limit = self.spans[at + 1][0] if at + 1 < len(self.spans) else float("inf")
            if segment.x0 >= x0 - 2 and segment.x0 < limit:
                return segment.x1 <= limit
        return False

    def index(self, segment: Segment) -> int:
        """Return the column of a segment."""
        found = self._overlapping(segment)
        return found[0] if found else 0

    def _overlapping(self, segment: Segment) -> list[int]:
        return [at for at, (x0, x1) in enumerate(self.spans) if segment.x0 < x1 and segment.x1 > x0]


def _table_at(
    lines: Sequence[Line],
    first: int,
    rules: Sequence[Rule],
    join: Callable[[Sequence[str]], str],
) -> Table | None:
    columns = _Columns(lines[first].segments)
    last = first + 1
    while last < len(lines) and _continues(lines, last, columns, rules):
        last += 1
    while (
        last > first + 1
        and len(lines[last - 1].segments) == 1
        and not _ruled_below(lines, last - 1, rules)
    ):
        if _is_close(lines[last - 2], lines[last - 1]):
            break
        last -= 1
    wide = sum(len(line.segments) > 1 for line in lines[first:last])
    if wide < 2:
        return None
    rows = [_cells(row, columns, join) for row in _rows(lines[first:last], columns, rules)]
    filled = sum(bool(cell) for row in rows for cell in row)
    if len(rows) < 2 or filled < 1.4 * len(rows):
        return None
    return Table(first, last, tuple(rows), tuple(span[0] for span in columns.spans))


def _continues(lines: Sequence[Line], at: int, columns: _Columns, rules: Sequence[Rule]) -> bool:
    line, above = lines[at], lines[at - 1]
    gap = above.y - line.y
    if gap <= 0 or (line.mark and len(line.segments) == 1):
        return False
    if gap > _LONGEST_GAP * max(line.size, above.size) and not _between(rules, above, line, 0.0):
        return False
    if len(line.segments) > 1:
        return columns.take(line)
    if not columns.holds(line.segments[0]):
        return False
    if _is_close(above, line):
        return columns.take(line)
    ruled = _between(rules, above, line, 0.0) and _ruled_below(lines, at, rules)
    return bool(ruled) and columns.take(line)


def _is_close(above: Line, line: Line) -> bool:
    return above.y - line.y <= 1.6 * max(above.size, line.size)


def _between(rules: Sequence[Rule], above: Line, below: Line, width: float) -> bool:
    """Tell whether rules covering enough of ``width`` part two lines."""
    crossing = [rule for rule in rules if below.y + 0.2 * below.size < rule.y < above.y]
    if not crossing:
        return False
    by_height: dict[int, list[Rule]] = {}
    for rule in crossing:
        by_height.setdefault(round(rule.y), []).append(rule)
    return any(_covered(found) >= max(width * _RULE_COVER, 20.0) for found in by_height.values())


def _covered(rules: Sequence[Rule]) -> float:
    total, reach = 0.0, float("-inf")
    for rule in sorted(rules, key=lambda rule: rule.x0):
        total += max(0.0, rule.x1 - max(rule.x0, reach))
        reach = max(reach, rule.x1)
    return total


def _ruled_below(lines: Sequence[Line], at: int, rules: Sequence[Rule]) -> bool:
    """Tell whether a rule closes the table just under the line ``at``."""
    line = lines[at]
    floor = lines[at + 1].y if at + 1 < len(lines) else line.y - 4 * line.size
    low = max(floor, line.y - 12 * line.size)
    return any(low < rule.y < line.y and rule.x1 - rule.x0 > 20 for rule in rules)


def _rows(lines: Sequence[Line], columns: _Columns, rules: Sequence[Rule]) -> list[list[Line]]:
    """Part the lines of a table in rows: at rules, else at wider gaps, else at the first column."""
    width = columns.spans[-1][1] - columns.spans[0][0]
    bands: list[list[Line]] = [[lines[0]]]
    for above, line in pairwise(lines):
        if _between(rules, above, line, width):
            bands.append([line])
        else:
            bands[-1].append(line)
    if len(bands) >= 3:
        return bands
    return [row for band in bands for row in _unruled_rows(band, columns)]


def _unruled_rows(lines: Sequence[Line], columns: _Columns) -> list[list[Line]]:
    gaps = [above.y - line.y for above, line in pairwise(lines)]
    tight = min(gaps, default=0.0)
    uneven = bool(gaps) and max(gaps) > 1.3 * tight
    rows = [[lines[0]]]
    for line, gap in zip(lines[1:], gaps, strict=True):
        starts = gap > 1.2 * tight if uneven else _opens_row(line, columns)
        if starts:
            rows.append([line])
        else:
            rows[-1].append(line)
    return rows


def _opens_row(line: Line, columns: _Columns) -> bool:
    first = line.segments[0]
    return len(line.segments) > 1 and columns.index(first) == 0 and not first.text[0].islower()


def _cells(
    row: Sequence[Line], columns: _Columns, join: Callable[[Sequence[str]], str]
) -> tuple[str, ...]:
    texts: list[list[str]] = [[] for _ in columns.spans]
    for line in row:
        for number, segment in enumerate(line.segments):
            words = f"{line.mark} {segment.text}" if line.mark and number == 0 else segment.text
            texts[columns.index(segment)].append(words)
    return tuple(join(cell) for cell in texts)
