"""The requests that wait, or that were answered: filtered, counted, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.helpdesk.model import Request, State
from pvd_assistant.helpdesk.rows import requests_of
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow

PAGE = 25
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; an empty field does not filter.

    :ivar assigned: number of an account; 0 for nobody.
    :ivar since: first day on which a request came.
    :ivar until: last day.
    """

    state: State | None = None
    assigned: int | None = None
    words: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of what was found.

    :ivar total: how many requests there are in all.
    :ivar counts: for each state, how many answer the other filters.
    """

    requests: tuple[Request, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[State, int] = field(default_factory=dict)


def queue(database: Database, wanted: Wanted, page: int = 1) -> Queue:
    """Return a page of requests, the newest first; a page too far is the last one.

    :raises StorageError: the database cannot be reached.
    """
    others = _others(wanted)
    by_state = select(RequestRow.state, func.count()).where(*others).group_by(RequestRow.state)
    with database.transaction() as session:
        counted = {State(state): number for state, number in session.execute(by_state)}
        counts = {state: counted.get(state, 0) for state in State}
        total = counts[wanted.state] if wanted.state else sum(counts.values())
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 1), pages)
        query = select(RequestRow).where(*others)
        if wanted.state:
            query = query.where(RequestRow.state == wanted.state)
        newest = query.order_by(RequestRow.created.desc(), RequestRow.id.desc())
        rows = list(session.scalars(newest.limit(PAGE).offset(PAGE * (page - 1))))
        return Queue(tuple(requests_of(session, rows)), total, page, pages, counts)


def _others(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return every condition but the state."""
    found: list[ColumnElement[bool]] = []
    if wanted.assigned is not None:
        nobody = RequestRow.assigned_to.is_(None)
        found.append(RequestRow.assigned_to == wanted.assigned if wanted.assigned else nobody)
    for word in fold(wanted.words).split()[:_MOST_WORDS]:
        found.append(RequestRow.searched.contains(word, autoescape=True))
    if wanted.since:
        found.append(RequestRow.created >= _start(wanted.since))
    if wanted.until:
        found.append(RequestRow.created < _start(wanted.until) + dt.timedelta(days=1))
    return found


def _start(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
