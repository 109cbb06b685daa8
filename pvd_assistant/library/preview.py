"""What will be read of a document, shown before it is accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvd_assistant.corpus.chunk import cut
from pvd_assistant.model import Document, Metadata, Part

#: Characters shown.
_LONGEST = 20_000
_LONGEST_TITLE = 150
_UNDESCRIBED = Metadata("", "page", "", dt.date.min, ())


@dataclass(frozen=True, slots=True)
class Extract:
    """The text of a page or of a section, cut when it is too long to be shown.

    :ivar page: number of the page of a PDF.
    """

    text: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What was read of a document.

    :ivar title: what it seems to be called.
    :ivar parts: how many pages or sections it has; ``extracts`` holds the first ones.
    :ivar paged: whether its parts are pages.
    """

    title: str
    parts: int
    paged: bool
    passages: int
    characters: int
    extracts: tuple[Extract, ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Preview:
        """Read what :func:`dataclasses.asdict` wrote."""
        extracts = tuple(Extract(**extract) for extract in data["extracts"])
        return cls(**{**data, "extracts": extracts})


def preview_of(parts: Sequence[Part], name: str) -> Preview:
    """Return what was read of a document.

    :param name: name of its file, without extension, which is its title when no heading says one.
    """
    document = Document("", "", "", _UNDESCRIBED, tuple(parts))
    return Preview(
        title=_title(parts) or name.replace("_", " ").replace("-", " ").strip(),
        parts=len(parts),
        paged=parts[0].page is not None,
        passages=len(cut(document)),
        characters=sum(len(part.text) for part in parts),
        extracts=extracts_of(parts),
    )


def _title(parts: Sequence[Part]) -> str:
    """Return what a document opens with, when that is no sentence nor the row of a table."""
    first = next((part.text for part in parts if part.text), "").partition("\n")[0].strip()
    sentence = first.endswith((".", ";", ",", ":")) or " | " in first
    return "" if sentence or len(first) > _LONGEST_TITLE else first


def extracts_of(parts: Sequence[Part]) -> tuple[Extract, ...]:
    """Return the text of the first parts, up to what a page may show."""
    extracts: list[Extract] = []
    left = _LONGEST
    for part in parts:
        if left <= 0:
            break
        if part.text:
            extracts.append(Extract(part.text[:left], part.page))
            left -= len(part.text)
    return tuple(extracts)
