"""Whether a reworded sentence turns round what its source says, though all its words are there.

« Ne peut pas » for « peut », « doit » for « peut », « plus de » for « jusqu'à », « avant » for « après »,
« de 18 % à 35 % » for « de 35 % à 18 % »: one small word, and the rule is another one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pvd_assistant.answer.facts import Facts, is_unit, is_year, tokens, units_after
from pvd_assistant.index.analysis import fold, stem, term_set
from pvd_assistant.messages import load_data

#: Share of a clause's words that makes another clause speak of the same thing.
_SAME = 0.34
_BEFORE = 5
#: Content words on each side of a figure, one of which must be on the same side in the source.
_BESIDE = 2


def agrees(sentence: str, said: Facts, units: Sequence[str]) -> bool:
    """Tell whether a sentence denies, claims, bounds and orders as the units it rests on do."""
    source = " ".join(units)
    ours, theirs = tokens(sentence), tokens(source)
    return (
        _denies_alike(sentence, units)
        and not _claims_more(sentence, source)
        and not _opposed(ours, theirs)
        and _bounded_alike(ours, theirs, said)
        and _in_same_order(ours, theirs)
        and all(_tied_alike(row, said, ours, theirs) for row in _rows(said))
    )


def _denies_alike(sentence: str, units: Sequence[str]) -> bool:
    """Compare each clause of a sentence with the clause of its source that speaks of the same."""
    theirs = [clause for unit in units for clause in _clauses(unit)]
    for clause in _clauses(sentence):
        words, denied = _words(clause), _denies(clause)
        if not words:
            continue
        shares = [len(words & _words(other)) / len(words) for other in theirs]
        best = max(shares, default=0.0)
        if best < _SAME and not denied:
            continue
        alike = [denied == _denies(o) for s, o in zip(shares, theirs, strict=True) if s == best]
        if not any(alike):
            return False
    return True


def _clauses(text: str) -> list[str]:
    return [clause for clause in _rule("clauses").split(fold(text)) if clause.strip()]


def _denies(clause: str) -> bool:
    return _rule("denial").search(_rule("restriction").sub(" ", clause)) is not None


def _words(clause: str) -> frozenset[str]:
    return frozenset(term for term in term_set(clause) if not term[0].isdigit())


def _claims_more(sentence: str, source: str) -> bool:
    """Tell whether a sentence obliges, pays or promises where its source does not."""
    ours, theirs = fold(sentence), fold(source)
    return any(
        re.search(said, ours) and not re.search(allowing, theirs)
        for said, allowing in _data()["claims"].values()
    )


def _opposed(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether a sentence says « avant » where its source only says « après »."""
    return any(
        _any(one, ours) and not _any(other, ours) and _any(other, theirs) and not _any(one, theirs)
        for pair in _opposites()
        for one, other in (pair, pair[::-1])
    )


def _any(pattern: re.Pattern[str], words: Sequence[str]) -> bool:
    return any(pattern.fullmatch(word) for word in words)


def _bounded_alike(ours: Sequence[str], theirs: Sequence[str], said: Facts) -> bool:
    """Tell whether each number is a most, a least or neither, as in its source."""
    return all(
        _bounds(ours, number.value) <= _bounds(theirs, number.value) | _implied(theirs)
        for number in said.numbers
    )


def _bounds(words: Sequence[str], value: str) -> frozenset[str]:
    """Return how a number is bounded each time it is said: ``"most"``, ``"least"``, ``""``."""
    found = set()
    for at, word in enumerate(words):
        if word == value:
            before = " ".join(words[max(0, at - _BEFORE) : at])
            after = " ".join(words[at + 1 : at + 1 + _BEFORE])
            names = (n for n in ("most", "least") if _bound(n, before, after))
            found.add(next(names, ""))
    return frozenset(found)


def _bound(name: str, before: str, after: str) -> bool:
    rules = _data()["bounds"][name]
    return bool(re.search(rules["before"], before) or re.search(rules["after"], after))


def _implied(words: Sequence[str]) -> frozenset[str]:
    """A source that speaks of a ceiling lets a sentence say « jusqu'à »."""
    ceilings = re.compile(_data()["bounds"]["ceilings"])
    return frozenset({"most"}) if _any(ceilings, words) else frozenset()


