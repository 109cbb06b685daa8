"""A handful of documents as an index holds them, people, and a time, for the tests of the library's views."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from staff_people import NAMES, account_of

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.index.passages import DocumentRecord
from pvd_assistant.model import Answer, Citation, Metadata, Passage, Source, Statement, Unit
from pvd_assistant.storage.database import Database
from pvd_assistant.storage.models import OpinionRow

TODAY = dt.date(2026, 11, 28)
NOW = dt.datetime(2026, 11, 28, 10, 0, tzinfo=dt.UTC)


@dataclass
class ShelfIndex:
    """The part of an index that the views of the library read."""

    documents: dict[str, DocumentRecord] = field(default_factory=dict)
    passages: dict[str, tuple[Passage, ...]] = field(default_factory=dict)
    manifest: Any = field(
        default_factory=lambda: SimpleNamespace(
            corpus="corpus-1", built="2026-11-27T08:00:00+00:00"
        )
    )

    def passages_of(self, document: str) -> tuple[Passage, ...]:
        return self.passages.get(document, ())

    def add(self, name: str, *sentences: str, heading: str = "Réponse", **changes: Any) -> None:
        """Add a document of a few sentences; ``changes`` are those of its metadata."""
        values: dict[str, Any] = {
            "title": name,
            "kind": "offre",
            "publisher": "Club",
            "updated": dt.date(2026, 11, 23),
            "sources": (),
        }
        self.documents[name] = DocumentRecord(
            name, f"{name}.md", "d", Metadata(**(values | changes)), 1
        )
        text, units = "\n".join(sentences), []
        for sentence in sentences:
            start = text.index(sentence)
            units.append(Unit(start, start + len(sentence), "item"))
        passage = Passage(
            f"{name}#0", name, "d", 0, 0, len(text), text, tuple(units), headings=(heading,)
        )
        self.passages[name] = (*self.passages.get(name, ()), passage)


RATE = "Le taux est de 75 %."


@dataclass
class ScriptedAssistant:
    """Knows one sentence, of one document, and nothing of swimming pools."""

    index: ShelfIndex = field(default_factory=ShelfIndex)
    failure: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str, **_: Any) -> Answer:
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        if "piscine" in question:
            return Answer(question, "unknown", "other", "Je ne sais pas.")
        citation = Citation(
            1, "offres/poste", "Poste", "offre", "Club", "", "2026-11-23", "", None, None, 0, 0,
            len(RATE), RATE, 0.9,
        )  # fmt: skip
        statement = Statement(RATE, (1,))
        return Answer(question, "answered", "offer", f"{RATE} [1]", (statement,), (citation,))

    def part_text(self, document: str, part: int) -> str:
        return RATE


def source(date: str) -> Source:
    """Return a source of a date."""
    return Source("Arrêté", "ANCT", "https://exemple.fr", date)


def person_of(role: Role, database: Database) -> Person:
    """Return somebody of a role, who has an account."""
    return Person(account_of(role, database), "x", NAMES[role], frozenset({role}))


def opinion(answer: str, **changes: Any) -> OpinionRow:
    """Return an opinion that is not useful, without a comment, about an answer that was found."""
    values: dict[str, Any] = {
        "time": NOW,
        "useful": False,
        "reasons": [],
        "comment": "",
        "status": "answered",
        "family": "offer",
        "engine": "extractive",
        "citations": [],
        "question": None,
    }
    return OpinionRow(answer=answer, **(values | changes))


def cited(*documents: str) -> list[dict[str, Any]]:
    """Return the passages of documents as they are kept."""
    return [{"document": name, "part": 0, "start": 0, "end": 5} for name in documents]


def keep(database: Database, *rows: Any) -> list[int]:
    """Put rows in the database and return their numbers."""
    with database.transaction() as session:
        for row in rows:
            session.add(row)
            session.flush()
        return [row.id for row in rows]
