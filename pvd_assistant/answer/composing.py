"""Put statements and their citations together: numbers, text with [1] marks, warnings, follow-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.selection import in_document, list_of, step_number
from pvd_assistant.french import french_date
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data, text
from pvd_assistant.model import (
    HEADING,
    VALIDATED_REPLY,
    Citation,
    Metadata,
    Passage,
    Statement,
    Support,
    Unit,
)

#: Between the cells of a row, as documents are read.
_BAR = " | "


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before its citations are numbered.

    :ivar score: score of the best passage, shown with the citation.
    :ivar bullet: shown as an item of a list.
    :ivar step: number of the step in the list of its document; 0 for any other statement.
    :ivar label: words before it, said by the assistant and not stated as a fact.
    :ivar header: the header row of the table it is a row of: rows of one table are shown under it.
    """

    text: str
    passages: tuple[Passage, ...]
    score: float = 1.0
    computed: bool = False
    support: Support = "verbatim"
    bullet: bool = False
    step: int = 0
    label: str = ""
    header: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Statements shown together.

    :ivar title: heading line; none when empty.
    :ivar note: a line before the statements, said by the assistant and not stated as a fact.
    :ivar columns: names of the things compared, when the statements are the cells of a table.
    :ivar rows: names of the rows of that table, each with a statement a column, or none.
    """

    drafts: tuple[Draft, ...] = ()
    title: str = ""
    note: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[Draft | None, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer's text and its parts."""

    text: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]


def drafts(chosen: Sequence[Candidate]) -> list[Draft]:
    """Turn the chosen candidates into statements; a list is led in by its own words, once.

    Rows of one table follow the first of them, in the order of the table.
    """
    found: list[Draft] = []
    said = {candidate.text for candidate in chosen}
    steps = [(list_of(candidate), step_number(candidate)) for candidate in chosen]
    tables: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in chosen:
        tables.setdefault(_table(candidate), []).append(candidate)
    for candidate, (own, step) in zip(chosen, steps, strict=True):
        if _table(candidate)[1]:
            rows = tables.pop(_table(candidate), [])
            found += map(_row, sorted(rows, key=in_document))
            continue
        lead_in = candidate.unit.header if candidate.unit.kind == "item" else None
        if lead_in and lead_in in candidate.passage.text and lead_in not in said:
            said.add(lead_in)
            found.append(Draft(lead_in, (candidate.passage,), candidate.hit.score))
        in_order = step and {(own, step - 1), (own, step + 1)} & set(steps)
        found.append(
            Draft(
                candidate.text,
                (candidate.passage,),
                candidate.hit.score,
                bullet=candidate.unit.kind != "sentence",
                step=step if in_order else 0,
            )
        )
    return found


def row_header(unit: Unit, said: str) -> str:
    """Return the header row of a table row that has as many cells; nothing for any other unit."""
    header = unit.header or ""
    return header if unit.kind == "row" and header.count(_BAR) == said.count(_BAR) > 0 else ""


def _table(candidate: Candidate) -> tuple[str, str]:
    """Return what the rows of one table have in common: their document and their header row."""
    return candidate.passage.document, row_header(candidate.unit, candidate.text)


def _row(candidate: Candidate) -> Draft:
    header = row_header(candidate.unit, candidate.text)
    return Draft(candidate.text, (candidate.passage,), candidate.hit.score, header=header)


def compose(sections: Sequence[Section], index: Index) -> Composed:
    """Number the passages in the order they are first cited and write the answer's text.

    A heading starts with :data:`pvd_assistant.model.HEADING`; a table is written as in Markdown.
    """
    writer = _Writer(index)
    for section in sections:
        writer.write(section)
    return Composed("\n".join(writer.lines), tuple(writer.statements), tuple(writer.citations))


