"""What list of sheets a question asks for: « Quelles villes de moins de 2 000 habitants ont… ? ».

Only rules here, all in ``data/listing.yaml``; nothing is searched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.sizes import without_size
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.index.analysis import term_set
from pvd_assistant.messages import load_data
from pvd_assistant.model import Family, Filters

_FAMILIES: dict[str, Family] = {"offre": "offer", "partenaire": "partner", "projet": "project"}
_PROJECT = "projet"
_SENTENCE = re.compile(r"(?<=[.?!;])\s")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A list asked for.

    :ivar kind: kind of documents.
    :ivar subject: what they must be about, folded; empty for all those of a place or a size.
    :ivar example: an example of something was asked for: one is enough, if it is truly about it.
    :ivar fixed: the reader chose a place or a size among the filters: they are not given up.
    """

    kind: str
    subject: str
    filters: Filters
    fixed: bool = False
    example: bool = False

    @property
    def family(self) -> Family:
        """What the list is about."""
        return _FAMILIES[self.kind]

    @property
    def limited(self) -> bool:
        """Whether a place or a size limits the list."""
        kept = self.filters
        return bool(kept.departements or kept.regions or kept.population)


def wanted(question: Understanding, places: Places, filters: Filters) -> Wanted | None:
    """Return the list a question asks for; ``None`` when it asks for anything else."""
    asked = None if question.parts or filters.kinds else _asked(fold(question.core))
    if asked is None:
        return None
    kind, subject = asked
    of_place = kind == _PROJECT
    band, regions = None, list(places.regions)
    if of_place:
        subject, band = without_size(subject)
        subject, others = _without_regions(subject)
        regions += [name for name in others if name not in regions]
    for name in (*places.regions, *(d.name for d in places.departements), *places.names):
        subject = re.sub(rf"\b{re.escape(fold(name))}\b", " ", subject)
    for rule in _patterns("idle") if kind != "offre" else ():
        subject = rule.sub(" ", subject)
    if of_place and (band or regions or places.departements):
        subject = _pattern("always").sub(" ", subject)
    named = tuple(d.name for d in places.departements)
    limited = Filters(
        kinds=(kind,),
        themes=filters.themes,
        pillars=filters.pillars,
        partners=filters.partners,
        departements=(named or filters.departements) if of_place else (),
        regions=(tuple(regions) or filters.regions) if of_place else (),
        population=filters.population or band,
        since=filters.since,
    )
    subject = " ".join(subject.split())
    if question.follow_up and not term_set(subject):  # « Vous avez un exemple dans l’Est ? »
        subject = fold(question.subject)
    fixed = bool(filters.departements or filters.regions or filters.population)
    return Wanted(kind, subject, limited, fixed, example=question.example)


def looks_for_towns(question: Understanding, places: Places) -> bool:
    """Tell whether a question looks for a town, or towns, by what was done."""
    if places.names:
        return False
    rules = _patterns("looked_for")
    asking = (s for s in _SENTENCE.split(fold(question.core)) if any(r.search(s) for r in rules))
    return any(not _pattern("not_looked_for").search(sentence) for sentence in asking)


def population_band(folded: str) -> tuple[int, int] | None:
    """Return the smallest and largest numbers of inhabitants that a folded question gives.

    >>> population_band("des bourgs de moins de 2 000 habitants")
    (0, 1999)
    """
    return without_size(folded)[1]


def _asked(folded: str) -> tuple[str, str] | None:
    """Return the kind of sheets asked for and the rest of the question."""
    match = next(filter(None, (rule.search(folded) for rule in _openings())), None)
    if match is None:
        return None
    rest = _pattern("between").sub("", match["rest"])
    kind = next((k for k, rule in _kinds().items() if rule.fullmatch(match["noun"])), None)
    if kind is None:  # towns
        done = _pattern("deeds").search(rest) and not _pattern("not_deeds").search(rest)
        return (_PROJECT, rest) if done else None
    forms = ["of_sheets"]
    forms += ["of_projects"] if kind == _PROJECT else []
    forms += ["of_partners"] if kind == "partenaire" else []
    if not any(_pattern(form).search(rest) for form in forms):
        return None
    if kind == _PROJECT and _pattern("not_projects").search(rest):
        return None
    return kind, rest


def _without_regions(folded: str) -> tuple[str, list[str]]:
    names: list[str] = []
    for rule in _data()["regions"]:
        folded, found = re.subn(rule["said"], " ", folded)
        names += rule["names"] if found else []
    return folded, names


@cache
def _data() -> Any:
    return load_data("listing")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()[name]))


@cache
def _kinds() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(rule) for kind, rule in _data()["kinds"].items()}


@cache
def _openings() -> tuple[re.Pattern[str], ...]:
    nouns = "|".join((*_data()["kinds"].values(), _data()["towns"]))
    return tuple(re.compile(rule.replace("{nouns}", nouns)) for rule in _data()["asked"])


def list_pattern(name: str) -> re.Pattern[str]:
    """Return one of the lone patterns: ``"over"``, ``"open"``."""
    return _pattern(name)


def list_share(name: str) -> float:
    """Return one of the measured shares: ``"share"``, ``"coverage"``, those of examples."""
    return float(_data()[name])
