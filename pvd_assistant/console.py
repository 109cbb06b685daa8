"""What the commands print: answers, tables and figures for people, in French."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pvd_assistant.evaluation.answers import Summary
from pvd_assistant.evaluation.report import column_names, summary_cells
from pvd_assistant.french import french_date
from pvd_assistant.messages import text
from pvd_assistant.model import Answer, Citation

_PIPE_WIDTH = 140  # columns when the output is a file or a pipe, which has none of its own

out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False)

_COLOURS = {"answered": "green", "partial": "yellow", "clarify": "cyan"}


def show_answer(answer: Answer) -> None:
    """Print an answer with its numbered sources."""
    colour = _COLOURS.get(answer.status, "red")
    parts: list[Text] = [Text(answer.answer)]
    parts += [Text(f"⚠ {warning}", style="yellow") for warning in answer.warnings]
    out.print(
        Panel(
            Group(*parts),
            title=text(f"cli.status_{answer.status}"),
            title_align="left",
            border_style=colour,
        )
    )
    if answer.citations:
        out.print(f"[bold]{text('cli.sources')}[/bold]")
        for citation in answer.citations:
            out.print(Text(f"[{citation.n}] {_source(citation)}"))
            out.print(Text(_indented(citation.passage), style="dim"))
    if answer.contact and answer.status != "answered":
        out.print(Text(text("cli.contact", name=answer.contact["name"])))
    if answer.suggestions:
        out.print(f"[bold]{text('cli.suggestions')}[/bold]")
        for suggestion in answer.suggestions:
            out.print(Text(f"  • {suggestion}"))


def _source(citation: Citation) -> str:
    day = french_date(citation.updated)
    parts = [citation.title]
    if citation.section:
        parts.append(citation.section)
    if citation.label or citation.page:
        parts.append(text("cli.page", label=citation.label or citation.page))
    parts += [citation.publisher, text("cli.checked", date=day), citation.url]
    return " — ".join(part for part in parts if part)


def _indented(passage: str) -> str:
    return "\n".join(f"    {line}" for line in passage.splitlines())


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table."""
    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out.print(table)


def show_summaries(summaries: Mapping[str, Summary]) -> None:
    """Print evaluation figures, a line a group."""
    show_table(column_names(), ([name, *summary_cells(s)] for name, s in summaries.items()))
