"""What a question takes for granted, and whether a document says it of that very thing.

« L’Anah paie 100 % du chef de projet, non ? »: 100 % stands in many documents, and in none about that. A
figure is granted when a sentence that holds the words of the claim gives it; denied when those that hold
them best give others of its sort. What is often wrongly believed of the programme itself (its end, its pilot,
a subsidy of its own) is told by rule, with its proof. The wording is in ``data/premises.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate, Coverage, Evidence
from pvd_assistant.answer.claims import Claim, asserted_words, claimed
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section, drafts
from pvd_assistant.answer.doubts import admits
from pvd_assistant.answer.facts import is_year
from pvd_assistant.answer.figures import Figure, figures
from pvd_assistant.answer.proofs import sentences
from pvd_assistant.answer.repeating import repeats
from pvd_assistant.answer.understanding import Understanding, commands
from pvd_assistant.index.analysis import stem, term_set
from pvd_assistant.index.query import AnalysedQuery
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data, text
from pvd_assistant.model import Hit

#: Documents read whole: the search may have found another passage of the right sheet.
_DOCUMENTS = 3
# Shares of a claim's words, see docs/evaluation.md: what a sentence must hold to be about the claim, and how
# much of the best of them one that gives its figure must hold.
_ABOUT, _AS_MUCH = 0.6, 0.9


@dataclass(frozen=True, slots=True)
class Denial:
    """A premise that no document confirms, or that one contradicts.

    :ivar note: the line that says so.
    :ivar instead: what the documents say of it.
    :ivar settled: a rule of the programme contradicts it, with its proof.
    """

    note: str
    instead: tuple[Draft, ...]
    settled: bool = False


def of_programme(question: Understanding, index: Index) -> Denial | None:
    """Return what a question wrongly takes for granted about the programme itself.

    Nothing when the documents that prove it are not in the index.
    """
    if question.questions or question.follow_up:
        return None
    folded = fold(question.core)
    claim = asserted_words(folded)
    for rule in _data()["programme"]:
        said = folded if rule.get("any") else claim[0] if claim else ""
        if not _beliefs(rule["says"]).search(said):
            continue
        if "unless" in rule and _beliefs(rule["unless"]).search(said):
            continue
        instead = sentences(rule["proofs"], index)
        if instead:
            asked = claim is not None and not claim[1]
            note = text("answer.premise_no" if asked else "answer.premise_rule")
            return Denial(note, tuple(instead), settled=True)
    return None


def denied(evidence: Evidence, scores: NDArray[np.float64], index: Index) -> Denial | None:
    """Return the figure that a question asserts and that no document says of the same thing.

    :param scores: log-odds of each candidate found.
    """
    claim = claimed(evidence.understood)
    if claim is None or any(_beliefs(r["says"]).search(claim.clause) for r in _data()["programme"]):
        return None
    about = _about(claim, index)
    if about is None:
        return None
    odds = {_place(one): float(odds) for one, odds in zip(evidence.found, scores, strict=True)}
    units = [
        _Unit(one, own, about.of(term_set(own)), odds.get(_place(one), -np.inf))
        for one, own in _read(evidence, index)
    ]
    instead = [_instead(said, claim, units) for said in claim.figures]
    real = {id(one): one for one in instead if one is not None}
    if not real:
        return None
    # The figure itself is not said again: what is false is not to be read in an answer.
    note = text("answer.premise_granted" if claim.granted else "answer.premise_figure")
    return Denial(note, tuple(drafts(list(real.values()))))


@dataclass(frozen=True, slots=True)
class _Unit:
    """Something that may be stated.

    :ivar own: its words, folded, without its source.
    :ivar share: how much of a claim's words it holds.
    :ivar odds: how well it answers the question.
    """

    candidate: Candidate
    own: str
    share: float
    odds: float


def _instead(said: Figure, claim: Claim, units: Sequence[_Unit]) -> Candidate | None:
    """Return what gives another figure of what a claim is about; nothing when a document gives this one."""
    given = 0.0
    others: list[_Unit] = []
    for unit in units:
        found = figures(unit.own)
        if _implied(said, claim, found) or any(
            _is(said, figure) and _of_the_same(figure, found, unit.own, claim) for figure in found
        ):
            given = max(given, unit.share)
        elif any(figure.sort == said.sort for figure in found):
            others.append(unit)
    best = max((unit.share for unit in others), default=0.0)
    if best < _ABOUT or given >= _AS_MUCH * best:
        return None
    near = [unit for unit in others if unit.share >= _AS_MUCH * best]
    payers = _pays(claim.clause)
    return max(near, key=lambda unit: _fitness(unit, payers)).candidate


def _fitness(unit: _Unit, payers: frozenset[str]) -> tuple[bool, bool, bool, float]:
    """Return what puts first what answers best, on the same payers, neither a « oui » nor an admission."""
    plain = composition.role(unit.candidate.passage.headings) != "example"
    return (
        not _agrees(unit.own),
        plain and not admits(unit.own),
        payers <= _pays(unit.own),
        unit.odds,
    )


def _agrees(said: str) -> bool:
    """Tell whether a statement opens with « oui », which would seem to say yes to a premise."""
    return re.match(r"\W*oui\b", fold(said)) is not None


def _of_the_same(figure: Figure, found: Sequence[Figure], own: str, claim: Claim) -> bool:
    """Tell whether a figure of a sentence is said of what the claim is about, not of what stands beside.

    « 4 942 habitants à Cluny, 1 070 à Tramayes »: 1 070 is not of Cluny.
    """
    said_to_pay, pays = _pays(claim.clause), _pays(own)
    if said_to_pay and pays and said_to_pay != pays:
        return False
    sorts = ("", *(said.sort for said in claim.figures))
    rivals = [f for f in found if f.sort in sorts and f.value != figure.value]
    if not rivals:
        return True
    dated = any(said.kind == "date" for said in claim.figures)
    words = {
        word
        for word in term_set(claim.clause) - _empty() - {*sorts}
        if not word[0].isdigit() or (is_year(word) and not dated)
    }
    pieces = {f.start: words & term_set(_piece(f, found, own)) for f in (figure, *rivals)}
    ours = pieces.pop(figure.start)
    common = ours.union(*pieces.values())
    apart = {word for word in common if sum(word in p for p in (ours, *pieces.values())) == 1}
    return not (apart - ours) or bool(apart & ours)


def _piece(figure: Figure, found: Sequence[Figure], own: str) -> str:
    """Return the words around a figure, up to those of the figures before and after it."""
    start, end = 0, len(own)
    for other in found:
        if other.end <= figure.start:
            cuts = [m.start() for m in _rule("between").finditer(own, other.end, figure.start)]
            start = max(start, cuts[-1] if cuts else other.end)
        elif other.start >= figure.end:
            cuts = [m.start() for m in _rule("between").finditer(own, figure.end, other.start)]
            end = min(end, cuts[-1] if cuts else other.start)
    return own[start:end]


def _pays(words: str) -> frozenset[str]:
    """Return who pays, or is said to, without those who are only there."""
    return frozenset(
        match.group()
        for match in _rule("payers").finditer(words)
        if not _rule("beside").search(words[: match.start()])
    )


def corrected(sections: Sequence[Section], denial: Denial) -> list[Section]:
    """Put what the documents say before the rest of an answer, which no « Oui : … » may open."""
    said = [draft.text for draft in denial.instead]
    rest = []
    for section in sections:
        kept = tuple(d for d in section.drafts if not (_agrees(d.text) or repeats(d.text, said)))
        if kept or section.rows:
            rest.append(replace(section, drafts=kept))
    return [Section(note=denial.note), Section(denial.instead), *rest]


def _about(claim: Claim, index: Index) -> Coverage | None:
    """Return what measures how much of a claim's words, its figures left out, a text holds."""
    words = claim.clause
    for figure in sorted(figures(claim.clause), key=lambda f: -f.start):
        words = f"{words[: figure.start]} {words[figure.end :]}"
    query = index.analyse(words)
    counted = {figure.sort for figure in claim.figures}
    slots = tuple(
        slot for slot in query.slots if not {stem(slot.word), slot.word} & (_empty() | counted)
    )
    return Coverage(AnalysedQuery(query.text, slots), index) if slots else None


