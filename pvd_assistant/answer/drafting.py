"""Cut what a language model writes into sentences with the keys they cite, while it writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pvd_assistant.answer.cleaning import clean
from pvd_assistant.answer.prompting import KEY, keys_in
from pvd_assistant.corpus.sentences import sentence_spans

#: Longest answer read, in characters: one that runs on is not worth waiting for.
_LONGEST = 20_000
_LONGEST_SENTENCE = 1200

_MARK = rf"[\[(【〔⟦]\s*(?:{KEY}[\s,;|·]*)+[\])】〕⟧]|{KEY}"
_MARKS = re.compile(_MARK)
_LEADING = re.compile(rf"\s*(?:(?:{_MARK})[\s.,;]*)+")
#: The beginning of a key, or of a pair of brackets that may hold some.
_UNFINISHED = re.compile(r"\s*(?:[\[(【〔⟦][^\])】〕⟧]{0,40}|[pP](?:[-‑–][0-9a-fA-F]*)?)$")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL)
_OPENED_THOUGHT = re.compile(r"<think(?:ing)?>(?!.*</think)", re.DOTALL)
_NOT_MARKS = re.compile(r"\[\d+\]")
_BULLET = re.compile(r"^\s*(?:[-–•*]|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`|^#+\s*|^>\s*")
_SPACES = re.compile(r"\s+")
_SPACES_BEFORE = re.compile(r" +([.,])")
_ENDED = re.compile(r"[.!?…»)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Written:
    """One sentence of the model.

    :ivar text: without keys, tags, links and emphasis.
    :ivar keys: those it cites, real or not.
    :ivar bullet: it is an item of a list.
    """

    text: str
    keys: tuple[str, ...]
    bullet: bool = False


def sentences(pieces: Iterable[str]) -> Iterator[Written]:
    """Yield each sentence once it is complete: when the next one begins, or at the end.

    A key is read with the sentence before it, even after its full stop or on the next line. A last
    sentence without an end mark nor a key was cut, and is left out.
    """
    waiting, read = "", 0
    for piece in pieces:
        read += len(piece)
        waiting += piece
        if _OPENED_THOUGHT.search(waiting):
            continue
        waiting = _THOUGHT.sub(" ", waiting)
        *complete, waiting = _units(waiting)
        yield from filter(None, map(_written, complete))
        if read > _LONGEST or len(waiting) > _LONGEST_SENTENCE:
            return
    last = _THOUGHT.sub(" ", waiting)
    if _ENDED.search(last) or _MARKS.search(last):
        yield from filter(None, map(_written, _units(last)))


def _units(text: str) -> list[str]:
    """Cut a text into sentences, each with the keys after it; the last one may be unfinished."""
    found: list[str] = []
    for line in text.splitlines(keepends=True) or [""]:
        spans = sentence_spans(line)
        starts = [start for start, _ in spans[1:]]
        for start, end in zip([0, *starts], [*starts, len(line)], strict=True):
            part = line[start:end]
            if found:
                leading = _LEADING.match(part)
                cut = leading.end() if leading else 0
                if not part[cut:].strip() or _UNFINISHED.match(part, cut):
                    cut = len(part)
                found[-1] += part[:cut]
                part = part[cut:]
            if part.strip():
                found.append(part)
    return found or [""]


def _written(unit: str) -> Written | None:
    keys = tuple(dict.fromkeys(keys_in(unit)))
    bullet = _BULLET.match(unit) is not None
    text = _NOT_MARKS.sub("", _MARKS.sub("", clean(_BULLET.sub("", unit), len(unit))))
    text = _EMPHASIS.sub("", text.strip())
    text = _SPACES_BEFORE.sub(r"\1", _SPACES.sub(_space, text)).strip()
    return Written(text, keys, bullet) if any(c.isalpha() for c in text) else None


def _space(match: re.Match[str]) -> str:
    """Keep the no-break spaces of French typography."""
    found = match.group()
    return found if len(found) == 1 and found in "\u00a0\u202f" else " "
