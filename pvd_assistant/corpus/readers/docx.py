"""DOCX: the body of a Word document, in order; headers, footers and deleted text are left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvd_assistant.corpus.readers.archives import Archive
from pvd_assistant.corpus.readers.assembly import Piece, assemble, table_pieces
from pvd_assistant.corpus.readers.files import whole
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_SPACES = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
#: Style names are English in the file whatever the language of Word; LibreOffice writes its own.
_HEADING = re.compile(r"(?:heading|titre|überschrift) ?([1-9])$", re.IGNORECASE)
_ASIDE = re.compile(r"(?:title|subtitle|titre|sous-titre|toc\b.*|toc ?heading)$", re.IGNORECASE)
_OFF = ("0", "false", "none", "off")
#: Half-points under which nobody reads.
_SMALLEST = 4
_LIST = re.compile(r"list (?:bullet|number|paragraph)|liste", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    parent: str
    outline: int | None
    number: tuple[str, int] | None
    hidden: bool


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read a DOCX.

    :raises DocumentError: it is broken, hostile or of another format.
    """
    archive = Archive(path, settings, "word/document.xml")
    body = archive.xml("word/document.xml").find(f"{_W}body")
    if body is None:
        raise DocumentError("corpus.broken", path=path, reason="word/document.xml")
    styles = _styles(archive.xml("word/styles.xml"))
    numbered = _numbered(archive.xml("word/numbering.xml"))
    return assemble(_Walk(styles, numbered).pieces(body))


def _attribute(element: Any, *steps: str) -> str | None:
    """Return ``w:val`` at the end of a path of children."""
    for step in steps:
        element = element.find(_W + step) if element is not None else None
    value = element.get(f"{_W}val") if element is not None else None
    return str(value) if value is not None else None


def _level(outline: str | None) -> int | None:
    """Return an outline level from 0; ``None`` when there is none."""
    level = whole(outline, -1)
    return level if level >= 0 else None


def _styles(root: Any) -> dict[str, _Style]:
    found: dict[str, _Style] = {}
    for style in root.iterfind(f"{_W}style") if root is not None else ():
        outline = _attribute(style, "pPr", "outlineLvl")
        found[style.get(f"{_W}styleId", "")] = _Style(
            name=_attribute(style, "name") or "",
            parent=_attribute(style, "basedOn") or "",
            outline=_level(outline),
            number=_number(style.find(f"{_W}pPr")),
            hidden=_is_hidden(style.find(f"{_W}rPr")),
        )
    return found


def _is_hidden(properties: Any) -> bool:
    """Tell whether words with these properties cannot be read: hidden, or far too small."""
    if properties is None:
        return False
    vanish = properties.find(f"{_W}vanish")
    if vanish is not None and vanish.get(f"{_W}val", "true") not in _OFF:
        return True
    size = _attribute(properties, "sz") or ""
    return whole(size, _SMALLEST) < _SMALLEST


def _is_white(run: Any, properties: Any) -> bool:
    """Tell whether words are white on the page itself; cells and boxes may be coloured by a style."""
    if (_attribute(properties, "color") or "").lower() not in ("ffffff", "white"):
        return False
    if any(above.tag in (f"{_W}tc", _BOX) for above in run.iterancestors()):
        return False
    shades = (f"{_W}shd", f"{_W}highlight")
    around = (properties, run.getparent().find(f"{_W}pPr"))
    return not any(p is not None and p.find(shade) is not None for p in around for shade in shades)


def _number(properties: Any) -> tuple[str, int] | None:
    """Return the list a paragraph belongs to and its depth from 1."""
    identifier = _attribute(properties, "numPr", "numId")
    if not identifier or identifier == "0":
        return None
    level = _attribute(properties, "numPr", "ilvl") or "0"
    return identifier, whole(level, 0) + 1


def _numbered(root: Any) -> set[tuple[str, int]]:
    """Return the lists (and depths) whose items have numbers instead of bullets."""
    if root is None:
        return set()
    abstract: dict[str | None, list[tuple[int, str | None]]] = {}
    for definition in root.iterfind(f"{_W}abstractNum"):
        levels = [
            (whole(level.get(f"{_W}ilvl"), 0) + 1, _attribute(level, "numFmt"))
            for level in definition.iterfind(f"{_W}lvl")
        ]
        abstract[definition.get(f"{_W}abstractNumId")] = levels
    return {
        (number.get(f"{_W}numId", ""), depth)
        for number in root.iterfind(f"{_W}num")
        for depth, form in abstract.get(_attribute(number, "abstractNumId"), [])
        if form not in (None, "bullet", "none")
    }


