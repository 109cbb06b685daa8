"""Spot the places named in a question: communes, départements, regions.

A commune's name is often a common word (Bar, Die, Sens) or several at once. A name counts when it is
written with a capital inside a sentence, or follows a word that calls for a place (« à », « commune
de »), or is made of several words; a common French word never counts without a capital.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Commune, Departement, Territory
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
    words = [(m[0], m.start(), m.end()) for m in _WORD.finditer(text)]
    shouting = text.upper() == text
    departements = {d.code for d in find_departements(text, territory)}
    mentions: list[Mention] = []
    position = 0
    while position < len(words):
        length = _longest_name(words, position, territory, shouting)
        if not length:
            position += 1
            continue
        start, end = words[position][1], words[position + length - 1][2]
        name = text[start:end]
        if not territory.knows(name_key(name)):
            name = _ELISION.sub("", name)
        communes = territory.by_name(name)
        local = tuple(c for c in communes if c.departement.code in departements)
        mentions.append(Mention(name, start, local or communes))
        position += length
    return tuple(mentions)


def find_departements(text: str, territory: Territory) -> tuple[Departement, ...]:
    """Return the départements named in ``text`` (« dans l’Ain », « en Saône-et-Loire », « (71) »)."""
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


def _longest_name(
    words: list[tuple[str, int, int]], position: int, territory: Territory, shouting: bool
) -> int:
    ahead = " ".join(w for w, _, _ in words[position : position + 3])
    if not any(territory.starts_a_name(name_key(t)) for t in (ahead, _ELISION.sub("", ahead))):
        return 0
    for length in range(min(_LONGEST, len(words) - position), 0, -1):
        window = [w for w, _, _ in words[position : position + length]]
        key = _known_key(" ".join(window), territory)
        if key and _is_a_place(window, key, words, position, shouting, territory):
            return length
    return 0


def _known_key(name: str, territory: Territory) -> str:
    for candidate in (name, _ELISION.sub("", name)):
        key = name_key(candidate)
        if key and territory.knows(key):
            return key
    return ""


def _is_a_place(
    window: list[str],
    key: str,
    words: list[tuple[str, int, int]],
    position: int,
    shouting: bool,
    territory: Territory,
) -> bool:
    parts = key.split()
    if window[-1].casefold() in _cues() or (len(window) > 1 and window[0].casefold() in _cues()):
        return False
    if territory.departement_named(key) is not None:
        return False
    if len(parts) > 1:
        return True
    bare = _ELISION.sub("", window[-1])
    # « maçon » folds like « Mâcon »: the accents tell them apart.
    spelt = not bare.isascii() and bare.casefold() in map(str.casefold, territory.spellings(key))
    common = key in _common_words() and not spelt
    if bare[:1].isupper() and not shouting and not bare.isupper():
        return position > 0 or not common
    if common or len(key) <= 3:
        return False
    before = words[position - 1][0].casefold() if position else ""
    opens = position == 0 or (position == 1 and before == "et")
    return opens or before in _cues() or bool(_ELISION.match(window[0]))


@cache
def _cues() -> frozenset[str]:
    return frozenset(load_data("territory/cues"))


@cache
def _common_words() -> frozenset[str]:
    path = files("pvd_assistant").joinpath("data", "territory", "common_words.txt")
    return frozenset(path.read_text(encoding="utf-8").split())
