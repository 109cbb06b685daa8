"""A database of an earlier version keeps what people put in it when this version migrates it."""

from __future__ import annotations

import pytest
from alembic.script import ScriptDirectory
from filled_tables import ROWS, content, put_rows, rows_of

from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database, _config
from pvd_assistant.storage.tables import Base

REVISIONS = [
    str(script.revision)
    for script in ScriptDirectory.from_config(_config()).walk_revisions(head="heads")
]


@pytest.mark.parametrize("revision", REVISIONS)
def test_whatever_version_wrote_it_nothing_is_lost(
    database_settings: Settings, database: Database, revision: str
) -> None:
    database.upgrade()
    database.downgrade(revision)
    with database._opened().begin() as connection:
        put_rows(connection)
        before = rows_of(connection)
    assert {len(rows) for rows in before.values()} == {ROWS}
    if revision == REVISIONS[0]:
        assert before.keys() == Base.metadata.tables.keys()

    upgraded = Database(database_settings)
    done = upgraded.upgrade()

    assert (done.before, done.after) == (revision, REVISIONS[0])
    after = content(upgraded)
    upgraded.close()
    for table, rows in before.items():
        assert [{name: row[name] for name in rows[0]} for row in after[table]] == rows
