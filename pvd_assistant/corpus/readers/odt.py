"""ODT: the text of a LibreOffice document, in order; notes, comments and deleted text left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from pvd_assistant.corpus.readers.archives import Archive
from pvd_assistant.corpus.readers.assembly import Piece, assemble, table_pieces
from pvd_assistant.corpus.readers.files import whole
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_POINTS = re.compile(r"(\d+(?:\.\d+)?)pt")
_SMALLEST = 2.0
_ASIDE = re.compile(r"(?:Title|Subtitle|Titre|Sous-titre|Contents_20_.*)$")
_SKIPPED = frozenset(
    {
        *(f"{_TEXT}{name}" for name in ("note", "hidden-text", "hidden-paragraph")),
        *(f"{_OFFICE}{name}" for name in ("annotation", "annotation-end")),
        f"{_DRAW}frame",
    }
)
_COLOURED = (f"{_TABLE}table-cell", f"{_DRAW}text-box")
_MOST_REPEATS = 60


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read an ODT.

    :raises DocumentError: it is broken, encrypted, hostile or of another format.
    """
    archive = Archive(path, settings, "content.xml")
    if b"encryption-data" in archive.text("META-INF/manifest.xml"):
        raise DocumentError("corpus.encrypted", path=path)
    content = archive.xml("content.xml")
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        extension = path.suffix
        raise DocumentError("corpus.really_zip", path=path, extension=extension)
    return assemble(_Walk([content, archive.xml("styles.xml")]).pieces(body))


class _Walk:
    """Turn the elements of the text into pieces."""

    def __init__(self, roots: list[Any]) -> None:
        self._parents: dict[str, str] = {}
        self._numbered: set[tuple[str, int]] = set()
        self._hidden: set[str] = set()
        self._white: set[str] = set()
        for root in roots:
            for style in root.iter(f"{_STYLE}style") if root is not None else ():
                name = style.get(f"{_STYLE}name", "")
                self._parents[name] = style.get(f"{_STYLE}parent-style-name", "")
                if _is_hidden(style):
                    self._hidden.add(name)
                elif _is_white(style):
                    self._white.add(name)
            for style in root.iter(f"{_TEXT}list-style") if root is not None else ():
                for level in style.iterfind(f"{_TEXT}list-level-style-number"):
                    key = style.get(f"{_STYLE}name", ""), whole(level.get(f"{_TEXT}level"), 1)
                    self._numbered.add(key)

    def pieces(self, parent: Any) -> Iterator[Piece]:
        for element in parent:
            tag = element.tag
            if tag == f"{_TEXT}h":
                level = element.get(f"{_TEXT}outline-level", "1")
                yield Piece("heading", self._words(element), max(whole(level, 1), 1))
            elif tag == f"{_TEXT}p":
                kind = "aside" if self._is_aside(element) else "paragraph"
                yield Piece(kind, self._words(element))  # type: ignore[arg-type]
            elif tag == f"{_TEXT}list":
                yield from self._list(element, 1, "")
            elif tag == f"{_TABLE}table":
                yield from table_pieces(list(self._rows(element)))
            elif tag == f"{_TEXT}section" and element.get(f"{_TEXT}display") != "none":
                yield from self.pieces(element)
            for box in _boxes(element):
                yield from self.pieces(box)

    def _is_aside(self, paragraph: Any) -> bool:
        name = paragraph.get(f"{_TEXT}style-name", "")
        seen: set[str] = set()
        while name and name not in seen:
            if _ASIDE.match(name):
                return True
            seen.add(name)
            name = self._parents.get(name, "")
        return False

    def _list(self, element: Any, depth: int, style: str) -> Iterator[Piece]:
        style = element.get(f"{_TEXT}style-name", style)
        numbered = (style, depth) in self._numbered
        count = 0
        for item in element.iterfind(f"{_TEXT}list-item"):
            paragraphs = [child for child in item if child.tag in (f"{_TEXT}p", f"{_TEXT}h")]
            text = " ".join(filter(None, map(self._words, paragraphs)))
            if text:
                count += 1
                yield Piece("item", text, depth, f"{count}. " if numbered else "- ")
            for inner in item.iterfind(f"{_TEXT}list"):
                yield from self._list(inner, depth + 1, style)

    def _words(self, element: Any) -> str:
        # Cells and boxes may be coloured by a style: white words are read there.
        coloured = any(above.tag in _COLOURED for above in element.iterancestors())
        hidden = self._hidden if coloured else self._hidden | self._white
        return clean("".join(_pieces_of_text(element, hidden)))

    def _rows(self, table: Any) -> Iterator[list[str]]:
        """Give the rows of a table, a cell repeated as often as the file says."""
        for row in table.iter(f"{_TABLE}table-row"):
            if next(row.iterancestors(f"{_TABLE}table")) is not table:
                continue  # of a table inside a cell
            cells: list[str] = []
            for cell in row:
                if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                    continue
                repeats = cell.get(f"{_TABLE}number-columns-repeated", "1")
                count = min(whole(repeats, 1), _MOST_REPEATS)
                text = " ".join(filter(None, map(self._words, cell.iter(f"{_TEXT}p"))))
                cells += [text] * count
            yield cells[:_MOST_REPEATS]


def _pieces_of_text(element: Any, hidden: Collection[str]) -> Iterator[str]:
    if element.get(f"{_TEXT}style-name") in hidden:
        return
    yield element.text or ""
    for child in element:
        if child.tag in (f"{_TEXT}s", f"{_TEXT}tab", f"{_TEXT}line-break"):
            yield " "
        elif child.tag not in _SKIPPED:
            yield from _pieces_of_text(child, hidden)
        yield child.tail or ""


def _is_hidden(style: Any) -> bool:
    """Tell whether a style makes words that cannot be read: hidden, or far too small."""
    text = style.find(f"{_STYLE}text-properties")
    if text is None:
        return False
    size = _POINTS.fullmatch(text.get(f"{_FO}font-size", ""))
    return text.get(f"{_TEXT}display") == "none" or bool(size and float(size[1]) < _SMALLEST)


def _is_white(style: Any) -> bool:
    text = style.find(f"{_STYLE}text-properties")
    if text is None or text.get(f"{_FO}color", "").lower() != "#ffffff":
        return False
    around = (text, style.find(f"{_STYLE}paragraph-properties"))
    backgrounds = [p.get(f"{_FO}background-color") for p in around if p is not None]
    return all(background in (None, "transparent", "#ffffff") for background in backgrounds)


def _boxes(element: Any) -> Iterator[Any]:
    """Give the text boxes anchored in a paragraph."""
    if element.tag in (f"{_TEXT}p", f"{_TEXT}h"):
        yield from element.iterfind(f".//{_DRAW}text-box")
