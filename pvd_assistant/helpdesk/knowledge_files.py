"""Validated replies as documents: Markdown files of the library, always rewritten from the database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

from pvd_assistant.corpus import shelf
from pvd_assistant.corpus.readers.files import unreadable
from pvd_assistant.corpus.typography import typeset
from pvd_assistant.helpdesk.knowledge_model import FOLDER, ValidatedReply, official
from pvd_assistant.messages import text
from pvd_assistant.model import VALIDATED_REPLY
from pvd_assistant.settings import Settings

_ITEM = re.compile(r"(?P<mark>[-*•–]|\d{1,2}[.)])\s+(?P<said>.*)")
#: What Markdown would read as something else than words.
_MARKUP = re.compile(r"([\\`*_\[\]<>|&~])")
_OPENS_A_BLOCK = re.compile(r"^(\d{0,9})([#+=.)-])")


def restore_files(settings: Settings, replies: Iterable[ValidatedReply]) -> None:
    """Make the library hold these replies and no other: what was changed by hand is put back.

    :param replies: those that are validated.
    :raises DocumentError: the library cannot be written.
    """
    kept = {f"{reply.slug}.md": reply for reply in replies}
    folder = settings.library_dir / FOLDER
    try:
        if folder.is_dir():
            for path in sorted(folder.iterdir()):
                if path.name not in kept and path.is_file() and not path.name.startswith("."):
                    path.unlink()
        for name, reply in kept.items():
            content = document_text(reply).encode()
            path = folder / name
            if not path.is_file() or path.read_bytes() != content:
                shelf.put(settings, reply.document, content, ".md")
    except OSError as error:
        raise unreadable(folder, error) from error


def document_text(reply: ValidatedReply) -> str:
    """Return the document that a validated reply is, shaped like a frequent question."""
    wording = reply.wording
    question = typeset(wording.question)
    sections = [f"## {_plain(question)}"]
    if wording.phrasings:
        listed = "\n".join(f"- {_plain(put)}" for put in wording.phrasings)
        sections.append(f"## {text('knowledge.file_phrasings')}\n{listed}")
    sections.append(f"## {text('knowledge.file_answer')}\n{typeset(_body(wording.answer))}")
    listed = "\n".join(f"- {_plain(source.title)}" for source in official(reply.sources))
    sections.append(f"## {text('knowledge.file_more')}\n{listed}")
    front = yaml.safe_dump(_front(reply), allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{front}---\n\n" + "\n\n".join(sections) + "\n"


def _front(reply: ValidatedReply) -> dict[str, Any]:
    front: dict[str, Any] = {
        "title": typeset(reply.wording.question),
        "kind": VALIDATED_REPLY,
        "publisher": text("knowledge.publisher"),
        "updated": (reply.validated or reply.proposed).date(),
        "valid_until": reply.review_by,
        "sources": [
            {
                "title": source.title,
                "publisher": source.publisher,
                "url": source.url,
                "date": source.updated,
            }
            for source in official(reply.sources)
        ],
        "themes": list(reply.wording.themes),
    }
    return {name: value for name, value in front.items() if value}


def _body(answer: str) -> str:
    """Write an answer as paragraphs and lists, and nothing else."""
    written: list[str] = []
    in_list = False
    for line in answer.splitlines():
        item = _ITEM.fullmatch(line.strip())
        if item is not None:
            mark = item["mark"].replace(")", ".") if item["mark"][0].isdigit() else "-"
            if not in_list and written and written[-1]:
                written.append("")
            written.append(f"{mark} {_plain(item['said'])}")
        else:
            if in_list and line.strip():
                written.append("")
            written.append(_plain(line))
        in_list = item is not None or (in_list and not line.strip())
    return "\n".join(written)


def _plain(line: str) -> str:
    """Write words that Markdown gives back as they are."""
    return _OPENS_A_BLOCK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", line.strip()))