class _Walk:
    """Turn the elements of the body into pieces."""

    def __init__(self, styles: dict[str, _Style], numbered: set[tuple[str, int]]) -> None:
        self._styles = styles
        self._numbered = numbered
        self._counts: Counter[tuple[str, int]] = Counter()
        self._hidden = {key for key, style in styles.items() if style.hidden}

    def pieces(self, body: Any) -> Iterator[Piece]:
        for element in body:
            if element.tag == f"{_W}p":
                yield self._paragraph(element)
                for box in _boxes(element):
                    yield from self.pieces(box)
            elif element.tag == f"{_W}tbl":
                yield from table_pieces(list(_rows(element, self._hidden)))
            elif element.tag == f"{_W}sdt":
                content = element.find(f"{_W}sdtContent")
                yield from self.pieces(content if content is not None else ())
            elif element.tag in (f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
                yield from self.pieces(element)

    def _paragraph(self, element: Any) -> Piece:
        properties = element.find(f"{_W}pPr")
        names = list(self._lineage(_attribute(properties, "pStyle") or ""))
        hidden = any(style.hidden for style in names)
        text = "" if hidden else clean("".join(_words(element, self._hidden)))
        outline = _attribute(properties, "outlineLvl")
        level = _level(outline)
        for style in names:
            if match := _HEADING.match(style.name):
                return Piece("heading", text, int(match[1]))
            if _ASIDE.match(style.name):
                return Piece("aside", text)
            level = style.outline if level is None else level
        if level is not None and level < 9:
            return Piece("heading", text, level + 1)
        number = _number(properties) or next((s.number for s in names if s.number), None)
        if number is None and any(_LIST.match(style.name) for style in names):
            number = ("", 1)
        return self._item(text, *number) if number and text else Piece("paragraph", text)

    def _lineage(self, identifier: str) -> Iterator[_Style]:
        """Give a style and those it is based on."""
        seen: set[str] = set()
        while identifier in self._styles and identifier not in seen:
            seen.add(identifier)
            style = self._styles[identifier]
            yield style
            identifier = style.parent

    def _item(self, text: str, identifier: str, depth: int) -> Piece:
        mark = "- "
        if (identifier, depth) in self._numbered:
            self._counts[identifier, depth] += 1
            mark = f"{self._counts[identifier, depth]}. "
        for key in [key for key in self._counts if key[0] == identifier and key[1] > depth]:
            del self._counts[key]
        return Piece("item", text, depth, mark)


def _words(element: Any, hidden: Collection[str]) -> Iterator[str]:
    """Give the words of a paragraph, inserted ones included, without its text boxes.

    :param hidden: styles whose words cannot be seen.
    """
    if element.tag == f"{_W}r" and (properties := element.find(f"{_W}rPr")) is not None:
        named = _attribute(properties, "rStyle") in hidden
        if named or _is_hidden(properties) or _is_white(element, properties):
            return
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in (f"{_W}del", f"{_W}moveFrom", _BOX, _FALLBACK, f"{_W}pPr"):
            yield from _words(child, hidden)


def _boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(_BOX):
        if not any(above.tag in (_FALLBACK, _BOX) for above in box.iterancestors()):
            yield box


def _rows(table: Any, hidden: Collection[str]) -> Iterator[list[str]]:
    """Give the rows of a table; a cell merged with the one above repeats it."""
    above: dict[int, str] = {}
    for row in table.iterfind(f"{_W}tr"):
        cells: list[str] = []
        for cell in row.iterfind(f"{_W}tc"):
            text = clean(" ".join("".join(_words(p, hidden)) for p in cell.iter(f"{_W}p")))
            properties = cell.find(f"{_W}tcPr")
            merge = properties.find(f"{_W}vMerge") if properties is not None else None
            if merge is not None and merge.get(f"{_W}val", "continue") == "continue":
                text = above.get(len(cells), "")
            above[len(cells)] = text
            span = _attribute(properties, "gridSpan") or "1"
            cells += [text, *[""] * (min(whole(span, 1), 60) - 1)]
        yield cells
