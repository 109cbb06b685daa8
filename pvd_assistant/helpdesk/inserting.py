"""A sentence of a document put in a reply with its citation, or a source given to a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from pvd_assistant.answer.composing import citation
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk.model import Draft
from pvd_assistant.helpdesk.sentences import inside, one_line
from pvd_assistant.helpdesk.standing import standing
from pvd_assistant.model import Passage

if TYPE_CHECKING:
    from pvd_assistant.index.store import Index

Way = Literal["end", "cursor", "after", "replace", "source"]


@dataclass(frozen=True, slots=True)
class Where:
    """Where a sentence goes.

    :ivar at: place of the sentence among those that state something, from 0; or of the cursor.
    """

    way: Way = "end"
    at: int = 0

    @classmethod
    def read(cls, words: str, cursor: str) -> Where:
        """Read « after:2 »; what makes no sense is the end of the reply."""
        way, _, at = words.partition(":")
        number = cursor if way == "cursor" else at
        whole = number.isascii() and number.isdigit() and len(number) < 7
        if way not in get_args(Way) or not whole:
            return cls()
        return cls(way, int(number))  # type: ignore[arg-type]


def passage_named(name: str, index: Index) -> tuple[Passage, int]:
    """Return the passage and the unit that « <passage>|<unit> » names.

    :raises RequestError: it is not in the documents any more.
    """
    identifier, _, unit = name.rpartition("|")
    at = int(unit) if unit.isascii() and unit.isdigit() and len(unit) < 4 else -1
    for passage in index.passages_of(identifier.rpartition("#")[0]):
        if passage.id == identifier and 0 <= at < len(passage.units):
            return passage, at
    raise RequestError("helpdesk.unknown_passage")


def insert(draft: Draft, passage: Passage, unit: int, where: Where, index: Index) -> Draft:
    """Return a reply with a sentence of a passage, word for word, and the number of its source.

    A source given to a sentence takes the place of those it had; the words of the sentence stay.
    """
    draft, number = _citing(draft, passage, index)
    words = one_line(passage.unit_text(passage.units[unit]))
    quoted = f"{words} [{number}]"
    stated = [row.sentence for row in standing(draft, None).rows]
    body, way = draft.body, where.way
    if way == "cursor":
        return replace(draft, body=_at_cursor(body, min(where.at, len(body)), quoted))
    if way == "end" or where.at >= len(stated):
        end = stated[-1].end if stated else inside(body)[0]
        return replace(draft, body=_joined(body[:end], quoted, body[end:]))
    sentence = stated[where.at]
    if way == "after":
        return replace(draft, body=_joined(body[: sentence.end], quoted, body[sentence.end :]))
    kept = f"{sentence.text} [{number}]" if way == "source" else quoted
    return replace(draft, body=body[: sentence.start] + kept + body[sentence.end :])


def _citing(draft: Draft, passage: Passage, index: Index) -> tuple[Draft, int]:
    """Return the reply with a passage among its sources, and its number."""
    for known in draft.citations:
        if (known.document, known.part, known.start, known.end, known.passage) == (
            passage.document, passage.part, passage.start, passage.end, passage.text,
        ):  # fmt: skip
            return draft, known.n
    number = max((known.n for known in draft.citations), default=0) + 1
    added = citation(number, passage, 1.0, index)
    return replace(draft, citations=(*draft.citations, added)), number


def _joined(before: str, quoted: str, after: str) -> str:
    """Put a sentence on a line of its own, after the stop of the one before."""
    stop = re.match(r"[.;:,!?…]", after)
    if stop:
        before, after = before + stop.group(), after[stop.end() :]
    rest = after.lstrip("\n")
    return f"{before.rstrip()}\n{quoted}{after[: len(after) - len(rest)] or chr(10)}{rest}".rstrip()


def _at_cursor(body: str, at: int, quoted: str) -> str:
    """Put a sentence where somebody was writing, never in the middle of a word."""
    while 0 < at < len(body) and not body[at].isspace() and not body[at - 1].isspace():
        at += 1
    before, after = body[:at], body[at:]
    left = " " if before and not before[-1].isspace() else ""
    right = " " if after and not after[0].isspace() else ""
    return f"{before}{left}{quoted}{right}{after}"
