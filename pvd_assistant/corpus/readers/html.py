"""HTML: the main text of a page, without its menus, scripts and forms."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pvd_assistant.corpus.readers.assembly import Piece, assemble, table_pieces
from pvd_assistant.corpus.readers.files import read_bytes, whole
from pvd_assistant.corpus.readers.hidden import drop_hidden
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import DocumentError
from pvd_assistant.messages import load_data
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

if TYPE_CHECKING:
    from bs4 import Tag

#: libxml2 itself stops at 256.
_DEEPEST = 200
_MOST_COLUMNS = 60
_DROPPED_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "dialog"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read an HTML page.

    :raises DocumentError: its tags are nested too deeply.
    """
    raw = read_bytes(path, settings)
    pieces = html_pieces(raw)
    if pieces is None:
        raise DocumentError("corpus.too_deep", path=path)
    return assemble(pieces)


def html_pieces(markup: str | bytes) -> list[Piece] | None:
    """Return the pieces of a page or a fragment, ``None`` when it is nested too deeply."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "lxml")
    if _depth(soup) > _DEEPEST:
        return None
    drop_hidden(soup)
    articles = soup.find_all("article")
    root = soup.find("main") or soup.find(True, {"role": "main"})
    root = root or (articles[0] if len(articles) == 1 else soup.body or soup)
    walk = _Walk(keep_header=root.name in ("main", "article"))
    walk.flow(root)
    walk.flush()
    return walk.pieces


def _depth(soup: Tag) -> int:
    """Return the depth of the deepest tag, without recursion."""
    deepest, depths = 0, {id(soup): 0}
    for tag in soup.find_all(True):
        depth = depths[id(tag)] = depths[id(tag.parent)] + 1
        deepest = max(deepest, depth)
    return deepest


class _Walk:
    """Turn tags into pieces, in reading order."""

    def __init__(self, *, keep_header: bool) -> None:
        self.pieces: list[Piece] = []
        self._keep_header = keep_header
        self._words: list[str] = []
        self._breaks = 0
        self._lists: list[int | None] = []
        self._item: str | None = None  # mark of the list item whose first words are awaited

    def flow(self, tag: Tag) -> None:
        """Add everything under ``tag``."""
        from bs4.element import NavigableString, PreformattedString, Tag

        for child in tag.children:
            if isinstance(child, Tag):
                self._tag(child)
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                if child.strip():
                    self._breaks = 0
                self._words.append(str(child))

    def flush(self) -> None:
        """End the paragraph or the item under way."""
        text = clean("".join(self._words))
        self._words, self._breaks = [], 0
        if not text:
            return
        if self._item is not None:
            self.pieces.append(Piece("item", text, max(len(self._lists), 1), self._item))
            self._item = None
        elif self._lists and self.pieces and self.pieces[-1].kind == "item":
            last = self.pieces[-1]  # a second paragraph of the same item
            self.pieces[-1] = Piece("item", f"{last.text} {text}", last.level, last.marker)
        else:
            self.pieces.append(Piece("paragraph", text))

    def _tag(self, tag: Tag) -> None:
        name = tag.name
        if self._is_dropped(tag):
            return
        if name == "br":
            self._line_break()
        elif name in _HEADINGS:
            self.flush()
            title = clean(" ".join(tag.stripped_strings))
            self.pieces.append(Piece("heading", title, _HEADINGS[name]))
        elif name in ("ul", "ol"):
            self._list(tag)
        elif name == "li":
            self._list_item(tag)
        elif name == "table" and not tag.find([*_HEADINGS, "table", "ul", "ol"]):
            self.flush()
            rows, has_header = _table(tag)
            self.pieces += table_pieces(rows, has_header=has_header)
        elif name == "dt":
            self._term(tag)
        elif name == "dd" and self._words:
            self.flow(tag)
            self.flush()
        elif name in _tags("block_tags"):
            self.flush()
            self.flow(tag)
            self.flush()
        else:
            self.flow(tag)

    def _is_dropped(self, tag: Tag) -> bool:
        if tag.name in _tags("dropped_tags") or (tag.name == "header" and not self._keep_header):
            return True
        if tag.get("role") in _DROPPED_ROLES:
            return True
        names = {str(tag.get("id", "")), *(tag.get("class") or ())}
        return any(word in name.lower() for name in names for word in _tags("boilerplate"))

    def _line_break(self) -> None:
        self._breaks += 1
        if self._breaks > 1:
            self.flush()
        else:
            self._words.append(" ")

    def _list(self, tag: Tag) -> None:
        self.flush()
        start = str(tag.get("start", "1"))
        ordered = tag.name == "ol"
        self._lists.append(whole(start, 1) if ordered else None)
        self.flow(tag)
        self.flush()
        self._lists.pop()

    def _list_item(self, tag: Tag) -> None:
        self.flush()
        number = self._lists[-1] if self._lists else None
        self._item = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1
        self.flow(tag)
        self.flush()
        self._item = None

    def _term(self, tag: Tag) -> None:
        """« Sigle : sa définition » is one sentence."""
        self.flush()
        self.flow(tag)
        self._words.append(" : ")


def _table(table: Tag) -> tuple[list[list[str]], bool]:
    """Return the rows of a table and whether its first one is a header.

    A cell that spans rows is repeated on each: a row must be understood alone.
    """
    rows: list[list[str]] = []
    spanning: dict[int, tuple[int, str]] = {}
    heads: list[bool] = []
    for row in table.find_all("tr"):
        cells: list[str] = []
        own = row.find_all(["td", "th"], recursive=False)
        for cell in own:
            _fill(cells, spanning)
            text = clean(" ".join(cell.stripped_strings))
            height, width = _span(cell, "rowspan"), _span(cell, "colspan")
            if height > 1:
                spanning[len(cells)] = (height - 1, text)
            cells += [text, *[""] * (width - 1)]
        _fill(cells, spanning)
        rows.append(cells[:_MOST_COLUMNS])
        heads.append(bool(own) and all(cell.name == "th" for cell in own))
    has_heads = table.find("th") is not None
    return rows, not has_heads or bool(heads and heads[0])


def _fill(cells: list[str], spanning: dict[int, tuple[int, str]]) -> None:
    """Repeat the cells of the rows above that reach this one."""
    while len(cells) in spanning:
        left, text = spanning.pop(len(cells))
        if left > 1:
            spanning[len(cells)] = (left - 1, text)
        cells.append(text)


def _span(cell: Any, name: str) -> int:
    return min(max(whole(str(cell.get(name, "1")), 1), 1), _MOST_COLUMNS)


@cache
def _tags(name: str) -> frozenset[str]:
    return frozenset(load_data("corpus")[name].split())
