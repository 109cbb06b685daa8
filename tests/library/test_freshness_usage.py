from __future__ import annotations

import datetime as dt
from typing import Any

from view_makers import NOW, ShelfIndex, cited, keep, opinion

from pvd_assistant.library.freshness_usage import Citations, Usage, Use
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import ReplyVersionRow, RequestRow
from pvd_assistant.storage.library_tables import EvaluationRunRow

EARLIER = NOW - dt.timedelta(days=40)


def shelf() -> ShelfIndex:
    index = ShelfIndex()
    index.add("offres/ort", title="Opération de revitalisation de territoire (ORT)")
    index.add("offres/autre", title="Autre offre")
    index.add(
        "faq/ort",
        "Opération de revitalisation de territoire (ORT)",
        "Un titre que personne ne porte",
        heading="Pour aller plus loin",
        kind="faq",
    )
    index.add("faq/sans-lien", "Autre offre", heading="Réponse", kind="faq")
    return index


def usage_of(database: Database, name: str) -> Usage:
    usages = Citations(database).usage(shelf())  # type: ignore[arg-type]
    return next(one for one in usages if one.id == name)


def run(results: list[dict[str, Any]], state: str = "done", days: int = 0) -> EvaluationRunRow:
    moment = NOW - dt.timedelta(days=days)
    return EvaluationRunRow(
        started=moment, seen=moment, finished=None, who="x", file="q.jsonl", corpus="", built="",
        engine="", total=1, done=1, state=state, active=None, failure="", figures={}, results=results,
    )  # fmt: skip


def result(question: str, status: str, *documents: str) -> dict[str, Any]:
    return {"question": question, "status": status, "cited": cited(*documents)}


def request(accepted: int) -> RequestRow:
    return RequestRow(
        created=NOW, subject="", body="", sender_name="", sender_address="", town=None, questions=[],
        intake={}, state="brouillon", accepted=accepted, version=1, searched="",
    )  # fmt: skip


def reply(request_id: int, number: int, *documents: str) -> ReplyVersionRow:
    return ReplyVersionRow(
        request_id=request_id, number=number, time=NOW, author="", origin="assistant", body="",
        statements=[], citations=cited(*documents), told=[], unanswered=[], engine="",
    )  # fmt: skip


def test_a_frequent_question_is_counted_where_its_sheet_leads(database: Database) -> None:
    found = usage_of(database, "offres/ort")
    assert [(one.use, one.target) for one in found.mentions] == [(Use.FREQUENT, "faq/ort")]
    assert usage_of(database, "offres/autre").mentions == ()
    assert usage_of(database, "offres/autre").since is None


def test_an_opinion_counts_once_an_answer_and_only_when_something_was_found(
    database: Database,
) -> None:
    changed_mind = cited("offres/ort", "offres/ort")
    ids = keep(
        database,
        opinion("a", time=EARLIER, citations=cited("offres/ort")),
        opinion("a", time=NOW, citations=changed_mind, useful=True),
        opinion("b", status="unknown", citations=cited("offres/ort")),
        opinion("c", citations=cited("offres/disparue")),
    )
    found = usage_of(database, "offres/ort")
    opinions = [one for one in found.mentions if one.use is Use.OPINION]
    assert [(one.target, one.day) for one in opinions] == [(str(ids[1]), NOW.date())]


def test_the_last_evaluation_that_ended_counts(database: Database) -> None:
    keep(
        database,
        run([result("Ancienne ?", "answered", "offres/autre")], days=2),
        run(
            [
                result("Qui signe une ORT ?", "answered", "offres/ort"),
                result("Et la lune ?", "unknown", "offres/autre"),
            ]
        ),
        run([result("En cours ?", "answered", "offres/autre")], state="failed"),
    )
    found = usage_of(database, "offres/ort")
    assert found.counts[Use.EVALUATION] == 1
    assert "Qui signe une ORT ?" in {one.target for one in found.mentions}
    assert usage_of(database, "offres/autre").mentions == ()
    assert Citations(database).evaluated() == NOW


def test_only_the_reply_that_was_taken_up_counts(database: Database) -> None:
    (number,) = keep(database, request(accepted=2))
    keep(database, reply(number, 1, "offres/autre"), reply(number, 2, "offres/ort"))
    assert usage_of(database, "offres/ort").counts[Use.REPLY] == 1
    assert usage_of(database, "offres/autre").counts[Use.REPLY] == 0


def test_documents_come_by_number_of_citations_and_say_since_when(database: Database) -> None:
    keep(database, opinion("a", time=EARLIER, citations=cited("offres/ort")))
    usages = Citations(database).usage(shelf())  # type: ignore[arg-type]
    assert usages[0].id == "offres/ort"
    assert [len(one.mentions) for one in usages] == [2, 0, 0, 0]
    assert usages[0].since == EARLIER.date()
    assert usages[0].latest == dt.date(2026, 11, 23)  # day of the frequent question's sheet
