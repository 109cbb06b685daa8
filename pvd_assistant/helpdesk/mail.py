"""An e-mail as a file (``.eml``): its subject, who sent it, its text. Nothing else of it is read."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parseaddr
from functools import cache
from typing import Any

from pvd_assistant.corpus.readers.hidden import drop_hidden
from pvd_assistant.corpus.text import visible
from pvd_assistant.errors import RequestError
from pvd_assistant.messages import load_data, text

#: What the parser raises on hostile headers and encodings.
_BROKEN = (
    MessageError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)
_HEADS = ("from", "to", "subject", "date", "message-id", "received", "content-type")
_MOJIBAKE = re.compile(r"Ã[\x80-\xbf©¨ªà«´®¯»¹§‰€™]|â€[™œ\x9d¦“]")
_BLOCKS = ("p", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol")
_MOST_QUOTES = 60


@dataclass(frozen=True, slots=True)
class Mail:
    """What is read of an e-mail.

    :ivar text: its words, an earlier message quoted with « > ».
    :ivar attachments: names of the files that came with it.
    """

    subject: str
    sender_name: str
    sender_address: str
    text: str
    attachments: tuple[str, ...] = ()


def read_mail(raw: bytes, name: str = "") -> Mail:
    """Read the file of an e-mail.

    :param name: of the file, told when it cannot be read.
    :raises RequestError: it is empty, too large, or not an e-mail.
    """
    if not raw.strip():
        raise RequestError("helpdesk.file_empty", name=name)
    if len(raw) > largest_file_mb() * 1_000_000:
        raise RequestError("helpdesk.file_too_large", name=name, limit=largest_file_mb())
    try:
        message = email.message_from_bytes(raw, policy=policy.default)
        known = any(head in message for head in _HEADS)
        if not known or b"\x00" in raw[:2000] or not isinstance(message, EmailMessage):
            raise RequestError("helpdesk.not_mail", name=name)
        mail = _read(message)
    except _BROKEN as error:
        raise RequestError("helpdesk.mail_broken", name=name) from error
    if not mail.text.strip():
        raise RequestError("helpdesk.mail_without_text", name=name)
    return mail


def largest_file_mb() -> int:
    """Return the size of the largest file read, in megabytes."""
    return int(_data()["limits"]["file_mb"])


def _read(message: EmailMessage) -> Mail:
    shown, address = parseaddr(_header(message, "from"))
    words = _words(message)
    for inner in _enclosed(message):
        head = {"sender": _header(inner, "from"), "subject": _header(inner, "subject")}
        words += f"\n\n{text('helpdesk.enclosed', **head)}\n\n{_words(inner)}"
    return Mail(
        subject=_header(message, "subject"),
        sender_name=shown.strip("\"' ") if "@" not in shown else "",
        sender_address=address if "@" in address else "",
        text=words,
        attachments=tuple(_attachments(message))[: _data()["limits"]["attachments"]],
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return a header on one line; letters sent without their encoding are put right."""
    value = str(message.get(name, ""))
    raw = next((str(one) for key, one in message.raw_items() if key.lower() == name), "")
    if any("\udc80" <= letter <= "\udcff" for letter in raw):
        value = _decoded(raw.encode("utf-8", "surrogateescape"))
    return " ".join(visible(_repaired(value)).split())


def _words(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    words = _content(body)
    if body.get_content_subtype() == "html":
        return _from_html(words)
    if not words.strip() and (other := message.get_body(("html",))) is not None:
        return _from_html(_content(other))
    return visible(words).replace("\r\n", "\n")


def _content(part: Any) -> str:
    """Return the text of a part, whatever encoding it is said to be in."""
    payload = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "utf-8"
    try:
        words = payload.decode(charset)
    except (LookupError, UnicodeDecodeError):
        words = _decoded(payload)
    return _repaired(words)


def _decoded(payload: bytes) -> str:
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace")


def _repaired(words: str) -> str:
    """Put right « rÃ©union »: UTF-8 that was read as something else."""
    if not _MOJIBAKE.search(words):
        return words
    for wrong in ("cp1252", "latin-1"):
        try:
            return words.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
    return words


def _from_html(markup: str) -> str:
    """Return the words of an HTML message, what it hides left out, what it quotes marked « > »."""
    from bs4 import BeautifulSoup, Comment

    soup = BeautifulSoup(markup, "lxml")
    drop_hidden(soup)
    for tag in soup(["script", "style", "head", "title"]):
        tag.decompose()
    for comment in soup.find_all(string=lambda found: isinstance(found, Comment)):
        comment.extract()
    # A line break of the source is a space; one of the page is a line.
    for string in soup.find_all(string=True):
        string.replace_with(re.sub(r"\s+", " ", string))
    for quoted in soup.find_all("blockquote")[:_MOST_QUOTES]:
        for string in quoted.find_all(string=True):
            if string.strip() and not string.startswith("> "):
                string.replace_with(f"> {string.lstrip()}")
    for line_break in soup.find_all("br"):
        line_break.replace_with("\n")
    for block in soup.find_all(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    words = visible(soup.get_text()).replace("\u00a0", " ")
    lines = [" ".join(line.split()) for line in words.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _enclosed(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the messages sent on as attachments."""
    for part in message.iter_attachments():
        if part.get_content_type() == "message/rfc822":
            inner = part.get_content()
            if isinstance(inner, EmailMessage):
                yield inner


def _attachments(message: EmailMessage) -> Iterator[str]:
    """Yield the names of the files, those of images shown in the text left out."""
    for part in message.iter_attachments():
        name = part.get_filename() or ""
        inline = part.get("content-id") and part.get_content_maintype() == "image"
        if part.get_content_type() != "message/rfc822" and not inline:
            yield " ".join(visible(name).split())[:120] or part.get_content_type()


@cache
def _data() -> Any:
    return load_data("helpdesk/intake")
