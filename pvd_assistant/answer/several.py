"""Several questions in one message: each is asked apart, what surrounds it kept in mind, and has its heading.

So are the requests of one sentence, which lean on each other more: each is given the subject of the ones before.

A message asked as a whole finds passages for the question that has the most words, and little for the
others; but questions on one subject, which lean on each other, are better asked as a whole. They are told
apart by what they find (figures in docs/evaluation.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pvd_assistant.answer.composing import Draft, Section
from pvd_assistant.answer.reply import Reply
from pvd_assistant.answer.requests import direct
from pvd_assistant.answer.sections import heading, without_link
from pvd_assistant.answer.understanding import Understanding, understand
from pvd_assistant.messages import text
from pvd_assistant.model import KNOWN, Status, Turn

_MOST = 6


def asked_apart(
    message: Understanding, history: Sequence[Turn]
) -> list[tuple[Understanding, tuple[Turn, ...]]]:
    """Return each question of a message with the turns before it; nothing for a single one.

    The rest of the message and its earlier questions come before a question as an earlier turn does: they
    tell the town, and what « et combien ? » is about.
    """
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


def requests_apart(
    message: Understanding, history: Sequence[Turn]
) -> list[tuple[Understanding, tuple[Turn, ...]]]:
    """Return each request of a sentence, complete, with the turns before it; nothing for a single one."""
    around = message.core
    for request in message.requests:
        around = around.replace(request, " ")
    around = " ".join(around.split())
    found = []
    for n, (typed, asked) in enumerate(zip(message.requests, message.parts, strict=True)):
        alone = asked == direct(typed)
        before = " ".join(filter(None, (around, *(message.parts[:n] if alone else ()))))
        turns = (*history, Turn("user", before)) if before else tuple(history)
        found.append((understand(asked, turns), turns))
    return found


def in_order(asked: Sequence[str], replies: Sequence[Reply]) -> Reply | None:
    """Join the replies to the requests of a sentence under their headings; ``None`` unless each has its own."""
    if not replies or any(reply.status not in KNOWN or not reply.sections for reply in replies):
        return None
    return replace(
        replies[0],
        status=_status(replies),
        sections=_under_headings(asked, replies),
        warnings=_warnings(replies),
        evidence=None,
        final=False,
    )


def together(whole: Reply, asked: Sequence[Understanding], replies: Sequence[Reply]) -> Reply:
    """Join the replies to the questions of a message under their headings.

    The reply to the whole message stands when no question has an answer of its own, and when the questions
    are on one subject: one of them has none alone, or all are answered from the same documents.
    """
    known = [reply for reply in replies if reply.status in KNOWN]
    if not known or (whole.status in KNOWN and _one_subject(replies)):
        return whole
    return replace(
        whole,
        status=_status(replies),
        family=known[0].family,
        sections=_under_headings([question.text for question in asked], replies),
        note="",
        warnings=_warnings(replies),
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


def _under_headings(asked: Sequence[str], replies: Sequence[Reply]) -> tuple[Section, ...]:
    """Put each reply under its question; a statement is made once, where it comes first if it does."""
    leads = [reply.sections[0].drafts[0].text for reply in replies if _drafts(reply)]
    said: set[str] = set()
    sections: list[Section] = []
    for question, reply in zip(asked, replies, strict=True):
        title = heading(question)
        own = [_new(section, said, leads) for section in reply.sections]
        if not own:
            sections.append(Section(title=title, note=_note(reply)))
        elif own[0].title:
            sections += [Section(title=title), *own]
        else:
            sections += [replace(own[0], title=title), *own[1:]]
    return tuple(sections)


def _new(section: Section, said: set[str], leads: Sequence[str]) -> Section:
    """Drop the statements that another question brings, unless nothing would be left."""
    first = section.drafts[:1]
    fresh: tuple[Draft, ...] = tuple(
        draft
        for draft in section.drafts
        if draft.text not in said and (draft in first or draft.text not in leads)
    )
    said.update(draft.text for draft in section.drafts)
    return replace(section, drafts=fresh or section.drafts)


def _drafts(reply: Reply) -> bool:
    return bool(reply.sections and reply.sections[0].drafts)


def _warnings(replies: Sequence[Reply]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(warning for reply in replies for warning in reply.warnings))


def _note(reply: Reply) -> str:
    return text("answer.unknown_part") if reply.status == "unknown" else reply.note


def _status(replies: Sequence[Reply]) -> Status:
    return "answered" if all(reply.status == "answered" for reply in replies) else "partial"
