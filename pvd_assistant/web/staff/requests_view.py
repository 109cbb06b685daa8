"""What the pages of a request show: its reply against its sources, what to check, where to insert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request as Visit

from pvd_assistant.accounts.roles import Person
from pvd_assistant.answer.composition import stated
from pvd_assistant.errors import PvdError
from pvd_assistant.french import french_date, french_moment
from pvd_assistant.helpdesk.desk import Desk, Looked
from pvd_assistant.helpdesk.exports import letter, mailto
from pvd_assistant.helpdesk.intake import masked_counts
from pvd_assistant.helpdesk.model import Draft, Request, State, Version
from pvd_assistant.helpdesk.queue import Queue, Wanted
from pvd_assistant.helpdesk.sentences import marks_in, one_line
from pvd_assistant.helpdesk.standing import Row
from pvd_assistant.messages import text
from pvd_assistant.model import Citation, Statement
from pvd_assistant.web.links import passage_url, source_url
from pvd_assistant.web.staff import knowledge_request

HOME = "/equipe/demandes"
_FOUND, _SHOWN_WORDS = 6, 70
#: What « fait » may say, after a form was accepted.
DONE = (
    "recue", "enregistre", "inchange", "brouillon", "insere", "relue", "envoyee", "reouverte",
    "attribuee", "retenue", "reprise", "supprimee",
)  # fmt: skip
_TONES = {State.DRAFT: "is-waiting", State.REVIEWED: "is-new", State.SENT: "is-done"}


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source beside the reply.

    :ivar given: the text gives its number.
    :ivar validity: « valable jusqu’au… » or « périmée depuis le… »; empty without a date.
    """

    citation: Citation
    url: str
    given: bool
    validity: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class FoundUnit:
    """A sentence that can be inserted: its name, for the form, and its words."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage found for an insertion."""

    title: str
    section: str
    url: str
    units: tuple[FoundUnit, ...]


def state_name(state: State) -> str:
    """Return the French name of a state."""
    return text(f"helpdesk.state_{state.value}")


def state_tone(state: State) -> str:
    """Return the class of the badge of a state."""
    return _TONES[state]


def done_message(visit: Visit) -> str:
    """Return what was just done, said after a redirection."""
    done = visit.query_params.get("fait", "")
    return text(f"helpdesk.done_{done}") if done in DONE else ""


def moment(time: dt.datetime | None) -> str:
    """« 23 novembre 2026 à 10 h 12 »; empty for no time."""
    return french_moment(time) if time is not None else ""


def author(version: Version) -> str:
    """Return who wrote a version, in words."""
    return version.author or text("helpdesk.by_assistant")


def origin(version: Version) -> str:
    """Return where a version comes from, in words."""
    name = version.author or text("helpdesk.someone")
    return text(f"helpdesk.origin_{version.origin}", name=name)


def request_view(
    desk: Desk,
    visit: Visit,
    person: Person,
    request: Request,
    typed: str | None = None,
    seen: int | None = None,
) -> dict[str, Any]:
    """Return what the page of a request shows.

    :param typed: what somebody wrote and that could not be kept as it is.
    :param seen: version of the request that they had before their eyes then.
    """
    reply = desk.store.reply(request)
    shown = reply if typed is None else replace(reply, body=typed)
    looked = desk.look(request, shown, dt.date.today())
    versions = desk.store.versions(request.id)
    current = next((one for one in versions if one.number == request.accepted), None)
    return {
        "row": request,
        "request_row": request,  # for the pieces of other rooms
        "story": _story(request),
        "reply": shown,
        "seen_version": request.version if typed is None or seen is None else seen,
        "current": current,
        "versions": len(versions),
        "town": desk.town(request.town),
        "left_out": _left_out(request),
        "asked": [(one, one in reply.unanswered) for one in request.questions],
        "rows": looked.standing.rows,
        "dropped": looked.standing.dropped,
        "points": [one for one in looked.checks if not one.mild],
        "mild_points": [one for one in looked.checks if one.mild],
        "kept_share": round(100 * looked.standing.kept),
        "assisted": looked.standing.assisted,
        "problem_sources": looked.problem,
        "sources": _sources(shown),
        "neighbours": desk.neighbours(request),
        "colleagues": desk.store.colleagues(),
        "own": desk.settings.helpdesk_second_reader and request.accepted_by == person.id,
        "second_reader": desk.settings.helpdesk_second_reader,
        "mailto": _mailto(request, reply, looked) if request.state is not State.DRAFT else "",
        **_search(desk, visit),
        **knowledge_request.pieces(desk.database, request),
    }


def _story(request: Request) -> list[str]:
    """Say in sentences where a request comes from and who did what with its reply."""
    by, nobody = request.name(request.created_by), text("helpdesk.someone")
    day = french_date(request.created.astimezone().date())
    said = [text("helpdesk.request_title", number=request.id)]
    said.append(text("helpdesk.received_by" if by else "helpdesk.received", date=day, name=by))
    for key, account, time in (
        ("reviewed_by", request.reviewed_by, request.reviewed),
        ("sent_by", request.sent_by, request.sent),
    ):
        if time is not None:
            name = request.name(account) or nobody
            said.append(text(f"helpdesk.{key}", name=name, date=moment(time)))
    return [f"{one}." for one in said]


