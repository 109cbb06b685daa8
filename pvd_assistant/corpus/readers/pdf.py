"""PDF (interim: plain text; columns, headings and time limit follow)."""

from __future__ import annotations

from pathlib import Path

from pvd_assistant.corpus.text import clean
from pvd_assistant.model import Block, Part
from pvd_assistant.settings import Settings


def read(path: Path, settings: Settings) -> tuple[Part, ...]:
    """Read a PDF, one part a page."""
    from pypdf import PdfReader

    reader = PdfReader(path)
    parts = []
    for index, (page, label) in enumerate(zip(reader.pages, reader.page_labels, strict=False)):
        text = clean(page.extract_text())
        blocks = (Block(0, len(text), "paragraph"),) if text else ()
        parts.append(Part(index, text, blocks, index + 1, label))
    return tuple(parts)
