"""Understand a question before searching: what is asked, about what, and what it leans on.

Only rules here, all in ``data/understanding.yaml``; nothing is learnt and nothing is searched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import clean, fold
from pvd_assistant.answer.dialogue import Said, carried, courtesy, in_context
from pvd_assistant.answer.languages import in_french, language_of
from pvd_assistant.answer.requests import direct, requests
from pvd_assistant.messages import load_data
from pvd_assistant.model import Family, Turn
from pvd_assistant.personal_data import mask

_SENTENCE_END = re.compile(r"(?<=[.?!…])[\s»)]+(?=\S)|\n+")
_CITATION_MARK = re.compile(r"\s*\[\d+\]")
_CLAUSE_END = re.compile(r"\s*[,;:](?=\s)\s*|\s+(?=(?:puis|et)\s)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understanding:
    """A question, understood.

    :ivar text: the cleaned message.
    :ivar core: the part of it that asks: what is searched with full weight.
    :ivar context: what is searched with less weight (rest of an e-mail, earlier turns).
    :ivar subject: the user's question before, complete, for a message that leans on it.
    :ivar story: the rest of an e-mail: it often names what the questions are about.
    :ivar questions: the sentences of the core that end with a question mark, when there are several.
    :ivar requests: what its sentence asks, as typed, when it asks several things (« combien et pour qui »).
    :ivar parts: what is asked, when several things are: whole questions, complete requests, or pieces.
    :ivar expects: kinds of things expected: amount, count, date, duration, person, place, yesno,
        list, how, definition.
    :ivar families: families by number of matching rules, best first.
    :ivar follow_up: the message leans on earlier turns.
    :ivar swapped: the question before, when the message asks it about something else.
    :ivar about: what it asks of the answer before (:class:`pvd_assistant.answer.dialogue.Said`); ``core`` is
        then the question that answer was given to.
    :ivar example: it asks for projects as examples of what was asked before.
    :ivar area: the place to which it limits what was asked before (« en Bourgogne »).
    :ivar said: what the answers before said, when it must not be said again.
    :ivar courtesy: it asks nothing: greeting, thanks, goodbye, identity (who the assistant is).
    :ivar orders: it held sentences that give orders to the assistant; they were dropped.
    :ivar refused: it asks for something the assistant is not made for.
    :ivar language: ``"fr"``, ``"en"``, ``"de"``, ``"es"``, ``"pt"``, ``"ar"``, or ``"other"`` for another
        alphabet; ``core`` is then what is asked in French, or empty when that cannot be told.
    """

    text: str
    core: str
    context: str = ""
    subject: str = ""
    story: str = ""
    questions: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    expects: frozenset[str] = frozenset()
    families: tuple[Family, ...] = ()
    follow_up: bool = False
    swapped: str = ""
    about: str = ""
    example: bool = False
    area: str = ""
    said: str = ""
    courtesy: str = ""
    orders: bool = False
    refused: bool = False
    language: str = "fr"
    numbers: tuple[str, ...] = field(default=())


def understand(question: str, history: Sequence[Turn] = (), limit: int = 4000) -> Understanding:
    """Read a question in its conversation.

    :param question: the message as typed or pasted.
    :param history: earlier turns, oldest first.
    :param limit: longest message read, in characters; the rest is ignored.
    """
    text = clean(question, limit)
    kept, dropped = _without_orders(_sentences(_CITATION_MARK.sub("", text)))
    core, rest = map(_without_contacts, _request(kept))
    language, asks = language_of(text), bool(core)
    if language != "fr":
        core, rest = in_french(core, language), ""
    said = in_context(core, history) if core and not rest else Said(core)
    core, follow_up = said.text, said.leans
    folded = fold(core)
    questions = _questions(core)
    asked = () if questions or said.swaps or rest else _requests(core)
    return Understanding(
        text=text,
        core=core,
        context=rest if said.swaps or not follow_up else _context(said.before, history),
        subject=said.before if follow_up and not said.swaps else "",
        story=rest,
        questions=questions,
        requests=asked,
        parts=questions or _completed(asked) or _parts(core),
        expects=expected(core),
        families=_families(folded),
        follow_up=follow_up,
        swapped=said.before if said.swaps else "",
        about=said.about,
        example=said.example,
        area=said.area,
        courtesy=courtesy(text),
        orders=bool(dropped),
        refused=not asks or any(rule.search(fold(text)) for rule in _not_for_us()),
        language=language,
        numbers=tuple(re.findall(r"\d+(?:[ .,]\d+)*", folded)),
    )


def commands(folded: str) -> bool:
    """Tell whether a sentence of a document, folded, commands the assistant that reads it."""
    return any(rule.search(folded) for rule in _commands())


def expected(question: str) -> frozenset[str]:
    """Return the kinds of things a question calls for."""
    folded = fold(question)
    return frozenset(
        name for name, rules in _rules("expects").items() if any(r.search(folded) for r in rules)
    )


def without_opening(sentence: str) -> str:
    """Drop « Bonjour Madame, » at the start of a sentence that goes on to say something."""
    match = _pattern("email", "openings").match(fold(sentence))
    # Folding may change lengths (œ → oe), but not in a greeting: the cut stays right.
    return sentence[match.end() :] if match else sentence


def is_ceremony(folded: str) -> bool:
    """Tell whether a sentence, folded, greets or takes leave and asks nothing."""
    if folded.endswith("?"):
        return False
    return any(_pattern("email", name).search(folded) for name in ("greetings", "closings"))


@cache
def _data() -> Any:
    return load_data("understanding")


@cache
def _rules(section: str) -> dict[str, tuple[re.Pattern[str], ...]]:
    return {name: tuple(map(re.compile, rules)) for name, rules in _data()[section].items()}


@cache
def _orders() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()["orders"]))


@cache
def _commands() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()["commands"]))


@cache
def _not_for_us() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()["not_for_us"]))


@cache
def _pattern(section: str, name: str) -> re.Pattern[str]:
    return re.compile(_data()[section][name])


def _sentences(text: str) -> list[str]:
    return [s.strip() for s in _SENTENCE_END.split(text) if s.strip(" -–—_*")]


def _without_orders(sentences: list[str]) -> tuple[list[str], list[str]]:
    """Part what is asked from the orders; a question loses only the clauses that give them."""
    kept: list[str] = []
    dropped: list[str] = []
    for sentence in sentences:
        if not _gives_orders(sentence):
            kept.append(sentence)
            continue
        dropped.append(sentence)
        clauses = _CLAUSE_END.split(sentence) if sentence.rstrip(" »\"'").endswith("?") else []
        rest = " ".join(clause for clause in clauses if clause and not _gives_orders(clause))
        if len(rest.split()) >= _data()["email"]["whole_question"] and rest[-1] in "?»\"' ":
            kept.append(rest)
    return kept, dropped


def _without_contacts(asked: str) -> str:
    """Drop e-mail addresses and telephone numbers: nothing is found by them."""
    return " ".join(mask(asked, ("email", "phone"), shape=" ").text.split())


def _gives_orders(sentence: str) -> bool:
    folded = fold(sentence)
    return any(rule.search(folded) for rule in _orders())


def _request(sentences: list[str]) -> tuple[str, str]:
    """Split what asks from what surrounds it (only in a long message such as an e-mail)."""
    body = [s for s in map(without_opening, sentences) if s and not is_ceremony(fold(s))]
    if not body or sum(map(len, sentences)) <= _data()["email"]["long"]:
        return " ".join(body or sentences), ""
    asks, introduces = _pattern("email", "asks"), _pattern("email", "introductions")
    telling = [s for s in body if not introduces.search(fold(s)) or s.endswith("?")]
    asking = [s for s in telling if asks.search(fold(s))]
    questions = [s for s in asking if s.rstrip(" »\"'").endswith("?")]
    core = questions or asking or telling or body
    return " ".join(core), " ".join(s for s in body if s not in core)


def _parts(core: str) -> tuple[str, ...]:
    """Split « A ? B, et C ? » into its questions; nothing for a single one."""
    pieces = [p.strip(" ,.;:?") for p in re.split(_data()["parts"], core, flags=re.IGNORECASE)]
    asked = [piece for piece in pieces if len(piece.split()) > 1]
    return tuple(asked) if len(asked) > 1 else ()


def _questions(core: str) -> tuple[str, ...]:
    """Return the whole questions of a message that asks several; nothing for a single one."""
    asked = [s for s in _sentences(core) if s.rstrip(" »\"'").endswith("?")]
    whole = [s for s in asked if len(s.split()) >= _data()["email"]["whole_question"]]
    return tuple(whole) if len(whole) > 1 else ()


def _requests(core: str) -> tuple[str, ...]:
    """Return the requests of the sentence that asks several things; nothing unless it is alone to."""
    several = [cut for cut in map(requests, _sentences(core)) if cut]
    return several[0] if len(several) == 1 else ()


def _completed(asked: Sequence[str]) -> tuple[str, ...]:
    """Give each request of a sentence the subject that it leaves to the one before it."""
    alone = list(map(direct, asked))
    return tuple(carried(one, " ".join(alone[:n])) or one for n, one in enumerate(alone))


def _families(folded: str) -> tuple[Family, ...]:
    counts: dict[Family, int] = {
        name: sum(len(rule.findall(folded)) for rule in rules)  # type: ignore[misc]
        for name, rules in _rules("families").items()
    }
    return tuple(sorted((name for name in counts if counts[name]), key=lambda n: -counts[n]))


def _context(before: str, history: Sequence[Turn]) -> str:
    """Return the question before and the last answer, without citation marks."""
    answers = (turn.content for turn in reversed(history) if turn.role == "assistant")
    return f"{before} {_CITATION_MARK.sub('', next(answers, ''))}".strip()
