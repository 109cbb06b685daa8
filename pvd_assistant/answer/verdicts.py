"""Verdicts that a rule or a table settles: is this town in the programme, could that one enter it?

The wording and the rules are in ``data/verdicts.yaml``. A verdict cites the sentence of the rule and the
row of the table; when the index does not hold them, there is no verdict and the passages speak alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.composing import Draft
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.french import french_number
from pvd_assistant.index.store import Index
from pvd_assistant.messages import load_data
from pvd_assistant.model import Passage, Status, Turn
from pvd_assistant.territory.communes import Commune, Territory

_FEWEST, _MOST = 20, 3_000_000  # a number of inhabitants, not a year or an amount


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule or a table says.

    :ivar drafts: the verdict, then the sentences that go with it; empty for a question back.
    :ivar ask: question to ask the user (« lequel ? »).
    :ivar complete: nothing found elsewhere needs to be added.
    """

    status: Status
    drafts: tuple[Draft, ...] = ()
    ask: str = ""
    complete: bool = True


@cache
def _data() -> Any:
    return load_data("verdicts")


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


def verdict(
    question: Understanding,
    places: Places,
    history: Sequence[Turn],
    index: Index,
    territory: Territory,
) -> Verdict | None:
    """Return the verdict a question calls for, if it calls for one and its proofs are indexed."""
    folded = fold(question.core)
    asks_membership = _asks_membership(question, history, folded)
    if asks_membership and places.mentions:
        return _membership(places, index, territory)
    if _rule("other_offer").search(folded) or not _rule("programme").search(folded):
        return None
    if not _rule("enter").search(folded):
        return None
    population = population_in(folded)
    if population is not None:
        return _size(population, folded, index)
    towns = [m.communes[0] for m in places.mentions if len(m.communes) == 1]
    if towns:
        return _town(towns[0], index, territory)
    return _closed(index) if _rule("open").search(folded) else None


def population_in(folded: str) -> int | None:
    """Return the number of inhabitants a folded question gives, if it gives one."""
    for name in ("population", "about", "thousands"):
        for match in _rule(name).finditer(folded):
            value = int(re.sub(r"\D", "", match.group(1))) * (1000 if name == "thousands" else 1)
            if _FEWEST <= value <= _MOST:
                return value
    return None


def _asks_membership(question: Understanding, history: Sequence[Turn], folded: str) -> bool:
    if _rule("other_offer").search(folded):
        return False
    if _rule("membership").search(folded):
        return True
    users = [fold(turn.content) for turn in history if turn.role == "user"]
    bare = len(folded.split()) <= 6
    return bool(question.follow_up and bare and users and _rule("membership").search(users[-1]))


def _membership(places: Places, index: Index, territory: Territory) -> Verdict | None:
    drafts: list[Draft] = []
    absent = present = False
    for mention in places.mentions:
        candidates = [territory.today(c) for c in mention.communes]
        listed = [c for c in candidates if c.listed]
        if len({c.code for c in candidates}) > 1 and len(listed) != 1:
            return _ask_which(mention.text, mention.communes)
        commune = (listed or candidates)[0]
        former = mention.communes[0] if mention.communes[0].parent else None
        draft = _listed(commune, former, index) if commune.listed else _absent(commune, index)
        if draft is None:
            return None
        drafts.append(draft)
        present, absent = present or bool(commune.listed), absent or not commune.listed
    closing = (["present"] if present else []) + (["absent"] if absent else []) + ["map"]
    return Verdict(
        "partial" if absent and not present else "answered",
        (*drafts, *_sentences(closing, index)),
        complete=not absent,
    )


def _listed(commune: Commune, former: Commune | None, index: Index) -> Draft | None:
    row = _row(index, commune.code)
    if row is None:
        return None
    said: str = _data()["texts"]["listed"].format(town=commune.label)
    if former is not None:
        merged = _data()["texts"]["merged"].format(former=former.label, town=commune.label)
        said = f"{said} {merged}"
    return Draft(said, (row,), computed=True)


def _absent(commune: Commune, index: Index) -> Draft | None:
    ceiling: int = _data()["ceiling"]
    large = (commune.population or 0) >= ceiling
    proof = _proof("size" if large else "absent", index)
    if proof is None:
        return None
    template = _data()["texts"]["town_too_large" if large else "not_listed"]
    said = template.format(town=commune.label, population=french_number(commune.population or 0))
    return Draft(said, (proof[0],), computed=True)


def _size(population: int, folded: str, index: Index) -> Verdict | None:
    large, tiny = population >= _data()["ceiling"], population < _data()["village"]
    small = tiny and bool(re.search(r"\bpeti|\bplancher|\bminimum", folded))
    kind = "too_large" if large else "small" if small else "fits"
    proof = _proof("size" if large or not small else "floor", index)
    if proof is None:
        return None
    said = _data()["texts"][kind].format(population=french_number(population))
    first = Draft(said, (proof[0],), computed=True)
    names = ["cities"] if large else ["floor"] if small else []
    names += ["closed", "contact", "villages" if tiny else "ort"]
    if _rule("intercommunality").search(folded):
        names.insert(0, "pair")
    return Verdict("answered", (first, *_sentences(names, index)))


def _closed(index: Index) -> Verdict | None:
    sentences = _sentences(["closed", "contact", "ort", "villages"], index)
    return Verdict("answered", tuple(sentences)) if sentences else None


def _town(commune: Commune, index: Index, territory: Territory) -> Verdict | None:
    today = territory.today(commune)
    if today.listed:
        draft = _listed(today, commune if commune.parent else None, index)
        closing = _sentences(["present", "map"], index)
        return Verdict("answered", (draft, *closing)) if draft else None
    population = today.population or 0
    large = population >= _data()["ceiling"]
    proofs = [p for p in (_proof("size", index), _proof("absent", index)) if p]
    if not proofs:
        return None
    template = _data()["texts"]["town_too_large" if large else "town_fits"]
    said = template.format(town=today.label, population=french_number(population))
    first = Draft(said, tuple(dict.fromkeys(p[0] for p in proofs)), computed=True)
    names = ["cities"] if large else ["closed", "contact", "absent", "ort"]
    return Verdict("answered", (first, *_sentences(names, index)))


def _ask_which(name: str, communes: Iterable[Commune]) -> Verdict:
    towns = ", ".join(c.label for c in list(communes)[:6])
    return Verdict("clarify", ask=_data()["texts"]["which"].format(name=name, towns=towns))


def _sentences(names: Iterable[str], index: Index) -> list[Draft]:
    """Return the sentences of the rules, word for word."""
    found = []
    for name in names:
        proof = _proof(name, index)
        if proof is not None:
            found.append(Draft(proof[1], (proof[0],)))
    return found


def _proof(name: str, index: Index) -> tuple[Passage, str] | None:
    """Return the passage of a rule and its sentence."""
    rule = _data()["proofs"][name]
    wanted = fold(rule["holds"])
    for passage in index.passages_of(rule["document"]):
        for unit in passage.units:
            sentence = passage.unit_text(unit)
            if wanted in fold(sentence):
                return passage, sentence
    return None


def _row(index: Index, code: str) -> Passage | None:
    """Return the passage of the table that holds a commune's row."""
    cell = f"| {code} |"
    return next((p for p in index.passages_of(_data()["table"]) if cell in p.text), None)
