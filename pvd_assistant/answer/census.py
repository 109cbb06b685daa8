"""« Combien de communes en Bretagne ? », « Lesquelles en Lozère ? »: counted and named from the list.

Any word besides those of such a question (« qui ont une ORT », « de moins de 2 000 habitants ») makes it
another one, which the list does not settle: the words allowed are in ``data/census.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.membership import found_date
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.proofs import proof, sentences, town_row
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.answer.verdict import Verdict
from pvd_assistant.french import french_date, french_number
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Passage
from pvd_assistant.territory.communes import Commune, Departement, Territory
from pvd_assistant.territory.mentions import find_departements, find_regions
from pvd_assistant.territory.names import name_key

_OVERSEAS = "outre-mer"


@dataclass(frozen=True, slots=True)
class Area:
    """A département, a region of today or of before 2016, the overseas.

    :ivar of: its name after « communes »: « de l’Ain », « d’Occitanie ».
    :ivar one: whether it is a single département, whose towns are named.
    """

    of: str
    departements: tuple[Departement, ...]
    one: bool


def census(
    question: Understanding, places: Places, index: Index, territory: Territory
) -> Verdict | None:
    """Return how many towns of an area the list holds, and which; ``None`` for any other question."""
    folded = fold(question.core)
    if not _rule("asks").search(folded) or not _rule("programme").search(folded):
        return None
    areas = _areas(question.text, places, territory)
    if not areas and question.follow_up:
        areas = _areas(question.core, places, territory)
    if not areas or not _asks_nothing_else(folded, places, territory):
        return None
    lead = proof("counted", index)
    if lead is None:
        return None
    drafts = [draft for area in areas for draft in _counted(area, lead[0], index, territory)]
    closing = sentences(["absent", "map"], index)
    return Verdict("answered", (*drafts, *closing), family="commune")


def _areas(text: str, places: Places, territory: Territory) -> list[Area]:
    """Return the areas asked about: those named, or those of the town at stake."""
    plain = _rule("kept_town").sub(" ", fold(text))
    if named := _named(plain, territory):
        return named
    town = _town(places, territory)
    if town is None:
        return []
    if _rule("region").search(plain):
        return [_region(town.departement.region, territory)]
    return [_departement(town.departement)] if _rule("departement").search(plain) else []


def _named(folded: str, territory: Territory) -> list[Area]:
    departements = list(find_departements(folded, territory))
    for match in _rule("code").finditer(folded):
        departements += filter(None, [territory.departements.get(match["code"].upper().zfill(2))])
    if departements:
        return [_departement(d) for d in dict.fromkeys(departements)]
    words = _spaced(folded)
    short = _words()["short"].items()
    regions = [*find_regions(folded, territory), *(r for s, r in short if _spaced(s) in words)]
    if regions:
        return [_region(region, territory) for region in dict.fromkeys(regions)]
    former = [
        name
        for name in _words()["former"]
        if _spaced(name) in words or (name == _OVERSEAS and _overseas().search(folded))
    ]
    if former:
        return [_former(name, territory) for name in former]
    bare = [d for d in territory.departements.values() if _spaced(d.name) in words]
    return [_departement(d) for d in sorted(bare, key=lambda d: -len(d.name))[:1]]


def _spaced(text: str) -> str:
    return f" {name_key(f'x {text}')[2:]} "


def _town(places: Places, territory: Territory) -> Commune | None:
    named = [m.communes[0] for m in places.mentions if len(m.communes) == 1]
    found = named or list(places.earlier[:1])
    return territory.today(found[0]) if found else None


def _departement(departement: Departement) -> Area:
    article = load_data("contact")["articles"][departement.link]
    return Area(f"{article}{_typeset(departement.name)}", (departement,), one=True)


def _region(region: str, territory: Territory) -> Area:
    inside = tuple(d for d in territory.departements.values() if d.region == region)
    of = f"{_words()['of'][region]}{_typeset(region)}"
    return Area(of, inside, one=len(inside) == 1)


def _former(name: str, territory: Territory) -> Area:
    known = _words()["former"][name]
    inside = tuple(territory.departements[code] for code in known["departements"])
    return Area(f"{known['of']}{name}", inside, one=False)


def _asks_nothing_else(folded: str, places: Places, territory: Territory) -> bool:
    """Tell whether every word is one of such a question, once the places are left out."""
    left = _rule("code").sub(" ", _overseas().sub(" ", _rule("kept_town").sub(" ", folded)))
    left = _spaced(left)
    areas = (*territory.regions, *_words()["short"], *_words()["former"])
    names = [*areas, *(d.name for d in territory.departements.values()), *places.names]
    for key in sorted(map(name_key, names), key=len, reverse=True):
        left = left.replace(f" {key} ", " ")
    return set(left.split()) <= _allowed()


def _counted(area: Area, lead: Passage, index: Index, territory: Territory) -> Iterator[Draft]:
    members = [c for c in territory.members() if c.departement in area.departements]
    members.sort(key=lambda commune: name_key(commune.name))
    yield Draft(_count(area, members, index), (lead,), computed=True)
    if area.one:
        names = ", ".join(_typeset(commune.name) for commune in members)
        if members:
            rows = _rows(members, index) or (lead,)
            yield Draft(_said("names", names=names), rows, computed=True)
        return
    for departement in sorted(area.departements, key=lambda one: name_key(one.name)):
        own = [c for c in members if c.departement == departement]
        if own:
            yield Draft(
                _inside(departement, len(own)),
                _rows(own[:1], index) or (lead,),
                computed=True,
                bullet=True,
            )


def _inside(departement: Departement, count: int) -> str:
    key = "departement" if count > 1 else "departement_one"
    return _said(key, name=_typeset(departement.name), count=french_number(count))


def _count(area: Area, members: list[Commune], index: Index) -> str:
    key = "none" if not members else "one" if len(members) == 1 else "many"
    date = french_date(found_date(index))
    return _said(key, count=french_number(len(members)), of=area.of, date=date)


def _rows(communes: Iterable[Commune], index: Index) -> tuple[Passage, ...]:
    found = (town_row(commune.code, index) for commune in communes)
    return tuple(dict.fromkeys(row for row in found if row is not None))


def _typeset(name: str) -> str:
    return name.replace("'", "’")


def _said(key: str, **values: object) -> str:
    template: str = _data()["texts"][key]
    return template.format(**values)


def _data() -> Any:
    return load_data("census")


def _words() -> Any:
    return load_data("territory/regions")


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _overseas() -> re.Pattern[str]:
    return re.compile(_words()["overseas"])


@cache
def _allowed() -> frozenset[str]:
    return frozenset(_data()["allowed"].split())