class _Writer:
    """The text of an answer while it is written."""

    def __init__(self, index: Index) -> None:
        self.lines: list[str] = []
        self.statements: list[Statement] = []
        self.citations: list[Citation] = []
        self._index = index
        self._numbers: dict[str, int] = {}

    def write(self, section: Section) -> None:
        """Add a section: its heading, its note, its statements, its table."""
        if section.title:
            self.lines.append(f"{HEADING}{section.title}")
        if section.note:
            self.lines.append(section.note)
        header = ""
        for draft in section.drafts:
            if draft.header and draft.header != header:
                self._head(draft.header.split(_BAR))
            header = draft.header
            if header:
                self._row([self._state(draft)])
            else:
                mark = f"{draft.step}. " if draft.step else "- " if draft.bullet else ""
                self.lines.append(f"{mark}{draft.label}{self._state(draft)}")
        if section.rows:
            nothing = text("answer.compared_nothing")
            self._head(["", *section.columns])
            for name, cells in section.rows:
                self._row([name, *(self._state(cell) if cell else nothing for cell in cells)])

    def _head(self, names: Sequence[str]) -> None:
        self._row(names)
        self._row(["---"] * len(names))

    def _row(self, cells: Sequence[str]) -> None:
        self.lines.append(f"| {' | '.join(cells)} |")

    def _state(self, draft: Draft) -> str:
        for passage in draft.passages:
            if passage.id not in self._numbers:
                number = self._numbers[passage.id] = len(self._numbers) + 1
                self.citations.append(citation(number, passage, draft.score, self._index))
        cited = tuple(self._numbers[passage.id] for passage in draft.passages)
        support = "computed" if draft.computed else draft.support
        self.statements.append(Statement(draft.text, cited, support))
        return f"{draft.text} {''.join(f'[{n}]' for n in cited)}"


def citation(n: int, passage: Passage, score: float, index: Index) -> Citation:
    """Describe the document a passage comes from."""
    metadata = index.documents[passage.document].metadata
    return Citation(
        n=n,
        document=passage.document,
        title=metadata.title,
        kind=metadata.kind,
        publisher=metadata.publisher,
        url=metadata.sources[0].url if metadata.sources else "",
        updated=metadata.updated.isoformat(),
        section=passage.headings[-1] if passage.headings else "",
        page=passage.page,
        label=passage.label,
        part=passage.part,
        start=passage.start,
        end=passage.end,
        passage=passage.text,
        score=round(score, 4),
        valid_until=metadata.valid_until.isoformat() if metadata.valid_until else None,
    )


def warnings(citations: Sequence[Citation], index: Index, today: dt.date) -> tuple[str, ...]:
    """Say which cited documents are past, or have, an end of validity."""
    found = []
    for document in dict.fromkeys(c.document for c in citations):
        metadata: Metadata = index.documents[document].metadata
        if metadata.valid_until is not None:
            past = metadata.valid_until < today
            if metadata.kind == VALIDATED_REPLY:  # to be read again by that day, valid until then
                key = "reply_late" if past else ""
            else:
                key = "expired" if past else "expires"
            if key:
                date = french_date(metadata.valid_until)
                found.append(text(f"answer.{key}", title=metadata.title, date=date))
    return tuple(found)


def suggestions(citations: Sequence[Citation], index: Index) -> tuple[str, ...]:
    """Propose questions that the first cited sheet answers in sections not cited yet."""
    templates: Mapping[str, Mapping[str, str]] = load_data("suggestions")
    sheets = dict.fromkeys(c.document for c in citations if c.kind in templates)
    document = next(iter(sheets), None)
    if document is None:
        return ()
    metadata = index.documents[document].metadata
    communes = metadata.place.communes if metadata.place else ()
    town = communes[0] if communes else metadata.title
    shown = {composition.role((c.section,)) for c in citations if c.document == document}
    roles = dict.fromkeys(composition.role(p.headings) for p in index.passages_of(document))
    asked = [
        template.format(title=metadata.title, town=town)
        for role, template in templates[metadata.kind].items()
        if role in roles and role not in shown
    ]
    return tuple(asked[: composition.limit("suggestions")])
