"""Project sheets taken away for a council meeting: spreadsheet, Markdown, Word."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pvd_assistant.french import french_date
from pvd_assistant.messages import text
from pvd_assistant.office import escaped, printable, saved, word_document
from pvd_assistant.practices import wording
from pvd_assistant.practices.projects import Project
from pvd_assistant.spreadsheets import spreadsheet

#: Sections of a sheet that are taken away, in order.
SECTIONS = ("summary", "start", "done", "partners", "cost", "when", "results", "lesson")
#: Facts at the head of a sheet.
FACTS = ("region", "population", "themes", "stage", "cost", "years", "partners")

_ADDRESS = re.compile(r"https?://[^\s<>]+")


@dataclass(frozen=True, slots=True)
class Export:
    """What is taken away.

    :ivar search: the search that gave the projects, in French; empty for a selection.
    :ivar day: date written on it.
    """

    projects: Sequence[Project]
    search: str
    day: dt.date

    @property
    def made(self) -> str:
        """« 3 projets, document établi le 23 novembre 2026… »."""
        found = wording.counted("projects", len(self.projects))
        return text("practices.export_made", found=found, date=french_date(self.day))

    @property
    def criteria(self) -> str:
        """« Recherche : Thème : Habitat »; empty without a search."""
        return text("practices.export_criteria", criteria=self.search) if self.search else ""


def to_csv(export: Export) -> bytes:
    """Return a table for a French spreadsheet."""
    names = [text(f"practices.column_{name}") for name in wording.COLUMNS]
    rows = [[read(project) for read in wording.COLUMNS.values()] for project in export.projects]
    return spreadsheet([names, *rows])


def to_markdown(export: Export) -> str:
    """Return the sheets as Markdown, word for word."""
    lines = [f"# {text('practices.export_title')}", "", export.made, ""]
    if export.criteria:
        lines += [escaped(export.criteria), ""]
    lines += [f"*{text('practices.export_note')}*", ""]
    for project in export.projects:
        lines += _markdown_sheet(project)
    return "\n".join(lines)


def to_docx(export: Export) -> bytes:
    """Return the sheets as a Word document in French, with real headings."""
    document = word_document(text("practices.export_title"))
    document.add_paragraph(export.made)
    if export.criteria:
        document.add_paragraph(printable(export.criteria))
    document.add_paragraph(text("practices.export_note")).runs[0].italic = True
    for project in export.projects:
        _docx_sheet(document, project)
    return saved(document)


def facts(project: Project) -> list[tuple[str, str]]:
    """Return the facts of a sheet with their names, « non précisé » when the sheet is silent."""
    silent = text("practices.sheet_unknown")
    found = {name: wording.COLUMNS[name](project) for name in FACTS}
    found["population"] = wording.population(project)
    return [(text(f"practices.column_{name}"), value or silent) for name, value in found.items()]


def _markdown_sheet(project: Project) -> list[str]:
    lines = [f"## {escaped(project.place)} — {escaped(project.subject)}", ""]
    lines += [f"- **{name}**\u00a0: {escaped(value)}" for name, value in facts(project)]
    for name in SECTIONS:
        told = project.sections.get(name, ())
        if told:
            lines += ["", f"### {text(f'practices.section_{name}')}", ""]
            lines += [f"- {escaped(sentence)}" for sentence in told]
    lines += ["", f"### {text('practices.export_sources')}", ""]
    lines += [
        f"- {escaped(wording.source(one))}{_link(one.url)}" for one in project.metadata.sources
    ]
    lines += ["", _checked(project), ""]
    return lines


def _docx_sheet(document: Any, project: Project) -> None:
    document.add_heading(printable(f"{project.place} — {project.subject}"), level=1)
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for name, value in facts(project):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, printable(value)
        cells[0].paragraphs[0].runs[0].bold = True
    for name in SECTIONS:
        told = project.sections.get(name, ())
        if told:
            document.add_heading(text(f"practices.section_{name}"), level=2)
            for sentence in told:
                document.add_paragraph(printable(sentence), style="List Bullet")
    document.add_heading(text("practices.export_sources"), level=2)
    for one in project.metadata.sources:
        document.add_paragraph(printable(f"{wording.source(one)} {one.url}"), style="List Bullet")
    document.add_paragraph(_checked(project))


def _checked(project: Project) -> str:
    return text("practices.export_checked", date=french_date(project.metadata.updated))


def _link(url: str) -> str:
    """Return an address as Markdown links it, when it is one."""
    return f" <{url}>" if _ADDRESS.fullmatch(url) else ""
