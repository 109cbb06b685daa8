"""A thing the answer before listed: « et le deuxième ? », « la première offre, c’est quoi ? ».

The list is read in the answer as the conversation keeps it; what counts is the document each line is copied
from, found again in the index: a line that no document holds points at nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pvd_assistant.answer.cleaning import aligned
from pvd_assistant.answer.dialogue import has_no_subject, in_context, points
from pvd_assistant.answer.ellipsis import aside
from pvd_assistant.answer.message_words import dialogue, intents, objects, rule, rules
from pvd_assistant.index.store import Index
from pvd_assistant.messages import text
from pvd_assistant.model import HEADING, Metadata, Turn

_MARKS = re.compile(r"\s*(?:\[\d+\])+\s*$")
_ITEM = re.compile(r"(?m)^(?:- |\d+\. )(.+)$")
#: Names in a question back: « A » ; « B ».
_NAMED, _BETWEEN = re.compile(r"«\s([^»]+)\s»"), re.compile(r"»\s;\s«")
_COLUMNS = re.compile(r"(?m)^\|\s*\|(.+)\|$")
#: Between « Ussel (Corrèze), 9 187 habitants » and what was done there.
_LABEL = re.compile(r"\s:\s")
_TITLE_END = re.compile(r"\s[:—]\s")
_END = " .?!,;:"
_SEARCHED, _LONGEST = 3, 90


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
    pointers: list[int] = []
    for turn in history:
        if turn.role == "user":
            if points(turn.content):
                pointers.append(len(turns))
            elif not has_no_subject(turn.content):
                pointers = []
            turn = replace(turn, content=_named(turn.content, turns, index)[0])
        turns.append(turn)
    if pointers and aside(question) == "further" and rule("others").search(aligned(question)):
        del turns[pointers[0] :]  # « et les autres ? » after « le deuxième ? »: those of the list
    named, ask = _named(question, turns, index)
    return Told(named, tuple(turns), ask)


def listed_names(answer: str, index: Index, most: int) -> list[str]:
    """Return the first names of what an answer lists, counted, or compares; nothing for any other answer."""
    if columns := _columns(answer):
        return columns
    if not counts(answer):
        return []
    return [_named_by(_copied_from(item, index), item) for item in _items(answer)[:most]]


def counts(answer: str) -> bool:
    """Tell whether an answer is a list of sheets, counted."""
    return bool(rule("counted").search(aligned(answer[:300])))


def last_answer(history: Sequence[Turn]) -> str:
    """Return the last answer of a conversation."""
    return next(_answers(history), "")


def _answers(history: Sequence[Turn]) -> Iterator[str]:
    return (turn.content for turn in reversed(history) if turn.role == "assistant")


def _named(message: str, history: Sequence[Turn], index: Index) -> tuple[str, str]:
    """Return a message with what it points at, and a question back when there is no such thing."""
    shown = last_answer(history)
    match = points(message) if shown else None
    if match is None:
        return _of_the_only_one(message, history, shown, index), ""
    items = next(filter(None, map(_things, _answers(history))), None) or _items(shown)
    rank = _rank(match["rank"], len(items))
    if not 0 <= rank < len(items):
        return message, text("answer.no_such_item" if items else "answer.no_item", count=len(items))
    asked = rule("liked").sub("", message[slice(*match.span("rest"))], count=1).strip(_END)
    return _asked(items[rank], asked, index), ""


def _of_the_only_one(message: str, history: Sequence[Turn], shown: str, index: Index) -> str:
    """« Combien ça a coûté ? » after a list of one project is about that project."""
    if not shown or not counts(shown) or not has_no_subject(message):
        return message
    items = _items(shown)
    if len(items) != 1 or not rule("singular").search(aligned(message)):
        return message
    asked = [n for n, turn in enumerate(history) if turn.role == "user"]
    if asked and in_context(history[asked[-1]].content, history[: asked[-1]]).example:
        return message
    return _asked(items[0], message.strip(_END), index)


def _asked(item: str, asked: str, index: Index) -> str:
    """Ask of an item what was asked, or what it is."""
    found = _copied_from(item, index)
    of_project = found is not None and found.kind == "projet"
    name = _named_by(found, item)
    # Two projects of a town are told apart by their titles; an offer is known by its name.
    name = name if of_project else _TITLE_END.split(name, maxsplit=1)[0]
    if objects(asked) or set(intents(asked)) - {"quoi"}:
        return f"{name}, {asked} ?"
    return str(dialogue("points_at_project" if of_project else "points_at")).format(name=name)


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


def _things(answer: str) -> list[str]:
    """Return what an answer compares in a table, names to ask which, or counts."""
    named = _NAMED.findall(answer) if _BETWEEN.search(answer) else []
    return _columns(answer) or named or (_items(answer) if counts(answer) else [])


def _columns(answer: str) -> list[str]:
    """Return the things a table compares."""
    head = _COLUMNS.search(answer)
    return [name.strip() for name in head[1].split("|") if name.strip()] if head else []


def _named_by(found: Metadata | None, item: str) -> str:
    """Return the title of the document an item is copied from; without one, its first words."""
    return found.title if found else _LABEL.split(item, maxsplit=1)[0][:_LONGEST].strip()


def _copied_from(item: str, index: Index) -> Metadata | None:
    """Return the document of that title, or that an item is copied from word for word, after its label."""
    for document in index.documents.values():
        if document.metadata.title == item:
            return document.metadata
    for sentence in dict.fromkeys((item, _LABEL.split(item, maxsplit=1)[-1])):
        for hit in index.search(sentence, limit=_SEARCHED):
            if sentence in hit.passage.text:
                return index.documents[hit.passage.document].metadata
    return None
