"""A reply taken away with its sources: e-mail to be sent, plain text, Word, Markdown. Nothing is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

from pvd_assistant.answer.citing import source_line
from pvd_assistant.helpdesk.model import Draft, Request, State
from pvd_assistant.helpdesk.sentences import marks_in
from pvd_assistant.messages import load_data, text
from pvd_assistant.office import escaped, printable, saved, word_document

#: Longer addresses are cut by some mail programs.
_LONGEST_MAILTO = 1900
_REPLY = re.compile(r"\s*(?:re|rép|ref)\s*:", re.IGNORECASE)
_BULLET = re.compile(r"\s*[-–—•*]\s+")

MEDIA = {
    "eml": "message/rfc822",
    "txt": "text/plain; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply as it is taken away.

    :ivar to: address of who asked, well written; empty when it is not known or was erased.
    :ivar sources: a line for each source that the text gives.
    :ivar notes: that it was made with the assistant, that nobody reviewed it yet.
    """

    to_name: str
    to: str
    subject: str
    body: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]


def letter(request: Request, draft: Draft, assisted: bool) -> Letter:
    """Return a reply as it is taken away.

    :param assisted: most of it is the assistant’s own words.
    """
    given = set(marks_in(draft.body))
    read = request.state is not State.DRAFT
    notes = [text(f"helpdesk.assisted_{'read' if read else 'unread'}")] if assisted else []
    subject = " ".join(request.subject.split())
    return Letter(
        to_name=request.sender_name,
        to=request.sender_address,
        subject=subject
        if _REPLY.match(subject)
        else text("helpdesk.reply_subject", subject=subject),
        body=draft.body,
        sources=tuple(source_line(one) for one in draft.citations if one.n in given),
        notes=tuple(notes if read else [text("helpdesk.not_reviewed_yet"), *notes]),
    )


def to_text(taken: Letter) -> str:
    """Return the letter as plain text, its sources under the signature."""
    parts = [taken.body]
    if taken.sources:
        parts.append("\n".join([text("helpdesk.sources_line"), *taken.sources]))
    return "\n\n".join([*parts, *taken.notes]) + "\n"


def to_eml(taken: Letter) -> bytes:
    """Return an e-mail that a mail program opens ready to be sent (``X-Unsent``)."""
    message = EmailMessage(policy=SMTP)
    if taken.to:
        message["To"] = Address(" ".join(taken.to_name.split()), addr_spec=taken.to)
    message["Subject"] = taken.subject
    message["X-Unsent"] = "1"
    message.set_content(to_text(taken), charset="utf-8")
    return message.as_bytes()


def mailto(taken: Letter) -> str:
    """Return the address that opens the letter in a mail program; empty when it is too long for some."""
    body = quote(to_text(taken).replace("\n", "\r\n"))
    address = f"mailto:{quote(taken.to, safe='@')}?subject={quote(taken.subject)}&body={body}"
    return address if len(address) <= _LONGEST_MAILTO else ""


def to_markdown(taken: Letter) -> str:
    """Return the letter as Markdown."""
    lines = [f"# {escaped(taken.subject)}", ""]
    for kind, words in _lines(taken.body):
        mark = {"heading": "## ", "item": "- "}.get(kind, "")
        # Two spaces at the end keep the lines of a signature apart.
        lines += [f"{mark}{escaped(words)}  " if kind == "line" else f"{mark}{escaped(words)}"]
    if taken.sources:
        lines += ["", f"## {text('helpdesk.sources_title')}", ""]
        lines += [f"- {escaped(source)}" for source in taken.sources]
    lines += [line for note in taken.notes for line in ("", f"*{escaped(note)}*")]
    return "\n".join(lines) + "\n"


def to_docx(taken: Letter) -> bytes:
    """Return the letter as a Word document in French, with real headings and lists."""
    document = word_document(printable(taken.subject))
    for kind, words in _lines(taken.body):
        if kind == "heading":
            document.add_heading(printable(words), level=1)
        elif words:
            style = "List Bullet" if kind == "item" else None
            document.add_paragraph(printable(words), style=style)
    if taken.sources:
        document.add_heading(text("helpdesk.sources_title"), level=1)
        for source in taken.sources:
            document.add_paragraph(printable(source))
    for note in taken.notes:
        document.add_paragraph(printable(note)).runs[0].italic = True
    return saved(document)


def _lines(body: str) -> Iterator[tuple[str, str]]:
    """Yield what each line is (heading, item, line or nothing) and its words."""
    heading = re.compile(_heading_pattern())
    for line in body.split("\n"):
        bullet = _BULLET.match(line)
        if heading.match(line):
            yield "heading", line.strip()
        elif bullet:
            yield "item", line[bullet.end() :].strip()
        else:
            yield ("line" if line.strip() else "empty"), line.strip()


def _heading_pattern() -> str:
    """« Question 1 – … », as the draft writes it."""
    template = str(load_data("helpdesk/reply")["question"])
    before = template.partition("{n}")[0]
    return rf"{re.escape(before)}\d+\b"
