"""Questions in another language: recognised by their small words, translated by the programme's own words.

No translation is made of the documents nor of the answer. A question of which enough words are in
``data/languages.yaml`` is searched in French; any other is declined, in the language it was asked in.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.index.french_words import is_french
from pvd_assistant.messages import load_data

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LONGEST_TERM = 4


def language_of(text: str) -> str:
    """Return the language of a question; ``"fr"`` when in doubt, ``"other"`` for an unknown alphabet.

    :returns: ``"fr"``, ``"en"``, ``"de"``, ``"es"``, ``"pt"``, ``"ar"`` or ``"other"``.
    """
    folded = fold(text)
    found = re.findall(r"[a-z]+", folded)
    letters = sum(map(str.isalpha, folded))
    if 2 * sum(map(len, found)) < letters:
        return "ar" if re.search(r"[\u0600-\u06ff]", text) else "other"
    telling = _telling()
    counts = {code: sum(word in own for word in set(found)) for code, own in telling.items()}
    best = max(counts, key=lambda code: (counts[code], code == "fr"))
    if (
        counts[best] < _data()["least"]
        or counts[best] <= counts["fr"]
        or all(map(is_french, found))
    ):
        return "fr"  # « subvention manager de centre-ville » is French, word by word
    return best


def in_french(text: str, language: str) -> str:
    """Return the words of a question in French; ``""`` when too few of them are known.

    >>> in_french("How many towns are in the programme?", "en")
    'combien communes programme Petites villes de demain'
    """
    if language not in _data()["terms"]:
        return ""
    terms, idle = _data()["terms"][language], set(_data()["idle"][language])
    typed = _WORD.findall(text)
    folded = [fold(word) for word in typed]
    french: list[str] = []
    known, unknown, position = 0, 0, 0
    while position < len(folded):
        ends = range(min(len(folded), position + _LONGEST_TERM), position, -1)
        end = next((e for e in ends if " ".join(folded[position:e]) in terms), None)
        if end is not None:
            french.append(str(terms[" ".join(folded[position:end])]))
            known += end - position
            position = end
            continue
        word = typed[position]
        if folded[position] in idle:
            pass
        elif word.isdigit() or (position and word[:1].isupper()):
            french.append(word)  # a number, an acronym, a town
        else:
            unknown += 1
        position += 1
    enough = known >= _data()["translated"] * (known + unknown)
    return " ".join(french) if known and enough else ""


def line(language: str, *, declined: bool) -> str:
    """Return what is told in the language of the question."""
    lines: dict[str, str] = _data()["declined" if declined else "answered"]
    return lines.get(language) or lines["other"]


@cache
def _data() -> Any:
    return load_data("languages")


@cache
def _telling() -> dict[str, frozenset[str]]:
    """Return the words of each language that French has not, and those of French that none has."""
    listed = {code: set(own) for code, own in _data()["words"].items()}
    for code, terms in _data()["terms"].items():
        listed[code] |= {word for term in terms for word in term.split() if len(word) > 3}
    french = listed["fr"]
    foreign = set().union(*(own for code, own in listed.items() if code != "fr"))
    spoken = {
        word
        for terms in _data()["terms"].values()
        for term in terms.values()
        for word in fold(str(term)).split()
    }
    return {
        code: frozenset(own - foreign if code == "fr" else own - french - spoken)
        for code, own in listed.items()
    }
