"""The questions of a letter: with a question mark or without, in a list, one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.sections import without_link
from pvd_assistant.answer.understanding import is_ceremony, without_opening
from pvd_assistant.corpus.sentences import sentence_spans
from pvd_assistant.messages import load_data

#: Words from which a question can be answered by itself.
_WHOLE = 4
_LONGEST = 400
_WORD = re.compile(r"\w+")
#: « … ? et à quelle date … ? »: who writes in a hurry puts no capital.
_AFTER_MARK = re.compile(r"(?<=\?)\s+(?=\w)")


def find_questions(body: str) -> tuple[str, ...]:
    """Return the questions of a letter, in order; none when it asks nothing.

    « Et jusqu’à quand ? » goes with the question before it.
    """
    found: list[str] = []
    announced = False
    for sentence, is_item in _sentences(body):
        folded = fold(sentence)
        itself = _asks_itself(sentence)
        if _pattern("about_meeting").search(folded) or (is_ceremony(folded) and not itself):
            continue
        asks = sentence.rstrip(" »\"'").endswith("?")
        if not asks and is_item and announced:
            asks = True
        if _pattern("announces").search(folded):
            announced = asks or itself
            continue
        if not is_item:
            announced = announced and sentence.endswith(":")
        if not asks and not itself:
            continue
        if found and asks and len(_WORD.findall(sentence)) < _WHOLE and not is_item:
            found[-1] = f"{found[-1]} {sentence}"
        else:
            found.append(without_link(sentence)[:_LONGEST])
    unique = dict.fromkeys(one[:1].upper() + one[1:] for one in found)
    return tuple(unique)[: _data()["limits"]["questions"]]


def _sentences(body: str) -> Iterator[tuple[str, bool]]:
    """Yield each sentence and whether it opens an item of a list; wrapped lines are put together."""
    for block in _blocks(body):
        item = _item().match(block)
        words = block[item.end() :] if item else block
        for start, end in sentence_spans(words):
            for piece in _AFTER_MARK.split(words[start:end]):
                sentence = without_opening(piece).strip(" ;")
                if sentence:
                    yield sentence, item is not None


def _blocks(body: str) -> Iterator[str]:
    """Yield paragraphs and items, each on one line."""
    current: list[str] = []
    for line in body.split("\n"):
        ends = not line.strip() or _item().match(line) or _asks_itself(line)
        if current and (ends or current[-1].endswith((":", "?"))):
            yield " ".join(current)
            current = []
        if line.strip():
            current.append(line.strip())
    if current:
        yield " ".join(current)


def _asks_itself(words: str) -> bool:
    return _pattern("asks_itself").search(fold(words)) is not None


@cache
def _data() -> Any:
    return load_data("helpdesk/intake")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


def _item() -> re.Pattern[str]:
    return _pattern("item")
