"""A conversation as a PDF, in the standard fonts that every reader has: nothing to download."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from pvd_assistant.messages import text
from pvd_assistant.web.answer_text import Block

if TYPE_CHECKING:
    from pvd_assistant.web.takeaway import Told

_INK, _MAIN, _SOFT, _LINE = (
    colors.HexColor(shade) for shade in ("#1c2b33", "#0f4c5c", "#4a5b61", "#d3dbd9")
)
_MARGIN = 2.2 * cm
# The standard fonts hold the characters of Windows-1252; what French needs besides is near these.
_NEAR = {
    "\u202f": "\u00a0",
    "\u2011": "-",
    "\u2010": "-",
    "≤": "<=",
    "≥": ">=",
    "−": "-",
    "→": "->",
}


def _style(size: float, **changes: Any) -> ParagraphStyle:
    base = {"fontName": "Helvetica", "textColor": _INK, "alignment": TA_LEFT, "spaceAfter": 5}
    return ParagraphStyle("", **(base | {"fontSize": size, "leading": 1.4 * size} | changes))


_BOLD = "Helvetica-Bold"
_STYLES = {
    "title": _style(19, fontName=_BOLD, textColor=_MAIN, spaceAfter=8),
    "question": _style(14, fontName=_BOLD, textColor=_MAIN, spaceBefore=16, keepWithNext=1),
    "heading": _style(11.5, fontName=_BOLD, spaceBefore=8, keepWithNext=1),
    "head": _style(10, fontName=_BOLD, textColor=_SOFT),
    "p": _style(10.5),
    "item": _style(10.5, leftIndent=14, bulletIndent=2),
    "cell": _style(9, spaceAfter=0),
    "name": _style(9, fontName=_BOLD, spaceAfter=0),
    "source": _style(9.5, spaceBefore=4, keepWithNext=1),
    "passage": _style(9, textColor=_SOFT, leftIndent=14, spaceAfter=6),
    "note": _style(9, fontName="Helvetica-Oblique", textColor=_SOFT),
}


def to_pdf(told: Sequence[Told], made: str) -> bytes:
    """Return the document.

    :param made: how many questions, and the day it was made.
    """
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=text("web.export_title"),
        lang="fr-FR",
    )
    story = [
        _paragraph(text("web.export_title"), "title"),
        _paragraph(made, "p"),
        _paragraph(text("web.export_note"), "note"),
    ]
    for one in told:
        story += _flowables(one)
    document.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return out.getvalue()


def _flowables(one: Told) -> Iterator[Any]:
    yield _paragraph(one.question, "question")
    for head in one.heads:
        yield _paragraph(head, "head")
    for block in one.blocks:
        yield from _block(block)
    if one.sources:
        yield _paragraph(one.sources_title, "heading")
    for source, passage in one.sources:
        yield _paragraph(source, "source")
        yield _paragraph(passage, "passage")
    for note in one.notes:
        yield _paragraph(note, "note")


def _block(block: Block) -> Iterator[Any]:
    from pvd_assistant.web.takeaway import rows, said

    if block.kind == "table":
        yield _table(rows(block), block.header)
        return
    for number, line in enumerate(block.lines, start=block.start):
        if block.kind in ("ul", "ol"):
            bullet = "•" if block.kind == "ul" else f"{number}."
            yield Paragraph(_written(said(line)), _STYLES["item"], bulletText=bullet)
        else:
            yield _paragraph(said(line), block.kind)


def _table(lines: Sequence[Sequence[str]], header: bool) -> Table:
    columns = max(map(len, lines))
    room = A4[0] - 2 * _MARGIN - 12
    first = min(0.22, 1 / columns)
    widths = [first * room] + [(1 - first) * room / max(1, columns - 1)] * (columns - 1)
    body = [
        [
            _paragraph(words, "name" if not column or (header and not number) else "cell")
            for column, words in enumerate([*line, *[""] * (columns - len(line))])
        ]
        for number, line in enumerate(lines)
    ]
    table = Table(body, colWidths=widths, repeatRows=int(header), spaceBefore=4, spaceAfter=8)
    grid = [("GRID", (0, 0), (-1, -1), 0.5, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table.setStyle(TableStyle(grid))
    return table


def _paragraph(words: str, style: str) -> Paragraph:
    return Paragraph(_written(words), _STYLES[style])


def _written(words: str) -> str:
    return escape("".join(map(_drawable, words)))


def _drawable(character: str) -> str:
    """Return a character that the fonts hold: itself, or what is nearest to it."""
    near = _NEAR.get(character, character)
    for candidate in (near, unicodedata.normalize("NFKD", near)):
        kept = candidate.encode("cp1252", "ignore").decode("cp1252")
        if kept and (kept == candidate or candidate is not near):
            return kept
    return ""


def _numbered(canvas: Any, document: Any) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(_SOFT)
    foot = text("web.export_page", page=document.page)
    canvas.drawRightString(A4[0] - _MARGIN, _MARGIN / 2, foot)
    canvas.restoreState()
