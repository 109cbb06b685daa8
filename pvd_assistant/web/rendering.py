"""The HTML of a conversation, from templates that escape everything."""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from pvd_assistant.messages import load_data, text
from pvd_assistant.model import Answer, Citation, Statement
from pvd_assistant.web.answer_text import layout
from pvd_assistant.web.conversation import Conversation, Exchange
from pvd_assistant.web.feedback import reasons
from pvd_assistant.web.helpdesk import message
from pvd_assistant.web.takeaway import File
from pvd_assistant.web.templating import render
from pvd_assistant.web.towns import Lookup, Town


def earlier_html(conversation: Conversation) -> str:
    """Return the exchanges before the newest one."""
    return "".join(_exchange(e, is_last=False) for e in conversation.exchanges[:-1])


def newest_html(conversation: Conversation) -> str:
    """Return the newest exchange, or the welcome of an empty conversation."""
    if conversation.last is None:
        return render("welcome.html", examples=load_data("web/examples"))
    return _exchange(conversation.last, is_last=True)


def notice_html(message: str) -> str:
    """Return a message shown beside the question field; nothing when it is empty."""
    return render("notice.html", message=message)


def reminder_html() -> str:
    """Return what is said under the question field: the keys, and no personal data."""
    return render("reminder.html")


def town_html(town: Town | None, lookup: Lookup | None = None) -> str:
    """Return the town kept in mind and the field that changes it.

    :param lookup: what the words just typed designate, when they do not name one town.
    """
    return render("town.html", town=town, lookup=lookup or Lookup())


def takeaway_html(conversation: Conversation, file: File | None = None) -> str:
    """Return the ways to take the conversation away; nothing before the first answer.

    :param file: a file just made: the page's script saves it.
    """
    content = b64encode(file.content).decode() if file else ""
    offered = any(exchange.answer for exchange in conversation.exchanges)
    return render("takeaway.html", offered=offered, file=file, content=content)


def own_html() -> str:
    """Return the button that lists the conversations kept in the browser."""
    return render("own.html")


def kept_html(record: str) -> str:
    """Return what the page's script keeps in the browser; it shows nothing.

    :param record: JSON of :func:`pvd_assistant.web.keeping.to_keep`.
    """
    # The same exchanges may be asked for again: Gradio draws only what differs.
    return render("kept.html", record=record, draw=uuid.uuid4().hex)


def _draft(exchange: Exchange) -> Answer | None:
    """Return what a language model has written so far, as an answer without its sources yet."""
    if not exchange.drafted:
        return None
    words = "\n".join(statement.text for statement in exchange.drafted)
    return Answer(exchange.question, "answered", "other", words, exchange.drafted)


def _exchange(exchange: Exchange, is_last: bool) -> str:
    answer = exchange.answer or _draft(exchange)
    values: dict[str, Any] = {"exchange": exchange, "answer": answer, "is_last": is_last}
    if answer is not None:
        vote = exchange.vote
        values |= {
            "message": message(answer, exchange.town),
            "blocks": layout(answer, exchange.shown),
            "documents": _by_document(answer.citations),
            "statements_of": lambda citation: _statements_of(answer, citation),
            "vote": vote,
            "reasons": reasons(vote.useful) if vote else {},
            "contact_line": _contact_line(answer.contact),
            "contact_url": _safe_url(answer.contact.get("url", "")),
        }
    return render("exchange.html", **values)


def _statements_of(answer: Answer, citation: Citation) -> list[Statement]:
    return [s for s in answer.statements if citation.n in s.citations]


def _by_document(citations: Sequence[Citation]) -> list[list[Citation]]:
    """Group citations by document, in the order they are first cited."""
    groups: dict[str, list[Citation]] = {}
    for citation in citations:
        groups.setdefault(citation.document, []).append(citation)
    return list(groups.values())


def _contact_line(contact: Mapping[str, str]) -> str:
    """Return the contact in one sentence: name, town and role."""
    known = {key: contact.get(key, "") for key in ("name", "town", "role")}
    place = text("web.contact_town", **known) if known["town"] else known["name"]
    return text("web.contact_role", place=place, **known) if known["role"] else f"{place}."


def _safe_url(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""
