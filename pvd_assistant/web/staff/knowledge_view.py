"""What the pages « Réponses validées » show."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.corpus import metadata as meta
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.knowledge import KnowledgeStore
from pvd_assistant.helpdesk.knowledge_likeness import Near, near_duplicates
from pvd_assistant.helpdesk.knowledge_model import CitedPassage, State, ValidatedReply, Wording
from pvd_assistant.helpdesk.knowledge_sent import SentReply
from pvd_assistant.helpdesk.knowledge_text import masked, suspects
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.territory.communes import Territory
from pvd_assistant.web.links import passage_url
from pvd_assistant.web.staff.access import Sent

HOME = "/equipe/reponses-validees"
#: The views of the list: name in the address, states shown.
VIEWS: Mapping[str, tuple[State, ...]] = {
    "a-valider": (State.PROPOSED,),
    "validees": (State.VALIDATED,),
    "a-relire": (State.WITHDRAWN,),
    "refusees": (State.REFUSED,),
}
_FIELDS = {
    "knowledge.no_question": "question",
    "knowledge.no_answer": "reponse",
    "knowledge.no_reason": "raison",
    "knowledge.past_review": "relecture",
    "knowledge.bad_review": "relecture",
    "knowledge.suspects_left": "verifie",
}
#: Fewest lines of a text area, and how many characters one shows.
_LINES, _WIDTH = 4, 90


@dataclass(frozen=True, slots=True)
class SourceView:
    """A passage cited, and what is wrong with it now (empty: nothing)."""

    source: CitedPassage
    there: bool
    problem: str


def list_view(store: KnowledgeStore, query: Mapping[str, str], today: dt.date) -> dict[str, Any]:
    """Return the replies of one view: by default the first that has any."""
    replies = store.all()
    counts = {name: sum(_shown(reply, name, today) for reply in replies) for name in VIEWS}
    view = query.get("etat", "")
    if view not in VIEWS:
        view = next((name for name, count in counts.items() if count), "a-valider")
    words = query.get("q", "").strip()[:200]
    wanted = fold(words).split()
    shown = [
        reply
        for reply in replies
        if _shown(reply, view, today) and all(word in _said(reply) for word in wanted)
    ]
    views = [
        (f"{HOME}?etat={name}", text(f"knowledge.view_{name}"), counts[name], name == view)
        for name in VIEWS
    ]
    return {"views": views, "view": view, "replies": shown, "words": words, "today": today}


def _shown(reply: ValidatedReply, view: str, today: dt.date) -> bool:
    late = view == "a-relire" and reply.state is State.VALIDATED and reply.late(today)
    return reply.state in VIEWS[view] or late


def _said(reply: ValidatedReply) -> str:
    return fold(f"{reply.wording.question} {reply.wording.answer} {reply.proposer}")


def reply_view(
    reply: ValidatedReply,
    wording: Wording,
    store: KnowledgeStore,
    index: Index,
    territory: Territory,
    person: Person,
) -> dict[str, Any]:
    """Return a reply with its sources as they are now, and what may be done with it.

    :param wording: what its form holds.
    """
    today = dt.date.today()
    proposes, validates = _actions(reply, person)
    return {
        "reply": reply,
        "late": reply.state is State.VALIDATED and reply.late(today),
        "events": store.history(reply.id),
        "document": opened(reply.document, index),
        "proposes": proposes,
        "validates": validates,
        "own": reply.state is State.PROPOSED and reply.proposed_by == person.id,
        **_around(wording, reply.sources, store, index, territory, reply.id),
    }


def _actions(reply: ValidatedReply, person: Person) -> tuple[bool, bool]:
    """Tell whether somebody may propose a reply again, and whether they may validate it."""
    closed = reply.state in (State.REFUSED, State.WITHDRAWN)
    validates = person.may(Permission.VALIDATE_SOURCES)
    other = reply.proposed_by != person.id
    return (
        closed and person.may(Permission.PROPOSE_SOURCES),
        reply.state is State.PROPOSED and validates and other,
    )


def proposal_view(
    sent: SentReply, wording: Wording, store: KnowledgeStore, index: Index, territory: Territory
) -> dict[str, Any]:
    """Return a sent reply that is about to be proposed."""
    return {
        "sent": sent,
        "earlier": store.of_request(sent.request_id),
        **_around(wording, sent.sources, store, index, territory),
    }


def _around(
    wording: Wording,
    sources: Sequence[CitedPassage],
    store: KnowledgeStore,
    index: Index,
    territory: Territory,
    itself: int = 0,
) -> dict[str, Any]:
    """Return what is read beside a wording."""
    plain = masked(wording)
    near = near_duplicates(plain, index, store.all(), itself)
    return {
        "sources": [_source(one, index) for one in sources],
        "near": [(near, _address(near, index)) for near in near],
        "suspects": suspects(plain, sources, territory),
        "seen": seen(sources, index),
        "known_themes": meta.themes(),
    }


def _address(near: Near, index: Index) -> str:
    return f"{HOME}/{near.reply}" if near.reply else opened(near.document, index)


def opened(document: str, index: Index) -> str:
    """Return the address of a document opened at its first passage; empty when there is none."""
    passages = index.passages_of(document)
    return passage_url(passages[0]) if passages else ""


def _source(source: CitedPassage, index: Index) -> SourceView:
    record = index.documents.get(source.document)
    if record is None:
        return SourceView(source, False, text("knowledge.source_is_gone"))
    now = "\n".join(part.text for part in index.parts(source.document))
    if source.passage not in now:
        return SourceView(source, True, text("knowledge.passage_is_gone"))
    changed = source.digest and record.digest != source.digest
    return SourceView(source, True, text("knowledge.source_has_changed") if changed else "")


def seen(sources: Iterable[CitedPassage], index: Index) -> str:
    """Return what changes when a source does: a form repeats what its reader saw."""
    documents = sorted({source.document for source in sources})
    now = [
        f"{name}\0{record.digest if (record := index.documents.get(name)) else ''}"
        for name in documents
    ]
    return hashlib.sha256("\n".join(now).encode()).hexdigest()[:16]


def digests(index: Index) -> dict[str, str]:
    """Return the digest of each document that can be read now."""
    return {name: record.digest for name, record in index.documents.items()}


def form_of(wording: Wording, review_by: str = "") -> dict[str, Any]:
    """Return the values of the fields of a form."""
    return {
        "question": wording.question,
        "answer": wording.answer,
        "phrasings": "\n".join(wording.phrasings),
        "themes": wording.themes,
        "lines": max(_LINES, sum(1 + len(line) // _WIDTH for line in wording.answer.split("\n"))),
        "review_by": review_by,
    }


def written(sent: Sent) -> Wording:
    """Return what somebody typed."""
    return Wording(
        sent.text("question"),
        sent.text("reponse").replace("\r\n", "\n"),
        tuple(line.lstrip("-• ") for line in sent.text("formulations").splitlines()),
        tuple(sent.texts("themes")),
    )


def review_day(sent: Sent) -> dt.date:
    """Return the day when a reply must be read again.

    :raises KnowledgeError: it is not one.
    """
    try:
        return dt.date.fromisoformat(sent.text("relecture"))
    except ValueError as error:
        raise KnowledgeError("knowledge.bad_review") from error


def default_review(
    sources: Iterable[CitedPassage], index: Index, months: int, today: dt.date
) -> dt.date:
    """Return the day proposed for reading again: some months away, or when a source ends before."""
    ends = [
        record.metadata.valid_until
        for source in sources
        if (record := index.documents.get(source.document)) and record.metadata.valid_until
    ]
    return min([_months_later(today, months), *(end for end in ends if end > today)])


def _months_later(day: dt.date, months: int) -> dt.date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return dt.date(day.year + years, month + 1, min(day.day, last))


def check_read(
    sent: Sent,
    wording: Wording,
    sources: Sequence[CitedPassage],
    index: Index,
    territory: Territory,
) -> None:
    """Refuse a form whose reader did not see the sources as they are, or what may name somebody.

    :raises KnowledgeError: the first of them.
    """
    if sent.text("vu") != seen(sources, index):
        raise KnowledgeError("knowledge.source_moved")
    if suspects(masked(wording), sources, territory) and not sent.text("verifie"):
        raise KnowledgeError("knowledge.suspects_left")


def errors_of(error: KnowledgeError) -> dict[str, str]:
    """Return the message of an error by the id of its field; "" for none."""
    return {_FIELDS.get(error.code, ""): str(error)}
