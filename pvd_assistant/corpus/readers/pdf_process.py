"""Runs ``pdf_worker`` and gives each page its time limit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pvd_assistant.corpus.readers.pdf_lines import MARK, Line, Segment
from pvd_assistant.corpus.readers.pdf_runs import Rule
from pvd_assistant.corpus.readers.processes import Process
from pvd_assistant.corpus.text import clean
from pvd_assistant.errors import DocumentError
from pvd_assistant.settings import Settings

WORKER = ["-m", "pvd_assistant.corpus.readers.pdf_worker"]
#: Time for Python to start and the file to be opened, added to the limit of a page.
_START = 30.0
#: Pages that may fail before the whole document is read in plain mode.
_PATIENCE = 3


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it was drawn."""

    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    height: float
    image: bool = False


@dataclass(slots=True)
class RawPdf:
    """A PDF as it was drawn.

    :ivar outline: level, title, page from 0 and height of each bookmark.
    """

    labels: list[str] = field(default_factory=list)
    outline: list[tuple[int, str, int, float | None]] = field(default_factory=list)
    pages: list[RawPage] = field(default_factory=list)


class _Stopped(Exception):  # noqa: N818 - says that the process ended, which is expected
    """The worker took too long (``slow``) or ended before its last page."""

    def __init__(self, slow: bool) -> None:
        self.slow = slow


def extract(path: Path, settings: Settings) -> RawPdf:
    """Return what a PDF draws, page after page.

    A page that takes too long or breaks the layout reading is read again in plain mode.

    :raises DocumentError: it is encrypted, broken, without a page, too long or too slow.
    """
    pdf = RawPdf()
    failures, mode = 0, "layout"
    while True:
        before = len(pdf.pages)
        try:
            total = _read_pages(
                path, settings, pdf, mode, single=mode == "plain" and failures <= _PATIENCE
            )
        except _Stopped as stop:
            if mode == "plain":
                code = "corpus.too_slow" if stop.slow else "corpus.broken"
                reason = f"page {before + 1}"
                raise DocumentError(code, path=path, reason=reason) from stop
            failures, mode = failures + 1, "plain"
            continue
        if len(pdf.pages) >= total:
            return pdf
        mode = "layout"


def _read_pages(path: Path, settings: Settings, pdf: RawPdf, mode: str, *, single: bool) -> int:
    """Add pages to ``pdf`` (one if ``single``) and return how many the document has."""
    limit = settings.page_timeout_s
    arguments = [os.fspath(path), str(len(pdf.pages)), mode, str(limit + _START)]
    with _worker(arguments) as process:
        document = _next(process, limit + _START)
        if "error" in document:
            code = f"corpus.{document['error']}"
            raise DocumentError(code, path=path, reason=document.get("reason", ""))
        total = int(document["pages"])
        if total == 0:
            raise DocumentError("corpus.no_page", path=path)
        if total > settings.max_pages:
            raise DocumentError(
                "corpus.too_many_pages", path=path, pages=total, limit=settings.max_pages
            )
        pdf.labels = document["labels"]
        pdf.outline = [tuple(entry) for entry in document["outline"]]
        for _ in range(len(pdf.pages), total):
            pdf.pages.append(_page(_next(process, limit)))
            if single:
                break
        return total


@contextmanager
def _worker(arguments: Sequence[str]) -> Iterator[Process]:
    """Start the process that reads from a page on; it never outlives the block."""
    process = Process([*WORKER, *arguments])
    try:
        yield process
    finally:
        process.stop()


def _next(process: Process, limit: float) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(process.line(limit))
    except TimeoutError:
        raise _Stopped(slow=True) from None
    except EOFError:
        raise _Stopped(slow=False) from None
    return data


def _page(data: dict[str, Any]) -> RawPage:
    height = float(data["height"])
    if "lines" in data:
        lines = tuple(
            Line(tuple(Segment(*segment) for segment in segments), *rest)
            for segments, *rest in data["lines"]
        )
        return RawPage(lines, tuple(Rule(*rule) for rule in data["rules"]), height)
    return RawPage(tuple(_plain_lines(data["text"], height)), (), height, bool(data["images"]))


def _plain_lines(text: str, height: float) -> Iterator[Line]:
    """Give the lines of plain text a place, so that the same code reads both."""
    lines = text.split("\n")
    step = height / (len(lines) + 1)
    for number, line in enumerate(lines, start=1):
        words = clean(line)
        head, _, rest = words.partition(" ")
        mark = head if rest and MARK.fullmatch(head) else ""
        words = rest if mark else words
        if words:
            segment = Segment(words, 0.0, float(len(words)))
            yield Line((segment,), height - number * step, step / 1.35, mark=mark)
