"""What the pages of results and of one sheet show: everything is worked out here, templates only lay out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from pvd_assistant.messages import text
from pvd_assistant.practices import facets, wording
from pvd_assistant.practices.catalogue import Catalogue, Found, Loosening, Match, Value
from pvd_assistant.practices.comparables import Likeness
from pvd_assistant.practices.projects import Project
from pvd_assistant.web import links
from pvd_assistant.web.marking import excerpt
from pvd_assistant.web.practices_address import (
    HOME,
    NAMES,
    ORDER_NAMES,
    VIEWS,
    State,
    likeness_query,
)
from pvd_assistant.web.practices_charts import heat_view, map_view

#: Cards on a page.
_CARDS = 20
#: Facets open from the start; the others open when something is chosen in them.
_OPEN = ("theme", "region", "size")
#: Facets whose rare values are put away.
_LONG = ("partner",)


@dataclass(frozen=True, slots=True)
class Link:
    """A link that changes the page, and whether it is where one already is."""

    label: str
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """A facet of the form.

    :ivar param: name of its values in the address.
    :ivar values: values shown; ``rare`` those put away.
    """

    param: str
    label: str
    hint: str
    values: Sequence[Value]
    rare: Sequence[Value]
    open: bool
    chosen: int


@dataclass(frozen=True, slots=True)
class Card:
    """A project in a list."""

    project: Project
    url: str
    ticked: bool
    facts: Sequence[str]
    sentence: str
    section: str
    passage_url: str


def results_view(catalogue: Catalogue, state: State) -> dict[str, Any]:
    """Return what the page of results shows."""
    found = catalogue.search(state.criteria)
    picked = catalogue.of(state.selected)
    state = state.selecting(project.id for project in picked)
    listed = [Match(project) for project in picked] if state.view == "selection" else found.matches
    last = max(1, -(-len(listed) // _CARDS))
    state = state.at(min(state.page, last))
    shown = listed[(state.page - 1) * _CARDS : state.page * _CARDS]
    cards = [card(match, state) for match in shown] if state.view in ("liste", "selection") else []
    on_page = {one.project.id for one in cards}
    return {
        "title": text("practices.title"),
        "state": state,
        "found": found,
        "picked": picked,
        "panels": [_panel(facet, found) for facet in facets.names() if found.counts[facet]],
        "chips": list(_chips(catalogue, state)),
        "views": [_view_link(state, view, len(picked)) for view in VIEWS],
        "orders": [
            Link(text(f"practices.order_{order}"), name, order == state.criteria.order)
            for order, name in ORDER_NAMES.items()
        ],
        "cards": cards,
        "off_page": [project.id for project in picked if project.id not in on_page],
        "pages": [Link(str(n), state.at(n).url(), n == state.page) for n in range(1, last + 1)],
        "loosenings": []
        if found.matches
        else [_loosening(one, state) for one in catalogue.loosen(state.criteria)],
        "map": map_view(catalogue, found, state) if state.view == "carte" else None,
        "heat": heat_view(catalogue, state) if state.view == "themes" else None,
        "clear_url": State(selected=state.selected, view=state.view).url(),
        "unselected_url": state.selecting(()).seen_as(VIEWS[0]).url(),
        "selection_url": state.seen_as("selection").url(),
        "comparables_url": State(selected=state.selected).url(f"{HOME}/comparables"),
        "list_url": state.seen_as("liste").url(),
        "counted": wording.counted,
        "summary": _summary(found, len(picked) if state.view == "selection" else None),
    }


def sheet_view(catalogue: Catalogue, document: str, state: State) -> dict[str, Any]:
    """Return what the page of one sheet shows."""
    project = catalogue.projects[document]
    titles = {t for p in catalogue.index.passages_of(document) for t in p.headings}
    towns = [
        (name, f"{HOME}/comparables?{likeness_query(code, Likeness())}")
        for name, code in zip(project.communes, project.insee, strict=False)
    ]
    picked = [one.id for one in catalogue.of(state.selected)]
    ticked = document in picked
    others = [name for name in picked if name != document]
    return {
        "title": project.metadata.title,
        "project": project,
        "state": state,
        "ticked": ticked,
        "toggle_url": state.selecting(others if ticked else [*picked, document]).url(
            sheet_path(document)
        ),
        "back_url": state.url(),
        "population": wording.population(project),
        "stage": wording.stage(project),
        "years": wording.years(project),
        "cost": wording.cost(project),
        "towns": towns,
        "parts": [excerpt(part.text, headings=titles) for part in catalogue.index.parts(document)],
        "file_url": links.document_url(document),
    }


def card(match: Match, state: State) -> Card:
    """Return a project as a card."""
    project = match.project
    passage = match.passage
    return Card(
        project,
        state.url(sheet_path(project.id)),
        project.id in state.selected,
        [fact for fact in _facts(project) if fact],
        match.sentence,
        passage.headings[-1] if passage and passage.headings else "",
        links.passage_url(passage) if passage else "",
    )


def sheet_path(document: str) -> str:
    """Return the path of the page of a sheet."""
    return f"{HOME}/fiche/{quote(document)}"


def _facts(project: Project) -> Iterator[str]:
    yield wording.population(project)
    yield wording.years(project)
    yield wording.stage(project)
    if amount := wording.cost(project):
        yield text("practices.cost", amount=amount)


def _summary(found: Found, picked: int | None) -> str:
    """Return the title of the results; that of the selection when ``picked`` is given."""
    if picked is not None:
        return wording.counted("selection", picked)
    if not found.matches:
        return text("practices.found_none")
    return wording.counted("found", len(found.matches))


def _panel(facet: str, found: Found) -> Panel:
    values = found.counts[facet]
    chosen = sum(value.chosen for value in values)
    rare: list[Value] = []
    if facet in _LONG:
        rare = [v for v in values if v.count < 2 and not v.chosen and v.key != facets.UNKNOWN]
    hinted = facet in ("size", "stage", "cost", "year")
    return Panel(
        NAMES[facet],
        text(f"practices.facet_{facet}"),
        text(f"practices.hint_{facet}") if hinted else "",
        [value for value in values if value not in rare],
        rare,
        facet in _OPEN or chosen > 0,
        chosen,
    )


def _chips(catalogue: Catalogue, state: State) -> Iterator[Link]:
    """Give a link that removes each criterion."""
    criteria = state.criteria
    if criteria.words:
        wordless = state.to(replace(criteria, text=""))
        yield Link(f"«\u00a0{criteria.words}\u00a0»", wordless.url())
    for facet, keys in criteria.chosen().items():
        for key in keys:
            label = catalogue.labels.label(facet, key)
            if key == facets.UNKNOWN:
                label = f"{text(f'practices.facet_{facet}')}\u00a0: {label.lower()}"
            yield Link(label, state.to(criteria.toggling(facet, key)).url())


def _view_link(state: State, view: str, picked: int) -> Link:
    label = text(f"practices.view_{view}")
    return Link(
        label, state.seen_as(view).url(), view == state.view, picked if view == "selection" else 0
    )


def _loosening(one: Loosening, state: State) -> Link:
    if one.facet == "text":
        label = text("practices.loosen_text", text=state.criteria.words)
    elif one.change == "drop":
        label = text("practices.loosen_drop", facet=text(f"practices.facet_{one.facet}"))
    else:
        label = text(f"practices.loosen_{one.change}")
    return Link(label, state.to(one.criteria).url(), count=one.count)
