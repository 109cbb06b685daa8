"""Very short follow-ups, which say nothing of their subject: « un exemple ? », « et en Bourgogne ? ».

A place or a size limits the question before; an example is a project about its subject; the rest is asked of
the answer itself (:mod:`pvd_assistant.answer.asides`). The words are in ``data/understanding.yaml``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pvd_assistant.answer.cleaning import aligned
from pvd_assistant.answer.message_words import (
    WORD,
    dialogue,
    intents,
    objects,
    rule,
    rules,
)
from pvd_assistant.answer.sizes import size_span
from pvd_assistant.french import french_number
from pvd_assistant.territory.areas import area_spans

_END = " \t.?!,;:…"
_LEAD = re.compile(r"\b(?:de|d'|avec)\s*$")


@dataclass(frozen=True, slots=True)
class Limit:
    """A place, a size or both.

    :ivar words: as a question says it (« en Bretagne », « de moins de 2 000 habitants »).
    :ivar counts: the message asks how many there are.
    """

    words: str
    area: bool
    size: bool
    counts: bool = False


def is_short(message: str) -> bool:
    """Tell whether a message is short enough to lean on what was said for its subject."""
    most: int = dialogue("longest_ellipsis")
    return len(message) <= most


def aside(message: str) -> str:
    """Return what a message asks of the answer before: sources, brief, further, detail, choice, or ``""``."""
    if not is_short(message):
        return ""
    folded = aligned(" ".join(message.split())).strip(_END)
    return next((name for name, one in rules("asides").items() if one.fullmatch(folded)), "")


def limit_of(message: str, shown: str) -> Limit | None:
    """Return the place or the size that is all a message says (« et dans le Finistère ? »).

    :param shown: the answer before: « plus petites » is smaller than the towns it shows.
    """
    plain = rule("joins_limit").sub("", message.strip(_END), count=1)
    folded = aligned(plain)
    areas, size = area_spans(folded), _size(folded)
    relative = rule("relative").search(folded)
    if not areas and not size and not relative:
        return None
    left = without(plain, [*areas, *filter(None, [size, relative and relative.span()])])
    filler, asked = rule("filler"), set(intents(left)) - {"combien", "nombre"}
    if any(not filler.fullmatch(aligned(word)) for word in (*objects(left), *asked)):
        return None
    counts = bool(areas) and bool(set(intents(left)) - asked)
    where = " ".join(_led(plain[slice(*span)].strip()) for span in areas)
    if relative is None:
        return Limit(where if areas and not size else plain, bool(areas), size is not None, counts)
    than = _than(bool(relative["smaller"]), shown)
    if not than:
        return Limit(plain, bool(areas), False, counts)
    return Limit(f"{than} {where}".strip(), bool(areas), True, counts)


def limited(question: str, limit: Limit) -> str:
    """Put a place or a size in a question, instead of those it has."""
    folded = aligned(question)
    dropped = area_spans(folded) if limit.area else []
    size = _size(folded) if limit.size else None
    base = without(question, [*dropped, *filter(None, [size])]).strip(_END)
    return f"{base} {limit.words} ?"


def other_theme(message: str, before: str) -> str:
    """Return the list before, on what « et sur l’habitat ? » says; ``""`` for anything else."""
    new, old = (one.match(aligned(text)) for one, text in _themes(message, before))
    if new is None or old is None or intents(message):
        return ""
    theme = message[slice(*new.span("theme"))].strip(_END)
    if not 0 < len(objects(theme)) <= dialogue("longest_theme"):
        return ""
    was = before[slice(*old.span("theme"))]
    kept = " ".join(was[slice(*span)].strip() for span in _spans(was))
    return f"{before[: old.start('theme')]}{theme} {'' if _spans(theme) else kept}".strip() + " ?"


def _themes(message: str, before: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return (rule("theme"), message), (rule("list_on"), before)


def example_of(message: str, before: str, shown: str) -> str:
    """Return the list of projects that « un exemple ? », « qui l’a fait ? » asks for; else ``""``.

    :param before: the question it leans on.
    """
    folded = aligned(message.strip(_END))
    match = next(filter(None, (one.fullmatch(folded) for one in rules("examples").values())), None)
    if match is None:
        return ""
    rest = message[slice(*match.span("rest"))] if "rest" in match.groupdict() else ""
    limit = limit_of(rest, shown) if rest.strip(_END) else None
    if rest.strip(_END) and limit is None:
        return ""
    if asks_projects(before):
        asked = before
    else:
        subject = _subject(before)
        if not subject:
            return ""
        spans = _spans(before)
        kept = " ".join(before[slice(*span)].strip() for span in spans)
        asked = f"{dialogue('examples_of').format(subject=subject)} {kept}".strip() + " ?"
    return limited(asked, limit) if limit else asked


def exemplified(question: str) -> str:
    """Return what :func:`example_of` asks for examples of."""
    opening = dialogue("examples_of").format(subject="")
    return question.removeprefix(opening).strip(_END)


def asks_projects(question: str) -> bool:
    """Tell whether a question asks for projects, so that an example of it is one of them."""
    return bool(rule("projects").search(aligned(question)))


def _subject(question: str) -> str:
    """Return what a question is about, with the small words between its words (« manager de commerce »)."""
    who = rule("told").match(aligned(question))
    left = question[who.end() :] if who and question[who.end() :].strip(_END) else question
    left = without(left, _spans(left))
    unsaid, asks, told = rule("unsaid"), rule("intents"), rule("still_said")
    chunks: list[list[str]] = [[]]
    between: list[str] = []
    for word in WORD.findall(left):
        folded = aligned(word)
        if told.fullmatch(folded) or (objects(word) and not unsaid.fullmatch(folded)):
            chunks[-1] += [*(between if chunks[-1] else ()), word]
            between = []
        elif unsaid.fullmatch(folded) or asks.fullmatch(folded):
            chunks.append([])
            between = []
        else:
            between.append(word)
    return ", ".join(dict.fromkeys(" ".join(chunk) for chunk in chunks if chunk))


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return a text without what stands there."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return " ".join(text.split())


def _spans(question: str) -> list[tuple[int, int]]:
    folded = aligned(question)
    size = _size(folded)
    return [*area_spans(folded), *([size] if size else [])]


def _size(folded: str) -> tuple[int, int] | None:
    """Return where a number of inhabitants stands, with the « de » that leads to it."""
    span = size_span(folded)
    lead = _LEAD.search(folded[: span[0]]) if span else None
    return (lead.start(), span[1]) if span and lead else span


def _led(area: str) -> str:
    """« la Bretagne » → « dans la Bretagne »: a name alone leads nowhere."""
    return area if rule("leads").match(aligned(area)) else f"dans {area}"


def _than(smaller: bool, shown: str) -> str:
    """« de moins de 1 599 habitants », the smallest town shown; nothing when no size is shown."""
    said = re.findall(r"(?m)^- [^:\n]*?(\d[\d\s]*)\shabitants[^:\n]*\s:", shown)
    sizes = [int(re.sub(r"\D", "", number)) for number in said]
    if not sizes:
        return ""
    words: str = dialogue("smaller_than" if smaller else "larger_than")
    return words.format(inhabitants=french_number(min(sizes) if smaller else max(sizes) + 1))
