"""A conversation kept in the reader's browser: what leaves the page, what is believed when it is back.

Nothing of it is kept here. What comes back may have been changed or forged: it is bounded, cleaned, and
every citation is looked up again in the documents of today; addresses, contacts and towns are never read
from it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from pvd_assistant.answer import composing
from pvd_assistant.answer.contact import prefecture
from pvd_assistant.corpus.text import visible
from pvd_assistant.messages import text
from pvd_assistant.model import (
    Answer,
    Citation,
    Family,
    Kind,
    Passage,
    Statement,
    Status,
    Support,
)
from pvd_assistant.web.conversation import LONGEST, Conversation, Exchange
from pvd_assistant.web.links import fingerprint
from pvd_assistant.web.towns import town_of

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant
    from pvd_assistant.index.store import Index
    from pvd_assistant.territory.communes import Territory

#: Where a document may be: no way up, no empty step.
_PATH = r"^(?:[^\s./\\?#][^/\\?#\x00-\x1f]*)(?:/[^\s./\\?#][^/\\?#\x00-\x1f]*)*$"

Id = Annotated[str, StringConstraints(pattern="^[0-9a-f]{12}$")]
Number = Annotated[int, Field(ge=1, le=999)]
Offset = Annotated[int, Field(ge=0, le=10_000_000)]
Title = Annotated[str, StringConstraints(max_length=400), AfterValidator(visible)]
Line = Annotated[str, StringConstraints(max_length=8_000), AfterValidator(visible)]
Words = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(visible)]


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Cited(_Kept):
    n: Number
    document: Annotated[str, StringConstraints(max_length=300, pattern=_PATH)]
    title: Title
    kind: Kind
    publisher: Title
    updated: Annotated[dt.date, Field(strict=False)]
    section: Title
    page: Number | None
    label: Annotated[str, StringConstraints(max_length=20)] | None
    part: Offset
    start: Offset
    end: Offset
    print: Annotated[str, StringConstraints(pattern="^[0-9a-f]{10}$")]


class _Stated(_Kept):
    text: Line
    citations: Annotated[list[Number], Field(max_length=20)]
    support: Support


class _Exchanged(_Kept):
    id: Id
    day: Annotated[dt.date, Field(strict=False)]
    question: Annotated[Line, StringConstraints(min_length=1)]
    town: Annotated[str, StringConstraints(max_length=5)]
    status: Status
    family: Family
    answer: Words
    statements: Annotated[list[_Stated], Field(max_length=100)]
    cited: Annotated[list[_Cited], Field(max_length=60)]
    suggestions: Annotated[list[Title], Field(max_length=10)]
    contact: Annotated[str, StringConstraints(max_length=60)] | None
    warnings: Annotated[list[Line], Field(max_length=20)]
    engine: Annotated[str, StringConstraints(max_length=120, pattern="^(?:extractive$|llm:)")]


_EXCHANGED = TypeAdapter(_Exchanged)
_ID = TypeAdapter(Id)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What a browser gave back.

    :ivar unread: exchanges that could not be believed, and are left out.
    """

    conversation: Conversation
    unread: int


def to_keep(conversation: Conversation, ids: Collection[str], day: dt.date) -> str:
    """Return answered exchanges as the JSON that the page's script keeps; passages stay here.

    :param ids: those that are wanted; what the browser gave back, it has.
    :param day: today.
    """
    exchanges = [
        _record(exchange, exchange.answer, day)
        for exchange in conversation.exchanges
        if exchange.id in ids and exchange.answer is not None
        if exchange.state == "done" and not exchange.kept_since
    ]
    return json.dumps({"id": conversation.id, "exchanges": exchanges}, ensure_ascii=False)


