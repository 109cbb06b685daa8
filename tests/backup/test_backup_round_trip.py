"""What is saved comes back, from either database into either, and the service goes on meanwhile."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from filled_tables import FILES, Make, content, files_of, fill, write_files
from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Time,
    create_engine,
    func,
    insert,
    null,
    select,
)

from pvd_assistant.backup import rows
from pvd_assistant.backup.archive import opened
from pvd_assistant.backup.restoring import restore
from pvd_assistant.backup.saving import save
from pvd_assistant.errors import StorageError
from pvd_assistant.settings import Settings
from pvd_assistant.storage.database import Database, migrate
from pvd_assistant.storage.models import ImportedFile, OpinionRow

TARGETS = [("sqlite", "sqlite"), ("sqlite", "postgresql"), ("postgresql", "sqlite")]


def opinion(answer: str) -> OpinionRow:
    return OpinionRow(
        answer=answer, time=dt.datetime.now(dt.UTC), useful=True, reasons=[], comment="",
        status="answered", family="offer", engine="x", citations=[],
    )  # fmt: skip


@pytest.mark.parametrize(("source", "target"), TARGETS)
def test_every_row_and_every_file_comes_back(
    settings_of: Make, tmp_path: Path, source: str, target: str
) -> None:
    before = settings_of("before", source)
    database = Database(before)
    fill(database)
    write_files(before.data_dir)
    wanted = content(database)
    database.close()
    assert all(len(found) == 3 for found in wanted.values())
    file = save(before, tmp_path / "sauvegarde.tar.gz")

    after = settings_of("after", target)
    done = restore(after, file)

    back = Database(after)
    assert content(back) == wanted
    assert files_of(after.data_dir) == FILES
    assert (done.before, done.aside) == (None, None)
    with back.transaction() as session:  # the next row is numbered after those
        session.add(opinion("nouvel avis"))
    back.close()


def test_a_backup_can_only_be_read_by_its_owner_and_holds_no_secret(
    filled: Settings, tmp_path: Path
) -> None:
    settings = filled.model_copy(
        update={"llm_key": type(filled.llm_key)("une-cle"), "llm_url": "http://moi:motdepasse@x/v1"}
    )

    file = save(settings, tmp_path / "sauvegarde.tar.gz")

    assert file.stat().st_mode & 0o777 == 0o600
    with opened(file) as archive:
        assert archive.manifest.secrets == ("llm_key",)
        said = repr(archive.manifest)
    assert "une-cle" not in said
    assert "motdepasse" not in said
    assert "'llm_url': 'http://…@x/v1'" in said


def test_waste_drafts_links_and_locks_are_left_out(filled: Settings, tmp_path: Path) -> None:
    (filled.data_dir / "library" / ".trash" / "x").mkdir(parents=True)
    (filled.data_dir / "library" / ".trash" / "x" / "kept.md").write_text("jeté")
    (filled.data_dir / "official" / ".lock").write_text("")
    (filled.data_dir / "library" / "ailleurs").symlink_to("/etc")

    with opened(save(filled, tmp_path / "sauvegarde.tar.gz")) as archive:
        assert sorted(archive.manifest.documents) == sorted(FILES)


def test_a_name_that_is_not_utf_8_comes_back(
    settings_of: Make, filled: Settings, tmp_path: Path
) -> None:
    name = b"library/caf\xe9.md".decode("utf-8", "surrogateescape")
    (filled.data_dir / name).write_bytes(b"latin")
    file = save(filled, tmp_path / "sauvegarde.tar.gz")

    after = settings_of("after", "sqlite")
    restore(after, file)

    assert (after.data_dir / name).read_bytes() == b"latin"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_made_while_people_write_is_of_one_moment(
    settings_of: Make, tmp_path: Path, kind: str
) -> None:
    """Each writer adds its row to two tables at once: a backup never holds one without the other."""
    settings = settings_of("live", kind)
    database = Database(settings)
    database.upgrade()
    stop, refused, written = threading.Event(), [], []

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            name = f"{writer}-{number}"
            try:
                with database.transaction() as session:
                    session.add(opinion(name))
                    session.flush()
                    now = dt.datetime.now(dt.UTC)
                    session.add(ImportedFile(path=name, size=number, time=now))
            except StorageError as error:
                refused.append(error)
                return
            written.append(name)
            number += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    files = []
    for number in range(3):
        held = len(written)
        while len(written) < held + 20:
            assert not refused
        files.append((len(written), save(settings, tmp_path / f"{number}.tar.gz"), len(written)))
    stop.set()
    for writer in writers:
        writer.join()
    database.close()
    assert not refused
    for number, (least, file, most) in enumerate(files):
        after = settings_of(f"after{number}", "sqlite")
        restore(after, file)
        back = Database(after)
        with back.transaction() as session:
            answers = set(session.scalars(select(OpinionRow.answer)))
            paths = set(session.scalars(select(ImportedFile.path)))
        back.close()
        assert answers == paths
        assert least <= len(answers) <= most + 4


def test_a_backup_of_an_earlier_version_is_migrated(
    settings_of: Make, filled: Settings, tmp_path: Path
) -> None:
    old = settings_of("old", "sqlite")
    database = Database(old)
    with database.alone() as connection:
        migrate(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO opinions VALUES (7, 'a', '2026-11-01 10:00:00.000000', 1, '[]', 'Bien', "
            "'answered', 'offer', 'x', '[]', NULL)"
        )
    file = save(old, tmp_path / "ancienne.tar.gz")
    assert database.revision() == "0001"  # a backup changes nothing
    database.close()

    after = settings_of("after", "sqlite")
    restore(after, file)

    back = Database(after)
    assert not back.upgrade()
    with back.transaction() as session:
        assert session.get_one(OpinionRow, 7).comment == "Bien"
    back.close()


def test_tables_of_other_programs_are_left_alone(settings_of: Make, tmp_path: Path) -> None:
    settings = settings_of("shared", "postgresql")
    database = Database(settings)
    fill(database)
    with database.alone() as connection:
        connection.exec_driver_sql("CREATE TABLE compta (ligne TEXT)")
        connection.exec_driver_sql("INSERT INTO compta VALUES ('à garder')")

    file = save(settings, tmp_path / "sauvegarde.tar.gz")
    restore(settings, file, force=True)

    with opened(file) as archive:
        assert "compta" not in archive.manifest.tables
    with database.snapshot() as connection:
        assert connection.exec_driver_sql("SELECT ligne FROM compta").scalar() == "à garder"
    database.close()


def test_a_value_of_any_sort_comes_back() -> None:
    table = Table(
        "sorts", MetaData(), Column("id", Integer, primary_key=True), Column("text", String),
        Column("json", JSON), Column("always", JSON, nullable=False), Column("bytes", LargeBinary),
        Column("number", Numeric(10, 2)), Column("day", Date), Column("hour", Time),
        Column("moment", DateTime),
    )  # fmt: skip
    first = {
        "id": 1, "text": "", "json": {"a": None}, "always": None, "bytes": b"\0\xff",
        "number": Decimal("12.50"), "day": dt.date(2026, 2, 28), "hour": dt.time(9, 5),
        "moment": dt.datetime(2026, 2, 28, 9, 5),
    }  # fmt: skip
    engines = [create_engine("sqlite://") for _ in range(2)]
    with engines[0].begin() as source, engines[1].begin() as target:
        table.create(source)
        table.create(target)
        source.execute(insert(table), first)
        source.execute(insert(table).values(id=2, json=null(), always=0))

        assert rows.load(target, table, rows.lines(source, table)) == 2

        asked = select(table).order_by(table.c.id)
        assert target.execute(asked).all() == source.execute(asked).all()
        empty = select(func.count()).where(table.c.json.is_(null()))
        assert target.scalar(empty) == source.scalar(empty) == 1
    for engine in engines:
        engine.dispose()
