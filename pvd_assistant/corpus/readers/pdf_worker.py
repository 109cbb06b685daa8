"""The process that opens a PDF: ``python -m …readers.pdf_worker PATH FIRST MODE SECONDS``.

A PDF is a program; a hostile or broken one may never end or fill the memory. It is opened in a process
of its own that the reader kills when a page takes too long. One JSON object a line: the document, then
its pages from ``FIRST`` on. ``MODE`` is ``layout`` or ``plain`` (pypdf's plain extraction); a page may
take ``SECONDS`` of processor time.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from pvd_assistant.corpus.readers.processes import allow, ended_with_its_parent, limit_resources

if TYPE_CHECKING:
    from pvd_assistant.corpus.readers.pdf_lines import Line


def main(path: str, first: int, mode: str, seconds: float) -> None:
    """Print what the PDF holds."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    limit_resources()
    allow(seconds)
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            _say({"error": "encrypted"})
            return
        _say(_document(reader))
    except PyPdfError as error:
        _say({"error": "broken", "reason": str(error).partition("\n")[0]})
        return
    fonts: dict[int, Any] = {}
    for number in range(first, len(reader.pages)):
        allow(seconds)
        _say(_page(reader.pages[number], mode, fonts))


def _say(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def _document(reader: Any) -> dict[str, Any]:
    labelled = "/PageLabels" in reader.root_object
    return {
        "pages": len(reader.pages),
        "labels": list(reader.page_labels) if labelled else [],
        "outline": _outline(reader, reader.outline, 1),
    }


def _outline(reader: Any, entries: Any, level: int) -> list[tuple[int, str, int, float | None]]:
    """Return level, title, page and height of each bookmark that leads to a page."""
    found: list[tuple[int, str, int, float | None]] = []
    for entry in entries:
        if isinstance(entry, list):
            found += _outline(reader, entry, level + 1)
            continue
        page = reader.get_destination_page_number(entry)
        if page is not None and page >= 0:
            top = entry.top if isinstance(entry.top, (int, float)) else None
            found.append((level, str(entry.title or ""), page, top and float(top)))
    return found


def _page(page: Any, mode: str, fonts: dict[int, Any]) -> dict[str, Any]:
    from pvd_assistant.corpus.readers.pdf_lines import page_lines
    from pvd_assistant.corpus.readers.pdf_runs import TooMuchDrawn, page_runs

    height = float(page.mediabox.height)
    if mode == "layout":
        try:
            runs, rules, hidden = page_runs(page, fonts)
        except TooMuchDrawn:
            runs, rules, hidden = [], [], False
        if runs or hidden:
            lines = [
                ([[s.text, s.x0, s.x1] for s in line.segments], *_flat(line))
                for line in page_lines(runs)
            ]
            return {"height": height, "lines": lines, "rules": [[r.x0, r.x1, r.y] for r in rules]}
    return {"height": height, "text": page.extract_text(), "images": _has_image(page)}


def _flat(line: Line) -> tuple[float, float, bool, str, float]:
    return line.y, line.size, line.bold, line.mark, line.left


def _has_image(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    found = objects.get_object().values() if objects is not None else ()
    return any(item.get_object().get("/Subtype") in ("/Image", "/Form") for item in found)


if __name__ == "__main__":
    with ended_with_its_parent():
        main(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
