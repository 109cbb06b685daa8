"""« Préparer un message »: an e-mail to whom can answer, with what was asked, found and not found.

Nothing is sent: the reader reads it, changes it and takes it away.
"""

from __future__ import annotations

from dataclasses import dataclass

from pvd_assistant.answer.citing import engine_notice, source_line
from pvd_assistant.messages import text
from pvd_assistant.model import HEADING, KNOWN, Answer
from pvd_assistant.web.towns import Town

_SUBJECT = 70


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to be read again and sent.

    :ivar recipient: whom it is for, in words.
    :ivar address: e-mail address; empty when none is known.
    :ivar form: address of a contact page, when there is no e-mail address.
    """

    recipient: str
    address: str
    form: str
    subject: str
    body: str


def message(answer: Answer, town: Town | None = None) -> Message:
    """Write the message of an answer, in French.

    :param town: the town of the conversation.
    """
    contact = answer.contact
    pages = (contact.get(name, "") for name in ("form", "website", "url"))
    return Message(
        recipient=contact.get("name", ""),
        address=contact.get("email", ""),
        form=next((page for page in pages if page.startswith("https://")), ""),
        subject=_subject(answer, town),
        body="\n\n".join(part for part in _paragraphs(answer, town) if part) + "\n",
    )


def _subject(answer: Answer, town: Town | None) -> str:
    asked = " ".join(answer.question.split())
    if len(asked) > _SUBJECT:
        asked = asked[:_SUBJECT].rsplit(" ", 1)[0] + "…"
    place = text("web.message_subject_town", town=town.label) if town else ""
    return text("web.message_subject", question=asked, town=place)


def _paragraphs(answer: Answer, town: Town | None) -> list[str]:
    """Return the parts of the body; some may be empty."""
    found = answer.status in KNOWN
    return [
        text("web.message_hello"),
        text("web.message_town", town=town.label) if town else text("web.message_no_town"),
        text("web.message_question", question=answer.question.strip()),
        text("web.message_found", answer=_plain(answer.answer)) if found else "",
        _sources(answer, "web.message_sources" if found else "web.message_nearest"),
        _missing(answer),
        text("web.message_ask"),
        text("web.message_bye"),
        text("web.message_made", notice=engine_notice(answer)) if found else "",
    ]


def _sources(answer: Answer, title: str) -> str:
    lines = [source_line(citation) for citation in answer.citations]
    return "\n".join([text(title), *lines]) if lines else ""


def _missing(answer: Answer) -> str:
    """Say what the documents leave open: nothing found, found in part, doubts and dates."""
    lines = [text(f"web.message_missing_{answer.status}"), *answer.warnings]
    listed = "\n".join(f"- {line}" for line in lines)
    return f"{text('web.message_missing')}\n{listed}"


def _plain(words: str) -> str:
    return "\n".join(line.removeprefix(HEADING) for line in words.splitlines())
