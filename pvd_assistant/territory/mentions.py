"""Spot the places named in a question: communes, départements, regions.

A commune's name is often a common word (Bar, Die, Sens) or several at once: what makes it count is in
:mod:`pvd_assistant.territory.evidence`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Commune, Departement, Territory
from pvd_assistant.territory.evidence import Name, areas, could_be_listed, joins, means_a_town
from pvd_assistant.territory.names import name_key

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*['’]?")
_LONGEST = 7
_BEFORE_DEPARTEMENT = (
    "(dans|en|du|de|des|a|departement|prefecture|prefet)( le| la| les| l| d| du| de| des)*"
)
_ELISION = re.compile(r"^(d|l|qu|s|n|j|c)['’]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A commune's name in a text, and the communes it may be (several: homonyms)."""

    text: str
    start: int
    communes: tuple[Commune, ...]


def find_communes(text: str, territory: Territory) -> tuple[Mention, ...]:
    """Return the communes named in ``text``, in order, the longest name at each place.

    A département named in the same text settles homonyms.
    """
    found = _names(text, territory)
    departements = {d.code for d in _departements(text, found, territory)}
    mentions = []
    for start, end in found:
        communes = territory.by_name(text[start:end])
        local = tuple(c for c in communes if c.departement.code in departements)
        mentions.append(Mention(text[start:end], start, local or communes))
    return tuple(mentions)


def find_departements(text: str, territory: Territory) -> tuple[Departement, ...]:
    """Return the départements named in ``text`` (« dans l’Ain », « en Saône-et-Loire », « (71) »).

    « La ville de Mayenne » names a town.
    """
    return _departements(text, _names(text, territory), territory)


def _departements(
    text: str, towns: list[tuple[int, int]], territory: Territory
) -> tuple[Departement, ...]:
    for start, end in towns:
        if name_key(text[start:end]) in areas(territory):
            text = f"{text[:start]}{'_' * (end - start)}{text[end:]}"
    padded, lowered = f" {_folded(text)} ", text.casefold().replace("’", "'")
    named = [
        d
        for d, rule in _departement_rules(territory)
        if rule.search(padded) or f"({d.code})" in text or f"({d.name.casefold()})" in lowered
    ]
    # « Savoie » is inside « Haute-Savoie »: keep the longest names.
    keys = [f" {name_key(d.name)} " for d in named]
    return tuple(
        d
        for d, key in zip(named, keys, strict=True)
        if not any(key != longer and key in longer for longer in keys)
    )


@cache
def _departement_rules(territory: Territory) -> list[tuple[Departement, re.Pattern[str]]]:
    return [
        (d, re.compile(rf" {_BEFORE_DEPARTEMENT} {re.escape(_folded(d.name))} "))
        for d in territory.departements.values()
    ]


def find_regions(text: str, territory: Territory) -> tuple[str, ...]:
    """Return the regions named in ``text``."""
    padded = f" {_folded(text)} "
    return tuple(r for r in territory.regions if f" {_folded(r)} " in padded)


def _folded(text: str) -> str:
    """Fold like :func:`name_key`, but keep a leading article (« La Réunion » is not « réunion »)."""
    return name_key(f"x {text}")[2:]


def _names(text: str, territory: Territory) -> list[tuple[int, int]]:
    """Return where communes are named, those of a list (« Tournus, Gray et Die ») included."""
    seen = [Name.at(text, *window) for window in _windows(text, territory)]
    kept = [means_a_town(name, territory) for name in seen]
    pairs = [(n - 1, n) for n in range(1, len(seen))]
    for one, other in (*pairs, *((after, before) for before, after in reversed(pairs))):
        first, second = sorted((one, other))
        if kept[one] and not kept[other] and joins(text[seen[first].end : seen[second].start]):
            kept[other] = could_be_listed(seen[other], territory)
    return [(name.start, name.end) for name, counts in zip(seen, kept, strict=True) if counts]


def _windows(text: str, territory: Territory) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the folded form of what is written as the name of a commune is."""
    words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
    position = 0
    while position < len(words):
        length = _area(words, position, territory)
        if not length:
            length, key = _longest_name(words, position, territory)
            if length:
                start, end = words[position][1], words[position + length - 1][2]
                if not territory.knows(name_key(text[start:end])):
                    start += len(text[start:end]) - len(_ELISION.sub("", text[start:end]))
                yield start, end, key
        position += length or 1


def _area(words: list[tuple[str, int, int]], position: int, territory: Territory) -> int:
    """Return how many words name a region or a département there, when several do (« Grand Est »)."""
    ahead = " ".join(w for w, _, _ in words[position : position + _LONGEST])
    names = _long_areas(territory).get(name_key(_ELISION.sub("", ahead)).partition(" ")[0])
    if names is None:
        return 0
    for length in range(min(_LONGEST, len(words) - position), 0, -1):
        window = [w for w, _, _ in words[position : position + length]]
        if name_key(_ELISION.sub("", " ".join(window))) in names:
            return length
    return 0


@cache
def _long_areas(territory: Territory) -> dict[str, frozenset[str]]:
    """First word → folded names of several words, those of communes left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for key in areas(territory):
        if " " in key and not territory.knows(key):
            found[key.partition(" ")[0]].add(key)
    return {first: frozenset(keys) for first, keys in found.items()}


def _longest_name(
    words: list[tuple[str, int, int]], position: int, territory: Territory
) -> tuple[int, str]:
    ahead = " ".join(w for w, _, _ in words[position : position + 3])
    if not any(territory.starts_a_name(name_key(t)) for t in (ahead, _ELISION.sub("", ahead))):
        return 0, ""
    for length in range(min(_LONGEST, len(words) - position), 0, -1):
        window = [w for w, _, _ in words[position : position + length]]
        key = _known_key(" ".join(window), territory)
        if key and not (window[-1].casefold() in _calls() or _opens_with_call(window)):
            return length, key
    return 0, ""


def _opens_with_call(window: list[str]) -> bool:
    return len(window) > 1 and window[0].casefold() in _calls()


def _known_key(name: str, territory: Territory) -> str:
    for candidate in (name, _ELISION.sub("", name)):
        key = name_key(candidate)
        if key and territory.knows(key):
            return key
    return ""


@cache
def _calls() -> frozenset[str]:
    return frozenset(load_data("territory/cues")["calls"])
