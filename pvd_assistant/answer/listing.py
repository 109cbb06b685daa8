"""« Quelles offres pour les friches ? »: every sheet of a kind that matches, counted, the most useful first.

What matches, and how it was measured, is in docs/evaluation.md: the sheet bears the theme asked for, or its
best passage holds most of the words asked and scores at least a share of the best score of the search. When
no project meets every criterion, one criterion at a time is given up, and the answer says so.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pvd_assistant.answer import composition
from pvd_assistant.answer.candidates import Coverage
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft, Section
from pvd_assistant.answer.list_request import Wanted, list_pattern, list_share
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.sections import project_place
from pvd_assistant.answer.sizes import MOST_INHABITANTS
from pvd_assistant.answer.understanding import commands
from pvd_assistant.french import french_date, french_number
from pvd_assistant.index.analysis import term_set, terms
from pvd_assistant.index.filters import accepts, facets
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import Filters, Metadata, Passage, Unit
from pvd_assistant.territory.communes import Commune, Territory

_SEARCHED = 300
_PROJECT = "projet"
#: Sections of a project sheet that tell what was done; elsewhere stand the town, its situation, its partners.
_DONE = ("what", "summary", "results")


@dataclass(frozen=True, slots=True)
class _Found:
    """What matches.

    :ivar wider: name of the criterion that was given up; empty when none was.
    """

    asked: Wanted
    documents: list[str]
    wider: str = ""


def listed(
    asked: Wanted, places: Places, index: Index, territory: Territory, said: str = ""
) -> Section | None:
    """Return the list; ``None`` when too few sheets match: sentences say more then.

    :param said: what the answers before said: the sheets they listed are left out.
    """
    found = _widened(asked, index, territory)
    if found is None:
        return None
    documents = found.documents
    if asked.filters.population and not found.asked.filters.population:
        low, high = asked.filters.population
        documents.sort(key=lambda d: _beyond(index.documents[d].metadata, low, high))
    if asked.kind == _PROJECT:
        town = next((m.communes[0] for m in places.mentions if len(m.communes) == 1), None)
        if town is not None:
            documents.sort(key=lambda d: _distance(index.documents[d].metadata, town))
        lines = _project_lines(documents, asked, index)
    else:
        lines = _lines(documents, index)
    shown = tuple(lines[: composition.limit("listed")])
    if not said:
        return Section(shown, note=_note(asked, found))
    rest = tuple(line for line in lines if line.text not in said)[: composition.limit("listed")]
    return Section(rest, note=_note_of_rest(asked, len(rest)))


def _widened(asked: Wanted, index: Index, territory: Territory) -> _Found | None:
    """Return what meets every criterion, or else what does when one of them is given up."""
    fewest = 1 if asked.limited or asked.example else composition.limit("listed_fewest")
    for wider, filters in _attempts(asked, territory):
        loosened = replace(asked, filters=filters)
        documents = _matching(loosened, index)
        if len(documents) >= fewest:
            return _Found(loosened, documents, wider)
    return None


def _attempts(asked: Wanted, territory: Territory) -> Iterator[tuple[str, Filters]]:
    """Yield the criteria, then looser ones, with the name of what is given up."""
    filters = asked.filters
    yield "", filters
    if asked.fixed:
        return
    if filters.departements:
        named = [territory.departement_named(name) for name in filters.departements]
        around = tuple(dict.fromkeys(d.region for d in named if d is not None))
        filters = replace(filters, departements=(), regions=(*filters.regions, *around))
        yield "region", filters
    if filters.population and filters.regions:
        yield "population", replace(filters, population=None)
        yield "place", replace(filters, regions=())
        yield "all", replace(filters, regions=(), population=None)
    elif filters.population or filters.regions:
        yield (
            "population" if filters.population else "place",
            replace(filters, regions=(), population=None),
        )


def _note(asked: Wanted, found: _Found) -> str:
    count, most = len(found.documents), composition.limit("listed")
    form = "one" if count == 1 else "more" if count > most else ""
    kept = _criteria(found.asked.filters)
    counted = text(
        f"answer.listed_{form}" if form else "answer.listed",
        count=count,
        kind=text(
            f"answer.listed_one_{asked.kind}" if count == 1 else f"answer.listed_{asked.kind}"
        ),
        criteria=text("answer.listed_criteria", criteria=kept) if kept else "",
        shown=most,
        narrow=text(f"answer.narrow_{asked.kind}"),
    )
    if not found.wider:
        return counted
    none = text("answer.listed_none", criteria=_criteria(asked.filters))
    return f"{none} {text(f'answer.listed_wider_{found.wider}')} {counted}"


def _note_of_rest(asked: Wanted, count: int) -> str:
    form = "one" if count == 1 else "many"
    kind = text(f"answer.listed_one_{asked.kind}" if count == 1 else f"answer.listed_{asked.kind}")
    return text(f"answer.listed_rest_{form}", count=count, kind=kind)


def _criteria(filters: Filters) -> str:
    """« Nouvelle-Aquitaine, moins de 2 000 habitants »."""
    said = [*filters.departements, *filters.regions]
    if filters.population:
        low, high = filters.population
        form = "under" if not low else "over" if high == MOST_INHABITANTS else "between"
        values = {"low": french_number(low), "high": french_number(high + (not low))}
        said.append(text(f"answer.population_{form}", **values))
    return ", ".join(said).replace("'", "’")


def _matching(asked: Wanted, index: Index) -> list[str]:
    """Return the documents that match, the best found first."""
    query = index.analyse(asked.subject) if asked.subject else None
    if query is None or not query.slots:
        return [d for d in index.documents if _passes(d, asked, index)] if asked.limited else []
    hits = index.search(asked.subject, filters=asked.filters, limit=_SEARCHED)
    everywhere = replace(asked.filters, departements=(), regions=(), population=None)
    best_hits = index.search(asked.subject, filters=everywhere, limit=1) if asked.limited else hits
    top = best_hits[0].score if best_hits else 0.0
    share, least = list_share("share"), list_share("coverage")
    if asked.example:
        least = list_share("example coverage")
        anywhere = index.search(asked.subject, limit=1)
        if anywhere and top < list_share("example") * anywhere[0].score:
            return []
    best: dict[str, bool] = {}
    for hit in hits:
        near = hit.score >= share * top and hit.coverage >= least
        best[hit.passage.document] = best.get(hit.passage.document, False) or near
    words, coverage = terms(asked.subject), Coverage(query, index)
    themed = [
        d
        for d in index.documents
        if _passes(d, asked, index)
        and coverage.of(_of_themes(index.documents[d].metadata, words)) >= least
    ]
    return list(dict.fromkeys([*(d for d, near in best.items() if near), *themed]))


def _of_themes(metadata: Metadata, words: Sequence[str]) -> frozenset[str]:
    """Return the words of the themes of a sheet that are asked for in full, from the first word on.

    A « maison de santé » is first a house: not every sheet on health has one.
    """
    themes = map(term_set, metadata.themes)
    asked = (theme for theme in themes if words[0] in theme and theme.issubset(words))
    return frozenset[str]().union(*asked)


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


def _beyond(metadata: Metadata, low: int, high: int) -> int:
    """Return how many inhabitants a project is from the sizes asked for."""
    population = (metadata.place and metadata.place.population) or MOST_INHABITANTS
    return max(low - population, population - high, 0)


def _lines(documents: Sequence[str], index: Index) -> list[Draft]:
    """Return a line for each sheet, those that are over last, and said to be."""
    found = []
    for document in documents:
        said = _opening(document, index)
        if said is not None:
            label, proof = _over(document, index)
            found.append(_line(said, label, proof))
    return sorted(found, key=lambda line: bool(line.label))


def _project_lines(documents: Sequence[str], asked: Wanted, index: Index) -> list[Draft]:
    """Return a line for each project, those that did what is asked for first."""
    coverage = Coverage(index.analyse(asked.subject), index)
    found = []
    for document in documents:
        said = _deed(document, coverage, index)
        if said is not None:
            label, proof = _town(document, index)
            found.append(_line(said, label, proof))
    least = list_share("coverage")
    return sorted(found, key=lambda line: coverage.of(term_set(line.text)) < least)


def _line(said: tuple[Passage, str], label: str, proof: Passage | None) -> Draft:
    proofs = () if proof is None or proof == said[0] else (proof,)
    return Draft(said[1], (said[0], *proofs), bullet=True, label=label)


def _statable(document: str, index: Index) -> Iterator[tuple[Passage, Unit, str]]:
    for passage in index.passages_of(document):
        for unit in passage.units:
            said = passage.unit_text(unit)
            folded = fold(said)
            weak = composition.pattern("weak").search(folded) or commands(folded)
            if unit.kind != "row" and not weak:
                yield passage, unit, said


def _opening(document: str, index: Index) -> tuple[Passage, str] | None:
    """Return the first sentence of a sheet."""
    return next((f[::2] for f in _statable(document, index) if f[1].kind == "sentence"), None)


def _deed(document: str, coverage: Coverage, index: Index) -> tuple[Passage, str] | None:
    """Return the sentence that tells what was done with most of the words asked.

    A project sheet opens with the situation of the town and goes on with what was done: its second sentence
    comes before the others when all hold as many of the words.
    """
    found = list(_statable(document, index))
    summary = [f for f in found if composition.role(f[0].headings) == "summary"]
    done = [f for f in found if composition.role(f[0].headings) in _DONE and f not in summary[:2]]
    ordered = [*summary[1:2], *done] or found
    best = max(ordered, key=lambda f: coverage.of(term_set(f[2])), default=None)
    return best and best[::2]


def _town(document: str, index: Index) -> tuple[str, Passage | None]:
    """Return « Ussel (Corrèze), 9 187 habitants : » and the passage that tells the population."""
    metadata = index.documents[document].metadata
    where, place = project_place(metadata), metadata.place
    if not where:
        return "", None
    said = french_number((place and place.population) or 0)
    digits = re.compile(rf"(?<!\d){re.escape(said)}(?!\d)".replace("\u202f", r"\s"))
    proof = next((p for p in index.passages_of(document) if digits.search(p.text)), None)
    if proof is None or place is None:
        return text("answer.listed_place", place=where), None
    form = "towns" if len(place.communes) > 1 else "town"
    return text(f"answer.listed_{form}", place=where, population=said), proof


def _over(document: str, index: Index) -> tuple[str, Passage | None]:
    """Return what warns that an offer is over, and the passage that says so; nothing when it is not."""
    metadata = index.documents[document].metadata
    for passage in index.passages_of(document):
        first = fold(passage.unit_text(passage.units[0])) if passage.units else ""
        dated = composition.role(passage.headings) == "deadline"
        if dated and list_pattern("over").search(first) and not list_pattern("open").search(first):
            return text("answer.listed_over"), passage
    if metadata.valid_until is not None and metadata.valid_until < dt.date.today():
        return text("answer.listed_expired", date=french_date(metadata.valid_until)), None
    return "", None
