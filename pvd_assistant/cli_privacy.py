"""``forget`` and ``person``: what is erased after a while, and what is kept of somebody who asks."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pvd_assistant.errors import IndexingError, UsageError
from pvd_assistant.french import french_number
from pvd_assistant.messages import text
from pvd_assistant.observability import logs
from pvd_assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from pvd_assistant.privacy.persons import Held
    from pvd_assistant.privacy.who import Who
    from pvd_assistant.storage.database import Database

person_app = typer.Typer(no_args_is_help=True, help=text("help.person"))

Called = Annotated[list[str] | None, typer.Argument(metavar="QUI…", help=text("help.person_who"))]


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(help=text("help.forget"))(forget)
    app.add_typer(person_app, name="person")


def forget(
    dry_run: Annotated[bool, typer.Option("--dry-run", help=text("help.forget_dry_run"))] = False,
) -> None:
    """Erase what has been kept long enough."""
    from pvd_assistant.console import show_table
    from pvd_assistant.privacy.retention import forget as forget_old

    with _opened() as (settings, database):
        counts = forget_old(database, settings, dt.datetime.now(dt.UTC), dry_run=dry_run)
    found = {kind: count for kind, count in counts.items() if count}
    if not found:
        _say(text("privacy.nothing_to_erase" if dry_run else "privacy.nothing_old"))
        return
    last = "would_erase" if dry_run else "erased"
    columns = [text(f"privacy.column_{name}") for name in ("kept", "days", last)]
    rows = [
        (text(f"privacy.rule_{kind}"), _delay(kind, settings), french_number(count))
        for kind, count in found.items()
    ]
    show_table(columns, rows)
    if dry_run:
        _say(text("privacy.dry_run"))


@person_app.command("find", help=text("help.person_find"))
def find(called: Called = None) -> None:
    """Say what is kept of somebody."""
    who = _who(called)
    with _opened() as (settings, database):
        _show(_held(settings, database, who), settings)


@person_app.command("export", help=text("help.person_export"))
def export(
    called: Called = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help=text("help.person_output"))
    ] = None,
) -> None:
    """Write what is kept of somebody in a file, for them."""
    who = _who(called)
    with _opened() as (settings, database):
        held = _held(settings, database, who)
        _show(held, settings)
        if held:
            path = output or Path(f"donnees-personne-{dt.datetime.now():%Y%m%d-%H%M%S}.json")
            _write(path, _told(held))
            _say(text("privacy.exported", path=path))


@person_app.command("erase", help=text("help.person_erase"))
def erase(
    called: Called = None,
    yes: Annotated[bool, typer.Option("--yes", help=text("help.person_yes"))] = False,
) -> None:
    """Erase what is kept of somebody."""
    from pvd_assistant.privacy import persons

    if not (called or yes or sys.stdin.isatty()):
        raise UsageError("privacy.yes_needed")
    who = _who(called)
    with _opened() as (settings, database):
        held = _held(settings, database, who)
        _show(held, settings)
        if not (held.requests or held.named or held.feedback):
            return
        if not yes and not typer.confirm(text("privacy.confirm")):
            _say(text("privacy.not_confirmed"))
            return
        done = persons.erase(database, settings, who)
        if done.sources:
            _say(_purge(settings, database))
    many = "many" if done.requests > 1 else "one"
    counts = {"requests": french_number(done.requests), "masked": french_number(done.masked)}
    _say(text(f"privacy.person_erased_{many}", **counts))
    _say(text("privacy.backups_left"))


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database]]:
    from pvd_assistant.storage.database import Database

    settings = load_settings()
    logs.configure(settings)
    with closing(Database(settings)) as database:
        yield settings, database


def _who(called: list[str] | None) -> Who:
    """Read who it is about: from standard input when it is not said, so that no history keeps it."""
    from pvd_assistant.privacy.who import Who

    if called:
        return Who.of(called)
    if sys.stdin.isatty():
        return Who.of([typer.prompt(text("privacy.who_prompt"))])
    return Who.of(sys.stdin.read().splitlines())


def _held(settings: Settings, database: Database, who: Who) -> Held:
    """Return what is kept of somebody; without an index, documents are not looked through."""
    from pvd_assistant.index.store import Index
    from pvd_assistant.privacy.persons import find as find_person

    try:
        with Index.open(settings) as index:
            return find_person(database, settings, who, index)
    except IndexingError as error:
        held = find_person(database, settings, who, None)
        _say(text("privacy.no_index", reason=error))
        return held


def _purge(settings: Settings, database: Database) -> str:
    """Write the validated replies and the index anew, unless a server is at it; say what became of it."""
    from pvd_assistant.library.jobs import Jobs, JobState
    from pvd_assistant.library.worker import Worker

    Worker(settings, database).step()
    last = Jobs(database).latest(1)[0]
    if last.state is JobState.FAILED:
        return text("privacy.index_failed", reason=last.message)
    return text("privacy.index_purged" if last.over else "privacy.index_waits")


def _show(held: Held, settings: Settings) -> None:
    from pvd_assistant.console import show_table

    if not held:
        _say(text("privacy.nothing_found", days=settings.helpdesk_sender_days))
        return
    found: dict[str, list[str]] = {"sender": [f"nº {row['id']}" for row in held.requests]}
    found |= {table: [str(key) for key in rows] for table, rows in held.named.items()}
    found["feedback"] = [path.name for path in held.feedback]
    found["documents"] = list(held.documents)
    found["account"] = [held.account["login"]] if held.account else []
    rows = [
        (text(f"privacy.where_{where}"), french_number(len(which)), ", ".join(which))
        for where, which in found.items()
        if which
    ]
    show_table([text(f"privacy.column_{name}") for name in ("where", "number", "which")], rows)


def _told(held: Held) -> dict[str, Any]:
    return {
        "date": dt.datetime.now(dt.UTC),
        "requests": held.requests,
        "named": {table: list(rows.values()) for table, rows in held.named.items()},
        "feedback": [path.read_text("utf-8", "replace") for path in held.feedback],
        "documents": held.documents,
        "account": held.account,
    }


def _write(path: Path, told: dict[str, Any]) -> None:
    """Write a new file that its owner alone can read."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError("privacy.export_exists", path=path) from error
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(told, file, ensure_ascii=False, indent=2, default=str)


def _delay(kind: str, settings: Settings) -> str:
    from pvd_assistant.privacy.retention import DELAYS

    days = getattr(settings, DELAYS[kind]) if kind in DELAYS else None
    if days is None:
        return text(f"privacy.days_{kind}")
    return text("privacy.days_one" if days < 2 else "privacy.days_many", number=french_number(days))


def _say(line: str) -> None:
    from pvd_assistant.console import out

    out.print(line, soft_wrap=True, markup=False)