def _read(evidence: Evidence, index: Index) -> Iterator[tuple[Candidate, str]]:
    """Yield what gives a figure, with its own words: passages found, then the rest of the first documents.

    A row says what its header says; the source of a sentence is not what it says.
    """
    hits = {hit.passage.id: hit for hit in evidence.hits}
    documents = list(dict.fromkeys(hit.passage.document for hit in evidence.hits))[:_DOCUMENTS]
    for document in documents:
        for passage in index.passages_of(document):
            hits.setdefault(passage.id, Hit(passage, 0.0, 0.0, 0.0, 0.0))
    for hit in hits.values():
        for unit in hit.passage.units:
            said = hit.passage.unit_text(unit)
            told = composition.pattern("sourced").sub(" ", fold(said))
            own = f"{told} {fold(unit.header or '')}"
            if not figures(own):
                continue
            if commands(own) or composition.pattern("leads_elsewhere").search(own):
                continue  # shown in its passage, never stated
            yield Candidate(hit, unit, said, "", frozenset(), ()), own


def _place(candidate: Candidate) -> tuple[str, int]:
    return candidate.passage.id, candidate.unit.start


def _is(said: Figure, found: Figure) -> bool:
    """Tell whether a document's figure is the one that was said: « en 2023 » of « 29 mars 2023 »."""
    if said.kind == "date" and found.kind == "date":
        return set(said.value.split()) <= set(found.value.split())
    return said.value == found.value and found.sort in (said.sort, "")


def _implied(said: Figure, claim: Claim, found: Sequence[Figure]) -> bool:
    """Tell whether what is free below 10 000 inhabitants was said to be free below 3 000."""
    return (
        said.sort == stem("habitants")
        and _rule("below").search(claim.clause[: said.start]) is not None
        and not _rule("only").search(claim.clause)
        and any(f.sort == said.sort and float(f.value) > float(said.value) for f in found)
    )


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _beliefs(pattern: str) -> re.Pattern[str]:
    for name, meant in (("programme", "subject"), ("others", "others")):
        pattern = pattern.replace(f"{{{name}}}", _data()[meant])
    return re.compile(pattern)


@cache
def _empty() -> frozenset[str]:
    """Return the words of a claim that say nothing of what it is about, and their stems."""
    words = _data()["empty"].split()
    return frozenset({*words, *map(stem, words)}) - {""}


def _data() -> Any:
    return load_data("premises")
