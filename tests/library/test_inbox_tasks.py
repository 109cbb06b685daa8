from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from view_makers import NOW, TODAY, ShelfIndex, keep, opinion, person_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.library.inbox_tasks import Task, waiting
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow
from pvd_assistant.storage.knowledge_tables import ValidatedReplyRow
from pvd_assistant.storage.library_tables import JobRow


def request(**changes: Any) -> RequestRow:
    values: dict[str, Any] = {
        "created": NOW, "subject": "", "body": "", "sender_name": "", "sender_address": "",
        "town": None, "questions": [], "intake": {}, "state": "brouillon", "accepted": 0, "version": 1,
        "searched": "",
    }  # fmt: skip
    return RequestRow(**(values | changes))


def reply(request_id: int, origin: str) -> ReplyVersionRow:
    return ReplyVersionRow(
        request_id=request_id, number=1, time=NOW, author="", origin=origin, body="", statements=[],
        citations=[], told=[], unanswered=[], engine="",
    )  # fmt: skip


def validated(slug: str, state: str, **changes: Any) -> ValidatedReplyRow:
    values: dict[str, Any] = {
        "question": "", "phrasings": [], "answer": "", "themes": [], "sources": [], "proposed": NOW,
        "proposer": "", "validator": "", "reason": "", "version": 1, "review_by": None,
    }  # fmt: skip
    return ValidatedReplyRow(slug=slug, state=state, **(values | changes))


def job(state: str) -> JobRow:
    return JobRow(
        state=state, active=None, purge=False, who="", created=NOW, due=NOW, ended=NOW, done=0, total=0,
        label="", message="",
    )  # fmt: skip


@pytest.fixture
def busy(database: Database) -> Database:
    """A database where everybody has something to do."""
    helpdesk = person_of(Role.HELPDESK, database).id
    editor = person_of(Role.EDITOR, database).id
    requests = keep(
        database,
        request(),
        request(assigned_to=editor),  # somebody else's
        request(accepted=1, accepted_by=editor),  # only drafted
        request(accepted=1, accepted_by=editor),  # written by somebody else
        request(accepted=1, accepted_by=helpdesk),  # written by oneself
        request(state="relu", accepted=1, accepted_by=editor),
        request(state="envoye", accepted=1, accepted_by=editor),
    )
    origins = ("assistant", "person", "person", "person", "reused")
    keep(
        database,
        *(reply(number, origin) for number, origin in zip(requests[2:], origins, strict=True)),
        validated("a", "proposee", proposed_by=helpdesk),
        validated("b", "proposee", proposed_by=None),
        validated("c", "validee", review_by=TODAY - dt.timedelta(days=1)),
        validated("d", "validee", review_by=TODAY),
        validated("e", "refusee", review_by=TODAY - dt.timedelta(days=1)),
        opinion("waits"),
        opinion("liked", useful=True),
        job("failed"),
    )
    return database


def shelf() -> ShelfIndex:
    index = ShelfIndex()
    index.add("past", valid_until=TODAY - dt.timedelta(days=1))
    index.add("near", valid_until=TODAY)
    index.add("later", valid_until=dt.date(2030, 1, 1))
    return index


def tasks_of(role: Role, database: Database) -> dict[Task, int]:
    documents = [record.metadata for record in shelf().documents.values()]
    found = waiting(person_of(role, database), database, documents, TODAY)
    return {one.task: one.number for one in found}


def test_the_helpdesk_has_requests_to_answer_to_read_again_and_to_send(busy: Database) -> None:
    assert tasks_of(Role.HELPDESK, busy) == {
        Task.TO_ANSWER: 2,
        Task.TO_REVIEW: 1,
        Task.TO_SEND: 1,
        Task.TO_VALIDATE: 1,
        Task.TO_READ_AGAIN: 1,
    }


def test_an_editor_has_documents_opinions_and_proposals(busy: Database) -> None:
    assert tasks_of(Role.EDITOR, busy) == {
        Task.TO_VALIDATE: 2,
        Task.TO_READ_AGAIN: 1,
        Task.EXPIRED: 1,
        Task.EXPIRING: 1,
        Task.OPINIONS: 1,
        Task.JOBS: 1,
    }


def test_a_member_has_nothing_to_do(busy: Database) -> None:
    assert tasks_of(Role.MEMBER, busy) == {}


def test_a_failed_job_is_forgotten_once_another_succeeds(busy: Database) -> None:
    keep(busy, job("done"))
    assert Task.JOBS not in tasks_of(Role.EDITOR, busy)
