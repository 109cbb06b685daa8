"""Markdown: each ``##`` section is a part; the text is what a reader sees, markup gone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pvd_assistant.corpus.readers.assembly import Piece, assemble, table_pieces
from pvd_assistant.corpus.readers.files import read_text
from pvd_assistant.corpus.readers.hidden import hides
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import DocumentError
from pvd_assistant.model import Part
from pvd_assistant.settings import Settings

if TYPE_CHECKING:
    from markdown_it.token import Token

_DEEPEST = 24
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read a Markdown file, its front matter left aside."""
    _, body, _ = split_front_matter(read_text(path, settings))
    tokens = _parser().parse(body)
    if any(token.level >= _DEEPEST for token in tokens):
        raise DocumentError("corpus.too_deep", path=path)
    return assemble(_Walk(tokens).pieces())


def split_front_matter(text: str) -> tuple[str | None, str, int]:
    """Return the YAML between the ``---`` lines (``None``: there is none), the body, its line.

    >>> split_front_matter("---\\ntitle: A\\n---\\nBonjour.")
    ('title: A\\n', 'Bonjour.', 4)
    """
    if not text.startswith("---\n"):
        return None, text, 1
    end = text.find("\n---\n", 3)
    if end < 0:
        if not text.endswith("\n---"):
            return None, text, 1
        end = len(text) - 4
    yaml_text = text[4 : end + 1]
    return yaml_text, text[end + 5 :], yaml_text.count("\n") + 3


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST + 2}).enable("table")
    # A link keeps its words and loses its address, whatever it is: there is none to refuse.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


class _Walk:
    """Turn markdown-it's tokens into pieces."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._pieces: list[Piece] = []
        self._lists: list[int | None] = []  # next number of each open list, None for bullets
        self._item: tuple[str, list[str]] | None = None  # marker and paragraphs of the open item
        self._rows: list[list[str]] = []
        self._veil = _Veil()

    def pieces(self) -> list[Piece]:
        heading = 0
        for token in self._tokens:
            kind = token.type
            if self._veil.down and kind in ("inline", "fence", "code_block"):
                continue
            if kind == "inline":
                self._inline(inline_text(token.children or ()), heading)
            elif kind == "heading_open":
                heading = int(token.tag[1])
            elif kind == "heading_close":
                heading = 0
            elif kind in ("fence", "code_block"):
                self._inline(clean(token.content), 0)
            elif kind == "html_block":
                self._html(token.content)
            elif kind.startswith(("bullet_", "ordered_", "list_")):
                self._list(token)
            elif kind == "tr_open":
                self._rows.append([])
            elif kind == "table_close":
                self._pieces += table_pieces(self._rows)
                self._rows = []
        return self._pieces

    def _inline(self, text: str, heading: int) -> None:
        if self._rows:
            self._rows[-1].append(text)
        elif heading:
            self._close_item()
            self._pieces.append(Piece("heading", text, heading))
        elif self._item is not None:
            self._item[1].append(text)
        else:
            self._pieces.append(Piece("paragraph", text))

    def _list(self, token: Token) -> None:
        self._close_item()
        if token.type == "list_item_open":
            number = self._lists[-1]
            self._item = ("- " if number is None else f"{number}. ", [])
            if number is not None:
                self._lists[-1] = number + 1
        elif token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type == "ordered_list_open":
            self._lists.append(int(token.attrs.get("start", 1)))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()

    def _close_item(self) -> None:
        if self._item is not None:
            marker, texts = self._item
            text = " ".join(filter(None, texts))
            self._pieces.append(Piece("item", text, len(self._lists), marker))
            self._item = None

    def _html(self, content: str) -> None:
        from pvd_assistant.corpus.readers.html import html_pieces

        self._close_item()
        if not self._veil.down:
            self._pieces += html_pieces(content) or []
        self._veil.feed(content)


class _Veil(HTMLParser):
    """Follows tags written in Markdown: ``down`` while one that hides what it holds is open."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    @property
    def down(self) -> bool:
        return bool(self._open)

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Skip « <![…]> » as browsers do; the base class gives up on most of them."""
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID and (self._open or hides(dict(attrs))):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass


def inline_text(children: Sequence[Token]) -> str:
    """Return the words of a line: links keep their text, emphasis, tags and hidden words go."""
    words: list[str] = []
    veil = _Veil()
    for child in children:
        kind = child.type
        if kind == "html_inline":
            veil.feed(child.content)
        if veil.down:
            continue
        if kind in ("text", "code_inline", "image"):
            words.append(child.content)
        elif kind in ("softbreak", "hardbreak") or child.content.lower().startswith("<br"):
            words.append(" ")
    return clean("".join(words))
