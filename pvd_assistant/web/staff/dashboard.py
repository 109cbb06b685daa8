"""What the pages « Fraîcheur », « Qualité » and « Avis reçus » share: counts in words, lists, files."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.responses import Response

from pvd_assistant.french import french_number
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Metadata
from pvd_assistant.spreadsheets import spreadsheet
from pvd_assistant.web import links
from pvd_assistant.web.wording import label

_LONGEST_ADDRESS = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter.

    :ivar label: what is read, with the number of things when it is known.
    """

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link and its words."""

    url: str
    words: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A document that is cited, or was.

    :ivar url: of its source page; empty when the document is gone, as ``library``, of its sheet.
    """

    id: str
    title: str
    url: str
    library: str


def counted(key: str, number: int) -> str:
    """Return the singular (``key_one``) or plural (``key_many``) message for a number."""
    one_or_many = "one" if number < 2 else "many"
    return text(f"dashboard.{key}_{one_or_many}", number=french_number(number))


def library_url(document: str) -> str:
    """Return the address of a document's sheet in the library."""
    return f"/equipe/bibliotheque/document/{quote(document)}"


def document_links(citations: Iterable[Mapping[str, Any]], index: Index) -> list[DocumentLink]:
    """Return the documents of passages cited, each once, opened at its first passage."""
    found: dict[str, DocumentLink] = {}
    for cited in citations:
        name = str(cited.get("document", ""))
        if name in found:
            continue
        record = index.documents.get(name)
        if record is None:
            found[name] = DocumentLink(name, name, "", "")
        else:
            span = (int(cited["part"]), int(cited["start"]), int(cited["end"]))
            url = links.span_url(name, *span)
            found[name] = DocumentLink(name, record.metadata.title, url, library_url(name))
    return list(found.values())


def address(path: str, values: Mapping[str, str]) -> str:
    """Return an address with the values that are not empty."""
    given = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(given)}" if given else path


def given(query: Mapping[str, str], name: str, known: Iterable[str] | None = None) -> str:
    """Return a value of an address, empty when it is not one of those known."""
    value = query.get(name, "")[:_LONGEST_ADDRESS]
    return value if known is None or value in set(known) else ""


def given_number(query: Mapping[str, str], name: str) -> int:
    """Return a whole number of an address, 0 when it makes no sense."""
    value = query.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def given_day(query: Mapping[str, str], name: str) -> dt.date | None:
    """Return a day of an address, ``None`` when it makes no sense."""
    try:
        return dt.date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None


def choices(values: Iterable[tuple[str, str]], chosen: str) -> list[Choice]:
    """Return the values of a filter, « all » first."""
    every = Choice("", text("dashboard.filter_all"), not chosen)
    return [every, *(Choice(value, words, value == chosen) for value, words in values)]


def kind_choices(documents: Iterable[Metadata], chosen: str) -> list[Choice]:
    """Return the kinds of documents with their numbers, the most frequent first."""
    numbers = Counter(metadata.kind for metadata in documents)
    return choices(
        [(kind, f"{label('kinds', kind)} ({number})") for kind, number in numbers.most_common()],
        chosen,
    )


def publisher_choices(documents: Iterable[Metadata], chosen: str) -> list[Choice]:
    """Return the publishers with their numbers, the most frequent first."""
    numbers = Counter(metadata.publisher for metadata in documents)
    return choices([(name, f"{name} ({number})") for name, number in numbers.most_common()], chosen)


def pages(path: str, values: Mapping[str, str], total: int, size: int, page: int) -> list[Link]:
    """Return the links to the pages of a list, none for a single one."""
    number = -(-total // size)
    if number < 2:
        return []
    return [
        Link(address(path, {**values, "page": str(at) if at > 1 else ""}), str(at), at == page)
        for at in range(1, number + 1)
    ]


def csv_file(name: str, rows: Sequence[Sequence[str]], day: dt.date) -> Response:
    """Return a spreadsheet to save; its name holds the day."""
    file = quote(f"{text(f'dashboard.csv_file_{name}')}-{day.isoformat()}.csv")
    return Response(
        spreadsheet(rows),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{file}",
            "Cache-Control": "no-store",
        },
    )
