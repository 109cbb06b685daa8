"""Programme towns like a given one, by criteria that the reader sets, and the projects they led.

The order is that of :func:`pvd_assistant.territory.similar.likeness`; the criteria decide who is in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pvd_assistant.practices.catalogue import Catalogue
from pvd_assistant.practices.projects import Project
from pvd_assistant.territory.communes import Commune
from pvd_assistant.territory.similar import likeness

Ratio = Literal["35", "70", "100", "all"]
RATIOS: tuple[Ratio, ...] = get_args(Ratio)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a town must share with the base to be listed.

    :ivar ratio: how many percent larger it may be (and as many times smaller); ``"all"``: no limit.
    :ivar epci: same nature of intercommunality.
    :ivar region: same region.
    :ivar role: same administrative role.
    :ivar with_sheet: it has a project sheet.
    """

    ratio: Ratio = "35"
    epci: bool = False
    region: bool = False
    role: bool = False
    with_sheet: bool = False

    def bounds(self, population: int) -> tuple[int, int] | None:
        """Return the smallest and largest populations kept; ``None`` without a limit."""
        if self.ratio == "all":
            return None
        times = 1 + int(self.ratio) / 100
        return math.ceil(population / times), math.floor(population * times)


@dataclass(frozen=True, slots=True)
class Comparables:
    """Towns like another one, most alike first.

    :ivar sheets: code of a town → ids of the sheets about it.
    :ivar projects: their projects, those of the town most alike first.
    :ivar looser: when there is no town: criterion removed → number of towns then.
    """

    base: Commune
    asked: Likeness
    towns: tuple[Commune, ...]
    sheets: Mapping[str, tuple[str, ...]]
    projects: tuple[Project, ...]
    looser: Mapping[str, tuple[Likeness, int]]


def comparables(base: Commune, asked: Likeness, catalogue: Catalogue) -> Comparables:
    """List the programme towns like ``base`` and their projects.

    :param base: a commune of today whose population is known.
    """
    sheets = _sheets(catalogue)
    others = [c for c in catalogue.territory.members() if c.code != base.code and c.population]
    kept = [town for town in others if _meets(town, base, asked, sheets)]
    towns = tuple(sorted(kept, key=lambda town: (-likeness(base, town), town.code)))
    looser = {}
    if not towns:
        for name, other in _looser(asked).items():
            number = sum(_meets(town, base, other, sheets) for town in others)
            if number:
                looser[name] = (other, number)
    named = [name for town in towns for name in sheets.get(town.code, ())]
    return Comparables(base, asked, towns, sheets, catalogue.of(named), looser)


def _meets(
    town: Commune, base: Commune, asked: Likeness, sheets: Mapping[str, tuple[str, ...]]
) -> bool:
    bounds = asked.bounds(base.population or 0)
    return (
        (bounds is None or bounds[0] <= (town.population or 0) <= bounds[1])
        and (not asked.epci or _kind(town) == _kind(base))
        and (not asked.region or town.departement.region == base.departement.region)
        and (not asked.role or town.role == base.role)
        and (not asked.with_sheet or town.code in sheets)
    )


def _looser(asked: Likeness) -> dict[str, Likeness]:
    found: dict[str, Likeness] = {}
    if asked.ratio != "all":
        found["ratio"] = replace(asked, ratio="all")
    if asked.epci:
        found["epci"] = replace(asked, epci=False)
    if asked.region:
        found["region"] = replace(asked, region=False)
    if asked.role:
        found["role"] = replace(asked, role=False)
    if asked.with_sheet:
        found["sheet"] = replace(asked, with_sheet=False)
    return found


def _sheets(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for project in catalogue.projects.values():
        for code in project.insee:
            town = catalogue.territory.by_code(code)
            if town is not None:
                today = catalogue.territory.today(town).code
                found[today] = (*found.get(today, ()), project.id)
    return found


def _kind(commune: Commune) -> str:
    return commune.intercommunality.kind if commune.intercommunality else ""
