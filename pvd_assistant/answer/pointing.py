"""A thing the answer before listed: « et le deuxième ? », « la première offre, c’est quoi ? ».

The list is read in the answer as the conversation keeps it; what counts is the document each line is copied
from, found again in the index: a line that no document holds points at nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pvd_assistant.answer.dialogue import has_no_subject, in_context
from pvd_assistant.answer.ellipsis import asks_projects
from pvd_assistant.answer.message_words import aligned, dialogue, intents, objects, rule, rules
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import HEADING, Turn

_MARKS = re.compile(r"\s*(?:\[\d+\])+\s*$")
_ITEM = re.compile(r"(?m)^(?:- |\d+\. )(.+)$")
_COLUMNS = re.compile(r"(?m)^\|\s*\|(.+)\|$")
_END = " .?!,;:"
_SEARCHED, _LONGEST = 3, 60


@dataclass(frozen=True, slots=True)
class Told:
    """A message and the turns before it, what they point at named.

    :ivar ask: a question back, when the message points at nothing.
    """

    question: str
    history: tuple[Turn, ...]
    ask: str = ""


def pointed(question: str, history: Sequence[Turn], index: Index) -> Told:
    """Name what a message and the turns before it point at in the answer before them."""
    turns: list[Turn] = []
    for turn in history:
        if turn.role == "user":
            turn = replace(turn, content=_named(turn.content, turns, index)[0])
        turns.append(turn)
    named, ask = _named(question, turns, index)
    return Told(named, tuple(turns), ask)


def listed_names(answer: str, index: Index, most: int) -> list[str]:
    """Return the first names of the things an answer lists, counts or compares; nothing for any other answer."""
    columns = _COLUMNS.search(answer)
    if columns is not None:
        return [name.strip() for name in columns[1].split("|") if name.strip()]
    if not counts(answer):
        return []
    return [_name(item, index) for item in _items(answer)[:most]]


def counts(answer: str) -> bool:
    """Tell whether an answer is a list of sheets, counted."""
    return bool(rule("counted").search(aligned(answer[:300])))


def last_answer(history: Sequence[Turn]) -> str:
    """Return the last answer of a conversation."""
    return next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")


def _named(message: str, history: Sequence[Turn], index: Index) -> tuple[str, str]:
    """Return a message with what it points at, and a question back when there is no such thing."""
    shown = last_answer(history)
    match = rule("pointer").match(aligned(message)) if shown else None
    if match is None:
        return _of_the_only_one(message, history, shown, index), ""
    items = _items(shown)
    rank = _rank(match["rank"], len(items))
    if not 0 <= rank < len(items):
        return message, text("answer.no_such_item" if items else "answer.no_item", count=len(items))
    asked = message[slice(*match.span("rest"))].strip(_END)
    return _asked(_name(items[rank], index), asked), ""


def _of_the_only_one(message: str, history: Sequence[Turn], shown: str, index: Index) -> str:
    """« Combien ça a coûté ? » after a list of one project is about that project."""
    if not shown or not counts(shown) or not has_no_subject(message):
        return message
    items = _items(shown)
    if len(items) != 1 or not rule("singular").search(aligned(message)):
        return message
    last = max(n for n, turn in enumerate(history) if turn.role == "user")
    said = in_context(history[last].content, history[:last])
    if said.topic and not asks_projects(said.topic):  # an example of something else
        return message
    return _asked(_name(items[0], index), message.strip(_END))


def _asked(name: str, asked: str) -> str:
    if not objects(asked) and set(intents(asked)) <= {"quoi"}:
        return str(dialogue("points_at")).format(name=name)
    return f"{name} : {asked} ?"


def _rank(said: str, count: int) -> int:
    """Return the place of « deuxième », « 3e », « dernier », from 0; -1 for none."""
    digits = re.search(r"\d+", said)
    if digits:
        return int(digits[0]) - 1
    for rank, one in enumerate(rules("ranks").values()):
        if one.fullmatch(said):
            return rank
    return count - 1


def _items(answer: str) -> list[str]:
    """Return what an answer lists: its headings when it has several, else its items."""
    lines = answer.splitlines()
    headings = [line.removeprefix(HEADING) for line in lines if line.startswith(HEADING)]
    found = headings if len(headings) > 1 else _ITEM.findall(answer)
    return [_MARKS.sub("", line).strip() for line in found]


def _name(item: str, index: Index) -> str:
    """Return the title of the document an item is copied from; without one, its first words."""
    label, colon, rest = item.partition(" : ")
    for sentence in (item, rest) if colon else (item,):
        for hit in index.search(sentence, limit=_SEARCHED):
            if sentence in hit.passage.text:
                return index.documents[hit.passage.document].metadata.title
    return (label if colon else item)[:_LONGEST].strip()
