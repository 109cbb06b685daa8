"""A page of a PDF as a picture, and where the cited words stand on it.

PDFium draws and reads the page. Words are looked for by their letters and figures alone, in the order
PDFium reads them: hyphens, line ends and ligatures do not matter. A passage that is not found, or found
twice, is not highlighted at all.
"""

from __future__ import annotations

import io
import logging
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

#: Pixels a point, and the longest side of a picture in pixels.
_SCALE, _LONGEST = 1.8, 2000

# PDFium may be used by one thread at a time.
_LOCK = threading.Lock()

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points from its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page that can be drawn, its size in points, and what is highlighted on it."""

    width: float
    height: float
    passage: tuple[Box, ...] = ()
    statements: tuple[Box, ...] = ()


def sheet(path: Path, page: int, passage: str = "", statements: Sequence[str] = ()) -> Sheet | None:
    """Return a page with the places of a passage and of the statements within it.

    :param page: its number in the file, from 1.
    :returns: ``None`` when the file has no such page, or cannot be drawn.
    """
    with _opened(path, page) as opened:
        if opened is None:
            return None
        width, height = opened.get_size()
        with closing(opened.get_textpage()) as words:
            letters = _Letters(words)
            where = letters.find(passage, 0, len(letters.keys)) if passage else None
            inside = where or (0, len(letters.keys))
            stated = [letters.find(statement, *inside) for statement in statements]
            boxes = _Boxes(opened, words, letters)
            return Sheet(
                round(width, 1),
                round(height, 1),
                boxes.of([where]),
                boxes.of(stated),
            )


def picture(path: Path, page: int) -> bytes | None:
    """Return a page drawn as WebP; ``None`` when the file has no such page, or cannot be drawn."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _drawn(path, page, changed)


@lru_cache(maxsize=64)
def _drawn(path: Path, page: int, _changed: int) -> bytes | None:
    with _opened(path, page) as opened:
        if opened is None:
            return None
        scale = min(_SCALE, _LONGEST / max(opened.get_size()))
        image = opened.render(scale=scale).to_pil()
    out = io.BytesIO()
    image.convert("RGB").save(out, "WEBP", quality=82)
    return out.getvalue()


@contextmanager
def _opened(path: Path, page: int) -> Iterator[Any]:
    """Give a page, or ``None``; PDFium is kept for this thread meanwhile."""
    import pypdfium2

    with _LOCK:
        try:
            document = pypdfium2.PdfDocument(path)
        except (pypdfium2.PdfiumError, OSError) as error:
            logger.warning("%s cannot be drawn: %s", path.name, error)
            yield None
            return
        with closing(document):
            if not 1 <= page <= len(document):
                yield None
                return
            with closing(document[page - 1]) as opened:
                yield opened


class _Letters:
    """The letters and figures of a page, folded, each with its place among PDFium's characters."""

    def __init__(self, words: Any) -> None:
        import pypdfium2.raw as raw

        keys: list[str] = []
        places: list[int] = []
        for place in range(words.count_chars()):
            for key in _folded(chr(raw.FPDFText_GetUnicode(words, place))):
                keys.append(key)
                places.append(place)
        self.keys = "".join(keys)
        self.places = places

    def find(self, words: str, start: int, end: int) -> tuple[int, int] | None:
        """Return where words stand between two keys; ``None`` unless they stand there once."""
        wanted = _folded(words)
        first = self.keys.find(wanted, start, end) if wanted else -1
        if first < 0 or self.keys.find(wanted, first + 1, end) >= 0:
            return None
        return first, first + len(wanted)


class _Boxes:
    """Turns places among letters into rectangles."""

    def __init__(self, page: Any, words: Any, letters: _Letters) -> None:
        self._words = words
        self._letters = letters
        self._turned = bool(page.get_rotation())
        self._left, _, _, self._top = page.get_cropbox()

    def of(self, found: Sequence[tuple[int, int] | None]) -> tuple[Box, ...]:
        """Return a rectangle a line of what was found; none on a turned page."""
        spans = [span for span in found if span] if not self._turned else []
        return tuple(box for span in spans for box in self._lines(*span))

    def _lines(self, start: int, end: int) -> Iterator[Box]:
        first, last = self._letters.places[start], self._letters.places[end - 1]
        for number in range(self._words.count_rects(first, last - first + 1)):
            left, bottom, right, top = self._words.get_rect(number)
            yield Box(
                round(left - self._left, 1),
                round(self._top - top, 1),
                round(right - left, 1),
                round(top - bottom, 1),
            )


def _folded(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words).casefold()
    return "".join(character for character in decomposed if character.isalnum())
