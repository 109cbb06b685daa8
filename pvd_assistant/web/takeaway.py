"""A conversation taken away for a file or a council meeting: Word, PDF, Markdown.

Statements are those of the answers, word for word, with the passages they rest on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pvd_assistant.answer.citing import engine_notice, source_line
from pvd_assistant.french import french_date
from pvd_assistant.messages import text
from pvd_assistant.model import KNOWN, Answer, Citation
from pvd_assistant.office import escaped
from pvd_assistant.web.answer_text import Block, Line, cells, layout
from pvd_assistant.web.conversation import Conversation, Exchange
from pvd_assistant.web.wording import counted, label

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "md": "text/markdown; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file to save.

    :ivar media: its media type.
    """

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """A question and its answer, as they are taken away.

    :ivar heads: what stands under the question: its town, and what its answer is, when it is not whole.
    :ivar blocks: paragraphs, lists and tables of the answer.
    :ivar sources: for each citation, its line and its passage.
    :ivar notes: warnings, then how the answer was made.
    """

    question: str
    heads: tuple[str, ...]
    blocks: tuple[Block, ...]
    sources_title: str
    sources: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def take_away(conversation: Conversation, kind: str, day: dt.date) -> File | None:
    """Return the answered questions of a conversation as a file.

    :param kind: ``"docx"``, ``"pdf"`` or ``"md"``.
    :returns: ``None`` when nothing was answered yet, or for another kind.
    """
    told = tuple(_told(e, e.answer) for e in conversation.exchanges if e.answer)
    if not told or kind not in MEDIA:
        return None
    name = f"{text('web.export_file')}-{day.isoformat()}.{kind}"
    return File(name, MEDIA[kind], _writers()[kind](told, made_on(day, len(told))))


def made_on(day: dt.date, questions: int) -> str:
    """« 2 questions, document établi le 23 novembre 2026… »."""
    asked = counted("export_questions", questions)
    return text("web.export_made", asked=asked, date=french_date(day))


def said(line: Line) -> str:
    """Return a line as plain text, marks included."""
    return "".join(f"[{p.citation.n}]" if p.citation else p.text for p in line)


def rows(block: Block) -> list[list[str]]:
    """Return the cells of a table as plain text."""
    return [[said(cell).strip() for cell in cells(line)] for line in block.lines]


def _writers() -> dict[str, Callable[[tuple[Told, ...], str], bytes]]:
    # Word and PDF take a third of a second to import: only when one is asked for.
    from pvd_assistant.web.takeaway_docx import to_docx
    from pvd_assistant.web.takeaway_pdf import to_pdf

    return {"docx": to_docx, "pdf": to_pdf, "md": _to_markdown}


def _told(exchange: Exchange, answer: Answer) -> Told:
    heads = [text("web.export_town", town=exchange.town.label)] if exchange.town else []
    if answer.status != "answered":
        heads.append(label("statuses", answer.status))
    found = answer.status in KNOWN
    notes = [text("web.copy_warning", warning=warning) for warning in answer.warnings]
    return Told(
        question=" ".join(exchange.question.split()),
        heads=tuple(heads),
        blocks=layout(answer),
        sources_title=text("web.export_sources" if found else "web.nearest"),
        sources=tuple((source_line(c), _passage(c)) for c in answer.citations),
        notes=(*notes, engine_notice(answer)) if found else tuple(notes),
    )


def _passage(citation: Citation) -> str:
    """Return the words of a passage; say so when a reopened conversation has lost them."""
    return " ".join(citation.passage.split()) or text("web.kept_no_passage")


def _to_markdown(told: tuple[Told, ...], made: str) -> bytes:
    lines = [f"# {text('web.export_title')}", "", made, "", f"*{text('web.export_note')}*", ""]
    for one in told:
        lines += [f"## {escaped(one.question)}", ""]
        lines += [line for head in one.heads for line in (f"**{escaped(head)}**", "")]
        for block in one.blocks:
            lines += [*_markdown_block(block), ""]
        if one.sources:
            lines += [f"### {one.sources_title}", ""]
        for source, passage in one.sources:
            lines += [escaped(source), "", f"> {escaped(passage)}", ""]
        lines += [line for note in one.notes for line in (f"*{escaped(note)}*", "")]
    return "\n".join(lines).encode()


def _markdown_block(block: Block) -> Iterator[str]:
    if block.kind == "table":
        table = rows(block)
        head, body = (table[0], table[1:]) if block.header else ([""] * len(table[0]), table)
        for row in (head, ["---"] * len(head), *body):
            kept = row if row[0] == "---" else map(escaped, row)
            yield f"| {' | '.join(kept)} |"
        return
    for number, line in enumerate(block.lines, start=block.start):
        mark = {"heading": "### ", "ul": "- ", "ol": f"{number}. "}.get(block.kind, "")
        yield mark + escaped(said(line))
