"""« Quelles offres pour les friches ? »: every sheet of a kind that matches, counted, the most useful first.

What matches, and how it was measured, is in docs/evaluation.md: the sheet bears the theme asked for, or its
best passage holds most of the words asked and scores at least a share of the best score of the search.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pvd_assistant.answer import composition
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.understanding import Understanding, commands
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.filters import accepts, facets, key
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Family, Filters, Metadata, Passage
from pvd_assistant.territory.communes import Commune

_SEARCHED = 300
_FAMILIES: dict[str, Family] = {"offre": "offer", "partenaire": "partner", "projet": "project"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list asked for.

    :ivar kind: kind of documents.
    :ivar subject: what they must be about; empty for all those of a place.
    """

    kind: str
    subject: str
    filters: Filters

    @property
    def family(self) -> Family:
        """What the list is about."""
        return _FAMILIES[self.kind]


def wanted(question: Understanding, places: Places, filters: Filters) -> Wanted | None:
    """Return the list a question asks for; ``None`` when it asks for anything else."""
    rules = composition.listing()
    match = None if question.parts else rules.asked.search(fold(question.core))
    if match is None or filters.kinds:
        return None
    kind = next(name for name, rule in rules.kinds.items() if rule.fullmatch(match["noun"]))
    subject = match["rest"] or ""
    for name in (*places.regions, *(d.name for d in places.departements), *places.names):
        subject = re.sub(rf"\b{re.escape(fold(name))}\b", " ", subject)
    of_place = kind == "projet"
    limited = Filters(
        kinds=(kind,),
        themes=filters.themes,
        pillars=filters.pillars,
        partners=filters.partners,
        departements=tuple(d.name for d in places.departements) if of_place else (),
        regions=tuple(places.regions) if of_place else (),
        population=filters.population,
        since=filters.since,
    )
    return Wanted(kind, subject, limited)


def listed(asked: Wanted, places: Places, index: Index) -> Section | None:
    """Return the list; ``None`` when fewer than two sheets match: sentences say more then."""
    found = _matching(asked, index)
    if len(found) < composition.limit("listed_fewest"):
        return None
    town = next((m.communes[0] for m in places.mentions if len(m.communes) == 1), None)
    if town is not None and asked.kind == "projet":
        found = sorted(found, key=lambda name: _distance(index.documents[name].metadata, town))
    most = composition.limit("listed")
    drafts = tuple(_lines(found[:most], asked, index))
    kind = text(f"answer.listed_{asked.kind}")
    values = {"count": len(found), "kind": kind, "shown": most}
    more = len(found) > most
    narrow = text(f"answer.narrow_{asked.kind}")
    note = text("answer.listed_more" if more else "answer.listed", narrow=narrow, **values)
    return Section(drafts, note=note)


def _matching(asked: Wanted, index: Index) -> list[str]:
    """Return the documents that match, the best found first."""
    slots = index.analyse(asked.subject).slots if asked.subject else ()
    if not slots:
        limited = bool(asked.filters.departements or asked.filters.regions)
        return [d for d in index.documents if _passes(d, asked, index)] if limited else []
    hits = index.search(asked.subject, filters=asked.filters, limit=_SEARCHED)
    top = hits[0].score if hits else 0.0
    shares, least = composition.listing().share, composition.listing().coverage
    best: dict[str, bool] = {}
    for hit in hits:
        near = hit.score >= shares * top and hit.coverage >= least
        best[hit.passage.document] = best.get(hit.passage.document, False) or near
    theme = {key(form) for form in (asked.subject, *(slot.word for slot in slots))}
    themed = [
        d
        for d in index.documents
        if _passes(d, asked, index)
        and any(_same(theme, name) for name in index.documents[d].metadata.themes)
    ]
    return list(dict.fromkeys([*(d for d, near in best.items() if near), *themed]))


def _same(asked: set[str], theme: str) -> bool:
    """Tell whether a theme is the subject, in the singular or the plural."""
    return key(theme).rstrip("s") in {form.rstrip("s") for form in asked}


def _passes(document: str, asked: Wanted, index: Index) -> bool:
    return accepts(asked.filters, facets(index.documents[document].metadata))


def _distance(metadata: Metadata, town: Commune) -> tuple[int, float]:
    """Return how far a project is from a town: département, region, then ratio of populations."""
    place = metadata.place
    if place is None:
        return 3, math.inf
    near = (
        0
        if place.departement == town.departement.name
        else 1
        if place.region == town.departement.region
        else 2
    )
    if not place.population or not town.population:
        return near, math.inf
    return near, abs(math.log(place.population / town.population))


def _lines(documents: list[str], asked: Wanted, index: Index) -> Iterator[Draft]:
    words = term_set(asked.subject) if asked.kind == "projet" else frozenset[str]()
    for document in documents:
        found = _sentence(document, words, index)
        if found is not None:
            passage, sentence = found
            yield Draft(sentence, (passage,), bullet=True)


def _sentence(document: str, words: frozenset[str], index: Index) -> tuple[Passage, str] | None:
    """Return the first sentence of a sheet, or the first of those with most of the words.

    A project sheet opens with the situation of the town, whatever was done there.
    """
    sentences = [
        (passage, sentence)
        for passage in index.passages_of(document)
        for unit in passage.units
        if unit.kind != "row"
        and not commands(fold(sentence := passage.unit_text(unit)))
        and (unit.kind == "sentence" or words)
        and not composition.pattern("weak").search(fold(sentence))
    ]
    return max(sentences, key=lambda one: len(words & term_set(one[1])), default=None)
