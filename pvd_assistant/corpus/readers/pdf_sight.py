"""What can be seen of what a PDF page draws: white words on a white page are there for machines only.

A page is white until something is painted on it: white words count where a colour, a picture or a shade
lies under them. Layers switched off and words hidden behind a picture are not told from the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]

#: Smallest letters, in points, that anyone reads: those of the corpus have 8 at least.
SMALLEST = 2.0
#: Rendering modes that draw nothing.
INVISIBLE = frozenset({3.0, 7.0})
#: Light from 0 to 1 above which a colour is not told from the page.
_PALE = 0.94
_EVERYWHERE: Box = (-1e9, -1e9, 1e9, 1e9)
#: Reach of a shape made of curves alone, whose size is not known, in points.
_REACH = 150.0
_MOST_BOXES = 5_000


def is_pale(operands: Sequence[object]) -> bool:
    """Tell whether a colour (grey, RGB or CMYK) is that of the page."""
    levels = [level for level in operands if isinstance(level, float)]
    if len(levels) != len(operands):
        return False
    if len(levels) == 4:
        return max(levels) <= 1 - _PALE
    return len(levels) in (1, 3) and min(levels) >= _PALE


@dataclass(slots=True)
class Sight:
    """The page under the words.

    :ivar page: the part of it that is shown.
    :ivar pictures: some picture was drawn: the words of a scanned page are drawn invisible over it.
    """

    page: Box
    pictures: bool = False
    _painted: list[Box] = field(default_factory=list)

    def paint(self, points: Sequence[tuple[float, float]], reach: float = _REACH) -> None:
        """Note that something coloured was painted around these points."""
        if not points or len(self._painted) >= _MOST_BOXES:
            return
        xs, ys = zip(*points, strict=True)
        box = min(xs), min(ys), max(xs), max(ys)
        if box[0] == box[2] or box[1] == box[3]:
            box = box[0] - reach, box[1] - reach, box[2] + reach, box[3] + reach
        self._painted.append(box)

    def paint_all(self) -> None:
        """Note that a shade was painted, whose limits are not known."""
        self._painted.append(_EVERYWHERE)

    def sees(self, x: float, y: float, size: float, *, pale: bool) -> bool:
        """Tell whether words starting there can be seen."""
        if size < SMALLEST or not _inside((x, y), self.page):
            return False
        return not pale or any(_inside((x, y + 0.3 * size), box) for box in self._painted)


def _inside(point: tuple[float, float], box: Box, margin: float = 2.0) -> bool:
    x, y = point
    return box[0] - margin <= x <= box[2] + margin and box[1] - margin <= y <= box[3] + margin
