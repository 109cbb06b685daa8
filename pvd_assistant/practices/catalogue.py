"""The project sheets of an index: searched by words and facets, counted, loosened when nothing is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from pvd_assistant.index.analysis import fold, term_set
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Filters, Hit, Passage
from pvd_assistant.practices import facets
from pvd_assistant.practices.criteria import Criteria
from pvd_assistant.practices.facets import UNKNOWN, Labels
from pvd_assistant.practices.projects import Project, read_projects
from pvd_assistant.territory.communes import Territory

__all__ = ["Catalogue", "Criteria", "Found", "Loosening", "Match", "Value"]

_PASSAGES = 400
_ONLY = Filters(kinds=("projet",))


@dataclass(frozen=True, slots=True)
class Match:
    """A project that was found.

    :ivar passage: passage that matches the words best; ``None`` when no word was typed.
    :ivar sentence: its sentence with most of the words, verbatim; ``""`` without a passage.
    """

    project: Project
    passage: Passage | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet.

    :ivar count: projects that the search would give with it, were it chosen alone in its facet.
    """

    key: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives.

    :ivar counts: facet → its values, in order; those of no project are left out unless chosen.
    :ivar total: number of sheets in all.
    """

    criteria: Criteria
    matches: tuple[Match, ...]
    counts: Mapping[str, tuple[Value, ...]]
    total: int

    @property
    def projects(self) -> tuple[Project, ...]:
        """The projects, in order."""
        return tuple(match.project for match in self.matches)


@dataclass(frozen=True, slots=True)
class Loosening:
    """A less demanding search.

    :ivar change: ``"drop"`` (the criterion is removed), ``"region"`` (the départements give way to
        their regions) or ``"neighbours"`` (the bands of population beside are added).
    :ivar facet: the facet changed, or ``"text"``.
    :ivar count: projects found then.
    """

    change: Literal["drop", "region", "neighbours"]
    facet: str
    criteria: Criteria
    count: int


class Catalogue:
    """Every project sheet of an index. Safe to share between threads.

    :param index: an open index.
    :param territory: the tables of communes; the packaged ones when not given.
    """

    def __init__(self, index: Index, territory: Territory | None = None) -> None:
        self.index = index
        self.territory = territory or Territory.load()
        listed = sorted(read_projects(index, self.territory), key=lambda p: fold(p.place))
        self.projects: Mapping[str, Project] = {project.id: project for project in listed}
        self.labels = Labels(listed)
        self._values = {project.id: facets.values(project) for project in listed}
        self._by_words = lru_cache(maxsize=256)(self._searched)

    def search(self, criteria: Criteria) -> Found:
        """Find the projects that meet every criterion, and count what each value would give."""
        hits = self._by_words(criteria.words) if criteria.words else None
        found = self._meeting(criteria, hits)
        return Found(
            criteria,
            tuple(
                self._match(name, hits, criteria.words)
                for name in self._ordered(found, criteria, hits)
            ),
            {facet: self._counted(facet, criteria, hits) for facet in facets.names()},
            len(self.projects),
        )

    def count(self, criteria: Criteria) -> int:
        """Return how many projects a search gives."""
        hits = self._by_words(criteria.words) if criteria.words else None
        return len(self._meeting(criteria, hits))

    def loosen(self, criteria: Criteria) -> tuple[Loosening, ...]:
        """Return the less demanding searches that give something, the one that gives most first."""
        found = [
            Loosening(change, facet, looser, self.count(looser))
            for change, facet, looser in self._looser(criteria)
        ]
        return tuple(sorted((one for one in found if one.count), key=lambda one: -one.count))

    def of(self, identifiers: Iterable[str]) -> tuple[Project, ...]:
        """Return the projects of these ids, in that order; unknown ids are ignored."""
        return tuple(
            self.projects[name] for name in dict.fromkeys(identifiers) if name in self.projects
        )

    def tally(self, rows: str, columns: str, criteria: Criteria) -> Counter[tuple[str, str]]:
        """Count the projects found by the values they have in two facets."""
        hits = self._by_words(criteria.words) if criteria.words else None
        return Counter(
            (row, column)
            for name in self._meeting(criteria, hits)
            for row in self._values[name][rows]
            for column in self._values[name][columns]
        )

    def known(self) -> dict[str, int]:
        """Return, for each facet, how many sheets say something of it."""
        return {
            facet: sum(UNKNOWN not in held[facet] for held in self._values.values())
            for facet in facets.names()
        }

    def _meeting(self, criteria: Criteria, hits: Mapping[str, Hit] | None) -> list[str]:
        chosen = criteria.chosen()
        return [
            name
            for name, held in self._values.items()
            if (hits is None or name in hits)
            and all(not held[facet].isdisjoint(keys) for facet, keys in chosen.items())
        ]

    def _counted(
        self, facet: str, criteria: Criteria, hits: Mapping[str, Hit] | None
    ) -> tuple[Value, ...]:
        others = self._meeting(criteria.choosing(facet, ()), hits)
        counts = Counter(key for name in others for key in self._values[name][facet])
        chosen = criteria.keys(facet)
        keys = sorted({*counts, *chosen}, key=lambda key: self.labels.rank(facet, key))
        return tuple(
            Value(key, self.labels.label(facet, key), counts[key], key in chosen) for key in keys
        )

    def _ordered(
        self, found: Sequence[str], criteria: Criteria, hits: Mapping[str, Hit] | None
    ) -> list[str]:
        """Order by what was asked; what a sheet does not say comes last, then by name."""
        projects = self.projects
        if criteria.order == "size":
            return sorted(found, key=lambda n: projects[n].population or 10**9)
        if criteria.order == "year":
            return sorted(found, key=lambda n: -max(projects[n].years, default=0))
        if criteria.order == "relevance" and hits is not None:
            return sorted(found, key=lambda n: -hits[n].score)
        return list(found)

    def _match(self, name: str, hits: Mapping[str, Hit] | None, words: str) -> Match:
        if hits is None:
            return Match(self.projects[name])
        passage = hits[name].passage
        return Match(self.projects[name], passage, _best_sentence(passage, words))

    def _searched(self, words: str) -> Mapping[str, Hit]:
        """Return the best passage of each sheet that matches the words."""
        rules = load_data("practices/facets")
        best: dict[str, Hit] = {}
        for hit in self.index.search(words, filters=_ONLY, limit=_PASSAGES):
            if hit.coverage >= rules["coverage"] or hit.dense >= rules["meaning"]:
                best.setdefault(hit.passage.document, hit)
        return best

    def _looser(
        self, criteria: Criteria
    ) -> Iterator[tuple[Literal["drop", "region", "neighbours"], str, Criteria]]:
        if criteria.words and criteria.chosen():
            yield "drop", "text", replace(criteria, text="")
        for facet, keys in criteria.chosen().items():
            yield "drop", facet, criteria.choosing(facet, ())
            if facet == "departement":
                departements = self.territory.departements
                known = [departements[key] for key in keys if key in departements]
                regions = sorted({d.region.replace("'", "’") for d in known})
                yield "region", facet, criteria.choosing(facet, ()).choosing("region", regions)
            if facet == "size":
                wider = [near for key in keys for near in facets.neighbours(key)]
                yield "neighbours", facet, criteria.choosing(facet, wider)


def _best_sentence(passage: Passage, words: str) -> str:
    """Return the sentence with most of the words typed, the first of those that have as many."""
    wanted = term_set(words)
    texts = [passage.unit_text(unit) for unit in passage.units]
    return max(texts, key=lambda text: len(wanted & term_set(text)), default=passage.text)
