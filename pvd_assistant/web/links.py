"""Addresses of the pages: a source opened at its passage, a document, a page of a PDF."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from pvd_assistant.model import Citation, Passage, Statement

_SPACES = re.compile(r"\s+")


def document_url(document: str, page: int | None = None) -> str:
    """Return the address of a document's file, opened at a page of a PDF."""
    anchor = f"#page={page}" if page else ""
    return f"/documents/{quote(document)}{anchor}"


def picture_url(document: str, page: int, version: str) -> str:
    """Return the address of the picture of a PDF's page.

    :param version: what changes with the file.
    """
    return f"/pages/{quote(document)}?{urlencode({'page': page, 'v': version[:10]})}"


def source_url(citation: Citation, statements: Sequence[Statement] = ()) -> str:
    """Return the address that shows a passage in its document, with the statements marked in it."""
    query = {
        "partie": str(citation.part),
        "debut": str(citation.start),
        "fin": str(citation.end),
        "empreinte": fingerprint(citation.passage),
    }
    spans = [span for s in statements if (span := _span_of(s.text, citation)) is not None]
    if spans:
        query["reperes"] = ",".join(f"{start}-{end}" for start, end in spans)
    return f"/sources/{quote(citation.document)}?{urlencode(query, safe=',')}#passage"


def passage_url(passage: Passage) -> str:
    """Return the address that shows a passage in its document."""
    query = {
        "partie": str(passage.part),
        "debut": str(passage.start),
        "fin": str(passage.end),
        "empreinte": fingerprint(passage.text),
    }
    return f"/sources/{quote(passage.document)}?{urlencode(query)}#passage"


def span_url(document: str, part: int, start: int, end: int) -> str:
    """Return the address that shows a place of a document whose words were not kept."""
    query = {"partie": str(part), "debut": str(start), "fin": str(end)}
    return f"/sources/{quote(document)}?{urlencode(query)}#passage"


def part_url(document: str, part: int) -> str:
    """Return the address of a page or section of a document."""
    return f"/sources/{quote(document)}?partie={part}"


def fingerprint(passage: str) -> str:
    """Return what tells that a passage is still the one that was cited."""
    return hashlib.sha256(passage.encode()).hexdigest()[:10]


def _span_of(statement: str, citation: Citation) -> tuple[int, int] | None:
    """Return where a statement stands in the part's text; white space may differ."""
    said = statement.strip()
    start = citation.passage.find(said) if said else -1
    if start >= 0:  # nearly always: no pattern to make at each step of an answer being written
        return citation.start + start, citation.start + start + len(said)
    pattern = r"\s+".join(re.escape(word) for word in _SPACES.split(said) if word)
    match = re.search(pattern, citation.passage) if pattern else None
    if match is None:
        return None
    return citation.start + match.start(), citation.start + match.end()
