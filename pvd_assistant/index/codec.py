"""Documents and passages as JSON, for the stores of the index and of the builder."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from typing import Any

from pvd_assistant.model import Metadata, Part, Passage, Place, Source, Unit


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """All that the index keeps of a document.

    :ivar parts: its pages or sections (without their blocks, which only serve to cut).
    :ivar passages: what they were cut into.
    """

    id: str
    path: str
    digest: str
    metadata: Metadata
    parts: tuple[Part, ...]
    passages: tuple[Passage, ...]


def dump_document(document: IndexedDocument) -> str:
    """Return a document as JSON."""
    return json.dumps(
        {
            "id": document.id,
            "path": document.path,
            "digest": document.digest,
            "metadata": dump_metadata(document.metadata),
            "parts": [[p.index, p.text, p.page, p.label] for p in document.parts],
            "passages": [dump_passage(p) for p in document.passages],
        },
        ensure_ascii=False,
    )


def load_document(raw: str) -> IndexedDocument:
    """Read what :func:`dump_document` wrote."""
    data = json.loads(raw)
    return IndexedDocument(
        id=data["id"],
        path=data["path"],
        digest=data["digest"],
        metadata=load_metadata(data["metadata"]),
        parts=tuple(load_part(*row) for row in data["parts"]),
        passages=tuple(load_passage(row) for row in data["passages"]),
    )


def load_part(index: int, text: str, page: int | None, label: str | None) -> Part:
    """Make a part again."""
    return Part(index=index, text=text, page=page, label=label)


def dump_passage(passage: Passage) -> str:
    """Return a passage as JSON."""
    return json.dumps(
        [
            passage.id,
            passage.document,
            passage.digest,
            passage.part,
            passage.start,
            passage.end,
            passage.text,
            [[u.start, u.end, u.kind, u.header] for u in passage.units],
            passage.headings,
            passage.page,
            passage.label,
            passage.questions,
        ],
        ensure_ascii=False,
    )


def load_passage(raw: str) -> Passage:
    """Read what :func:`dump_passage` wrote."""
    id_, document, digest, part, start, end, text, units, headings, page, label, questions = (
        json.loads(raw)
    )
    return Passage(
        id=id_,
        document=document,
        digest=digest,
        part=part,
        start=start,
        end=end,
        text=text,
        units=tuple(Unit(*unit) for unit in units),
        headings=tuple(headings),
        page=page,
        label=label,
        questions=questions,
    )


def dump_metadata(metadata: Metadata) -> dict[str, Any]:
    """Return a front matter as JSON-ready data."""
    data = asdict(metadata)
    data["updated"] = metadata.updated.isoformat()
    data["valid_until"] = metadata.valid_until and metadata.valid_until.isoformat()
    return data


def load_metadata(data: dict[str, Any]) -> Metadata:
    """Read what :func:`dump_metadata` gave."""
    place = data["place"]
    return Metadata(
        title=data["title"],
        kind=data["kind"],
        publisher=data["publisher"],
        updated=dt.date.fromisoformat(data["updated"]),
        sources=tuple(Source(**source) for source in data["sources"]),
        valid_until=dt.date.fromisoformat(data["valid_until"]) if data["valid_until"] else None,
        pillar=data["pillar"],
        themes=tuple(data["themes"]),
        partners=tuple(data["partners"]),
        place=place
        and Place(
            communes=tuple(place["communes"]),
            insee=tuple(place["insee"]),
            departement=place["departement"],
            region=place["region"],
            population=place["population"],
        ),
    )