def _left_out(request: Request) -> list[str]:
    """Say what was masked and what was not taken up."""
    left = request.left_out
    counted = ", ".join(masked_counts(left.masked))
    masked = text("helpdesk.masked", counted=counted) if counted else text("helpdesk.masked_none")
    said = [masked, *(text(f"helpdesk.left_{part}") for part in left.parts)]
    if left.attachments:
        said.append(text("helpdesk.attachments", names=", ".join(left.attachments)))
    return said


def _mailto(request: Request, reply: Draft, looked: Looked) -> str:
    return mailto(letter(request, reply, looked.standing.assisted))


def _sources(reply: Draft) -> list[SourceView]:
    """Return the sources, those that the text gives first."""
    given = set(marks_in(reply.body))
    today = dt.date.today().isoformat()
    found = []
    for citation in reply.citations:
        until = citation.valid_until
        is_past = until is not None and until < today
        key = "helpdesk.source_expired" if is_past else "helpdesk.source_valid"
        found.append(
            SourceView(
                citation,
                source_url(citation, _statements_of(reply, citation)),
                citation.n in given,
                text(key, date=french_date(until)) if until else "",
                is_past,
            )
        )
    return sorted(found, key=lambda source: (not source.given, source.citation.n))


def _statements_of(reply: Draft, citation: Citation) -> list[Statement]:
    return [one for one in reply.statements if citation.n in one.citations]


def row_sources(row: Row) -> list[tuple[Citation, str]]:
    """Return the sources of a sentence with the addresses of their passages, the sentence marked."""
    said = Statement(row.sentence.text, tuple(one.n for one in row.citations))
    return [(one, source_url(one, [said])) for one in row.citations]


def shortened(words: str) -> str:
    """Return the first words of a sentence."""
    if len(words) <= _SHOWN_WORDS:
        return words
    return words[:_SHOWN_WORDS].rsplit(" ", 1)[0] + "…"


def _search(desk: Desk, visit: Visit) -> dict[str, Any]:
    """Return what the search for a source found."""
    words = " ".join(visit.query_params.get("q", "").split())[:300]
    if not words:
        return {"words": "", "found": []}
    try:
        index = desk.index()
        hits = index.search(words, limit=3 * _FOUND)
    except PvdError:
        return {"words": words, "found": []}
    found = []
    # A section that only leads elsewhere states nothing.
    passages = [hit.passage for hit in hits if stated(hit.passage.headings)]
    for passage in passages[:_FOUND]:
        units = [
            FoundUnit(f"{passage.id}|{n}", one_line(passage.unit_text(unit)))
            for n, unit in enumerate(passage.units)
        ]
        title = index.documents[passage.document].metadata.title
        section = passage.headings[-1] if passage.headings else ""
        found.append(FoundPassage(title, section, passage_url(passage), tuple(units)))
    return {"words": words, "found": found}


def queue_address(wanted: Wanted, who: str, page: int = 1, state: str | None = None) -> str:
    """Return the address of a page of the queue.

    :param who: whom the requests are given to, as the form says it.
    :param state: another state than the one wanted; empty for all.
    """
    chosen = (wanted.state.value if wanted.state else "") if state is None else state
    pairs = {
        "etat": chosen,
        "pour": who,
        "q": wanted.words,
        "du": wanted.since.isoformat() if wanted.since else "",
        "au": wanted.until.isoformat() if wanted.until else "",
        "page": str(page) if page > 1 else "",
    }
    query = urlencode({name: value for name, value in pairs.items() if value})
    return f"{HOME}?{query}" if query else HOME


def read_wanted(visit: Visit, person: Person) -> tuple[Wanted, str, int]:
    """Read the address of the queue: what is wanted, whom it is given to as typed, the page."""
    query = visit.query_params
    state = next((one for one in State if one.value == query.get("etat", "")), None)
    who = query.get("pour", "")
    numbers = {"moi": person.id, "personne": 0}
    known = who in numbers or (who.isascii() and who.isdigit() and len(who) < 10)
    page = query.get("page", "")
    wanted = Wanted(
        state=state,
        assigned=numbers.get(who, int(who) if who.isdigit() else 0) if known else None,
        words=" ".join(query.get("q", "").split())[:200],
        since=_day(query.get("du", "")),
        until=_day(query.get("au", "")),
    )
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return wanted, who if known else "", number


def _day(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def queue_view(desk: Desk, found: Queue, wanted: Wanted, who: str) -> dict[str, Any]:
    """Return what the queue shows."""
    every = sum(found.counts.values())
    tabs: Sequence[tuple[str, str, int]] = [
        ("", text("helpdesk.filter_all_states"), every),
        *((state.value, state_name(state), found.counts[state]) for state in State),
    ]
    chosen = wanted.state.value if wanted.state else ""
    return {
        "queue": found,
        "wanted": wanted,
        "who": who,
        "tabs": [
            (queue_address(wanted, who, state=value), name, number, value == chosen)
            for value, name, number in tabs
        ],
        "pages": [(n, queue_address(wanted, who, n)) for n in _near(found.page, found.pages)],
        "towns": {one.id: desk.town(one.town) for one in found.requests},
        "colleagues": desk.store.colleagues(),
        "filtered": wanted != Wanted(),
    }


def _near(page: int, pages: int) -> list[int]:
    """Return the pages to link to: the first, the last, those around."""
    return sorted({1, pages, *(n for n in range(page - 2, page + 3) if 1 <= n <= pages)})
