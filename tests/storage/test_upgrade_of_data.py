"""A database of an earlier version keeps what people put in it when this version migrates it."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database, _config
from pvd_assistant.storage.models import OpinionRow

REVISIONS = [
    str(script.revision)
    for script in ScriptDirectory.from_config(_config()).walk_revisions(head="heads")
]
_OPINION = text(
    "INSERT INTO opinions"
    " (answer, time, useful, reasons, comment, status, family, engine, citations, question)"
    " VALUES (:answer, :time, :useful, :reasons, :comment, 'answered', 'offer', 'x', '[]', NULL)"
)
_ACCOUNT = text(
    "INSERT INTO accounts (login, name, roles, active, created)"
    " VALUES ('a@exemple.fr', 'Anne', :roles, :yes, :time)"
)


def filled(database: Database, revision: str) -> None:
    """Put in a database of an earlier revision what its version would have written."""
    now = dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
    database.upgrade()
    database.downgrade(revision)
    with database._opened().begin() as connection:
        for answer, comment in (("a1", "Le taux est faux."), ("a2", "")):
            given = {"answer": answer, "comment": comment, "time": now, "useful": False}
            connection.execute(_OPINION, {**given, "reasons": json.dumps(["wrong"])})
        if revision >= "0002":
            person = {"roles": json.dumps(["editor"]), "yes": True, "time": now}
            connection.execute(_ACCOUNT, person)


@pytest.mark.parametrize("revision", REVISIONS)
def test_whatever_version_wrote_it_nothing_is_lost(
    database_settings: Settings, database: Database, revision: str
) -> None:
    filled(database, revision)
    assert database.revision() == revision

    upgraded = Database(database_settings)
    done = upgraded.upgrade()

    assert (done.before, done.after) == (revision, REVISIONS[0])
    with upgraded.transaction() as session:
        rows = session.scalars(select(OpinionRow).order_by(OpinionRow.id)).all()
        assert [(row.answer, row.comment, row.reasons) for row in rows] == [
            ("a1", "Le taux est faux.", ["wrong"]),
            ("a2", "", ["wrong"]),
        ]
        assert rows[0].time == dt.datetime(2026, 11, 25, 8, 30, tzinfo=dt.UTC)
        if revision >= "0002":
            assert session.scalar(text("SELECT name FROM accounts")) == "Anne"
    upgraded.close()
