"""Accounts from the command line: how the first administrator is made."""

from __future__ import annotations

import pytest
from command_line import run_command
from sqlalchemy import select

from pvd_assistant.accounts.journal import note
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.accounts.sessions import person_of
from pvd_assistant.settings import Settings
from pvd_assistant.storage.account_tables import AccountRow, ActionRow
from pvd_assistant.storage.database import Database

PASSWORD = "cheval pile agrafe correct"


@pytest.fixture
def run(monkeypatch, database_settings: Settings):
    """A function that runs a command with what is typed; it gives the exit status."""

    def call(*arguments: str, typed: str = "") -> int:
        monkeypatch.setenv("PVD_DATA_DIR", str(database_settings.data_dir))
        monkeypatch.setenv("PVD_DATABASE_URL", database_settings.database_url.get_secret_value())
        return run_command(monkeypatch, "users", *arguments, typed=typed)

    return call


@pytest.fixture
def signs_in(database: Database, database_settings: Settings):
    accounts = Accounts.of(database, database_settings)
    return lambda login, password: accounts.signing_in.with_password(login, password, "127.0.0.1")


def test_the_first_administrator_signs_in(run, signs_in, capsys) -> None:
    assert run("list") == 0
    assert "users add" in capsys.readouterr().out
    chief = ("chef@exemple.fr", "--name", "Anne", "--role", "administrateur", "--password-stdin")
    assert run("add", *chief, typed=f"{PASSWORD}\n") == 0
    assert signs_in("chef@exemple.fr", PASSWORD)
    assert run("list") == 0
    printed = capsys.readouterr().out
    assert "chef@exemple.fr" in printed
    assert "Anne" in printed


def test_a_password_typed_twice_at_the_prompt(run, signs_in, monkeypatch) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, "autre chose"])
    monkeypatch.setattr("typer.prompt", lambda *_, **__: next(typed))
    assert run("add", "chef@exemple.fr", "--role", "administrateur") == 0
    assert signs_in("chef@exemple.fr", PASSWORD)
    assert run("password", "chef@exemple.fr") == 1


def test_a_password_is_changed(run, signs_in) -> None:
    run("add", "a@exemple.fr", "--role", "membre", "--no-password")
    assert run("password", "a@exemple.fr", "--password-stdin", typed=PASSWORD) == 0
    assert signs_in("a@exemple.fr", PASSWORD)


def test_an_account_is_closed_but_the_last_administrator(run, capsys) -> None:
    run("add", "chef@exemple.fr", "--role", "administrateur", "--password-stdin", typed=PASSWORD)
    run("add", "a@exemple.fr", "--role", "membre", "--no-password")
    assert run("disable", "a@exemple.fr") == 0
    assert run("enable", "a@exemple.fr") == 0
    capsys.readouterr()
    assert run("disable", "chef@exemple.fr") == 1
    assert "le dernier qui puisse administrer" in capsys.readouterr().err


def test_an_account_is_erased_and_its_name_stays_in_the_journal(run, database, capsys) -> None:
    run("add", "chef@exemple.fr", "--role", "administrateur", "--password-stdin", typed=PASSWORD)
    run("add", "lea@exemple.fr", "--role", "membre", "--password-stdin", typed=PASSWORD)
    with database.transaction() as session:
        lea = session.scalars(select(AccountRow).where(AccountRow.login == "lea@exemple.fr")).one()
        note(session, person_of(lea), "reply.sent", "request:1")
    assert run("remove", "lea@exemple.fr") == 0
    assert run("remove", "chef@exemple.fr") == 1
    with database.transaction() as session:
        sent = session.scalars(select(ActionRow).where(ActionRow.action == "reply.sent")).one()
        assert (sent.who, sent.account_id) == ("lea@exemple.fr", None)
        assert list(session.scalars(select(AccountRow.login))) == ["chef@exemple.fr"]


@pytest.mark.parametrize(
    ("arguments", "typed", "status", "said"),
    [
        (("add", "pas une adresse", "--role", "membre", "--no-password"), "", 1, "adresse"),
        (("add", "a@b.fr", "--role", "roi", "--no-password"), "", 2, "« roi »"),
        (("add", "a@b.fr", "--no-password"), "", 1, "au moins un rôle"),
        (("add", "a@b.fr", "--role", "membre", "--password-stdin"), "court\n", 1, "trop court"),
        (("add", "a@b.fr", "--role", "membre", "--password-stdin"), "", 1, "Aucun mot de passe"),
        (("password", "z@b.fr", "--password-stdin"), PASSWORD, 1, "users list"),
        (("disable", "z@b.fr"), "", 1, "Aucun compte"),
    ],
)
def test_a_mistake_is_one_line_with_its_remedy(run, capsys, arguments, typed, status, said) -> None:
    assert run(*arguments, typed=typed) == status
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error
    assert len(error.splitlines()) == 1


def test_a_password_is_never_an_argument(run, capsys) -> None:
    assert run("add", "a@b.fr", "--role", "membre", "--password", PASSWORD) == 2
