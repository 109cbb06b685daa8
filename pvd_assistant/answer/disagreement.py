"""Two documents that say the same thing with other figures: both are shown, the newest first.

A sentence disagrees with another when it has nearly the same words, the same names, and for a sort of figure
(euros, per cent, months, a date…) values of its own while the other has values of its own too. Sheets about
two towns, two partners or two years of a series differ by more than their figures.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.composing import Draft, Section
from pvd_assistant.answer.facts import facts, is_year
from pvd_assistant.index.analysis import stem, term_set
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data, text

#: What a sentence says of its own source, at its end: « (Localtis, fin 2021) ».
_SOURCE = re.compile(r"\s*\([^()]*\)(?=\s*\.?\s*$)")


@dataclass(frozen=True, slots=True)
class Confronted:
    """An answer whose statements are beside those that contradict them.

    :ivar warnings: which documents differ, in French.
    :ivar contradicted: whether two of them differ on the same day, so that nobody knows which is right.
    """

    sections: tuple[Section, ...]
    warnings: tuple[str, ...] = ()
    contradicted: bool = False


def confront(sections: Sequence[Section], found: Sequence[Candidate], index: Index) -> Confronted:
    """Put beside each statement the one of another document that gives other figures, the newest first.

    :param found: everything that may be stated.
    """
    stated = [(candidate, frozenset(candidate.text.split())) for candidate in found]
    shown: list[Section] = []
    pairs: list[tuple[Draft, Draft]] = []
    for section in sections:
        others = {d.text for s in sections if s is not section for d in s.drafts}
        before: list[Draft] = []
        kept: list[Draft] = []
        for draft in section.drafts:
            if any(draft.text == one.text for one in (*before, *kept)):
                continue
            rival = _rival(draft, stated)
            if rival is None:
                kept.append(draft)
                continue
            newest, oldest = _newest_first(draft, rival, index)
            pairs.append((newest, oldest))
            if rival.text in others:
                kept.append(draft)
            elif newest is rival and section.note:
                # What the note says of its section is not true of another document's statement.
                before.append(rival)
                kept.append(draft)
            else:
                kept += [newest, oldest]
        if before:
            shown.append(Section(tuple(before), title=section.title))
        shown.append(replace(section, drafts=tuple(kept), title="" if before else section.title))
    return Confronted(
        tuple(shown),
        tuple(dict.fromkeys(_warning(*pair, index) for pair in pairs)),
        any(_dates(one) == _dates(other) for one, other in pairs),
    )


def _rival(draft: Draft, stated: Sequence[tuple[Candidate, frozenset[str]]]) -> Draft | None:
    """Return the statement of another document that contradicts one.

    :param stated: what may be stated, each with its words, cut once for every draft of an answer.
    """
    if draft.computed or not any(map(str.isdigit, draft.text)):
        return None
    documents = {passage.document for passage in draft.passages}
    words = frozenset(draft.text.split())
    for candidate, other in stated:
        if candidate.passage.document in documents:
            continue
        # Cheap and loose: reading the figures of every candidate would cost more than the search.
        if 3 * len(words & other) >= len(words | other) and disagrees(draft.text, candidate.text):
            return Draft(candidate.text, (candidate.passage,), candidate.hit.score)
    return None


def _newest_first(one: Draft, other: Draft, index: Index) -> list[Draft]:
    """Put two statements in order: by the last day each names, or else by the age of their documents."""
    days = {id(draft): max(map(_ordered, _dates(draft)), default=()) for draft in (one, other)}
    said = all(days.values())

    def key(draft: Draft) -> tuple[tuple[int, ...], str]:
        updated = max(index.documents[p.document].metadata.updated for p in draft.passages)
        return days[id(draft)] if said else (), updated.isoformat()

    return sorted((one, other), key=key, reverse=True)


def _dates(draft: Draft) -> set[tuple[str, ...]]:
    """Return the dates and years a statement gives, or else those of its source."""
    told = _read(draft.text)
    if told.dates or told.years:
        return {*told.dates, *((year,) for year in told.years)}
    source = facts(draft.text)
    return {*source.dates, *((figure,) for figure in source.figures if is_year(figure))}


def _ordered(date: tuple[str, ...]) -> tuple[int, int, int]:
    """Return year, month and day of a date said in words; 0 for what it does not say."""
    months = load_data("analysis")["months"]
    month = next((months.index(word) + 1 for word in date if word in months), 0)
    numbers = [int(word) for word in date if word.isdigit()]
    year = next((number for number in numbers if is_year(str(number))), 0)
    return year, month, next((number for number in numbers if number != year), 0)


def _warning(newest: Draft, oldest: Draft, index: Index) -> str:
    titles = [index.documents[d.passages[0].document].metadata.title for d in (newest, oldest)]
    return text("answer.confronted", newest=titles[0], oldest=titles[1])


def disagrees(one: str, other: str) -> bool:
    """Tell whether two sentences give different figures for the same thing.

    >>> disagrees("Le prêt couvre 35 % du coût des travaux.", "Le prêt couvre 25 % du coût des travaux.")
    True
    """
    ours, theirs = _read(one), _read(other)
    if ours.names != theirs.names or ours.years != theirs.years:
        return False
    every = len(ours.words | theirs.words)
    alike = len(ours.words & theirs.words) / every if every else 0.0
    if alike < composition.weight("same_statement"):
        return False
    if ours.figures.keys() == theirs.figures.keys() and any(
        ours.figures[sort] - theirs.every and values - ours.every
        for sort, values in theirs.figures.items()
    ):
        return True
    same_figures = ours.figures == theirs.figures and len(ours.dates) == len(theirs.dates)
    return (
        same_figures
        and alike >= composition.weight("same_dated_statement")
        and not all(any(_same_day(date, d) for d in theirs.dates) for date in ours.dates)
    )


def _same_day(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Tell whether two dates may be the same: « octobre 2020 » and « 1er octobre 2020 »."""
    return set(one) <= set(other) or set(other) <= set(one)


@dataclass(frozen=True, slots=True)
class _Read:
    """What is compared.

    :ivar words: without figures nor months.
    :ivar years: those that stand alone, not in a date.
    :ivar figures: values of each sort of figure; ``every`` holds those of no sort too.
    """

    words: frozenset[str]
    names: frozenset[str]
    years: frozenset[str]
    figures: dict[str, frozenset[str]]
    every: frozenset[str]
    dates: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=4096)
def _read(sentence: str) -> _Read:
    told = _SOURCE.sub("", sentence)
    found = facts(told)
    figures: dict[str, set[str]] = defaultdict(set)
    years = set()
    for number in found.numbers:
        if is_year(number.value) and not number.unit:
            years.add(number.value)
        elif number.unit:  # an article, a step, a part: told apart by words, not by amounts
            figures[number.unit].add(number.value)
    return _Read(
        frozenset(t for t in term_set(told) if not t[0].isdigit()) - _months(),
        frozenset(found.names),
        frozenset(years),
        {sort: frozenset(values) for sort, values in figures.items()},
        frozenset(found.figures),
        found.dates,
    )


@cache
def _months() -> frozenset[str]:
    return frozenset(map(stem, load_data("analysis")["months"]))
