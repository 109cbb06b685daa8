"""``forget`` and ``backup --keep`` as whoever runs the server types them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import run_command
from sent_requests import sent_request

from pvd_assistant.settings import load_settings
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.helpdesk_tables import RequestRow

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command; gives its exit status."""
    monkeypatch.setenv("PVD_DATA_DIR", str(tmp_path / "data"))

    def call(*arguments: str) -> int:
        return run_command(monkeypatch, *arguments)

    return call


@pytest.fixture
def old_request(run: Run) -> int:
    """A request whose sender is known, and which came long ago."""
    with closing(Database(load_settings())) as database:
        number = sent_request(database)
        with database.transaction() as session:
            row = session.get_one(RequestRow, number)
            row.created = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
            row.sender_name = "Luc Petit"
    return number


def sender(number: int) -> str:
    with closing(Database(load_settings())) as database, database.transaction() as session:
        return session.get_one(RequestRow, number).sender_name


def test_a_trial_counts_in_french_and_erases_nothing(
    run: Run, old_request: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("forget", "--dry-run") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Noms et adresses de ceux qui ont écrit au helpdesk │ 90 jours │ 1" in said
    assert "Rien n’a été effacé." in said
    assert sender(old_request) == "Luc Petit"


def test_the_command_erases_and_has_nothing_to_do_the_second_time(
    run: Run, old_request: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("forget") == 0
    assert "90 jours" in capsys.readouterr().out
    assert sender(old_request) == ""
    assert run("forget") == 0
    assert "Rien n’a dépassé son délai" in capsys.readouterr().out


def test_delays_follow_the_settings(
    run: Run, old_request: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PVD_HELPDESK_SENDER_DAYS", "36500")
    assert run("forget") == 0
    assert sender(old_request) == "Luc Petit"
    monkeypatch.setenv("PVD_HELPDESK_SENDER_DAYS", "0")
    assert run("forget") == 1, "a delay is a day at least"


def test_old_backups_go_once_the_new_one_is_made(
    run: Run, old_request: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    old, other = folder / "sauvegarde-pvd-20200101-000000.tar.gz", folder / "autre.tar.gz"
    for path in (old, other):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    assert run("backup", str(folder), "--keep", "14") == 0
    assert "1 sauvegarde de plus de 14 jours effacée." in capsys.readouterr().out
    assert not old.exists()
    assert other.exists(), "what is not ours is left"
    assert len(list(folder.glob("sauvegarde-pvd-*"))) == 1
    assert run("backup", str(tmp_path / "un.tar.gz"), "--keep", "14") == 2
