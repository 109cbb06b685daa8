"""``pvd-assistant users``: the accounts, for whoever runs the server; the first one is made here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from pvd_assistant.accounts.roles import Role
from pvd_assistant.errors import AccountError, UsageError
from pvd_assistant.messages import text
from pvd_assistant.settings import load_settings

if TYPE_CHECKING:
    from pvd_assistant.accounts.people import People

app = typer.Typer(no_args_is_help=True, help=text("help.users"))

Login = Annotated[str, typer.Argument(help=text("help.users_login"))]
FromInput = Annotated[bool, typer.Option("--password-stdin", help=text("help.users_stdin"))]


@app.command("add", help=text("help.users_add"))
def add(
    login: Login,
    name: Annotated[str | None, typer.Option("--name", help=text("help.users_name"))] = None,
    role: Annotated[list[str] | None, typer.Option("--role", help=text("help.users_role"))] = None,
    password_stdin: FromInput = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help=text("help.users_no_password"))
    ] = False,
) -> None:
    """Make an account."""
    roles = [_role(value) for value in role or ()]
    password = None if no_password else _password(password_stdin)
    with _people() as people:
        account = people.add(None, login, name or login, roles, password)
    held = ", ".join(text(f"accounts.role_{one}") for one in Role if one in account.roles)
    _say(text("accounts.added", login=account.login, roles=held))


@app.command("list", help=text("help.users_list"))
def list_accounts() -> None:
    """List the accounts."""
    from pvd_assistant.console import show_table

    with _people() as people:
        accounts = people.all()
    if not accounts:
        _say(text("accounts.none"))
        return
    columns = [text(f"accounts.column_{c}") for c in ("login", "name", "roles", "state", "seen")]
    rows = [
        (
            one.login,
            one.name,
            ", ".join(role for role in Role if role in one.roles),
            text("accounts.state_open" if one.active else "accounts.state_closed"),
            one.seen.date().isoformat() if one.seen else text("accounts.never"),
        )
        for one in accounts
    ]
    show_table(columns, rows)


@app.command("password", help=text("help.users_password"))
def set_password(login: Login, password_stdin: FromInput = False) -> None:
    """Change a password."""
    with _people() as people:
        account = people.find(login)
        people.set_password(None, account.id, _password(password_stdin))
    _say(text("accounts.password_changed", login=account.login))


@app.command("disable", help=text("help.users_disable"))
def disable(login: Login) -> None:
    """Close an account."""
    with _people() as people:
        account = people.set_active(None, people.find(login).id, active=False)
    _say(text("accounts.disabled", login=account.login))


@app.command("enable", help=text("help.users_enable"))
def enable(login: Login) -> None:
    """Open an account again."""
    with _people() as people:
        account = people.set_active(None, people.find(login).id, active=True)
    _say(text("accounts.enabled", login=account.login))


@app.command("remove", help=text("help.users_remove"))
def remove(login: Login) -> None:
    """Erase an account."""
    with _people() as people:
        account = people.find(login)
        people.remove(None, account.id)
    _say(text("accounts.removed", login=account.login))


@contextmanager
def _people() -> Iterator[People]:
    from pvd_assistant.accounts.passwords import Passwords
    from pvd_assistant.accounts.people import People
    from pvd_assistant.storage.database import Database

    database = Database(load_settings())
    try:
        yield People(database, Passwords())
    finally:
        database.close()


def _role(value: str) -> Role:
    if value not in set(Role):
        raise UsageError("accounts.role_unknown", role=value, roles=", ".join(Role))
    return Role(value)


def _password(from_input: bool) -> str:
    """Read a password: never an argument, which other accounts of the machine could see."""
    if from_input:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = typer.prompt(text("accounts.ask_password"), hide_input=True)
        if given != typer.prompt(text("accounts.ask_again"), hide_input=True):
            raise AccountError("accounts.passwords_differ")
    if not given:
        raise AccountError("accounts.password_missing")
    return str(given)


def _say(message: str) -> None:
    from pvd_assistant.console import out

    out.print(message, soft_wrap=True, markup=False)
