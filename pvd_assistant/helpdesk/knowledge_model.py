"""A sent reply that becomes a source: its text, what it rests on, where it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from pvd_assistant.model import VALIDATED_REPLY

#: Where they stand in the library.
FOLDER = "helpdesk"


class State(StrEnum):
    """Where a reply stands; the value is what is kept."""

    PROPOSED = "proposee"
    VALIDATED = "validee"
    REFUSED = "refusee"
    WITHDRAWN = "retiree"


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage that a reply rests on, as it was when somebody read it.

    :ivar digest: of its document (:attr:`pvd_assistant.model.Document.digest`).
    """

    document: str
    digest: str
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

    @classmethod
    def read(cls, kept: Mapping[str, Any], **changes: str) -> CitedPassage:
        """Return one from what the database keeps, or from a citation of a reply."""
        return cls(
            **{one.name: kept[one.name] for one in fields(cls) if one.name in kept} | changes
        )

    def kept(self) -> dict[str, Any]:
        """Return what the database keeps."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody writes of a reply.

    :ivar phrasings: other ways the question is put.
    """

    question: str
    answer: str
    phrasings: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValidatedReply:
    """A proposed reply and what became of it (columns of ``validated_replies``)."""

    id: int
    slug: str
    request_id: int | None
    state: State
    wording: Wording
    sources: tuple[CitedPassage, ...]
    proposed: dt.datetime
    proposed_by: int | None
    proposer: str
    validated: dt.datetime | None
    validator: str
    review_by: dt.date | None
    changed: dt.datetime | None
    reason: str
    version: int

    @property
    def document(self) -> str:
        """Its id among the documents."""
        return f"{FOLDER}/{self.slug}"

    @property
    def digests(self) -> dict[str, str]:
        """Digest of each document it rests on, when it was read."""
        return {source.document: source.digest for source in self.sources}

    def late(self, today: dt.date) -> bool:
        """Tell whether it should have been read again."""
        return self.review_by is not None and self.review_by < today


def possible(number: int) -> bool:
    """Tell whether a database can hold a number: an address may have any."""
    return 0 < number < 2**31


def changed_sources(
    sources: Iterable[CitedPassage], current: Mapping[str, str]
) -> dict[str, CitedPassage]:
    """Return the documents that are no longer as they were read, each with one of its passages.

    :param current: digest of each document there is.
    """
    return {
        source.document: source
        for source in sources
        if current.get(source.document) != source.digest
    }


def official(sources: Sequence[CitedPassage]) -> list[CitedPassage]:
    """Return one passage of each official document: a reply of the helpdesk is not one."""
    return list({s.document: s for s in reversed(sources) if s.kind != VALIDATED_REPLY}.values())[
        ::-1
    ]
