"""How each sentence of a reply stands against the documents, once somebody has changed the text.

A statement of the draft that is still there word for word keeps its support; one that was changed, and a
sentence that somebody wrote with a source, are compared with the passage, in code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rapidfuzz import fuzz

from pvd_assistant.answer.grounding import Checker
from pvd_assistant.helpdesk.model import Draft
from pvd_assistant.helpdesk.sentences import Sentence, courtesy, marks_in, plain, sentences
from pvd_assistant.messages import load_data
from pvd_assistant.model import Citation, Passage, Statement

if TYPE_CHECKING:
    from pvd_assistant.index.store import Index

Status = Literal["verbatim", "computed", "checked", "unchecked", "unsupported", "unsourced"]
#: From which likeness a sentence is a statement that was changed (see tests/helpdesk/test_standing.py).
_ALIKE = 60.0


@dataclass(frozen=True, slots=True)
class Row:
    """A sentence of a reply and what it rests on.

    :ivar edited: it is a statement of the draft that somebody changed, or a sentence that somebody wrote.
    :ivar was: the statement it was, before it was changed.
    :ivar citations: the sources it gives, those that exist.
    """

    sentence: Sentence
    status: Status
    edited: bool
    was: Statement | None = None
    citations: tuple[Citation, ...] = ()

    @property
    def name(self) -> str:
        """What its status is called: « edited » hides neither a lack of source nor of support."""
        return f"edited_{self.status}" if self.edited else self.status


@dataclass(frozen=True, slots=True)
class Standing:
    """A whole reply against the documents.

    :ivar rows: sentences that state something, in order.
    :ivar dropped: statements of the draft that are no longer there.
    :ivar gone: numbers of the sources whose passage is no longer in the documents.
    :ivar kept: share of the sentences that are those of the assistant, word for word, 0 to 1.
    """

    rows: tuple[Row, ...]
    dropped: tuple[Statement, ...]
    gone: tuple[int, ...]
    kept: float

    @property
    def assisted(self) -> bool:
        """Whether the reply must say that it was made with the assistant: most of it is its own."""
        return bool(self.rows) and self.kept >= float(load_data("helpdesk/reply")["assisted"])


def standing(draft: Draft, index: Index | None) -> Standing:
    """Compare the text of a reply with what it rests on.

    :param index: where the passages are; without it what somebody wrote cannot be checked.
    """
    own = {plain(statement.text): statement for statement in draft.statements}
    told = {plain(words) for words in told_sentences(draft)}
    sources = {citation.n: citation for citation in draft.citations}
    passages = _passages(draft.citations, index)
    checker = Checker(list(passages.values()), index) if index is not None and passages else None
    found: list[Row] = []
    known = [statement.text for statement in draft.statements]
    for sentence in sentences(draft.body, known, {c.n: c.passage for c in draft.citations}):
        if sentence.place != "body" or _says_nothing(sentence, told):
            continue
        cited = tuple(sources[n] for n in sentence.marks if n in sources)
        statement = own.get(plain(sentence.text))
        if statement is not None and set(sentence.marks) == set(statement.citations):
            found.append(Row(sentence, statement.support, False, statement, cited))
            continue
        status = _status(sentence, cited, passages, checker)
        was = statement or _closest(sentence, draft.statements)
        found.append(Row(sentence, status, status != "verbatim", was, cited))
    still = {plain(row.sentence.text) for row in found}
    changed = {row.was.text for row in found if row.was is not None}
    return Standing(
        rows=tuple(found),
        dropped=tuple(
            one
            for one in draft.statements
            if plain(one.text) not in still and one.text not in changed
        ),
        gone=_gone(draft, passages, index),
        kept=sum(plain(row.sentence.text) in own for row in found) / len(found) if found else 0.0,
    )


def told_sentences(draft: Draft) -> list[str]:
    """Return the sentences of a draft that state nothing."""
    return [sentence.text for line in draft.told for sentence in sentences(line)]


def _says_nothing(sentence: Sentence, told: set[str]) -> bool:
    """Tell whether a sentence needs no source: a line of the draft, a courtesy, a question, a lead-in."""
    if sentence.marks:
        return False
    return (
        plain(sentence.text) in told
        or courtesy(sentence.text)
        or sentence.text.rstrip(" »").endswith(("?", ":"))
    )


def _status(
    sentence: Sentence,
    cited: Sequence[Citation],
    passages: Mapping[int, Passage],
    checker: Checker | None,
) -> Status:
    """Say whether the passages that a sentence cites say what it says."""
    if not cited:
        return "unsourced"
    if any(plain(sentence.text) in plain(one.passage) for one in cited):
        return "verbatim"
    known = [passages[one.n] for one in cited if one.n in passages]
    if checker is None or not known:
        return "unchecked"
    checked = checker.check(sentence.text, known)
    # What another passage supports is not supported by the one that is cited.
    ours = set(checked.passages) <= set(known)
    return checked.finding if ours else "unsupported"


def _closest(sentence: Sentence, statements: Sequence[Statement]) -> Statement | None:
    """Return the statement that a sentence was before it was changed."""
    best, score = None, _ALIKE
    for statement in statements:
        likeness = fuzz.ratio(plain(sentence.text), plain(statement.text))
        if likeness >= score:
            best, score = statement, likeness
    return best


def _passages(citations: Sequence[Citation], index: Index | None) -> dict[int, Passage]:
    """Return the passages cited, by number, as the index has them now."""
    found: dict[int, Passage] = {}
    for citation in citations if index is not None else ():
        assert index is not None
        for passage in index.passages_of(citation.document):
            place = (passage.part, passage.start, passage.end)
            if place == (citation.part, citation.start, citation.end) and (
                passage.text == citation.passage
            ):
                found[citation.n] = passage
    return found


def _gone(draft: Draft, passages: Mapping[int, Passage], index: Index | None) -> tuple[int, ...]:
    if index is None:
        return ()
    given = set(marks_in(draft.body))
    return tuple(c.n for c in draft.citations if c.n in given and c.n not in passages)
