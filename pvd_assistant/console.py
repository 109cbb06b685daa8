"""What the commands print: answers, tables and figures for people, in French."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pvd_assistant.evaluation.answers import Summary
from pvd_assistant.evaluation.report import column_names, summary_cells
from pvd_assistant.french import french_date, french_number
from pvd_assistant.messages import text
from pvd_assistant.model import HEADING, Answer, Citation
from pvd_assistant.sync.outcome import Outcome

_PIPE_WIDTH = 140  # columns when the output is a file or a pipe, which has none of its own

out = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(stderr=True, highlight=False)

_COLOURS = {"answered": "green", "partial": "yellow", "clarify": "cyan"}


def show_answer(answer: Answer) -> None:
    """Print an answer with its numbered sources."""
    colour = _COLOURS.get(answer.status, "red")
    parts: list[Text | Table] = list(_laid_out(answer.answer))
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


def _laid_out(answer: str) -> Iterator[Text | Table]:
    """Return an answer's lines: headings in bold, the rows of a comparison as a table."""
    for is_table, group in groupby(answer.splitlines(), key=lambda line: line.startswith("| ")):
        if not is_table:
            for line in group:
                title = line.removeprefix(HEADING)
                yield Text(title, style="bold" if title != line else "")
            continue
        header, _, *rows = ([c.strip() for c in line.strip("|").split(" | ")] for line in group)
        table = Table(*map(escape, header), show_lines=True)
        for row in rows:
            table.add_row(*map(escape, row))
        yield table


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


def show_commune(found: Sequence[Mapping[str, Any]]) -> None:
    """Print what is known of the communes found, and whom each of them asks."""
    rows = []
    for one in found:
        listed = one["programme"]
        said = text("commune.listed", date=french_date(listed)) if listed else None
        rows.append([*list(one.values())[:7], said or text("commune.not_listed")])
    show_table([text(f"commune.column_{key}") for key in list(found[0])[:8]], rows)
    offices = {one["prefecture"]["name"]: one["prefecture"] for one in found}
    for office in offices.values():
        out.print(Text(text("commune.contact", **office)), soft_wrap=True)


def show_comparison(comparison: Mapping[str, Any]) -> None:
    """Print towns like another one, with the criteria they were compared on."""
    base, towns = comparison["base"], comparison["towns"]
    lowest, highest = comparison["lowest_population"], comparison["highest_population"]
    words = {"lowest": french_number(lowest), "highest": french_number(highest)}
    out.print(Text(text("commune.like", name=base["name"], **words)), soft_wrap=True)
    if comparison["widened"]:
        out.print(Text(text(f"commune.widened_{comparison['widened']}")), soft_wrap=True)
    columns = ["name", "departement", "region", "population", "intercommunality", "role"]
    rows = [[town[column] or "" for column in columns] for town in (base, *towns)]
    show_table([text(f"commune.column_{column}") for column in columns], rows)


def said_of(outcome: Outcome) -> str:
    """Return the line about a target that was refreshed."""
    rows, date = french_number(outcome.rows), french_date(outcome.date)
    said = text(f"sync.done_{outcome.target}", rows=rows, date=date)
    if outcome.left_aside:
        said += text("sync.left_aside", count=outcome.left_aside)
    return said
