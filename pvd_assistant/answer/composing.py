"""Put statements and their citations together: numbers, text with [1] marks, warnings, follow-ups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.french import french_date
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data, text
from pvd_assistant.model import Citation, Metadata, Passage, Statement


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before its citations are numbered.

    :ivar score: score of the best passage, shown with the citation.
    :ivar bullet: shown as an item of a list.
    """

    text: str
    passages: tuple[Passage, ...]
    score: float = 1.0
    computed: bool = False
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer's text and its parts."""

    text: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]


def drafts(chosen: Sequence[Candidate]) -> list[Draft]:
    """Turn the chosen candidates into statements; a list is led in by its own words, once."""
    found: list[Draft] = []
    said = {candidate.text for candidate in chosen}
    for candidate in chosen:
        lead_in = candidate.unit.header if candidate.unit.kind == "item" else None
        if lead_in and lead_in in candidate.passage.text and lead_in not in said:
            said.add(lead_in)
            found.append(Draft(lead_in, (candidate.passage,), candidate.hit.score))
        found.append(
            Draft(
                candidate.text,
                (candidate.passage,),
                candidate.hit.score,
                bullet=candidate.unit.kind != "sentence",
            )
        )
    return found


def compose(statements: Sequence[Draft], index: Index) -> Composed:
    """Number the passages in the order they are first cited and write the answer's text."""
    numbers: dict[str, int] = {}
    citations: list[Citation] = []
    lines: list[str] = []
    kept: list[Statement] = []
    for draft in statements:
        for passage in draft.passages:
            if passage.id not in numbers:
                numbers[passage.id] = len(numbers) + 1
                citations.append(citation(numbers[passage.id], passage, draft.score, index))
        cited = tuple(numbers[passage.id] for passage in draft.passages)
        marks = "".join(f"[{n}]" for n in cited)
        lines.append(f"{'- ' if draft.bullet else ''}{draft.text} {marks}")
        kept.append(Statement(draft.text, cited, draft.computed))
    return Composed("\n".join(lines), tuple(kept), tuple(citations))


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
            key = "answer.expired" if metadata.valid_until < today else "answer.expires"
            found.append(text(key, title=metadata.title, date=french_date(metadata.valid_until)))
    return tuple(found)


def suggestions(citations: Sequence[Citation], index: Index) -> tuple[str, ...]:
    """Propose questions that the first cited document answers in sections not cited yet."""
    if not citations:
        return ()
    templates: Mapping[str, str] = load_data("suggestions")
    document = citations[0].document
    shown = {composition.role((c.section,)) for c in citations if c.document == document}
    roles = dict.fromkeys(composition.role(p.headings) for p in index.passages_of(document))
    title = index.documents[document].metadata.title
    asked = [templates[r].format(title=title) for r in templates if r in roles and r not in shown]
    return tuple(asked[: composition.limit("suggestions")])