def _record(exchange: Exchange, answer: Answer, day: dt.date) -> dict[str, Any]:
    return {
        "id": exchange.id,
        "day": day.isoformat(),
        "question": exchange.question,
        "town": exchange.town.code if exchange.town else "",
        "status": answer.status,
        "family": answer.family,
        "answer": answer.answer,
        "statements": [
            {"text": s.text, "citations": list(s.citations), "support": s.support}
            for s in answer.statements
        ],
        "cited": [
            {name: getattr(citation, name) for name in _Cited.model_fields if name != "print"}
            | {"print": fingerprint(citation.passage)}
            for citation in answer.citations
        ],
        "suggestions": list(answer.suggestions),
        "contact": answer.contact.get("departement", "") if answer.contact else None,
        "warnings": list(answer.warnings),
        "engine": answer.engine,
    }


def given_back(data: object, assistant: Assistant) -> GivenBack:
    """Read a conversation that a browser kept, against the documents of today.

    An exchange that cannot be believed is left out and counted; the others are read.
    """
    said = data if isinstance(data, dict) else {}
    given = said.get("exchanges")
    records = given[-LONGEST:] if isinstance(given, list) else []
    reader = _Reader(assistant)
    exchanges: dict[str, Exchange] = {}
    for record in records:
        try:
            kept = _EXCHANGED.validate_python(record)
        except ValidationError:
            continue
        exchanges[kept.id] = reader.exchange(kept)
    read = tuple(exchanges.values())
    town = read[-1].town if read else None
    return GivenBack(Conversation(read, town, _id(said.get("id"))), len(records) - len(read))


def _id(given: object) -> str:
    try:
        return _ID.validate_python(given)
    except ValidationError:
        return ""


class _Reader:
    """Reads what was kept against the index and the tables of today; each document is read once."""

    def __init__(self, assistant: Assistant) -> None:
        self._index: Index = assistant.index
        self._territory: Territory = assistant.territory
        self._known: dict[str, dict[str, Passage]] = {}

    def exchange(self, kept: _Exchanged) -> Exchange:
        """Return an exchange as it is shown again."""
        citations = tuple(self._citation(cited) for cited in kept.cited)
        answer = Answer(
            question=kept.question,
            status=kept.status,
            family=kept.family,
            answer=kept.answer,
            statements=tuple(_statement(stated, citations) for stated in kept.statements),
            citations=citations,
            suggestions=tuple(kept.suggestions),
            contact=self._contact(kept.contact),
            warnings=(*kept.warnings, *self._changes(citations)),
            engine=kept.engine,
        )
        return Exchange(
            id=kept.id,
            question=kept.question,
            answer=answer,
            town=town_of(kept.town, self._territory),
            kept_since=kept.day.isoformat(),
        )

    def _citation(self, cited: _Cited) -> Citation:
        """Describe the passage as it is today; as it was, without words, when it is not there."""
        passage = self._passages(cited.document).get(cited.print)
        if passage is not None:
            return composing.citation(cited.n, passage, 0.0, self._index)
        known = cited.model_dump(exclude={"print", "updated"})
        return Citation(**known, updated=cited.updated.isoformat(), url="", passage="", score=0.0)

    def _passages(self, document: str) -> dict[str, Passage]:
        if document not in self._known:
            passages = self._index.passages_of(document)
            self._known[document] = {fingerprint(passage.text): passage for passage in passages}
        return self._known[document]

    def _contact(self, departement: str | None) -> dict[str, str]:
        if departement is None:
            return {}
        found = self._territory.departement_named(departement) if departement else None
        return prefecture([found] if found else [], self._territory)

    def _changes(self, citations: Sequence[Citation]) -> list[str]:
        """Say which cited documents changed or went away since the answer."""
        lost = dict.fromkeys((c.document, c.title) for c in citations if not c.passage)
        known = self._index.documents
        return [
            text("web.kept_changed" if document in known else "web.kept_gone", title=title)
            for document, title in lost
        ]


def _statement(stated: _Stated, citations: Sequence[Citation]) -> Statement:
    """Return a statement; what cannot be read again in its passage is said not to be checked."""
    numbers = tuple(stated.citations)
    passages = [c.passage for c in citations if c.n in numbers and c.passage]
    words = _spaced(stated.text)
    read = stated.support != "verbatim" or any(words in _spaced(passage) for passage in passages)
    return Statement(stated.text, numbers, stated.support if passages and read else "unchecked")


def _spaced(words: str) -> str:
    return " ".join(words.split())
