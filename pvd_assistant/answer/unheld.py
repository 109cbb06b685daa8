"""Precise things that the documents do not hold: a telephone number, somebody's salary, a town's pool.

A search always finds something near, and a learnt signal does not tell « the halle of Guise » from « the pool
of Guise ». Here there is a proof: the kind of thing asked is known by its words, and no sentence found, nor
any of the sheets of the town named, holds a thing of that kind. The wording is in ``data/unheld.yaml``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Evidence
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.doubts import admits
from pvd_assistant.answer.figures import figures
from pvd_assistant.answer.places import Places
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data, text

#: Characters at most between a figure and what it counts.
_BESIDE = 60
#: Sentences shown, by which the documents say that something is not known.
_SAID = 2
#: Passages in which a place of a town is looked for.
_NEAR = 60
_CAPITAL = r"[A-ZÀ-Ý][a-zà-ÿ][\w’'-]*"


@dataclass(frozen=True, slots=True)
class Unheld:
    """A precise thing that no document holds.

    :ivar note: the line that says so.
    :ivar said: the sentences by which the documents say themselves that it is not known.
    """

    note: str
    said: tuple[Draft, ...] = ()


def unheld(evidence: Evidence, places: Places, index: Index, today: dt.date) -> Unheld | None:
    """Return what a question asks for and the documents do not give; nothing when they may give it.

    :param today: a date to come is after it.
    """
    question = evidence.understood
    if question.questions or question.story:
        return None
    folded = fold(question.core)
    towns = tuple(map(fold, places.names or [one.name for one in places.departements]))
    asked = [thing for thing in _data()["things"].values() if _asks(thing, folded, towns)]
    if not asked:
        return _unknown_place(folded, places, index)
    read = list(_read(evidence, towns, index))
    for thing in asked:
        admitted = [one for one in read if _admitted(thing, folded, one.text)]
        if any(_holds(thing, folded, one.text, today) for one in read):
            continue
        if not admitted:
            return Unheld(text("answer.unheld", what=thing["told"]))
        if thing.get("after_today"):
            note = f"{text('answer.unheld', what=thing['told'])} {text('answer.unheld_said')}"
            return Unheld(note, tuple(admitted[:_SAID]))
    return None


def _asks(thing: Mapping[str, Any], folded: str, towns: tuple[str, ...]) -> bool:
    needed = ("asked", "of", "and", "both")
    return (
        all(_rule(thing[name]).search(folded) for name in needed if name in thing)
        and not ("unless" in thing and _rule(thing["unless"]).search(folded))
        and (bool(towns) or not thing.get("town"))
    )


def _read(evidence: Evidence, towns: tuple[str, ...], index: Index) -> Iterator[Draft]:
    """Yield the sentences that may hold what is asked: those of the town named, or all those found."""
    for hit in evidence.hits:
        metadata = index.documents[hit.passage.document].metadata
        around = fold(f"{metadata.title} {' '.join(hit.passage.headings)}")
        for unit in hit.passage.units:
            said = hit.passage.unit_text(unit)
            if not towns or any(town in f"{around} {fold(said)}" for town in towns):
                yield Draft(said, (hit.passage,), hit.score)
    for document in _sheets(towns, index):
        for passage in index.passages_of(document):
            yield from (Draft(passage.unit_text(unit), (passage,)) for unit in passage.units)


def _sheets(towns: tuple[str, ...], index: Index) -> list[str]:
    """Return the sheets of the projects of some towns."""
    return [
        name
        for name, record in index.documents.items()
        if record.metadata.place and set(map(fold, record.metadata.place.communes)) & set(towns)
    ]


def _key(thing: Mapping[str, Any], asked: str) -> str:
    """Return the word of the question that a sentence must hold too: « rencontre », « 2032 »."""
    match = _rule(thing["asked"]).search(asked)
    return (match.groupdict().get("key") if match else "") or ""


def _admitted(thing: Mapping[str, Any], asked: str, said: str) -> bool:
    """Tell whether a sentence says itself that a thing of the kind asked is not known."""
    folded = fold(said)
    return (
        "held" in thing
        and admits(said)
        and _key(thing, asked) in folded
        and _rule(thing["held"]).search(folded) is not None
    )


def _holds(thing: Mapping[str, Any], asked: str, said: str, today: dt.date) -> bool:
    """Tell whether a sentence holds a thing of the kind asked."""
    folded = fold(said)
    if _key(thing, asked) not in folded or admits(said):
        return False
    if "of" in thing and not _rule(thing["of"]).search(folded):
        return False
    if "as_written" in thing:
        return _rule(thing["as_written"]).search(said) is not None
    if thing.get("after_today"):
        return _after(folded, today)
    if thing.get("named"):
        return _somebody().search(said) is not None
    own = composition.pattern("sourced").sub(" ", folded)
    places = [match.span() for match in _rule(thing["held"]).finditer(own)]
    if "figure" not in thing:
        return bool(places)
    found = [figure for figure in figures(own) if figure.kind in thing["figure"].split()]
    return any(
        f.start - end < _BESIDE and start - f.end < _BESIDE for f in found for start, end in places
    )


def _after(folded: str, today: dt.date) -> bool:
    """Tell whether a sentence gives a date to come."""
    months = load_data("analysis")["months"]
    for figure in figures(folded):
        words = figure.value.split()
        if figure.kind == "date" and words[-1].isdigit() and len(words[-1]) == 4:
            month = next((months.index(word) + 1 for word in words if word in months), 0)
            if (int(words[-1]), month) > (today.year, today.month):
                return True
    return False


def _unknown_place(folded: str, places: Places, index: Index) -> Unheld | None:
    """Say that no sheet speaks of « la piscine de Joigny », when Joigny has sheets and they do not."""
    match = _place_rule().search(folded)
    towns = tuple(map(fold, places.names))
    if match is None or not places.mentions or not _rule(_data()["place_asked"]).search(folded):
        return None
    same = next(names for names in _data()["places"] if match["place"] in map(fold, names))
    named = next(name for name in same if fold(name) == match["place"])
    rule = re.compile(rf"\b(?:{'|'.join(map(fold, same))})s?\b")
    near = index.search(f"{named} {places.names[0]}", limit=_NEAR)
    passages = [hit.passage for hit in near]
    passages += [p for document in _sheets(towns, index) for p in index.passages_of(document)]
    for passage in passages:
        title = index.documents[passage.document].metadata.title
        said = fold(f"{title} {' '.join(passage.headings)} {passage.text}")
        if any(town in said for town in towns) and rule.search(said):
            return None
    return Unheld(text("answer.unheld_place", place=named, town=places.names[0]))


@cache
def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _place_rule() -> re.Pattern[str]:
    names = sorted((fold(n) for line in _data()["places"] for n in line), key=len, reverse=True)
    return re.compile(_data()["place"].replace("{places}", "|".join(map(re.escape, names))))


@cache
def _somebody() -> re.Pattern[str]:
    """Return what finds somebody: a first name and a name, or two capitals beside an office."""
    first = "|".join(map(re.escape, load_data("personal_data")["names"]["first"].split()))
    two, offices = rf"{_CAPITAL} (?:[Dd]e |[Ll]e |d[’'])?{_CAPITAL}", _data()["offices"]
    link = r"(?:,| :| est| s[’']appelle| nommée?)?(?: M\.| Mme| Madame| Monsieur)?"
    beside = rf"\b(?:{offices}){link} {two}|{two},? (?:est |était )?(?:{offices})"
    return re.compile(rf"\b(?:{first}) (?:de |du |d[’'])?{_CAPITAL}|{beside}")


def _data() -> Any:
    return load_data("unheld")
