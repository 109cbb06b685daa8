"""Documents are added, replaced, withdrawn, removed; each change is told, and can be undone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from library_makers import DESCRIBED, PAGE, SAID, START, Desk, desk_of
from sqlalchemy import select

from pvd_assistant.corpus import shelf
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import DocumentError, LibraryError
from pvd_assistant.library import trash, uploads
from pvd_assistant.library.changes import Action, Editor
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import ActionRow
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.library_tables import JobRow


@pytest.fixture
def desk(database: Database, database_settings: Settings, tmp_path: Path) -> Desk:
    """A desk on each kind of database."""
    return desk_of(database, database_settings, tmp_path)


def titles(desk: Desk) -> dict[str, str]:
    catalogue = Catalogue.of(desk.settings)
    return {entry.id: catalogue.metadata(entry).title for entry in catalogue.entries()}


def told(desk: Desk, document: str | None = None) -> list[tuple[str, Action, str]]:
    return [(c.document, c.action, c.who) for c in desk.editor.history(document)]


def test_an_added_document_is_in_the_library_and_sound(desk: Desk) -> None:
    assert desk.add(name="Halle de Foix (v2).md") == "guides/halle-de-foix-v2"
    assert titles(desk)["guides/halle-de-foix-v2"] == "Guide de la halle"
    assert Catalogue.of(desk.settings).check() == []
    assert SAID.encode() in desk.files()["guides/halle-de-foix-v2.md"]
    (change,) = desk.editor.history()
    assert (change.who, change.time, change.action) == ("Édith Éditrice", START, Action.ADDED)


def test_a_change_asks_for_one_run_of_the_index_and_is_noted(desk: Desk) -> None:
    desk.add()
    desk.editor.withdraw("offres/ort", desk.person)
    with desk.database.transaction() as session:
        (job,) = session.scalars(select(JobRow))
        assert (job.state, job.who) == ("queued", "Édith Éditrice")
        noted = [(row.action, row.target) for row in session.scalars(select(ActionRow))]
    assert noted == [
        ("library.added", "document:guides/halle"),
        ("library.withdrawn", "document:offres/ort"),
    ]


@pytest.mark.parametrize("taken", ["vir", "VIR !"])
def test_a_name_that_a_document_has_is_refused_and_the_file_still_waits(
    desk: Desk, taken: str
) -> None:
    upload = desk.send(PAGE, "x.md")
    description = replace(DESCRIBED, kind="offre")
    with pytest.raises(LibraryError) as refused:
        desk.editor.accept(upload, description, taken, desk.person)
    assert refused.value.code == "library.taken"
    assert desk.files() == {}
    assert uploads.waiting(desk.settings, upload.token, desk.person) == upload


def test_the_name_of_a_withdrawn_document_stays_taken(desk: Desk) -> None:
    desk.add()
    desk.editor.withdraw("guides/halle", desk.person)
    with pytest.raises(LibraryError, match="existe déjà"):
        desk.add()


def test_a_shipped_sheet_is_replaced_without_being_touched(desk: Desk) -> None:
    shipped = (desk.settings.corpus_dir / "offres" / "vir.md").read_bytes()
    assert desk.put_in_place("A;B\n1;2\n", "vir.csv", "offres/vir") == "offres/vir"
    assert list(desk.files()) == ["offres/vir.csv", "offres/vir.meta.yaml"]
    assert titles(desk)["offres/vir"] == "Guide de la halle"
    assert (desk.settings.corpus_dir / "offres" / "vir.md").read_bytes() == shipped
    desk.editor.remove("offres/vir", desk.person)
    assert titles(desk)["offres/vir"] == "VIR"
    assert desk.files() == {}


def test_only_what_is_said_of_a_document_may_change(desk: Desk) -> None:
    desk.describe("offres/vir", title="Volontariat")
    assert titles(desk)["offres/vir"] == "Volontariat"
    assert b"Le VIR aide." in desk.files()["offres/vir.md"]
    assert told(desk)[0][1] is Action.DESCRIBED


def test_withdrawn_and_restored(desk: Desk) -> None:
    desk.editor.withdraw("offres/ort", desk.person)
    desk.editor.withdraw("offres/ort", desk.person)
    assert "offres/ort" not in titles(desk)
    desk.editor.restore("offres/ort", desk.person)
    assert "offres/ort" in titles(desk)
    assert [action for _, action, _ in told(desk)] == [Action.RESTORED, Action.WITHDRAWN]


def test_a_removed_document_does_not_stay_withdrawn(desk: Desk) -> None:
    desk.add()
    desk.editor.withdraw("guides/halle", desk.person)
    desk.editor.remove("guides/halle", desk.person)
    desk.add()
    assert "guides/halle" in titles(desk)


def test_a_shipped_document_cannot_be_removed_nor_erased(desk: Desk) -> None:
    for act in (desk.editor.remove, desk.editor.erase):
        with pytest.raises(LibraryError, match="fonds commun"):
            act("offres/ort", desk.person)
    assert told(desk) == []


def test_each_change_is_undone_and_undoing_too(desk: Desk) -> None:
    desk.add()
    before = desk.files()
    desk.put_in_place("A;B\n1;2\n", "x.csv", "guides/halle")
    replaced = desk.files()
    desk.editor.withdraw("guides/halle", desk.person)
    desk.editor.remove("guides/halle", desk.person)
    removed, withdrawn_, replaced_, added = desk.editor.history()

    desk.editor.undo(removed.id, desk.person)
    assert desk.files() | {"withdrawn.yaml": b""} == replaced | {"withdrawn.yaml": b""}
    assert "guides/halle" not in titles(desk), "it was withdrawn just before it was removed"
    desk.editor.undo(withdrawn_.id, desk.person)
    assert "guides/halle" in titles(desk)
    desk.editor.undo(replaced_.id, desk.person)
    assert {n: c for n, c in desk.files().items() if n != "withdrawn.yaml"} == before
    desk.editor.undo(added.id, desk.person)
    assert "guides/halle" not in titles(desk)
    last = desk.editor.history()[0]
    assert (last.action, last.undoes) == (Action.UNDONE, Action.ADDED)
    desk.editor.undo(last.id, desk.person)
    assert titles(desk)["guides/halle"] == "Guide de la halle"


def test_what_is_too_old_cannot_be_undone(desk: Desk) -> None:
    desk.add()
    (change,) = desk.editor.history()
    assert change.undoable
    trash.sweep(desk.settings, dt.datetime.now(dt.UTC) + dt.timedelta(days=29))
    assert desk.editor.history()[0].undoable
    trash.sweep(desk.settings, dt.datetime.now(dt.UTC) + dt.timedelta(days=31))
    assert not desk.editor.history()[0].undoable
    with pytest.raises(LibraryError) as refused:
        desk.editor.undo(change.id, desk.person)
    assert refused.value.code == "library.not_undoable"


def test_an_unknown_change_or_document_is_said(desk: Desk) -> None:
    with pytest.raises(LibraryError):
        desk.editor.undo(99, desk.person)
    for act in (desk.editor.withdraw, desk.editor.restore):
        with pytest.raises(LibraryError, match="offres/absent"):
            act("offres/absent", desk.person)


def test_two_editors_do_not_undo_each_other(desk: Desk) -> None:
    first = desk.send(PAGE, "vir.md", "offres/vir")
    desk.describe("offres/vir", title="Le premier")
    with pytest.raises(LibraryError) as refused:
        desk.editor.accept(first, DESCRIBED, "", desk.person)
    assert refused.value.code == "library.changed_meanwhile"
    assert titles(desk)["offres/vir"] == "Le premier"


def test_validated_replies_are_left_to_the_helpdesk(desk: Desk) -> None:
    shelf.put(desk.settings, "helpdesk/qui-paie", PAGE.encode(), ".md")
    for act in (desk.editor.withdraw, desk.editor.remove, desk.editor.erase):
        with pytest.raises(LibraryError, match="validée"):
            act("helpdesk/qui-paie", desk.person)


def test_a_change_that_fails_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    before = desk.files()
    upload = desk.send("A;B\n1;2\n", "x.csv", "guides/halle")

    def half(editor: Editor, *_: object) -> None:
        shelf.put(desk.settings, "guides/halle", b"A;B\n1;2\n", ".csv", "title: X\n")
        raise DocumentError("corpus.unreadable", path="x", reason="No space left on device")

    monkeypatch.setattr(Editor, "_store", half)
    with pytest.raises(DocumentError):
        desk.editor.accept(upload, DESCRIBED, "", desk.person)
    assert desk.files() == before
    assert len(desk.editor.history()) == 1
    assert uploads.waiting(desk.settings, upload.token, desk.person) == upload
