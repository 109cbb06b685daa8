"""What a thing is, asked by its name: the definition of the sheet that bears that name comes first.

A search ranks sentences that are full of the name; the one that says what it is may be anywhere among them,
or on a sheet that was not found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate, Evidence, candidates
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.model import Hit

#: Kinds of sheets that say what something is, the best first.
_KINDS = ("glossaire", "partenaire", "offre")

#: « PVD+ » is not « PVD »: the sign is read as a word of its own.
_PLUS = re.compile(r"(?<=\w)\+")

Forms = frozenset[frozenset[str]]


def with_definition(
    evidence: Evidence, chosen: Sequence[Candidate], index: Index
) -> tuple[list[Candidate], bool]:
    """Put first the definition of what is asked, or of each thing asked, when sheets bear their names.

    :returns: the statements, and whether there are such sheets.
    """
    first = _definitions(evidence, index)
    said = {candidate.text for candidate in first}
    return [*first, *(c for c in chosen if c.text not in said)], bool(first)


def _definitions(evidence: Evidence, index: Index) -> list[Candidate]:
    asked = composition.pattern("defined").search(fold(evidence.understood.core))
    if asked is None:
        return []
    name = next(thing for thing in asked.groups() if thing)
    whole = _definition(name, evidence, index)
    if whole is not None:
        return [whole]
    several = composition.pattern("several names").split(name)
    found = [_definition(one, evidence, index) for one in several] if len(several) > 1 else []
    return [one for one in found if one is not None]


def _definition(name: str, evidence: Evidence, index: Index) -> Candidate | None:
    """Return the sentence that says what a thing is, from the sheet that bears its name."""
    sheet = _sheet(_forms(name, index), index) or _sheet(frozenset({term_set(name)}), index)
    found = {hit.passage.document for hit in evidence.hits}
    if sheet is None or (evidence.limited and sheet not in found):
        return None
    for passage in index.passages_of(sheet):
        if composition.role(passage.headings) == "summary":
            hit = Hit(passage, score=1.0, lexical=1.0, dense=1.0, coverage=1.0)
            return next(iter(candidates(evidence.asked, [hit], index)), None)
    return None


def _forms(name: str, index: Index) -> Forms:
    """Return the words of a name, and those of its acronym or long form."""
    forms = {_words(name)}
    slots = index.analyse(name).slots
    if len(slots) == 1 and not _PLUS.search(name):
        forms |= {frozenset(form.terms) for form in slots[0].alternatives}
    return frozenset(forms - {frozenset()})


def _words(name: str) -> frozenset[str]:
    return term_set(_PLUS.sub(" signeplus", name))


def _sheet(forms: Forms, index: Index) -> str | None:
    """Return the sheet that bears one of the names."""
    named = (name for name, titles in _titles(index) if titles & forms)
    return next(named, None)


@lru_cache(maxsize=2)
def _titles(index: Index) -> tuple[tuple[str, Forms], ...]:
    """Return the words of each part of the titles of the sheets, in order of kind."""
    found = []
    for kind in _KINDS:
        for name, record in index.documents.items():
            if record.metadata.kind == kind:
                parts = composition.pattern("title parts").split(record.metadata.title)
                found.append((name, frozenset(map(_words, filter(None, parts)))))
    return tuple(found)
