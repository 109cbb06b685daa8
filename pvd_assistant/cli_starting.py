"""The first things typed: ``--version``, ``init``."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from pvd_assistant.messages import text


def add_commands(app: typer.Typer) -> None:
    """Add them to the command line."""
    app.callback()(every_command)
    app.command("init", help=text("help.init"))(init_command)


def _say_version(wanted: bool) -> None:
    if wanted:
        from pvd_assistant.version import package_version

        sys.stdout.write(f"pvd-assistant {package_version()}\n")
        raise typer.Exit


def every_command(
    version: Annotated[
        bool,
        typer.Option("--version", help=text("help.version"), is_eager=True, callback=_say_version),
    ] = False,
) -> None:
    """Take the options that stand before any command."""


def init_command(
    folder: Annotated[Path, typer.Argument(help=text("help.init_folder"))] = Path(),
) -> None:
    """Make a folder ready: documents and settings."""
    from pvd_assistant.console import out
    from pvd_assistant.starting import init

    out.print(text("init.done", folder=folder.resolve(), documents=init(folder)), soft_wrap=True)
    out.print(text("init.next"))
    here = folder.resolve() == Path.cwd()
    commands = [] if here else [f"cd {shlex.quote(str(folder))}"]
    for line in (*commands, "pvd-assistant index", "pvd-assistant serve"):
        out.print(f"  {line}", soft_wrap=True, highlight=False)
