"""Is this town in the programme? Settled by the official list, whose row is cited."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.proofs import data, proof, said, sentences, town_row
from pvd_assistant.answer.verdict import Verdict
from pvd_assistant.french import french_date, french_number
from pvd_assistant.index.store import Index
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.names import name_key


def membership(
    places: Places, index: Index, territory: Territory, others: Iterable[str] = ()
) -> Verdict | None:
    """Say of each town named whether the list holds it; ask which one when homonyms differ.

    :param others: proofs that say what the other programmes of the question are.
    """
    drafts: list[Draft] = []
    absent: list[Commune] = []
    for mention in places.mentions:
        candidates = [territory.today(c) for c in mention.communes]
        listed = [c for c in candidates if c.listed]
        if len({c.code for c in candidates}) > 1 and len(listed) != 1:
            return ask_which(mention.text, mention.communes)
        commune = (listed or candidates)[0]
        former = mention.communes[0] if mention.communes[0].parent else None
        find = is_listed if commune.listed else _is_absent
        draft = find(commune, former, index)
        if draft is None:
            return None
        drafts.append(draft)
        if not commune.listed:
            absent.append(commune)
    if len(absent) == len(places.mentions):
        closing = dict.fromkeys((*others, *_ways(absent)))
        return Verdict("partial", (*drafts, *sentences(closing, index)), complete=False)
    closing = dict.fromkeys((*others, "present", *(["absent"] if absent else []), "map"))
    return Verdict("answered", (*drafts, *sentences(closing, index)), complete=not absent)


def is_listed(commune: Commune, former: Commune | None, index: Index) -> Draft | None:
    """Return « Oui : … », citing the row of the list."""
    row = town_row(commune.code, index)
    if row is None:
        return None
    text = said("listed", town=commune.label, date=french_date(commune.listed))
    if (commune.population or 0) >= data()["ceiling"]:
        over = said(
            "listed_over", town=commune.label, population=french_number(commune.population or 0)
        )
        text = f"{text} {over}"
    return Draft(_with_merger(text, former, commune), (row,), computed=True)


def unknown_town(question: str, territory: Territory) -> Verdict | None:
    """Ask again when the question is about a town whose name no commune has."""
    name = _named(question)
    if name is None or territory.knows(name_key(name)):
        return None
    near = territory.proposals(name)
    if not near:
        return Verdict("clarify", ask=said("no_such_town", name=name))
    towns = ", ".join(commune.label for commune in near)
    return Verdict("clarify", ask=said("meant", name=name, towns=towns))


def ask_which(name: str, communes: Iterable[Commune]) -> Verdict:
    """Ask which of several communes of the same name is meant."""
    towns = ", ".join(c.label for c in list(communes)[:6])
    return Verdict("clarify", ask=said("which", name=name, towns=towns))


def _is_absent(commune: Commune, former: Commune | None, index: Index) -> Draft | None:
    row = town_row(commune.code, index)
    if row is not None:  # a source says that it is in the programme
        convention = row.text[row.text.index(f"| {commune.code} |") :].splitlines()[0]
        told = said(
            "told",
            town=commune.label,
            date=french_date(found_date(index)),
            convention=convention.strip(" |").split(" | ")[-1],
        )
        return Draft(_with_merger(told, former, commune), (row,), computed=True)
    large = (commune.population or 0) >= data()["ceiling"]
    found = proof("size" if large else "absent", index)
    if found is None:
        return None
    text = said(
        "town_too_large" if large else "not_listed",
        town=commune.label,
        population=french_number(commune.population or 0),
        date=french_date(found_date(index)),
    )
    return Draft(_with_merger(text, former, commune), (found[0],), computed=True)


def found_date(index: Index) -> str:
    """Return the date of the list that the index holds (ISO), ``""`` when it holds none."""
    document = index.documents.get(data()["table"])
    return str(document.metadata.sources[0].date or "") if document else ""


def _with_merger(text: str, former: Commune | None, town: Commune) -> str:
    if former is None:
        return text
    return f"{text} {said('merged', former=former.label, town=town.label)}"


def _ways(absent: list[Commune]) -> list[str]:
    """Names of the rules that tell what a town outside the list can do."""
    sizes = [commune.population or 0 for commune in absent]
    if min(sizes) >= data()["ceiling"]:
        return ["absent", "cities", "ort", "map"]
    return ["absent", "contact", "villages" if max(sizes) < data()["village"] else "ort", "map"]


def _named(question: str) -> str | None:
    """Return the words that stand where a town's name does, if they look like one."""
    match = _name_rule().search(question)
    if match is None:
        return None
    name = match["name"].strip()
    ordinary = set(data()["not_a_name"].split())
    return None if ordinary & set(fold(name).replace("'", " ").split()) else name


@cache
def _name_rule() -> re.Pattern[str]:
    return re.compile(data()["name"], re.IGNORECASE)
