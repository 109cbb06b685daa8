"""The nouns of the project, all immutable: what is read, kept, asked and answered.

``Document`` → ``Part`` (a PDF page or a section) → ``Block`` (paragraph, list item, table row) on the
side of reading; ``Passage`` → ``Unit`` (sentence, list item, table row) on the side of finding;
``Query``, ``Statement``, ``Citation``, ``Answer`` on the side of answering.

Offsets are always Python string indices into the text they are said to point into, start included,
end excluded, so that ``part.text[passage.start:passage.end] == passage.text``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "guide",
    "presse",
    "offre",
    "partenaire",
    "projet",
    "faq",
    "reponse",
    "glossaire",
    "actualite",
    "page",
    "table",
]
#: The kind of the helpdesk's validated replies, which count for less than official documents.
VALIDATED_REPLY: Kind = "reponse"
Status = Literal["answered", "partial", "clarify", "unknown", "out_of_scope"]
#: Statuses of an answer that states something from the documents.
KNOWN: frozenset[Status] = frozenset({"answered", "partial"})
Family = Literal[
    "eligibility",
    "offer",
    "partner",
    "project",
    "programme",
    "procedure",
    "commune",
    "definition",
    "other",
]
#: What a heading line of an answer's text starts with.
HEADING = "## "
Support = Literal["verbatim", "computed", "checked", "unchecked"]
BlockKind = Literal["paragraph", "item", "row", "question"]
UnitKind = Literal["sentence", "item", "row"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the facts of a document come from. ``date`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""

    title: str
    publisher: str
    url: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The towns a project sheet is about."""

    communes: tuple[str, ...] = ()
    insee: tuple[str, ...] = ()
    departement: str | None = None
    region: str | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """A document's front matter, or its side file ``NAME.meta.yaml``."""

    title: str
    kind: Kind
    publisher: str
    updated: dt.date
    sources: tuple[Source, ...]
    valid_until: dt.date | None = None
    pillar: str | None = None
    themes: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A span of a part's text that must not be mixed with its neighbours.

    :ivar headings: titles above the block, outermost first (the document's title is not among them).
    :ivar header: for a table row, the header row's text (same separators as the row).
    """

    start: int
    end: int
    kind: BlockKind
    headings: tuple[str, ...] = ()
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a PDF, or a section of any other format.

    :ivar index: position in the document, from 0.
    :ivar page: page number in the PDF file, from 1; ``None`` for other formats.
    :ivar label: page number as printed (``"iv"``, ``"12"``); ``None`` when there is none.
    """

    index: int
    text: str
    blocks: tuple[Block, ...] = ()
    page: int | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file that has been read.

    :ivar id: path in the corpus without its extension: ``"offres/chef-de-projet"``.
    :ivar path: path of the file relative to the corpus folder, with its extension.
    :ivar digest: SHA-256 of the file and of its metadata, hexadecimal.
    """

    id: str
    path: str
    digest: str
    metadata: Metadata
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest thing an answer may state: a sentence, a list item or a table row.

    :ivar start: start in the passage's text.
    :ivar end: end in the passage's text.
    :ivar header: header row of the table, for a row; lead-in sentence, for a list item.
    """

    start: int
    end: int
    kind: UnitKind
    header: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one part, cut at headings, sentences and rows; what is found and cited.

    :ivar id: ``"<document>#<part>:<start>-<end>"``.
    :ivar start: start in the part's text.
    :ivar end: end in the part's text.
    :ivar questions: phrasings found beside it (« Vous cherchez à… »): searched, never shown.
    """

    id: str
    document: str
    digest: str
    part: int
    start: int
    end: int
    text: str
    units: tuple[Unit, ...]
    headings: tuple[str, ...] = ()
    page: int | None = None
    label: str | None = None
    questions: str = ""

    def unit_text(self, unit: Unit) -> str:
        """Return the words of one unit."""
        return self.text[unit.start : unit.end]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the answer must be limited to; an empty field does not filter.

    :ivar population: smallest and largest number of inhabitants, both included.
    :ivar since: documents last checked on or after that day.
    """

    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    pillars: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    population: tuple[int, int] | None = None
    since: dt.date | None = None

    def __bool__(self) -> bool:
        """Tell whether anything is filtered."""
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with the signals that ranked it.

    :ivar score: fused score, 0 to 1, by which hits are ordered.
    :ivar lexical: word-search score divided by the best one of this search, 0 to 1.
    :ivar dense: cosine of the question with the passage (best of its units), -1 to 1.
    :ivar coverage: share of the question's content words (weighted by rarity) in the passage, 0 to 1.
    """

    passage: Passage
    score: float
    lexical: float
    dense: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage a statement rests on.

    :ivar passage: verbatim text of the document.
    :ivar start: start of the passage in the part's text.
    :ivar end: end of the passage in the part's text.
    """

    n: int
    document: str
    title: str
    kind: str
    publisher: str
    url: str
    updated: str
    section: str
    page: int | None
    label: str | None
    part: int
    start: int
    end: int
    passage: str
    score: float
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the answer and the numbers of the citations it rests on.

    :ivar support: how it rests on them: ``"verbatim"``, a sentence or row copied word for word;
        ``"computed"``, a verdict worked out from a rule or a table; ``"checked"``, reworded by a
        language model and checked against the passages; ``"unchecked"``, reworded, to be verified.
    """

    text: str
    citations: tuple[int, ...]
    support: Support = "verbatim"

    @property
    def computed(self) -> bool:
        """Whether it is a verdict."""
        return self.support == "computed"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said, with what it rests on (the JSON contract of ``ask --json``)."""

    question: str
    status: Status
    family: Family
    answer: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()
    contact: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    engine: str = "extractive"
    latency_ms: float = 0.0
    id: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON-ready data (contract in ``docs/architecture.md``)."""
        from dataclasses import asdict

        data = asdict(self)
        data["statements"] = [
            {"text": s.text, "citations": list(s.citations), "support": s.support}
            for s in self.statements
        ]
        data["contact"] = dict(self.contact)
        first = {"id": data.pop("id")} if self.id is not None else {}
        data.pop("id", None)
        data["latency_ms"] = round(self.latency_ms, 1)
        return first | data
