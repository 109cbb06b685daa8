"""A conversation as a Word document in French, with real headings, lists and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pvd_assistant.messages import text
from pvd_assistant.office import printable, saved, word_document
from pvd_assistant.web.answer_text import Block

if TYPE_CHECKING:
    from pvd_assistant.web.takeaway import Told


def to_docx(told: Sequence[Told], made: str) -> bytes:
    """Return the document.

    :param made: how many questions, and the day it was made.
    """
    document = word_document(text("web.export_title"))
    document.add_paragraph(made)
    document.add_paragraph(text("web.export_note")).runs[0].italic = True
    for one in told:
        _add(document, one)
    return saved(document)


def _add(document: Any, one: Told) -> None:
    document.add_heading(printable(one.question), level=1)
    for head in one.heads:
        document.add_paragraph(printable(head)).runs[0].bold = True
    for block in one.blocks:
        _add_block(document, block)
    if one.sources:
        document.add_heading(one.sources_title, level=2)
    for source, passage in one.sources:
        document.add_paragraph(printable(source))
        document.add_paragraph(printable(passage), style="Quote")
    for note in one.notes:
        document.add_paragraph(printable(note)).runs[0].italic = True


def _add_block(document: Any, block: Block) -> None:
    from pvd_assistant.web.takeaway import rows, said

    if block.kind == "table":
        _add_table(document, rows(block), block.header)
        return
    for number, line in enumerate(block.lines, start=block.start):
        words = printable(said(line))
        if block.kind == "heading":
            document.add_heading(words, level=2)
        elif block.kind == "ul":
            document.add_paragraph(words, style="List Bullet")
        else:  # Word would go on numbering from the list before: the number is written
            document.add_paragraph(f"{number}. {words}" if block.kind == "ol" else words)


def _add_table(document: Any, lines: Sequence[Sequence[str]], header: bool) -> None:
    table = document.add_table(rows=0, cols=max(map(len, lines)), style="Table Grid")
    for number, line in enumerate(lines):
        cells = table.add_row().cells
        for column, words in enumerate(line):
            cells[column].text = printable(words)
            named = column == 0 or (header and number == 0)
            for run in cells[column].paragraphs[0].runs:
                run.bold = named or None
