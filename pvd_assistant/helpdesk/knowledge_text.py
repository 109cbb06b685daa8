"""From the reply that was sent to what a source may say: no greeting, no signature, nobody's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.helpdesk.knowledge_model import CitedPassage, Wording
from pvd_assistant.messages import load_data
from pvd_assistant.personal_data import mask
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.mentions import find_communes

_MARK = re.compile(r"[ \u00a0\u202f]?\[\d{1,2}\](?:\[\d{1,2}\])*")
_MASKED = re.compile(r"\[[^\[\]\n]{2,40}\]")


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something in a text that may tell who somebody is.

    :ivar why: ``"masked"``, what stands where something was masked; ``"town"``; ``"name"``.
    """

    why: Literal["masked", "town", "name"]
    words: str


def substance(body: str, told: Iterable[str] = ()) -> str:
    """Return what a reply says, without greeting, marks of citations, list of sources, signature.

    :param told: lines of the draft that state nothing.
    """
    empty = {fold(line) for line in told}
    lines = [line.strip() for line in body.splitlines()]
    end = next((at for at, line in enumerate(lines) if _matches("closings", line)), len(lines))
    lines = lines[:end]
    while lines and (not lines[0] or _matches("openings", lines[0])):
        lines.pop(0)
    kept = [line for line in lines if not line or fold(line.removeprefix("- ")) not in empty]
    if kept:
        kept[0] = kept[0][_greeting_length(kept[0]) :]
        kept[0] = kept[0][:1].upper() + kept[0][1:]
    plain = _MARK.sub("", "\n".join(kept))
    return re.sub(r"\n{3,}", "\n\n", plain).strip()


def answer_to(question: str, body: str) -> str:
    """Return the part of a reply under the heading of a question; all of it when it has none."""
    lines = body.splitlines()
    headings = [n for n, line in enumerate(lines) if _is_heading(line)]
    start = next((n for n in headings if fold(question) in fold(lines[n])), None)
    if start is None:
        return body
    end = next((n for n in headings if n > start), len(lines))
    return "\n".join(lines[start + 1 : end])


def masked(wording: Wording) -> Wording:
    """Return a wording where what tells who somebody is has been masked."""
    return Wording(
        mask(wording.question).text,
        mask(wording.answer).text,
        tuple(mask(put).text for put in wording.phrasings),
        wording.themes,
    )


def suspects(
    wording: Wording, sources: Sequence[CitedPassage], territory: Territory
) -> list[Suspect]:
    """Return what may still tell who somebody is, for a person to look at."""
    said = "\n".join((wording.question, *wording.phrasings, wording.answer))
    known = "\n".join([*_bodies(), *(f"{source.title}\n{source.passage}" for source in sources)])
    named = find_communes(said, territory)
    towns = {mention.text for mention in named if mention.text[0].isupper()}
    names = {
        words
        for words in re.findall(_data()["names"], said)
        if words not in known and not any(town in words for town in towns)
    }
    found = [Suspect("masked", words) for words in sorted(set(_MASKED.findall(said)))]
    found += [Suspect("name", words) for words in sorted(names)]
    return found + [Suspect("town", words) for words in sorted(towns)]


def _is_heading(line: str) -> bool:
    return _matches("question_headings", line)


def _greeting_length(line: str) -> int:
    """Return how many characters greet; folding keeps the length of such words."""
    found = re.match(_data()["greeting"], line.lower())
    return found.end() if found else 0


def _matches(group: str, line: str) -> bool:
    folded = fold(line)
    return any(rule.search(folded) for rule in _rules(group))


@cache
def _rules(group: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()[group]))


@cache
def _bodies() -> tuple[str, ...]:
    """Return the names of public bodies and programmes: nobody's."""
    return tuple(name for entry in load_data("acronyms") for name in entry["long"])


def _data() -> Any:
    return load_data("knowledge")
