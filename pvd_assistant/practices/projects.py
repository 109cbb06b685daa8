"""A project sheet of the index as one thing: its towns, its figures, its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from pvd_assistant.index.filters import key
from pvd_assistant.index.passages import DocumentRecord
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Metadata, Passage
from pvd_assistant.practices.facts import (
    Cost,
    Sections,
    Stage,
    read_cost,
    read_stage,
    read_years,
)
from pvd_assistant.territory.communes import Departement, Territory

#: Between the places and the subject in a sheet's title: « Joigny (Yonne) — Rénover… ».
_DASH = " — "


@dataclass(frozen=True, slots=True)
class Project:
    """What one sheet tells.

    :ivar id: the document's id.
    :ivar subject: the title without its places.
    :ivar communes: names of the towns; none when the sheet is about a whole département.
    :ivar departements: codes and names; two for a project astride a boundary.
    :ivar population: inhabitants of the largest of its towns.
    :ivar summary: a sentence of the sheet that says what was done, word for word.
    :ivar sections: name of a section → its sentences, word for word.
    :ivar years: years in which something happened or is planned, in order.
    """

    id: str
    metadata: Metadata
    subject: str
    communes: tuple[str, ...]
    insee: tuple[str, ...]
    departements: tuple[tuple[str, str], ...]
    region: str
    population: int | None
    summary: str
    sections: Sections
    cost: Cost | None
    years: tuple[int, ...]
    stage: Stage | None

    @property
    def place(self) -> str:
        """« Lagnieu, Meximieux (Ain) »; the départements alone when no town is named."""
        within = " et ".join(name for _, name in self.departements) or self.region
        return f"{', '.join(self.communes)} ({within})" if self.communes else within

    def to_dict(self) -> dict[str, Any]:
        """Return the project as JSON-ready data."""
        meta = self.metadata
        return {
            "id": self.id,
            "title": meta.title,
            "subject": self.subject,
            "communes": list(self.communes),
            "insee": list(self.insee),
            "departements": [{"code": code, "name": name} for code, name in self.departements],
            "region": self.region,
            "population": self.population,
            "themes": list(meta.themes),
            "partners": list(meta.partners),
            "summary": self.summary,
            "stage": self.stage and asdict(self.stage),
            "cost": self.cost and asdict(self.cost),
            "years": list(self.years),
            "updated": meta.updated.isoformat(),
            "sources": [asdict(source) for source in meta.sources],
        }


def read_projects(index: Index, territory: Territory) -> Iterator[Project]:
    """Read every sheet of kind « projet », in the order of the index."""
    for record in index.documents.values():
        if record.metadata.kind == "projet":
            yield _read(record, index.passages_of(record.id), territory)


def sentences(passages: tuple[Passage, ...]) -> Sections:
    """Return the sentences of each section of a sheet, by the name of the section."""
    found: dict[str, list[str]] = {}
    for passage in passages:
        name = _section_names().get(key(passage.headings[0])) if passage.headings else None
        if name is not None:
            found.setdefault(name, []).extend(_plain(passage))
    return {name: tuple(texts) for name, texts in found.items()}


def _read(record: DocumentRecord, passages: tuple[Passage, ...], territory: Territory) -> Project:
    meta = record.metadata
    place = meta.place
    told = sentences(passages)
    title, dash, subject = meta.title.partition(_DASH)
    return Project(
        id=record.id,
        metadata=meta,
        subject=subject if dash else title,
        communes=place.communes if place else (),
        insee=place.insee if place else (),
        departements=tuple((d.code, _typeset(d.name)) for d in _departements(meta, territory)),
        region=_typeset((place and place.region) or ""),
        population=place.population if place else None,
        summary=_summary(told, passages),
        sections=told,
        cost=read_cost(told),
        years=read_years(told),
        stage=read_stage(told),
    )


def _departements(meta: Metadata, territory: Territory) -> tuple[Departement, ...]:
    """Return the départements of the towns; without towns, the one the sheet names."""
    place = meta.place
    towns = [territory.by_code(code) for code in (place.insee if place else ())]
    found = {town.departement.code: town.departement for town in towns if town is not None}
    if not found and place is not None and place.departement:
        named = territory.departement_named(place.departement)
        found = {named.code: named} if named else {}
    return tuple(found[code] for code in sorted(found))


def _summary(told: Sections, passages: tuple[Passage, ...]) -> str:
    """Return what the town did: « En clair » opens with the situation and goes on with the action."""
    texts = told.get("summary") or [text for passage in passages[:1] for text in _plain(passage)]
    return texts[min(1, len(texts) - 1)] if texts else ""


def _plain(passage: Passage) -> list[str]:
    return [passage.unit_text(unit) for unit in passage.units]


def _typeset(name: str) -> str:
    return name.replace("'", "’")


@cache
def _section_names() -> dict[str, str]:
    return {title: name for name, title in load_data("practices/facts")["sections"].items()}
