"""A progress bar with rate and time left, on a terminal; silence elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from pvd_assistant.console import err
from pvd_assistant.messages import text

#: (done, total, name of what is being done)
Advance = Callable[[int, int, str], None]


class _RateColumn(ProgressColumn):
    """Steps a second; rich's own column shows it only when the total is unknown."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(text("cli.rate", rate=f"{speed:.0f}") if speed else "")


@contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """Show a bar on stderr while the block runs; yields the function that moves it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[label]}"),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None, label="")

        def advance(done: int, total: int, label: str) -> None:
            bar.update(task, completed=done, total=total, label=label)

        yield advance
