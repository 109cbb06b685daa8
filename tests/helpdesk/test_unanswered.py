"""Questions without an answer: gathered by meaning, decided, on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sent_requests import DAY, person, sent_request

from pvd_assistant.accounts.roles import Role
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.errors import KnowledgeError
from pvd_assistant.helpdesk.unanswered import Mark, Subject, UnansweredStore
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow
from pvd_assistant.storage.models import OpinionRow

POOL = "Quelle aide pour rénover la piscine municipale ?"
POOL_AGAIN = "Une aide pour la rénovation de notre piscine municipale ?"
SCHOOL = "Comment financer un bus scolaire électrique ?"


def opinion(database: Database, answer: str, question: str | None, **changes: object) -> None:
    known = {"useful": True, "status": "unknown", "time": DAY}
    with database.transaction() as session:
        session.add(
            OpinionRow(
                answer=answer,
                reasons=[],
                comment="",
                family="other",
                engine="extractive",
                citations=[],
                question=question,
                **(known | changes),
            )
        )


def subjects(database: Database, assistant: Assistant) -> list[Subject]:
    return UnansweredStore(database).subjects(assistant.index)


def test_questions_that_ask_the_same_thing_are_one_subject_counted(
    database: Database, assistant: Assistant
) -> None:
    sent_request(database, unanswered=(POOL, SCHOOL))
    opinion(database, "a1", POOL_AGAIN, time=DAY + dt.timedelta(days=3))
    first, second = subjects(database, assistant)
    assert (first.question, first.count, first.examples) == (POOL, 2, (POOL_AGAIN,))
    assert (first.first, first.last) == (DAY, DAY + dt.timedelta(days=3))
    assert {one.origin for one in first.asked} == {"request", "opinion"}
    assert (second.question, second.count) == (SCHOOL, 1)


def test_only_shared_questions_without_a_good_answer_count(
    database: Database, assistant: Assistant
) -> None:
    opinion(database, "a1", POOL, status="answered", useful=True)
    opinion(database, "a2", SCHOOL, status="answered", useful=False)
    opinion(database, "a3", None)
    assert [one.question for one in subjects(database, assistant)] == [SCHOOL]
    opinion(database, "a2", SCHOOL, status="answered", useful=True)  # the reader thought again
    assert subjects(database, assistant) == []


def test_a_later_draft_that_answers_takes_the_question_away(
    database: Database, assistant: Assistant
) -> None:
    request = sent_request(database, unanswered=(POOL,))
    with database.transaction() as session:
        session.add(
            ReplyVersionRow(
                request_id=request,
                number=2,
                time=DAY,
                author="",
                origin="assistant",
                body="",
                statements=[],
                citations=[],
                told=[],
                unanswered=[],
                engine="extractive",
            )
        )
    assert subjects(database, assistant) == []


def test_personal_data_are_masked(database: Database, assistant: Assistant) -> None:
    opinion(database, "a1", "Mme Durand peut-elle rénover la piscine ? a.durand@mairie.fr")
    (found,) = subjects(database, assistant)
    assert "Durand" not in found.question
    assert "@" not in found.question


def test_a_decision_stays_with_the_questions_that_come_later(
    database: Database, assistant: Assistant
) -> None:
    store, edith = UnansweredStore(database), person(Role.EDITOR, database)
    sent_request(database, unanswered=(POOL,))
    store.mark(edith, POOL, Mark.TO_WRITE)
    opinion(database, "a1", POOL_AGAIN, time=DAY + dt.timedelta(days=3))
    (found,) = store.subjects(assistant.index)
    assert (found.mark, found.author, found.count) == (Mark.TO_WRITE, "Édith Éditrice", 2)
    store.mark(edith, found.question, Mark.WRITTEN, found.id)
    (found,) = store.subjects(assistant.index)
    assert found.mark is Mark.WRITTEN


def test_deciding_of_what_is_gone_is_refused(database: Database) -> None:
    edith = person(Role.EDITOR, database)
    with pytest.raises(KnowledgeError):
        UnansweredStore(database).mark(edith, POOL, Mark.DROPPED, 12)
