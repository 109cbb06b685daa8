"""Several questions in one message: each is asked apart, what surrounds it kept in mind, and has its heading.

So are the requests of a sentence when one has a subject of its own.

A message asked as a whole finds passages for the question that has the most words, and little for the
others; but questions on one subject, which lean on each other, are better asked as a whole. They are told
apart by what they find (figures in docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pvd_assistant.answer.composing import Draft, Section
from pvd_assistant.answer.reply import Reply
from pvd_assistant.answer.requests import starts_afresh
from pvd_assistant.answer.sections import heading, without_link
from pvd_assistant.answer.understanding import Understanding, understand
from pvd_assistant.messages import text
from pvd_assistant.model import KNOWN, Status, Turn

_MOST = 6
#: Words that join requests: « et aussi ».
_JOINS = 3


def asked_apart(
    message: Understanding, history: Sequence[Turn]
) -> list[tuple[Understanding, tuple[Turn, ...]]]:
    """Return each question of a message with the turns before it; nothing for a single one.

    The rest of the message and its earlier questions come before a question as an earlier turn does: they
    tell the town, and what « et combien ? » is about.
    """
    if message.requests:
        return _requests_apart(message, history)
    if len(message.questions) < 2 or message.story:
        return []
    around = message.core
    for question in message.questions:
        around = around.replace(question, " ")
    found = []
    for n, question in enumerate(message.questions[:_MOST]):
        before = " ".join(f"{around} {' '.join(message.questions[:n])}".split())
        turns = (*history, Turn("user", before)) if before else tuple(history)
        # « Et l’ORT est-elle obligatoire ? » goes on to another subject more often than not.
        found.append((understand(without_link(question), turns), turns))
    return found


def _requests_apart(
    message: Understanding, history: Sequence[Turn]
) -> list[tuple[Understanding, tuple[Turn, ...]]]:
    """Return the requests of a sentence, when it is alone and one of them goes on to another subject."""
    rest = message.core
    for request in message.requests:
        rest = rest.replace(request, " ")
    if len(rest.split()) > _JOINS or not any(map(starts_afresh, message.parts[1:])):
        return []
    return [(understand(asked, history), tuple(history)) for asked in message.parts]


def together(whole: Reply, asked: Sequence[Understanding], replies: Sequence[Reply]) -> Reply:
    """Join the replies to the questions of a message under their headings.

    The reply to the whole message stands when no question has an answer of its own, and when the questions
    are on one subject: one of them has none alone, or all are answered from the same documents.
    """
    known = [reply for reply in replies if reply.status in KNOWN]
    if not known or (whole.status in KNOWN and _one_subject(replies)):
        return whole
    said: set[str] = set()
    sections: list[Section] = []
    for question, reply in zip(asked, replies, strict=True):
        title = heading(question.text)
        own = [_new(section, said) for section in reply.sections]
        if not own:
            sections.append(Section(title=title, note=_note(reply)))
        elif own[0].title:
            sections += [Section(title=title), *own]
        else:
            sections += [replace(own[0], title=title), *own[1:]]
    return replace(
        whole,
        status=_status(replies),
        family=known[0].family,
        sections=tuple(sections),
        note="",
        warnings=tuple(dict.fromkeys(w for reply in replies for w in reply.warnings)),
        nearest=(),
    )


def _one_subject(replies: Sequence[Reply]) -> bool:
    """Tell whether a question has no answer of its own, or each shares a document with another."""
    if any(reply.status not in KNOWN for reply in replies):
        return True
    documents = [
        {draft.passages[0].document for section in reply.sections for draft in section.drafts}
        for reply in replies
    ]
    return all(
        own & frozenset[str]().union(*documents[:n], *documents[n + 1 :])
        for n, own in enumerate(documents)
    )


def _new(section: Section, said: set[str]) -> Section:
    """Drop the statements that an earlier question brought, unless nothing would be left."""
    fresh: tuple[Draft, ...] = tuple(d for d in section.drafts if d.text not in said)
    said.update(draft.text for draft in section.drafts)
    return replace(section, drafts=fresh or section.drafts)


def _note(reply: Reply) -> str:
    return text("answer.unknown_part") if reply.status == "unknown" else reply.note


def _status(replies: Sequence[Reply]) -> Status:
    return "answered" if all(reply.status == "answered" for reply in replies) else "partial"
