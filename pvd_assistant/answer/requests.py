"""Several requests in one sentence: « c’est quoi l’ORT et qui la signe ? » asks two things.

A sentence is cut where « et » or a comma joins two clauses that both ask. One that joins two names (« la
DETR et la DSIL »), two relative clauses or two words that share what follows (« où et comment déposer ») is
left whole: a wrong cut is worse than none. The words are in ``data/understanding.yaml``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import aligned
from pvd_assistant.messages import load_data


def requests(sentence: str) -> tuple[str, ...]:
    """Return the requests of a sentence, as typed; nothing for a single one.

    >>> requests("Combien donne l’Anah et jusqu’à quand ?")
    ('Combien donne l’Anah', 'jusqu’à quand ?')
    """
    if len(sentence) > _data()["longest"]:
        return ()
    flat = aligned(sentence)
    start, found = 0, []
    for join in _rule("joins").finditer(flat):
        link = _rule("links").match(flat, join.end())
        begins = link.end() if link else join.end()
        left, right = flat[start : join.start()], flat[begins:]
        comma = flat[join.start() : join.end()].strip() in (",", ";") and link is None
        if join.start() > start and _asks(left) and _opens(right, left, comma):
            found.append(sentence[start : join.start()])
            start = begins
    return (*found, sentence[start:]) if found else ()


def direct(request: str) -> str:
    """Ask a request by itself.

    >>> direct("je voudrais savoir qui paie"), direct("s'il y a une aide")
    ('qui paie', 'y a-t-il une aide')
    """
    introduction = _rule("introduces").match(aligned(request))
    alone = request[introduction.end() :] if introduction else request
    flat = aligned(alone)
    for indirect, asked in _data()["direct"]:
        if flat.startswith(indirect):
            return f"{asked}{alone[len(indirect) :]}"
    return alone


def starts_afresh(request: str) -> bool:
    """Tell whether a request brings its own subject whatever comes before (« y a-t-il une aide pour… »)."""
    return bool(_rule("afresh").search(aligned(request)))


def _asks(clause: str) -> bool:
    return bool(_rule("asks").search(clause)) and not _rule("bare").match(clause)


def _opens(right: str, left: str, comma: bool) -> bool:
    """Tell whether another request starts after a comma or an « et »."""
    if _rule("tells").search(left) and _rule("indirect").match(right):
        return True
    if _rule("for_one").search(left) and _rule("for_other").match(right):
        return True
    if not _rule("comma" if comma else "opens").match(right):
        return False
    relative = _rule("relative").match(right)
    return relative is None or not _carried(relative["word"]).search(left)


@cache
def _carried(word: str) -> re.Pattern[str]:
    return re.compile(_expanded(_data()["carried"].replace("{word}", word)))


@cache
def _rule(name: str) -> re.Pattern[str]:
    data = _data()
    return re.compile(_expanded(data.get(name) or data["parts"][name]))


def _expanded(pattern: str) -> str:
    parts = _data()["parts"]
    return re.sub(r"\{([a-z]\w*)\}", lambda part: _expanded(parts[part[1]]), pattern)


def _data() -> Any:
    return load_data("understanding")["requests"]
