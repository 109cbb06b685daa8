"""The parts of an e-mail: what it says, and around it greetings, signature, legal notice, earlier messages.

Expressions are in ``data/helpdesk/intake.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.messages import load_data

_SHORT_SIGNATURE, _SHORTEST_REQUEST = 14, 40
_NAME = re.compile(
    r"[A-ZÀ-Ý][\w’'.-]+(?:\s+(?:(?:de|du|des|la|le|d[’'])\s*)?[A-ZÀ-Ý][\w’'.-]*){1,3}"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in parts.

    :ivar body: what it says, without the rest.
    :ivar signature: its last lines, which tell who writes and from which town.
    :ivar signed: name found in the signature.
    :ivar sender: « De : … » found above a message that was sent on or pasted with its head.
    :ivar subject: « Objet : … » found there.
    :ivar left_out: « history », « signature », « footer », « forwarded ».
    """

    body: str
    signature: str = ""
    signed: str = ""
    sender: str = ""
    subject: str = ""
    left_out: tuple[str, ...] = ()


def split(words: str) -> Letter:
    """Part an e-mail.

    A message that only sends another one on is that other one.
    """
    lines = [line.rstrip() for line in words.replace("\r\n", "\n").split("\n")]
    sender, subject, lines = _without_head(lines)
    top, below, sent_on = _without_history(lines)
    letter = _parted(top, sender, subject, ("history",) if below else ())
    if below and (sent_on or len(letter.body) < _SHORTEST_REQUEST) and not _asks(letter.body):
        first, object_, rest = _without_head(below)
        inner, older, _ = _without_history(rest)
        read = ("forwarded", *(("history",) if older else ()))
        other = _parted(inner, first or sender, object_ or subject, read)
        if len(other.body) >= len(letter.body) // 2:
            return other
    return letter


def _parted(lines: Sequence[str], sender: str, subject: str, read: tuple[str, ...]) -> Letter:
    kept, footers = _without_footers(lines)
    body, signature = _without_signature(kept)
    if not _tidied(_without_greetings(body)):  # « Merci beaucoup ! » and nothing else
        body, signature = kept, []
    found = [*read, *(["signature"] if signature else []), *(["footer"] if footers else [])]
    return Letter(
        body=_tidied(_without_greetings(body)),
        signature="\n".join(signature).strip(),
        signed=_signed(signature),
        sender=sender,
        subject=subject,
        left_out=tuple(found),
    )


def _without_head(lines: Sequence[str]) -> tuple[str, str, list[str]]:
    """Return « De », « Objet » and the lines below them, when a message is pasted with its head."""
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    end = start
    while end < len(lines) and (_is("headers", lines[end]) or not lines[end].strip()):
        end += 1
    heads = [line for line in lines[start:end] if line.strip()]
    if len(heads) < 2:
        return "", "", list(lines[start:])
    return _value(heads, "header_from"), _value(heads, "header_subject"), list(lines[end:])


def _value(heads: Sequence[str], name: str) -> str:
    return next((line.split(":", 1)[1].strip() for line in heads if _is(name, line)), "")


def _without_history(lines: Sequence[str]) -> tuple[list[str], list[str], bool]:
    """Part a message from the earlier ones under it; tell whether it says that it sends one on."""
    for at, line in enumerate(lines):
        following = next((one for one in lines[at + 1 :] if one.strip()), "")
        two = _is("headers", line) and _is("headers", following)
        starts = _any("history", line) or _any("forwarded", line) or two
        # « Le jeu. 19 nov. 2026, Club PVD <club@exemple.fr> » may go on with « a écrit : ».
        if starts or (line.strip() and _any("history", f"{line} {following}")):
            sent_on = _any("forwarded", line)
            below = [
                _quote().sub("", one, count=1).lstrip() for one in lines[at if two else at + 1 :]
            ]
            return _unquoted(lines[:at]), below, sent_on
    kept = _unquoted(lines)
    quoted = [_quote().sub("", line).lstrip() for line in lines if _quote().match(line)]
    return kept, quoted, False


def _unquoted(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not _quote().match(line)]


def _without_footers(lines: Sequence[str]) -> tuple[list[str], bool]:
    """Drop legal notices, each to the end of its paragraph."""
    kept: list[str] = []
    dropping = found = False
    for line in lines:
        if _is("footer", line):
            dropping = found = True
        elif not line.strip():
            dropping = False
        if not dropping:
            kept.append(line)
    return kept, found


def _without_signature(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the request from the lines after it takes leave; a postscript goes on with the request."""
    for at, line in enumerate(lines):
        if not (_is("separator", line) or (_is("closing", line) and "?" not in line)):
            continue
        below = lines[at + 1 :]
        more = next((n for n, one in enumerate(below) if _is("postscript", one)), len(below))
        told = [one for one in below[:more] if one.strip()]
        # « Merci d’avance. » in the middle of a letter is followed by more of it.
        if len(told) > _SHORT_SIGNATURE or any("?" in one for one in told):
            continue
        after = [_postscript(one) for one in below[more:]]
        rest, again = _without_signature(after) if after else ([], [])
        return [*lines[:at], *rest], [*below[:more], *again]
    return list(lines), []


def _postscript(line: str) -> str:
    match = _pattern("postscript").match(fold(line))
    return line[match.end() :] if match else line


def _without_greetings(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not _is("greeting", line)]


def _signed(signature: Sequence[str]) -> str:
    """Return the name in a signature: words with capitals that open a line."""
    for line in signature:
        first = re.split(r",| [-–—] ", line.strip().strip("*_, "))[0]
        if _NAME.fullmatch(first) and not _pattern("not_a_name").search(fold(first)):
            return first
    return ""


def _tidied(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()


def _asks(words: str) -> bool:
    return "?" in words or _pattern("asks_itself").search(fold(words)) is not None


def _is(name: str, line: str) -> bool:
    return bool(line.strip()) and _pattern(name).search(fold(line)) is not None


def _any(name: str, line: str) -> bool:
    return bool(line.strip()) and any(rule.search(fold(line)) for rule in _patterns(name))


def _quote() -> re.Pattern[str]:
    return _pattern("quote")


@cache
def _data() -> Any:
    return load_data("helpdesk/intake")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()[name]))
