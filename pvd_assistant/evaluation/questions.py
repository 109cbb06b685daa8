"""Question files: one JSON object a line, with what a right answer must and must not say.

A line holds ``id``, ``question``, optional ``history`` (earlier turns), ``family``, ``user``, ``style``, and
``expect``: ``status`` (accepted statuses), ``facts`` (groups of alternatives), ``must_not``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvd_assistant.errors import EvaluationError
from pvd_assistant.model import Turn


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a right answer looks like.

    :ivar statuses: accepted statuses.
    :ivar facts: groups of alternatives; each group must be represented in the answer.
    :ivar must_not: strings that make the answer wrong.
    """

    statuses: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question to ask, with its expectation when the file gives one."""

    id: str
    text: str
    history: tuple[Turn, ...] = ()
    family: str = ""
    style: str = ""
    expect: Expectation | None = None


def normalise(text: str) -> str:
    """Fold case, accents, ligatures, apostrophes and drop every white space, to compare strings."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return re.sub(r"\s+", "", bare.replace("’", "'").replace("œ", "oe").replace("æ", "ae"))


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a question file.

    :raises EvaluationError: the file is missing, not UTF-8, or a line is not a question.
    """
    return tuple(_questions(path))


def _questions(path: Path) -> Iterator[Question]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError("evaluation.unreadable", path=path, reason=error) from error
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            question = _question(json.loads(line), number)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvaluationError(
                "evaluation.bad_line", path=path, line=number, reason=error
            ) from error
        if question.id in seen:
            raise EvaluationError("evaluation.twice", path=path, line=number, id=question.id)
        seen.add(question.id)
        yield question
    if not seen:
        raise EvaluationError("evaluation.empty", path=path)


def _question(data: dict[str, Any], number: int) -> Question:
    expect = data.get("expect")
    return Question(
        id=str(data.get("id", number)),
        text=str(data["question"]),
        history=tuple(
            Turn(role=turn["role"], content=str(turn["content"]))
            for turn in data.get("history", ())
        ),
        family=str(data.get("family", "")),
        style=str(data.get("style", "")),
        expect=None
        if expect is None
        else Expectation(
            statuses=tuple(expect["status"]),
            facts=tuple(tuple(group) for group in expect.get("facts", ())),
            must_not=tuple(expect.get("must_not", ())),
        ),
    )
