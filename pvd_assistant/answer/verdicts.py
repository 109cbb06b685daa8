"""Questions that a rule or a table settles: membership, eligibility, whom to ask, towns like mine.

The wording and the rules are in ``data/verdicts.yaml``. A verdict cites the sentence of the rule and the
row of the table; when the index does not hold them, there is no verdict and the passages speak alone.
"""

from __future__ import annotations

import re
from functools import cache

from pvd_assistant.answer.belonging import asks_belonging, other_programmes
from pvd_assistant.answer.census import census
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.comparables import comparables
from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.dialogue import says_ours
from pvd_assistant.answer.membership import (
    ask_which,
    found_date,
    is_listed,
    membership,
    unknown_town,
)
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.proofs import data, prefecture_row, proof, said, sentences
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.answer.verdict import Verdict
from pvd_assistant.french import french_date, french_number
from pvd_assistant.index.store import Index
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.prefectures import prefecture_of

_BARE = 6  # words of a message that only names a town, or asks about the user's
_FEWEST, _MOST = 20, 3_000_000  # a number of inhabitants, not a year or an amount


def verdict(
    question: Understanding,
    places: Places,
    index: Index,
    territory: Territory,
) -> Verdict | None:
    """Return the verdict a question calls for, if it calls for one and its proofs are indexed."""
    folded = fold(question.core)
    if _rule("like").search(folded):
        subject = _rule("subject").search(folded)
        return comparables(subject["subject"] if subject else "", places, index, territory)
    if (counted := census(question, places, index, territory)) is not None:
        return counted
    if _rule("news").search(folded) and not places.mentions:
        return _news(index)
    if _asks_whom(folded, places):
        return _contact(places, index, territory)
    if places.mentions:
        if asks_belonging(question, places, other_offer()) or _goes_on(question, folded):
            return membership(places, index, territory, other_programmes(folded))
    elif _asks_membership(folded) or _goes_on(question, folded):
        if (unknown := unknown_town(question.core, territory)) is not None:
            return unknown
        if says_ours(question.text) and len(question.text.split()) <= _BARE:
            return Verdict("clarify", ask=said("which_ours"), complete=False)
    return _eligibility(folded, places, index, territory)


def population_in(folded: str) -> int | None:
    """Return the number of inhabitants a folded question gives, if it gives one."""
    for name in ("population", "about", "thousands"):
        for match in _rule(name).finditer(folded):
            value = int(re.sub(r"\D", "", match.group(1))) * (1000 if name == "thousands" else 1)
            if _FEWEST <= value <= _MOST:
                return value
    return None


def other_offer() -> re.Pattern[str]:
    """Return what shows, in a folded question, that it is about an aid."""
    return _rule("other_offer")


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(data()[name])


def _asks_membership(folded: str) -> bool:
    other = _rule("other_offer").search(folded)
    return not other and bool(_rule("membership").search(folded))


def _goes_on(question: Understanding, folded: str) -> bool:
    """Tell whether a message asks of another town what was asked before (« et Mâcon ? »)."""
    if not question.follow_up or len(question.text.split()) > _BARE:
        return False
    before = fold(question.swapped or question.subject)
    return not _rule("other_offer").search(folded) and bool(_rule("membership").search(before))


def _asks_whom(folded: str, places: Places) -> bool:
    return len(places.concerned) == 1 and bool(_rule("whom").search(folded))


def _eligibility(folded: str, places: Places, index: Index, territory: Territory) -> Verdict | None:
    population = population_in(folded)
    if _rule("other_offer").search(folded):
        return None
    named = bool(_rule("programme").search(folded))
    if named and _rule("outside").search(folded):
        return _closed(index) if _rule("open").search(folded) else _outside(population, index)
    if not _rule("enter").search(folded):
        return None
    if not named and not (population is not None and _rule("enter_bare").search(folded)):
        return None
    if _rule("intercommunality").search(folded) and not _rule("commune").search(folded):
        return _intercommunality(index)
    if population is not None:
        return _size(population, folded, index)
    towns = [m.communes[0] for m in places.mentions if len(m.communes) == 1]
    if towns:
        return _town(towns[0], index, territory)
    homonyms = next((m for m in places.mentions if len(m.communes) > 1), None)
    if homonyms is not None:
        return ask_which(homonyms.text, homonyms.communes)
    return _closed(index) if _rule("open").search(folded) else None


def _news(index: Index) -> Verdict | None:
    """Quote the latest dated facts, newest first, as the chronology keeps them."""
    rule = data()["latest"]
    found = [
        Draft(passage.unit_text(unit), (passage,), bullet=True)
        for passage in index.passages_of(rule["document"])
        if any(fold(rule["section"]) in fold(heading) for heading in passage.headings)
        for unit in passage.units
    ]
    return Verdict("answered", tuple(found[: rule["most"]]), family="programme") if found else None


def _contact(places: Places, index: Index, territory: Territory) -> Verdict | None:
    departement = places.concerned[0]
    row = prefecture_row(departement.code, index)
    if row is None:
        return None
    office = prefecture_of(departement, territory)
    text = said("office", name=office.name, town=office.town, page=office.page)
    closing = sentences(["delegate", "door", "ddt"], index)
    return Verdict("answered", (Draft(text, (row,), computed=True), *closing), family="procedure")


def _size(population: int, folded: str, index: Index) -> Verdict | None:
    large, tiny = population >= data()["ceiling"], population < data()["village"]
    small = tiny and bool(_rule("too_small").search(folded))
    kind = "too_large" if large else "small" if small else "fits"
    found = proof("size" if large or not small else "floor", index)
    if found is None:
        return None
    text = said(kind, population=french_number(population))
    first = Draft(text, (found[0],), computed=True)
    names = ["cities"] if large else ["floor"] if small else []
    names += ["closed", "contact", "villages" if tiny else "ort"]
    if _rule("intercommunality").search(folded):
        names.insert(0, "pair")
    return Verdict("answered", (first, *sentences(names, index)))


def _intercommunality(index: Index) -> Verdict | None:
    found = sentences(["pair", "signed", "closed", "contact", "ort"], index)
    return Verdict("answered", tuple(found)) if found else None


def _outside(population: int | None, index: Index) -> Verdict | None:
    small = population is None or population < data()["village"]
    names = ["ort", *(["villages"] if small else []), "support", "contact"]
    found = sentences(names, index)
    return Verdict("answered", tuple(found)) if found else None


def _closed(index: Index) -> Verdict | None:
    found = sentences(["closed", "doubt", "contact", "ort", "villages"], index)
    return Verdict("answered", tuple(found)) if found else None


def _town(commune: Commune, index: Index, territory: Territory) -> Verdict | None:
    today = territory.today(commune)
    if today.listed:
        draft = is_listed(today, commune if commune.parent else None, index)
        closing = sentences(["present", "map"], index)
        return Verdict("answered", (draft, *closing)) if draft else None
    population = today.population or 0
    large = population >= data()["ceiling"]
    proofs = [p for p in (proof("size", index), proof("absent", index)) if p]
    if not proofs:
        return None
    text = said(
        "town_too_large" if large else "town_fits",
        town=today.label,
        population=french_number(population),
        date=french_date(found_date(index)),
    )
    first = Draft(text, tuple(dict.fromkeys(p[0] for p in proofs)), computed=True)
    names = ["cities"] if large else ["closed", "contact", "absent", "ort"]
    return Verdict("answered", (first, *sentences(names, index)))
