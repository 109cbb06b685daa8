"""The commands as they are typed, in this process."""

from __future__ import annotations

import io

import pytest

from pvd_assistant.cli import main


def run_command(
    monkeypatch: pytest.MonkeyPatch, *arguments: object, typed: str | None = None
) -> int:
    """Run a command and return its exit status.

    :param typed: what is on its standard input; ``None``: this process's own.
    """
    monkeypatch.setattr("sys.argv", ["pvd-assistant", *map(str, arguments)])
    if typed is not None:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    try:
        main()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0
