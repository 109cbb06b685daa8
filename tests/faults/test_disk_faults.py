"""A disk that is full, or that can only be read: said in one line, nothing lost, and work goes on after."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import Disk
from sqlalchemy import select

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.backup.restoring import restore
from pvd_assistant.backup.saving import save
from pvd_assistant.corpus import shelf
from pvd_assistant.errors import BackupError, DocumentError, IndexingError, PvdError, StorageError
from pvd_assistant.files import replace_bytes
from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.library.uploads import receive
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import OpinionRow

SHEET = (Path(__file__).parents[2] / "corpus" / "offres" / "ort.md").read_bytes()


def opinion(answer: str, words: str = "") -> OpinionRow:
    return OpinionRow(
        answer=answer, time=dt.datetime.now(dt.UTC), useful=True, reasons=[], comment=words,
        status="answered", family="offer", engine="x", citations=[],
    )  # fmt: skip


def answers(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(OpinionRow.answer).order_by(OpinionRow.id)))


def add(database: Database, answer: str, words: str = "") -> None:
    with database.transaction() as session:
        session.add(opinion(answer, words))


@pytest.fixture
def on_disk(settings: Settings, disk: Disk) -> Settings:
    """The index of six offers, and the data folder, on a small disk."""
    shutil.move(settings.index_dir, disk.path / "index")
    (disk.path / "data").mkdir()
    return settings.model_copy(
        update={"index_dir": disk.path / "index", "data_dir": disk.path / "data"}
    )


def told(error: PvdError, *words: str) -> None:
    assert "\n" not in str(error)
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize("left", [0, 300_000, 700_000, 1_000_000, 1_500_000])
def test_no_room_for_the_index(on_disk: Settings, disk: Disk, left: int) -> None:
    sheet = on_disk.corpus_dir / "offres" / "ort.md"
    sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")
    disk.fill(left)

    with pytest.raises(IndexingError) as full:
        build(on_disk)

    told(full.value, "plus de place", str(on_disk.index_dir), "pvd-assistant index")
    with Index.open(on_disk) as index:
        assert index.search("chef de projet")
    assert len(list(on_disk.index_dir.glob("gen-*"))) == 1
    disk.free()
    assert build(on_disk).changed == ["offres/ort"]


def test_no_room_for_the_database(on_disk: Settings, disk: Disk) -> None:
    database = Database(on_disk)
    add(database, "avant")
    disk.fill(0)

    refused = 0
    for number in range(20):  # the file may hold a little more before it must grow
        try:
            add(database, f"pendant {number}", "x" * 50_000)
        except StorageError as error:
            told(error, "place sur le disque")
            refused += 1
    assert refused >= 15

    kept = answers(database)
    assert kept[0] == "avant"
    disk.free()
    add(database, "après")  # without a new start
    assert answers(database) == [*kept, "après"]
    with database.snapshot() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()


def test_no_room_for_what_people_add(on_disk: Settings, disk: Disk) -> None:
    shelf.put(on_disk, "offres/une-fiche", SHEET, ".md")
    person = Person(1, "a@exemple.fr", "A", frozenset({Role.EDITOR}))
    before = sorted(on_disk.library_dir.rglob("*"))
    disk.fill(0)

    large = SHEET + b"\nEncore une phrase.\n" * 5000
    for attempt in (
        lambda: shelf.put(on_disk, "offres/une-fiche", large, ".md"),
        lambda: shelf.put(on_disk, "offres/une-autre", large, ".md"),
        lambda: receive(on_disk, io.BytesIO(large), "fiche.md", person),
    ):
        with pytest.raises(DocumentError) as full:
            attempt()
        told(full.value)
    with pytest.raises(OSError, match="No space left"):
        replace_bytes(on_disk.official_dir / "geo.json.gz", large)

    held = [path for path in sorted(on_disk.library_dir.rglob("*")) if path.is_file()]
    assert held == [path for path in before if path.is_file()]
    assert (on_disk.library_dir / "offres" / "une-fiche.md").read_bytes() == SHEET
    disk.free()
    shelf.put(on_disk, "offres/une-fiche", large, ".md")
    assert (on_disk.library_dir / "offres" / "une-fiche.md").read_bytes() == large


def test_no_room_for_a_backup_nor_for_its_restoration(
    on_disk: Settings, disk: Disk, tmp_path: Path
) -> None:
    database = Database(on_disk)
    add(database, "avant")
    replace_bytes(on_disk.library_dir / "grand.pdf", bytes(range(256)) * 4000)
    file = save(on_disk, tmp_path / "sauvegarde.tar.gz")
    add(database, "depuis")
    disk.fill(0)

    for attempt in (
        lambda: save(on_disk, disk.path / "ici.tar.gz"),
        lambda: restore(on_disk, file, force=True),
    ):
        with pytest.raises(BackupError) as full:
            attempt()
        told(full.value, "plus de place")
    assert answers(database) == ["avant", "depuis"]
    assert sorted(path.name for path in disk.path.iterdir()) == ["data", "filler", "index"]
    assert not list(on_disk.data_dir.glob("avant-restauration*"))

    disk.free()
    restore(on_disk, file, force=True)
    assert answers(database) == ["avant"]
    database.close()


def test_a_disk_that_can_only_be_read(on_disk: Settings, disk: Disk, tmp_path: Path) -> None:
    database = Database(on_disk)
    add(database, "avant")
    database.close()
    disk.close_for_writing()

    with Index.open(on_disk) as index:  # replicas may share it so
        assert index.search("chef de projet")
    asking = on_disk.model_copy(update={"exact_search_limit": 0})
    attempts: list[tuple[Callable[[], object], str]] = [
        (lambda: build(on_disk), "PVD_INDEX_DIR"),
        (lambda: add(database, "pendant"), "droits"),
        (lambda: shelf.put(on_disk, "offres/fiche", SHEET, ".md"), "fiche"),
        (lambda: save(on_disk, disk.path / "ici.tar.gz"), "droits"),
        (lambda: Index.open(asking).search("chef de projet"), "PVD_EXACT_SEARCH_LIMIT"),
    ]
    for attempt, words in attempts:
        with pytest.raises(PvdError) as refused:
            attempt()
        told(refused.value, words)

    disk.close_for_writing(False)
    add(database, "après")
    assert answers(database) == ["avant", "après"]
    database.close()


def test_a_database_that_may_not_grow(tmp_path: Path) -> None:
    """The same as a full disk, without being root: SQLite answers the same."""
    database = Database(Settings(data_dir=tmp_path))
    add(database, "avant")
    with database.transaction() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count=1")

    with pytest.raises(StorageError) as full:
        add(database, "pendant", "x" * 200_000)

    assert full.value.code == "storage.full"
    told(full.value, str(tmp_path), "Libérez de l’espace")
    assert answers(database) == ["avant"]
    database.close()
