from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from view_makers import NOW, keep, opinion, person_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.library.inbox import Inbox, Treatment, Wanted, Week
from pvd_assistant.storage.account_tables import ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import OpinionTreatmentRow
from pvd_assistant.storage.models import OpinionRow


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database, now=lambda: NOW)


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 11, number, 12, 0, tzinfo=dt.UTC)


def test_the_newest_opinion_of_an_answer_counts(database: Database, inbox: Inbox) -> None:
    _, b, a = keep(
        database,
        opinion("a", time=day(1), useful=False),
        opinion("b", time=day(2)),
        opinion("a", time=day(3), useful=True, comment="finalement oui"),
    )
    assert [one.id for one in inbox.opinions(Wanted())] == [a, b]
    assert inbox.count(Wanted()) == 2
    assert [one.id for one in inbox.opinions(Wanted(), limit=1, start=1)] == [b]


@pytest.mark.parametrize(
    ("wanted", "answers"),
    [
        (Wanted(useful=True), {"liked", "thanked"}),
        (Wanted(reason="off_topic"), {"wrong"}),
        (Wanted(reason="off"), set()),
        (Wanted(status="unknown"), {"silent"}),
        (Wanted(with_comment=True), {"thanked"}),
        (Wanted(treatment=Treatment.WAITING), {"wrong", "silent", "thanked"}),
        (Wanted(treatment=Treatment.LEFT), {"liked"}),
        (Wanted(since=dt.date(2026, 11, 3)), {"silent", "thanked"}),
        (Wanted(until=dt.date(2026, 11, 3)), {"liked", "wrong", "silent"}),
        (Wanted(since=dt.date(2026, 11, 3), until=dt.date(2026, 11, 3)), {"silent"}),
    ],
)
def test_each_filter_limits_the_list(
    database: Database, inbox: Inbox, wanted: Wanted, answers: set[str]
) -> None:
    rows = {
        "liked": opinion("liked", time=day(1), useful=True),
        "wrong": opinion("wrong", time=day(2), reasons=["off_topic", "long"]),
        "silent": opinion("silent", time=day(3), status="unknown"),
        "thanked": opinion("thanked", time=day(4), useful=True, comment="merci"),
    }
    ids = dict(zip(keep(database, *rows.values()), rows, strict=True))
    assert {ids[one.id] for one in inbox.opinions(wanted)} == answers
    assert inbox.count(wanted) == len(answers)


def test_a_treatment_says_who_when_and_what(database: Database, inbox: Inbox) -> None:
    editor = person_of(Role.EDITOR, database)
    (number,) = keep(database, opinion("a"))
    assert inbox.treat(editor, number, Treatment.DONE, "fiche corrigée")
    found = inbox.opinion(number)
    assert found is not None
    assert (found.treatment, found.note) == (Treatment.DONE, "fiche corrigée")
    assert (found.who, found.treated) == (editor.name, NOW)
    assert inbox.treat(editor, number, Treatment.WAITING, "")
    assert inbox.count(Wanted(treatment=Treatment.WAITING)) == 1
    with database.transaction() as session:
        noted = session.execute(select(ActionRow.action, ActionRow.target, ActionRow.detail)).all()
    assert [tuple(row) for row in noted] == [
        ("opinion.treated", f"opinion:{number}", "traite"),
        ("opinion.treated", f"opinion:{number}", "a-traiter"),
    ]


def test_a_reader_who_changes_their_mind_is_to_be_treated_again(
    database: Database, inbox: Inbox
) -> None:
    editor = person_of(Role.EDITOR, database)
    (before,) = keep(database, opinion("a", time=day(1)))
    inbox.treat(editor, before, Treatment.DONE, "")
    (after,) = keep(database, opinion("a", time=day(2), comment="toujours faux"))
    assert [(one.id, one.treatment) for one in inbox.opinions(Wanted())] == [
        (after, Treatment.WAITING)
    ]
    assert inbox.opinion(before) is None
    assert not inbox.treat(editor, before, Treatment.DONE, "")


def test_erasing_an_opinion_leaves_nothing_of_it(database: Database, inbox: Inbox) -> None:
    editor = person_of(Role.EDITOR, database)
    _, number, other = keep(
        database,
        opinion("a", time=day(1), comment="appelez-moi au 06 00 00 00 00"),
        opinion("a", time=day(2)),
        opinion("b"),
    )
    inbox.treat(editor, number, Treatment.LEFT, "note")
    assert inbox.erase(editor, number)
    assert [one.id for one in inbox.opinions(Wanted())] == [other]
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(OpinionRow)) == 1
        assert session.scalar(select(func.count()).select_from(OpinionTreatmentRow)) == 0
        columns = select(ActionRow.action, ActionRow.target, ActionRow.detail)
        last = session.execute(columns.order_by(ActionRow.id.desc())).first()
    assert last is not None
    assert tuple(last) == ("opinion.erased", f"opinion:{number}", "")
    assert not inbox.erase(editor, number)


@pytest.mark.parametrize("number", [0, 12, 2**31, 10**30])
def test_a_number_that_is_no_opinion_is_no_error(inbox: Inbox, number: int) -> None:
    assert inbox.opinion(number) is None


def test_opinions_are_counted_by_week_and_by_reason(database: Database, inbox: Inbox) -> None:
    rows: list[dict[str, Any]] = [
        {"time": day(22), "useful": True, "reasons": ["clear"]},  # a Sunday
        {"time": day(23), "useful": False, "reasons": ["wrong", "long"]},
        {"time": day(28), "useful": False, "reasons": ["wrong"]},
        {"time": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "useful": False},
    ]
    keep(database, *(opinion(str(at), **row) for at, row in enumerate(rows)))
    assert inbox.weeks(3) == [
        Week(dt.date(2026, 11, 9), 0, 0),
        Week(dt.date(2026, 11, 16), 1, 0),
        Week(dt.date(2026, 11, 23), 0, 2),
    ]
    assert inbox.reasons(useful=False) == {"wrong": 2, "long": 1}
    assert inbox.reasons(useful=True) == {"clear": 1}
