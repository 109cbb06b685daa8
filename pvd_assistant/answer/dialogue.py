"""What a message of a conversation says once what it leans on is put back.

« et pour les études ? » after « Qui paie le chef de projet ? » asks « qui paie les études »; « et combien ? »
asks how much for the chef de projet; « pas la DETR, la DSIL » asks the same of something else; thanks ask
nothing. The words that tell them apart are in ``data/understanding.yaml``; a whole question leans on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import aligned, fold
from pvd_assistant.index.analysis import words
from pvd_assistant.messages import load_data
from pvd_assistant.model import Turn


@dataclass(frozen=True, slots=True)
class Said:
    """A message in its conversation.

    :ivar text: the message, with what it leans on.
    :ivar before: the user's question it leans on, itself complete; empty for a message that stands alone.
    :ivar swaps: it asks the question before about something else (« et Tournus ? »).
    :ivar leans: it says « il », « celle-ci », « et… »: what was said counts.
    """

    text: str
    before: str = ""
    swaps: bool = False
    leans: bool = False


def courtesy(message: str) -> str:
    """Return what a message that asks nothing is: greeting, thanks, goodbye, identity; else ``""``."""
    folded = fold(message).strip(" .!?,;:)(-'\"…")
    if not folded or len(folded) > _data()["longest_courtesy"]:
        return ""
    return next((name for name, rule in _rules("courtesies").items() if rule.fullmatch(folded)), "")


def tells_home(message: str) -> bool:
    """Tell whether a message says which town is the user's (« je suis maire de Luzy »)."""
    return bool(_rule("home").search(fold(message)))


def says_ours(message: str) -> bool:
    """Tell whether a message is about the user's town without naming it (« et chez nous ? »)."""
    return bool(_rule("ours").search(fold(message)))


def says_there(message: str) -> bool:
    """Tell whether a message is about a town named before (« combien y vivent ? »)."""
    return bool(_rule("there").search(fold(message)))


def in_context(message: str, history: Sequence[Turn]) -> Said:
    """Complete a message with what the user asked before.

    :param history: earlier turns, oldest first; only the user's questions are put back.
    """
    before = ""
    for turn in history:
        if turn.role == "user" and not courtesy(turn.content):
            before = _completed(turn.content, before).text[: _data()["longest_subject"]]
    return _completed(message, before)


def carried(request: str, before: str) -> str:
    """Complete a request with the subject of those before it in its sentence; ``""`` when it has its own.

    >>> carried("jusqu’à quand ?", "Combien donne l’Anah")
    'jusqu’à quand ? l’Anah'
    """
    folded = fold(request)
    if _rule("for_other").match(folded) and not _intents(request):
        return _asked_of(request, before)
    named = {match[match.lastgroup or 0] for match in _rule("names").finditer(folded)}
    named = {name for name in named if _objects(name) and not _rule("common").fullmatch(name)}
    if named and not _rule("anaphora").search(folded):
        return ""
    own = _objects(request)
    return " ".join([request, *(word for word in _objects(before) if word not in own)])


def _completed(message: str, before: str) -> Said:
    if len(message) > _data()["longest_message"]:
        return Said(message)
    plain = _without_opener(message)
    folded = fold(plain)
    if not before:
        return Said(plain)
    if _rule("repeats").search(folded):
        return Said(before, before, leans=True)
    corrected = _corrected(plain, before)
    if corrected is not None:
        return corrected
    intents, objects = _intents(plain), _objects(plain)
    opens = bool(_rule("opens").search(folded))
    if not objects:
        own = f"{plain} {' '.join(_objects(before))}" if intents else before
        return Said(own, before, leans=True)
    if opens and not intents and len(objects) <= _data()["most_objects"]:
        if _rule("restricts").search(folded):
            return Said(f"{before} {plain}", before, swaps=True, leans=True)
        swapped = _name_for_name(plain, before) or _asked_of(plain, before)
        return Said(swapped, before, swaps=True, leans=True)
    if _rule("anaphora").search(folded):
        return Said(plain, before, leans=True)
    short = len(objects) <= _data()["alone"]
    return Said(plain, before if opens or short else "", leans=opens or short)


def _without_opener(message: str) -> str:
    """Drop « ok merci, » at the start of a message that goes on to ask."""
    plain = " ".join(message.split())
    match = _rule("openers").match(aligned(plain))
    return plain[match.end() :] if match and plain[match.end() :].strip(" .!?,") else plain


def _corrected(message: str, before: str) -> Said | None:
    """Read « pas la DETR, la DSIL » and « je voulais dire… »; ``None`` when nothing is corrected."""
    flat = aligned(message)
    for name in ("instead", "meant"):
        match = _rule(name).search(flat)
        if match is None:
            continue
        right = message[slice(*match.span("right"))].strip(" .!?,")
        wrong = match.groupdict().get("wrong") or ""
        if not _objects(right):
            continue
        at = aligned(before).find(wrong) if wrong else -1
        if at >= 0:
            text = f"{before[:at]}{right}{before[at + len(wrong) :]}"
        elif _intents(right):
            text = right
        else:
            text = _asked_of(right, before)
        return Said(text, before, swaps=True, leans=True)
    return None


def _asked_of(new: str, before: str) -> str:
    """Ask the question before about something else: its question words, then the new ones."""
    return f"{' '.join(_intents(before))} {new}".strip()


def _name_for_name(message: str, before: str) -> str:
    """Put « Tournus » in the place of « Seurre », « DETR » of « DSIL »; ``""`` unless each has one name."""
    new = _rule("joins").sub("", message, count=1).strip(" .!?,")
    own, old = _names(new), _names(before)
    if len(own) != 1 or len(old) != 1 or len(_objects(new)) > 1:
        return ""
    return before.replace(old[0], new) if own[0].isupper() == old[0].isupper() else ""


def _names(text: str) -> list[str]:
    return [word for word in dict.fromkeys(_objects(text)) if word[:1].isupper()]


def _intents(text: str) -> list[str]:
    """Return the words that say what is asked (« combien », « paie »), not of what."""
    return [word.folded for word in words(text) if _rule("intents").fullmatch(word.folded)]


def _objects(text: str) -> list[str]:
    """Return the words that say what a question is about, as typed."""
    rule, idle = _rule("intents"), _rule("idle")
    return [
        typed
        for typed in re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", text)
        if any(
            word.stem and not rule.fullmatch(word.folded) and not idle.fullmatch(word.folded)
            for word in words(typed)
        )
    ]


@cache
def _data() -> Any:
    return load_data("understanding")["dialogue"]


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _rules(name: str) -> dict[str, re.Pattern[str]]:
    return {key: re.compile(rule) for key, rule in _data()[name].items()}