def _in_same_order(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether « de X à Y » goes from X to Y in the source too."""
    for at, word in enumerate(ours):
        if word != "a":
            continue
        before = next((w for w in reversed(ours[max(0, at - 2) : at]) if w[0].isdigit()), "")
        after = ours[at + 1] if at + 1 < len(ours) else ""
        if not before or not after[:1].isdigit():
            continue
        first = [i for i, w in enumerate(theirs) if w == before]
        last = [i for i, w in enumerate(theirs) if w == after]
        if first and last and min(first) > max(last):
            return False
    return True


def _rows(said: Facts) -> list[tuple[str, ...]]:
    """Return the figures of a sentence as rows of words: numbers, then dates."""
    return [*((number.value,) for number in said.numbers), *said.dates]


def _tied_alike(
    row: tuple[str, ...], said: Facts, ours: Sequence[str], theirs: Sequence[str]
) -> bool:
    """Tell whether a figure stands beside the same words as in its source.

    Only where the source holds another figure of the same sort, which it could be taken for.
    """
    rivals = _rivals(row, theirs)
    if not rivals:
        return True
    here = [_beside(ours, at, len(row)) for at in _places(row, ours)]
    there = [_beside(theirs, at, len(row)) for at in _places(row, theirs)]
    beside = any(
        left & other_left or right & other_right or not (left or right)
        for left, right in here
        for other_left, other_right in there
    )
    return beside and all(_nearest(name, row, rivals, theirs) for name in _named(row, said, ours))


def _rivals(row: tuple[str, ...], theirs: Sequence[str]) -> list[int]:
    """Return where the source holds other figures of the same sort."""
    own = set(row)
    if len(row) > 1:
        months = load_data("analysis")["months"]
        return [at for at, word in enumerate(theirs) if word in months and word not in own]
    others = [at for at, w in enumerate(theirs) if w[0].isdigit() and w not in own]
    sort = _sort_of(row[0], theirs)
    year = not sort and is_year(row[0])
    return [
        at for at in others if is_year(theirs[at]) == year and (year or _sort(theirs, at) == sort)
    ]


def _sort(words: Sequence[str], at: int) -> str:
    units = units_after(words, at, 3)
    return units[0] if units else ""


def _sort_of(value: str, words: Sequence[str]) -> str:
    return next((s for at, w in enumerate(words) if w == value and (s := _sort(words, at))), "")


def _places(row: tuple[str, ...], words: Sequence[str]) -> list[int]:
    size = len(row)
    return [at for at in range(len(words) - size + 1) if tuple(words[at : at + size]) == row]


def _beside(words: Sequence[str], at: int, size: int) -> tuple[frozenset[str], frozenset[str]]:
    """Return the nearest content words on the left and on the right of a figure."""
    left = [s for word in reversed(words[:at]) if (s := _content(word))]
    right = [s for word in words[at + size :] if (s := _content(word))]
    return frozenset(left[:_BESIDE]), frozenset(right[:_BESIDE])


def _content(word: str) -> str:
    return "" if word[0].isdigit() or is_unit(word) else stem(word)


def _named(row: tuple[str, ...], said: Facts, ours: Sequence[str]) -> list[str]:
    """Return the name that stands closest to a figure, when no other figure is closer to it."""
    places = _places(row, ours)
    figures = [at for at, word in enumerate(ours) if word[0].isdigit() and at not in places]
    named = [
        (abs(at - place), at) for at, w in enumerate(ours) if w in said.names for place in places
    ]
    distance, at = min(named, default=(0, -1))
    if at < 0 or any(abs(at - other) < distance for other in figures):
        return []
    return [ours[at]]


def _nearest(name: str, row: tuple[str, ...], rivals: Sequence[int], theirs: Sequence[str]) -> bool:
    """Tell whether, somewhere in the source, no other figure is closer to a name."""
    own = _places(row, theirs)
    at = [i for i, word in enumerate(theirs) if word == name]
    return not at or any(
        min((abs(i - p) for p in own), default=len(theirs)) <= min(abs(i - r) for r in rivals)
        for i in at
    )


@cache
def _data() -> Any:
    return load_data("grounding")


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _opposites() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(one), re.compile(other)) for one, other in _data()["opposites"])
