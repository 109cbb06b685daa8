"""Titles of a PDF: its bookmarks put back on their lines, or else what is set in larger type."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pvd_assistant.corpus.readers.pdf_lines import Line
from pvd_assistant.corpus.readers.pdf_process import RawPage
from pvd_assistant.corpus.text import clean, fold
from pvd_assistant.messages import load_data

_LETTERS = re.compile(r"[\W_]+")
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\S{1,6}$|…\s*\S{1,6}$")
_PAGE_NUMBER = re.compile(r"(?:\d{1,4}|[ivxlc]{1,6})", re.IGNORECASE)
_LONGEST_TITLE = 160
_MOST_LINES = 4
_LARGER = 1.12
_DISPLAY = 1.3


@dataclass(frozen=True, slots=True)
class Heading:
    """A title, or something else that states nothing.

    :ivar level: from 1; 0 for a cover's large type or a line of a table of contents.
    :ivar lines: how many lines of the page it takes; 0 when it is not printed there.
    """

    title: str
    level: int
    lines: int


def find_headings(
    pages: Sequence[RawPage], outline: Sequence[tuple[int, str, int, float | None]]
) -> list[Mapping[int, Heading]]:
    """Return, for each page, its headings by the number of their first line."""
    body = _body_size(pages)
    found = _from_outline(pages, outline) if outline else _from_size(pages, body)
    for page, headings in zip(pages, found, strict=True):
        _add_contents(page.lines, headings, {_key(title) for _, title, _, _ in outline})
        _add_display(page.lines, headings, body)
    return list(found)


def _key(text: str) -> str:
    return _LETTERS.sub("", fold(text))


def _printed(line: Line) -> str:
    return f"{line.mark} {line.text}" if line.mark else line.text


def _body_size(pages: Sequence[RawPage]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], -size), default=10.0)


def _from_outline(
    pages: Sequence[RawPage], outline: Sequence[tuple[int, str, int, float | None]]
) -> list[dict[int, Heading]]:
    found: list[dict[int, Heading]] = [{} for _ in pages]
    for level, title, number, top in outline:
        if number >= len(pages) or not clean(title):
            continue
        lines, headings = pages[number].lines, found[number]
        at, count = _locate(lines, _key(title), top, headings)
        if count == 0:
            while at in headings:
                at += 1
            if at >= len(lines):
                continue
            headings[at] = Heading(clean(title), level, 0)
        else:
            headings[at] = Heading(clean(title), level, count)
    return found


def _locate(
    lines: Sequence[Line], key: str, top: float | None, taken: Mapping[int, Heading]
) -> tuple[int, int]:
    """Return the first line of a title nearest to ``top`` and how many lines it takes."""
    places: list[tuple[float, int, int]] = []
    for at in range(len(lines)):
        if at in taken:
            continue
        words = ""
        for count in range(1, min(_MOST_LINES, len(lines) - at) + 1):
            words += _key(_printed(lines[at + count - 1]))
            if words == key:
                away = abs((top if top is not None else lines[0].y) - lines[at].y)
                places.append((away, at, count))
            if not key.startswith(words):
                break
    if places:
        _, at, count = min(places)
        return at, count
    below = [at for at, line in enumerate(lines) if top is not None and line.y <= top]
    return (below[0] if below else 0), 0


def _from_size(pages: Sequence[RawPage], body: float) -> list[dict[int, Heading]]:
    """Take short lines larger than the body as titles; the larger, the higher."""
    found: list[dict[int, Heading]] = [{} for _ in pages]
    sizes = sorted(
        {
            round(line.size * 2) / 2
            for page in pages
            for line in page.lines
            if line.size >= _LARGER * body
        },
        reverse=True,
    )
    for page, headings in zip(pages, found, strict=True):
        at = 0
        while at < len(page.lines):
            size = round(page.lines[at].size * 2) / 2
            count = 1
            while (
                at + count < len(page.lines)
                and round(page.lines[at + count].size * 2) / 2 == size
                and page.lines[at + count - 1].y - page.lines[at + count].y < 1.8 * size
            ):
                count += 1
            title = " ".join(_printed(line) for line in page.lines[at : at + count])
            if size in sizes and len(title) <= _LONGEST_TITLE and any(c.isalpha() for c in title):
                headings[at] = Heading(title, sizes.index(size) + 1, count)
            at += count
    return found


def _add_contents(lines: Sequence[Line], headings: dict[int, Heading], titles: set[str]) -> None:
    """Set the lines of a table of contents aside: they repeat titles and state nothing."""
    known = set(load_data("corpus")["contents_titles"])
    titled = any(fold(heading.title) in known for heading in headings.values())
    titled = titled or any(fold(line.text) in known for line in lines)
    entries = [
        at
        for at, line in enumerate(lines)
        if at not in headings and _is_entry(line, titles, titled)
    ]
    if len(entries) < 3:
        return
    for at in range(entries[0], entries[-1] + 1):
        if at not in headings:
            headings[at] = Heading(_printed(lines[at]), 0, 1)


def _is_entry(line: Line, titles: set[str], titled: bool) -> bool:
    if _LEADER.search(line.text):
        return True
    last = line.segments[-1].text
    if len(line.segments) < 2 or not _PAGE_NUMBER.fullmatch(last):
        return False
    words = _printed(line).removesuffix(last)
    return titled or _key(words) in titles


def _add_display(lines: Sequence[Line], headings: dict[int, Heading], body: float) -> None:
    """Set very large type (a cover) aside."""
    covered = {
        at + step for at, heading in headings.items() for step in range(max(heading.lines, 1))
    }
    for at, line in enumerate(lines):
        if at not in covered and line.size >= _DISPLAY * body and len(line.text) < _LONGEST_TITLE:
            headings[at] = Heading(_printed(line), 0, 1)
