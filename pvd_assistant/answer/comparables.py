"""Towns like mine: programme towns and project sheets nearest by size, intercommunality, region, role."""

from __future__ import annotations

from collections.abc import Iterator

from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.proofs import proof, said, town_row
from pvd_assistant.answer.verdict import Verdict
from pvd_assistant.french import french_number
from pvd_assistant.index.analysis import term_set
from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters, Passage
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.similar import Comparison, likeness, towns_like

_TOWNS = 5
_PROJECTS = 3


def comparables(subject: str, places: Places, index: Index, territory: Territory) -> Verdict | None:
    """List the programme towns like the one named, with the criteria, then their projects.

    :param subject: what the projects must be about; empty when only the towns are asked for.
    """
    base = _base(places, territory)
    if base is None:
        return Verdict("clarify", ask=said("like_whom"), family="commune")
    comparison = towns_like(base, territory, _TOWNS)
    lead = proof("like", index)
    if comparison is None or lead is None:
        return None
    first = Draft(_criteria(comparison), (lead[0],), computed=True)
    towns = list(_towns(comparison, index))
    projects = list(_projects(subject, comparison, index, territory))
    widened = [Draft(said("no_project"), (lead[0],), computed=True)] if not projects else []
    drafts = (first, *projects, *widened, *towns) if subject else (first, *towns, *projects)
    return Verdict("answered", drafts, family="project" if subject else "commune")


def _base(places: Places, territory: Territory) -> Commune | None:
    sure = [m.communes[0] for m in places.mentions if len({c.code for c in m.communes}) == 1]
    named = sure or [m.communes[0] for m in places.mentions if m.communes[0].listed]
    found = named or list(places.earlier[:1])
    return territory.today(found[0]) if found else None


def _criteria(comparison: Comparison) -> str:
    text = said(
        "like",
        town=_described(comparison.base),
        lowest=french_number(comparison.lowest),
        highest=french_number(comparison.highest),
    )
    if comparison.widened:
        text = f"{text} {said(f'widened_{comparison.widened}')}"
    return text


def _described(town: Commune) -> str:
    """« Belley (Ain), 9 388 habitants, CC Bugey Sud, Auvergne-Rhône-Alpes »."""
    parts = [
        town.label,
        said("inhabitants", population=french_number(town.population or 0)),
        town.epci,
        town.departement.region,
        town.role,
    ]
    return ", ".join(part for part in parts if part).replace("'", "’")


def _towns(comparison: Comparison, index: Index) -> Iterator[Draft]:
    for town in comparison.towns:
        row = town_row(town.code, index)
        if row is not None:
            yield Draft(_described(town), (row,), computed=True, bullet=True)


def _projects(
    subject: str, comparison: Comparison, index: Index, territory: Territory
) -> Iterator[Draft]:
    """Quote the sheets of towns of that size: those on the subject, or the towns most alike."""
    if subject:
        range_ = (comparison.lowest, comparison.highest)
        filters = Filters(kinds=("projet",), population=range_)
        hits = index.search(subject, filters=filters, limit=6 * _PROJECTS)
        best = {hit.passage.document: hit.passage for hit in reversed(hits)}
        passages = list(dict.fromkeys(best[hit.passage.document] for hit in hits))
    else:
        sheets = map(index.passages_of, _nearest(comparison, index, territory))
        passages = [sheet[0] for sheet in sheets if sheet]
    for passage in passages[:_PROJECTS]:
        yield Draft(_quoted(passage, subject), (passage,), bullet=True)


def _nearest(comparison: Comparison, index: Index, territory: Territory) -> list[str]:
    found: list[tuple[float, str]] = []
    for document in index.documents.values():
        place = document.metadata.place
        if document.metadata.kind != "projet" or place is None:
            continue
        towns = [t for t in map(territory.by_code, place.insee) if t is not None]
        near = [t for t in towns if comparison.holds(t) and t.code != comparison.base.code]
        if near:
            best = max(likeness(comparison.base, town) for town in near)
            found.append((-best, document.id))
    return [name for _, name in sorted(found)]


def _quoted(passage: Passage, subject: str) -> str:
    """Return the sentence with most words of the subject; without one, what the town did.

    A project sheet opens with the situation and goes on with what was done.
    """
    texts = [passage.unit_text(unit) for unit in passage.units]
    if not subject:
        return texts[min(1, len(texts) - 1)]
    wanted = term_set(subject)
    return max(texts, key=lambda text: len(wanted & term_set(text)))
