"""Facts of a project as a reader sees them: one French string each, « non précisé » when unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pvd_assistant.french import french_date, french_number
from pvd_assistant.messages import text
from pvd_assistant.model import Source
from pvd_assistant.practices.criteria import Criteria
from pvd_assistant.practices.facets import Labels
from pvd_assistant.practices.projects import Project


def counted(key: str, number: int) -> str:
    """Return the singular or plural message for a number (``key_one``, ``key_many``)."""
    return text(f"practices.{key}_{'one' if number < 2 else 'many'}", number=french_number(number))


def years(project: Project) -> str:
    """« 2021 », « 2019 à 2021 »; empty when the sheet names no year."""
    if not project.years:
        return ""
    first, last = project.years[0], project.years[-1]
    return str(first) if first == last else text("practices.years_between", first=first, last=last)


def stage(project: Project) -> str:
    """Return how far the project is; empty when the sheet does not say."""
    return text(f"practices.stage_{project.stage.key}") if project.stage else ""


def cost(project: Project) -> str:
    """Return the cost as written; empty when the sheet states none."""
    return project.cost.text if project.cost and project.cost.whole else ""


def population(project: Project) -> str:
    """« 5 771 habitants (la plus peuplée) »; empty when not known."""
    if project.population is None:
        return ""
    key = "inhabitants_largest" if len(project.communes) > 1 else "inhabitants"
    return text(f"practices.{key}", number=french_number(project.population))


def source(reference: Source) -> str:
    """Return a source in one line: title, publisher, date."""
    date = f", {french_date(reference.date)}" if reference.date else ""
    return f"{reference.title}, {reference.publisher}{date}"


def described(criteria: Criteria, labels: Labels) -> str:
    """Return a search in one French line; empty when nothing is looked for."""
    said: list[str] = []
    if criteria.words:
        said.append(_criterion("text", f"«\u00a0{criteria.words}\u00a0»"))
    for facet, keys in criteria.chosen().items():
        named = text("practices.export_or").join(labels.label(facet, key) for key in keys)
        said.append(_criterion(facet, named))
    return "\u00a0; ".join(said)


def _criterion(facet: str, values: str) -> str:
    return text("practices.export_criterion", facet=text(f"practices.facet_{facet}"), values=values)


#: Name of a column (``practices.column_NAME``) → what it holds for a project.
COLUMNS: Mapping[str, Callable[[Project], str]] = {
    "place": lambda p: ", ".join(p.communes),
    "departement": lambda p: ", ".join(f"{name} ({code})" for code, name in p.departements),
    "region": lambda p: p.region,
    "population": lambda p: str(p.population or ""),
    "subject": lambda p: p.subject,
    "themes": lambda p: ", ".join(p.metadata.themes),
    "summary": lambda p: p.summary,
    "stage": stage,
    "cost": cost,
    "cost_sentence": lambda p: p.cost.sentence if p.cost else "",
    "years": lambda p: ", ".join(map(str, p.years)),
    "partners": lambda p: ", ".join(p.metadata.partners),
    "sources": lambda p: " ; ".join(f"{source(s)} {s.url}" for s in p.metadata.sources),
    "updated": lambda p: p.metadata.updated.isoformat(),
    "id": lambda p: p.id,
}
