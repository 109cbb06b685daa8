"""The words of a message: those that say what it is about, those that say what is asked of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pvd_assistant.index.analysis import words
from pvd_assistant.messages import load_data

#: A word as typed.
WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


def intents(text: str) -> list[str]:
    """Return the words that say what is asked (« combien », « paie »), not of what."""
    return [word.folded for word in words(text) if rule("intents").fullmatch(word.folded)]


def objects(text: str) -> list[str]:
    """Return the words that say what a question is about, as typed."""
    asks, idle = rule("intents"), rule("idle")
    return [
        typed
        for typed in WORD.findall(text)
        if any(
            word.stem and not asks.fullmatch(word.folded) and not idle.fullmatch(word.folded)
            for word in words(typed)
        )
    ]


def dialogue(name: str) -> Any:
    """Return an entry of the section ``dialogue`` of ``data/understanding.yaml``."""
    return load_data("understanding")["dialogue"][name]


@cache
def rule(name: str) -> re.Pattern[str]:
    """Return one of its patterns, for folded text."""
    return re.compile(dialogue(name))


@cache
def rules(name: str) -> dict[str, re.Pattern[str]]:
    """Return a group of its patterns by name."""
    return {key: re.compile(pattern) for key, pattern in dialogue(name).items()}
