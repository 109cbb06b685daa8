"""An erased document leaves no trace: in no file, compressed or not, of what the service keeps."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest
from corpus.makers import sheet, write
from library_makers import Desk, desk_of
from sqlalchemy import select
from traces import traces

from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.library import trash
from pvd_assistant.library.jobs import Jobs, JobState
from pvd_assistant.library.worker import Worker
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import DocumentCheckRow

SECRET = "Le numéro de madame Zéphyrine Quatrebarbes est le 06 12 34 56 78."
TITLE = "Dossier Zéphyrine"
WORDS = ("Quatrebarbes", "quatrebarb", "Zéphyrine", "zephyrin")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    settings = Settings(data_dir=tmp_path / "data")
    return desk_of(Database(settings), settings, tmp_path)


def test_nothing_is_left_of_an_erased_document(desk: Desk) -> None:
    worker, jobs = Worker(desk.settings, desk.database), Jobs(desk.database)
    roots = (desk.settings.data_dir, desk.settings.index_dir)
    document = desk.add(f"# {TITLE}\n\n{SECRET}\n", "dossier.md", title=TITLE)
    worker.step()
    desk.put_in_place(f"A;B\n{SECRET};2\n", "x.csv", document)
    worker.step()
    desk.send(f"# {TITLE}\n\nAutre version : {SECRET}\n", "y.md", document)
    desk.editor.remove(document, desk.person)
    desk.editor.undo(desk.editor.history()[0].id, desk.person)
    assert len(traces(WORDS, *roots)) > 8, "it is in the library, its copies, what waits, the index"

    desk.editor.erase(document, desk.person)
    assert [t for t in traces(WORDS, desk.settings.data_dir) if "sqlite" not in t] == []
    worker.step()

    assert jobs.latest()[0].state is JobState.DONE, jobs.latest()[0].message
    assert traces(WORDS, *roots) == []
    assert not any(change.undoable for change in desk.editor.history(document))
    with Index.open(desk.settings) as index:
        assert sorted(index.documents) == ["offres/ort", "offres/vir"]


def test_what_a_run_that_stopped_had_read_is_erased_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(desk.settings)
    document = desk.add(f"# {TITLE}\n\n{SECRET}\n", "dossier.md", title=TITLE)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("pvd_assistant.index.builder.write_generation", stop)
        with pytest.raises(KeyboardInterrupt):
            build(desk.settings)
    assert traces(WORDS, desk.settings.index_dir)

    desk.editor.erase(document, desk.person)
    Worker(desk.settings, desk.database).step()
    assert traces(WORDS, desk.settings.data_dir, desk.settings.index_dir) == []


def test_the_versions_put_in_place_of_a_shipped_sheet_are_erased_and_the_sheet_is_back(
    desk: Desk,
) -> None:
    desk.put_in_place(f"# X\n\n{SECRET}\n", "x.md", "offres/vir")
    desk.editor.remove("offres/vir", desk.person)
    assert desk.editor.erasable("offres/vir"), "a copy is kept, so that removing can be undone"
    desk.editor.erase("offres/vir", desk.person)
    assert not trash.knows(desk.settings, "offres/vir")
    assert not desk.editor.erasable("offres/vir")
    assert desk.editor.entry("offres/vir").origin == "shipped"


def test_what_was_said_of_a_document_that_could_not_be_read_is_forgotten(desk: Desk) -> None:
    document = desk.add()
    with desk.database.transaction() as session:
        session.add(DocumentCheckRow(digest="d", problems=[f"« {TITLE} »"]))
    desk.editor.erase(document, desk.person)
    with desk.database.transaction() as session:
        assert session.scalars(select(DocumentCheckRow)).all() == []


def test_the_search_of_traces_finds_what_is_there(tmp_path: Path) -> None:
    write(tmp_path / "a.md", sheet(SECRET))
    write(tmp_path / "b.gz", zlib.compress(SECRET.encode()))
    with sqlite3.connect(tmp_path / "c.sqlite") as connection:
        connection.execute("CREATE TABLE t (x BLOB)")
        connection.execute("INSERT INTO t VALUES (?)", (zlib.compress(SECRET.encode()),))
    connection.close()
    found = traces(WORDS, tmp_path)
    assert {Path(trace.partition(": ")[0]).name for trace in found} == {"a.md", "b.gz", "c.sqlite"}
