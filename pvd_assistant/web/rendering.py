"""The HTML of a conversation, from templates that escape everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pvd_assistant.messages import load_data, text
from pvd_assistant.model import Answer, Citation, Statement
from pvd_assistant.web.answer_text import layout
from pvd_assistant.web.conversation import Conversation, Exchange
from pvd_assistant.web.feedback import reasons
from pvd_assistant.web.templating import render


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


def _exchange(exchange: Exchange, is_last: bool) -> str:
    answer = exchange.answer
    values: dict[str, Any] = {"exchange": exchange, "answer": answer, "is_last": is_last}
    if answer is not None:
        vote = exchange.vote
        values |= {
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
