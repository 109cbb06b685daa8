"""Precise things that the documents do not hold: a telephone number, somebody's name or salary, a town's pool.

A search always finds something near, and a learnt signal does not tell « the halle of Guise » from « the pool of
Guise ». Here there is a proof: the kind of thing asked is known by its words, and no sentence found, nor any of
the sheets of the town named, holds a thing of that kind. The wording is in ``data/unheld.yaml``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Evidence
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.doubts import admits
from pvd_assistant.answer.figures import figures
from pvd_assistant.answer.places import Places
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data, text

#: Characters at most between a figure and what it counts.
_BESIDE = 60
#: Passages in which a place of a town is looked for.
_NEAR = 60
_NAME = r"\b(?:{}) (?:d[e’'] ?|du )?[A-ZÀ-Ý][\w’'-]+"


def unheld(evidence: Evidence, places: Places, index: Index, today: dt.date) -> str:
    """Return the line that says what the documents do not give; nothing when they may give it.

    :param today: a date to come is after it.
    """
    question = evidence.understood
    if question.questions or question.story:
        return ""
    folded = fold(question.core)
    towns = tuple(map(fold, places.names or [one.name for one in places.departements]))
    asked = [thing for thing in _data()["things"].values() if _asks(thing, folded, towns)]
    if asked:
        read = list(_read(evidence, towns, index))
        missing = [one for one in asked if not any(_holds(one, folded, said, today) for said in read)]
        if missing:
            return text("answer.unheld", what=missing[0]["told"])
    return _unknown_place(folded, places, index)


def _asks(thing: Mapping[str, Any], folded: str, towns: tuple[str, ...]) -> bool:
    needed = ("asked", "of", "and", "both")
    return (
        all(_rule(thing[name]).search(folded) for name in needed if name in thing)
        and not ("unless" in thing and _rule(thing["unless"]).search(folded))
        and (bool(towns) or not thing.get("town"))
    )


def _read(evidence: Evidence, towns: tuple[str, ...], index: Index) -> Iterator[str]:
    """Yield the sentences that may hold what is asked: those of the town named, or all those found."""
    for hit in evidence.hits:
        metadata = index.documents[hit.passage.document].metadata
        around = fold(f"{metadata.title} {' '.join(hit.passage.headings)}")
        for unit in hit.passage.units:
            said = hit.passage.unit_text(unit)
            if not towns or any(town in f"{around} {fold(said)}" for town in towns):
                yield said
    for document in _sheets(towns, index):
        for passage in index.passages_of(document):
            yield from (passage.unit_text(unit) for unit in passage.units)


def _sheets(towns: tuple[str, ...], index: Index) -> list[str]:
    """Return the sheets of the projects of some towns."""
    return [
        name
        for name, record in index.documents.items()
        if record.metadata.place and set(map(fold, record.metadata.place.communes)) & set(towns)
    ]


def _holds(thing: Mapping[str, Any], asked: str, said: str, today: dt.date) -> bool:
    """Tell whether a sentence holds a thing of the kind asked."""
    folded = fold(said)
    key = _rule(thing["asked"]).search(asked).groupdict().get("key") or ""
    if "held" in thing and admits(said) and _rule(thing["held"]).search(folded):
        return True  # the documents say themselves that it is not known
    if key not in folded or ("of" in thing and not _rule(thing["of"]).search(folded)):
        return False
    if "as_written" in thing:
        return _rule(thing["as_written"]).search(said) is not None
    if thing.get("after_today"):
        return _after(folded, today)
    if thing.get("named"):
        return _first_names().search(said) is not None
    own = composition.pattern("sourced").sub(" ", folded)
    places = [match.span() for match in _rule(thing["held"]).finditer(own)]
    if "figure" not in thing:
        return bool(places)
    found = [figure for figure in figures(own) if figure.kind in thing["figure"].split()]
    return any(f.start - end < _BESIDE and start - f.end < _BESIDE for f in found for start, end in places)


def _after(folded: str, today: dt.date) -> bool:
    """Tell whether a sentence gives a date to come."""
    months = load_data("analysis")["months"]
    for figure in figures(folded):
        words = figure.value.split()
        if figure.kind == "date" and words[-1].isdigit() and len(words[-1]) == 4:
            month = next((months.index(word) + 1 for word in words if word in months), 12)
            if (int(words[-1]), month) > (today.year, today.month):
                return True
    return False


def _unknown_place(folded: str, places: Places, index: Index) -> str:
    """Say that no sheet speaks of « la piscine de Joigny », when Joigny has sheets and they do not."""
    match = _place_rule().search(folded)
    towns = tuple(map(fold, places.names))
    if match is None or not places.mentions or not _rule(_data()["place_asked"]).search(folded):
        return ""
    same = next(names for names in _data()["places"] if match["place"] in map(fold, names))
    rule = re.compile(rf"\b(?:{'|'.join(map(fold, same))})s?\b")
    near = index.search(f"{match['place']} {places.names[0]}", limit=_NEAR)
    passages = [hit.passage for hit in near]
    passages += [p for document in _sheets(towns, index) for p in index.passages_of(document)]
    for passage in passages:
        title = index.documents[passage.document].metadata.title
        said = fold(f"{title} {' '.join(passage.headings)} {passage.text}")
        if any(town in said for town in towns) and rule.search(said):
            return ""
    return text("answer.unheld_place", place=match["place"], town=places.names[0])


@cache
def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _place_rule() -> re.Pattern[str]:
    names = sorted((fold(n) for line in _data()["places"] for n in line), key=len, reverse=True)
    return re.compile(_data()["place"].replace("{places}", "|".join(map(re.escape, names))))


@cache
def _first_names() -> re.Pattern[str]:
    """Return what finds somebody's first name and name."""
    first = load_data("personal_data")["names"]["first"].split()
    return re.compile(_NAME.format("|".join(map(re.escape, first))))


def _data() -> Any:
    return load_data("unheld")
