"""What the page of comparable towns shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from starlette.datastructures import QueryParams

from pvd_assistant.errors import UnknownCommuneError
from pvd_assistant.french import french_number
from pvd_assistant.messages import text
from pvd_assistant.practices import wording
from pvd_assistant.practices.catalogue import Catalogue, Match
from pvd_assistant.practices.comparables import RATIOS, Comparables, Likeness, comparables
from pvd_assistant.territory.communes import Commune
from pvd_assistant.territory.lookup import find
from pvd_assistant.web.practices_address import (
    HOME,
    State,
    likeness_query,
    read_likeness,
    read_state,
)
from pvd_assistant.web.practices_view import Link, card, sheet_path

_TOWNS, _CARDS, _CHOICES, _LONGEST_NAME = 12, 12, 12, 80
_NOTHING: dict[str, Any] = {"problem": "", "homonyms": [], "result": None, "cards": []}


def similar_view(catalogue: Catalogue, query: QueryParams) -> dict[str, Any]:
    """Return what the page shows: the form alone, a choice of homonyms, or a comparison."""
    state = read_state(query)
    state = state.selecting(project.id for project in catalogue.of(state.selected))
    comparison = _Comparison(catalogue, read_likeness(query), state)
    typed = " ".join((query.get("commune") or "").split())[:_LONGEST_NAME]
    outcome = comparison.outcome(typed) if typed else _NOTHING
    shown = {one.project.id for one in outcome["cards"]}
    return {
        "title": text("practices.like_title"),
        "typed": typed,
        "asked": comparison.asked,
        "ratios": RATIOS,
        "off_page": [name for name in state.selected if name not in shown],
        "state": state,
        "counted": wording.counted,
        **_NOTHING,
        **outcome,
    }


class _Comparison:
    """A comparison as it is asked for, with the sheets ticked so far."""

    def __init__(self, catalogue: Catalogue, asked: Likeness, state: State) -> None:
        self.catalogue = catalogue
        self.asked = asked
        self.state = state

    def outcome(self, typed: str) -> dict[str, Any]:
        """Return a problem, homonyms to choose from, or a result with its cards."""
        territory = self.catalogue.territory
        try:
            towns = find(typed, territory)
        except UnknownCommuneError as error:
            return {**_NOTHING, "problem": str(error)}
        today = {territory.today(town).code: territory.today(town) for town in towns}
        if len(today) > 1:
            return {**_NOTHING, "homonyms": [self._choice(town) for town in towns[:_CHOICES]]}
        (base,) = today.values()
        if not base.population:
            problem = text("practices.like_unknown_population", town=base.label)
            return {**_NOTHING, "problem": problem}
        found = comparables(base, self.asked, self.catalogue)
        cards = [card(Match(project), self.state) for project in found.projects[:_CARDS]]
        return {**_NOTHING, "result": self._result(found), "cards": cards}

    def _choice(self, town: Commune) -> Link:
        size = text("practices.inhabitants", number=french_number(town.population or 0))
        label = f"{town.label}, {size}" if town.population else town.label
        return Link(label, self._url(town, self.asked))

    def _result(self, found: Comparables) -> dict[str, Any]:
        base = found.base
        wider = replace(found.asked, with_sheet=True, ratio="100")
        return {
            "base": text("practices.like_base", town=base.label, facts=", ".join(_facts(base))),
            "scope": _scope(found),
            "count": len(found.towns),
            "shown": min(_TOWNS, len(found.towns)),
            "towns": [_row(town, found, self.catalogue) for town in found.towns[:_TOWNS]],
            "looser": [
                Link(text(f"practices.like_loosen_{name}"), self._url(base, asked), count=number)
                for name, (asked, number) in found.looser.items()
            ],
            "wider": self._url(base, wider),
        }

    def _url(self, town: Commune, asked: Likeness) -> str:
        query = likeness_query(town.code, asked, self.state.selected)
        return f"{HOME}/comparables?{query}"


def _scope(found: Comparables) -> str:
    bounds = found.asked.bounds(found.base.population or 0)
    if bounds is None:
        return text("practices.like_anyrange")
    low, high = map(french_number, bounds)
    return text("practices.like_range", low=low, high=high)


def _row(town: Commune, found: Comparables, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "name": town.label,
        "population": french_number(town.population or 0),
        "epci": _epci(town),
        "region": town.departement.region.replace("'", "’"),
        "role": town.role or text("practices.like_no_role"),
        "sheets": [
            Link(project.subject, sheet_path(project.id))
            for project in catalogue.of(found.sheets.get(town.code, ()))
        ],
    }


def _facts(town: Commune) -> list[str]:
    facts = [
        text("practices.inhabitants", number=french_number(town.population or 0)),
        _epci(town),
        town.departement.region.replace("'", "’"),
        town.role,
    ]
    return [fact for fact in facts if fact]


def _epci(town: Commune) -> str:
    kind = town.intercommunality
    return text(f"practices.kind_{kind.kind}") if kind else ""
