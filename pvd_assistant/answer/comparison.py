"""« VIR ou DIIF ? »: a table of two sheets, a row for each thing both or either of them tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section, drafts
from pvd_assistant.answer.understanding import Understanding, commands
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters

_KINDS = ("offre", "partenaire", "projet")
_SEARCHED = 12
_UNFIT = re.compile(r"[|\n]")  # what would break a table
_FEWEST = 2  # rows from which a table says more than sentences


def compare(question: Understanding, index: Index) -> Section | None:
    """Return the table of the two things a question compares; ``None`` unless both have a sheet."""
    names = compared(question.core)
    if names is None:
        return None
    sheets = [_sheet(name, index) for name in names]
    one, other = sheets
    if one is None or other is None or one == other:
        return None
    if index.documents[one].metadata.kind != index.documents[other].metadata.kind:
        return None
    rows = list(_rows((one, other), index))
    titles = tuple(index.documents[name].metadata.title for name in (one, other))
    return Section(columns=titles, rows=tuple(rows)) if len(rows) >= _FEWEST else None


def compared(question: str) -> tuple[str, str] | None:
    """Return the two names a question compares, as typed, if it compares two.

    >>> compared("Quelle différence entre la DETR et la DSIL ?")
    ('DETR', 'DSIL')
    """
    plain = " ".join(question.replace("’", "'").split())
    for rule in composition.comparisons():
        match = rule.search(plain)
        if match:
            return match["one"].strip(), match["other"].strip()
    return None


def beside(chosen: Sequence[Candidate], table: Section) -> Section:
    """Return what to say before a table: the statements of the other documents."""
    cells = [cell for _, row in table.rows for cell in row if cell]
    shown = {cell.passages[0].document for cell in cells}
    return Section(tuple(drafts([c for c in chosen if c.passage.document not in shown])))


def _sheet(name: str, index: Index) -> str | None:
    """Return the sheet whose title holds every word of a name, acronyms spelled out.

    The shortest title wins, brackets left aside: « Fonds vert (…) » before « Fonds vert — friches ».
    """
    slots = index.analyse(name).slots
    found: dict[str, int] = {}
    for hit in index.search(name, filters=Filters(kinds=_KINDS), limit=_SEARCHED):
        title = index.documents[hit.passage.document].metadata.title
        words = term_set(title)
        if slots and all(any(words.issuperset(f.terms) for f in s.alternatives) for s in slots):
            found.setdefault(hit.passage.document, len(title.partition(" (")[0]))
    return min(found, key=lambda document: found[document]) if found else None


def _rows(sheets: tuple[str, str], index: Index) -> Iterator[tuple[str, tuple[Draft | None, ...]]]:
    table = index.documents[sheets[0]].metadata.kind
    for name, roles, kind in composition.compared_rows(table):
        cells = tuple(_cell(sheet, roles, kind, index) for sheet in sheets)
        if any(cells):
            yield name, cells


def _cell(sheet: str, roles: Sequence[str], kind: str, index: Index) -> Draft | None:
    """Return the first sentence of a section that looks as expected, else its first one."""
    for role in roles:
        units = [
            (passage, passage.unit_text(unit))
            for passage in index.passages_of(sheet)
            if composition.role(passage.headings) == role
            for unit in passage.units
            if unit.kind != "row"
        ]
        plain = [u for u in units if not _UNFIT.search(u[1]) and not commands(fold(u[1]))]
        if not plain:
            continue
        wanted = frozenset({kind}) if kind else frozenset[str]()
        passage, sentence = next(
            (u for u in plain if composition.looks_met(wanted, fold(u[1]))), plain[0]
        )
        return Draft(sentence, (passage,))
    return None
