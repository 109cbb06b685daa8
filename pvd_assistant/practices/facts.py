"""Cost, years and progress of a project, read in the sentences of its sheet.

The front matter has none of them. Each is found by the words of ``data/practices/facts.yaml`` and comes with
the sentence that says so, shown beside it; a sheet that says nothing has none (« non précisé »).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.messages import load_data

#: Name of a section (``data/practices/facts.yaml``) → its sentences.
Sections = Mapping[str, Sequence[str]]

_YEAR = re.compile(r"(?<![\d,])(?:19|20)\d\d(?!\d)")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount a sheet states.

    :ivar euros: its worth, in euros.
    :ivar text: the amount as written, « 1,6 M€ ».
    :ivar sentence: the sentence it stands in.
    :ivar whole: whether the sentence states what the project costs; otherwise the amount is that of a
        grant, a study, a post.
    """

    euros: int
    text: str
    sentence: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a project is, and the sentence that says so."""

    key: str
    sentence: str


def read_cost(sections: Sections) -> Cost | None:
    """Return the largest cost stated; without one, the largest amount of any other nature."""
    found = [cost for sentence in sections.get("cost", ()) for cost in _costs(sentence)]
    return max(found, key=lambda cost: (cost.whole, cost.euros), default=None)


def read_years(sections: Sections) -> tuple[int, ...]:
    """Return the years in which something happened, or is planned, in order."""
    rules = _rules()
    found: set[int] = set()
    for sentence in sections.get("when", ()):
        if re.search(rules["undated_words"], sentence):
            continue
        told = re.sub(rules["source_clause"], "", sentence)
        found |= {int(year) for year in _YEAR.findall(told)}
    return tuple(sorted(y for y in found if rules["earliest_year"] <= y <= rules["latest_year"]))


def read_stage(sections: Sections) -> Stage | None:
    """Return how far the project is: the furthest stage that a sentence states."""
    for key, names, words in _stages():
        for name in names:
            for sentence in sections.get(name, ()):
                if words.search(sentence) and not _denials().search(sentence):
                    return Stage(key, sentence)
    return None


def stage_keys() -> tuple[str, ...]:
    """Return the stages, the furthest first."""
    return tuple(key for key, _, _ in _stages())


def _costs(sentence: str) -> list[Cost]:
    rules = _rules()
    whole = bool(re.search(rules["cost_words"], sentence)) and not re.search(
        rules["not_cost_words"], sentence
    )
    return [
        Cost(_euros(*match.groups()), _SPACES.sub("\u00a0", match.group()), sentence, whole)
        for match in _amounts().finditer(sentence)
    ]


def _euros(number: str, unit: str) -> int:
    digits = _SPACES.sub("", number).replace(",", ".")
    worth: int = _rules()["units"][_SPACES.sub(" ", unit)]
    return round(float(digits) * worth)


@cache
def _rules() -> Any:
    return load_data("practices/facts")


@cache
def _amounts() -> re.Pattern[str]:
    units = "|".join(
        re.escape(unit).replace(r"\ ", r"\s") for unit in sorted(_rules()["units"], key=len)[::-1]
    )
    return re.compile(rf"(\d{{1,3}}(?:\s\d{{3}})+|\d+(?:,\d+)?)\s?({units})(?!\w)")


@cache
def _denials() -> re.Pattern[str]:
    return re.compile(_rules()["denials"])


@cache
def _stages() -> tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]:
    return tuple(
        (rule["key"], tuple(rule["sections"]), re.compile(rule["words"].replace(" |", "|").strip()))
        for rule in _rules()["stages"]
    )
