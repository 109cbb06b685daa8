"""What a message of a conversation says once what it leans on is put back.

« et pour les études ? » after « Qui paie le chef de projet ? » asks « qui paie les études »; « et combien ? »
asks how much for the chef de projet; « pas la DETR, la DSIL » asks the same of something else; thanks ask
nothing. The words that tell them apart are in ``data/understanding.yaml``; a whole question leans on nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pvd_assistant.answer.cleaning import aligned, fold
from pvd_assistant.answer.ellipsis import (
    Limit,
    aside,
    asks_projects,
    example_of,
    is_short,
    limit_of,
    limited,
    other_theme,
    without,
)
from pvd_assistant.answer.message_words import dialogue, intents, objects, rule, rules
from pvd_assistant.model import Turn


@dataclass(frozen=True, slots=True)
class Said:
    """A message in its conversation.

    :ivar text: the message, with what it leans on.
    :ivar before: the user's question it leans on, itself complete; empty for a message that stands alone.
    :ivar swaps: it asks the question before about something else (« et Tournus ? »).
    :ivar leans: it says « il », « celle-ci », « et… »: what was said counts.
    :ivar about: what it asks of the answer before: sources, brief, further, detail, choice; which, for one of
        the things listed there that it does not tell; vague, when nothing was said before; else empty.
    :ivar topic: what a question with no subject after it is about, when it is not ``text``.
    :ivar example: it asks for projects as examples of its topic (« qui l’a déjà fait ? »).
    :ivar area: the place to which it limits the question before (« en Bourgogne »).
    :ivar carried: what the next message leans on, when it is not ``text``: « ils l’ont vendue combien ? »
        with what « ils » are.
    """

    text: str
    before: str = ""
    swaps: bool = False
    leans: bool = False
    about: str = ""
    topic: str = ""
    example: bool = False
    area: str = ""
    carried: str = ""

    @property
    def subject(self) -> str:
        """What a question with no subject after this one is about."""
        return self.topic or self.text


def courtesy(message: str) -> str:
    """Return what a message that asks nothing is: greeting, thanks, goodbye, identity; else ``""``."""
    folded = fold(message).strip(" .!?,;:)(-'\"…")
    if not folded or len(folded) > dialogue("longest_courtesy"):
        return ""
    return next((name for name, one in rules("courtesies").items() if one.fullmatch(folded)), "")


def tells_home(message: str) -> bool:
    """Tell whether a message says which town is the user's (« je suis maire de Luzy »)."""
    return bool(rule("home").search(fold(message)))


def says_ours(message: str) -> bool:
    """Tell whether a message is about the user's town without naming it (« et chez nous ? »)."""
    return bool(rule("ours").search(fold(message)))


def says_there(message: str) -> bool:
    """Tell whether a message is about a town named before (« combien y vivent ? »)."""
    return bool(rule("there").search(fold(message)))


def in_context(message: str, history: Sequence[Turn]) -> Said:
    """Complete a message with what the user asked before.

    :param history: earlier turns, oldest first; only the user's questions are put back. Of an answer, only
        the sizes of the towns it lists are read.
    """
    message = _place_last(message)
    if not history:
        return Said(message, about=_vague(message))
    before, shown = Said(""), ""
    for turn in history:
        if turn.role == "assistant":
            shown = turn.content
        elif not courtesy(turn.content) and not points(turn.content):
            said = _completed(turn.content, before, shown)
            before = before if said.about == "vague" else _carried(said)
    return _completed(message, before, shown)


def carried(request: str, before: str) -> str:
    """Complete a request with the subject of those before it in its sentence; ``""`` when it has its own.

    >>> carried("jusqu’à quand ?", "Combien donne l’Anah")
    'jusqu’à quand ? l’Anah'
    """
    folded = fold(request)
    if rule("for_other").match(folded) and not intents(request):
        return _asked_of(request, before)
    named = {match[match.lastgroup or 0] for match in rule("names").finditer(folded)}
    named = {name for name in named if objects(name) and not rule("common").fullmatch(name)}
    if named and not rule("anaphora").search(folded):
        return ""
    own = objects(request)
    return " ".join([request, *(word for word in objects(before) if word not in own)])


def has_no_subject(message: str) -> bool:
    """Tell whether a message says what it asks and not of what (« combien ça a coûté ? »)."""
    plain = _without_opener(message)
    return not objects(plain) and bool(intents(plain))


def points(message: str) -> re.Match[str] | None:
    """Return how a message points at an item of a list (« et le deuxième ? »), if it does."""
    return rule("pointer").match(aligned(message)) if is_short(message) else None


def _carried(said: Said) -> Said:
    """Return what the next message leans on."""
    most = dialogue("longest_subject")
    return replace(
        said, text=(said.carried or said.text)[:most], topic=said.topic[:most], carried=""
    )


def _completed(message: str, before: Said, shown: str) -> Said:
    """Complete a message.

    :param shown: the answer to the question before.
    """
    if len(message) > dialogue("longest_message"):
        return Said(message)
    plain = _without_opener(message)
    if not before.text:
        return Said(plain, about=_vague(plain))
    if _turns_away(message, plain):
        return Said(plain)
    if rule("repeats").search(fold(plain)) and _corrected(plain, before.text) is None:
        return replace(before, before=before.text, swaps=False, leans=True)
    return _elliptical(plain, before, shown) or _leaning(plain, before)


def _elliptical(plain: str, before: Said, shown: str) -> Said | None:
    """Complete a message that says nothing of its subject; ``None`` for any other."""
    if not is_short(plain):
        return None
    if name := aside(plain):
        return replace(before, before=before.text, leans=True, about=name)
    if example := example_of(plain, before.text, shown):
        if asks_projects(before.text):
            return replace(
                before, text=example, before=before.text, swaps=True, leans=True, about=""
            )
        return Said(example, before.text, True, True, topic=before.subject, example=True)
    if limit := limit_of(plain, shown):
        return _limited(limit, before)
    if swapped := other_theme(plain, before.text):
        return Said(swapped, before.text, swaps=True, leans=True)
    return None


def _limited(limit: Limit, before: Said) -> Said | None:
    """Put a place or a size in the question before; « combien ? » counts the towns of the programme."""
    if limit.counts and not asks_projects(before.text):
        if not rule("in_programme").search(fold(before.text)):
            return None
        counted = dialogue("towns_of").format(area=limit.words)
        return Said(counted, before.text, swaps=True, leans=True)
    topic = before.topic
    if limit.area:
        topic = limited(before.subject, replace(limit, size=False))
    return replace(
        before,
        text=limited(before.text, limit),
        before=before.text,
        swaps=True,
        leans=True,
        about="",
        area=limit.words if limit.area and not limit.size else "",
        topic=topic or before.text,
    )


def _leaning(plain: str, before: Said) -> Said:
    """Complete a message by the words it has; a whole question leans on nothing."""
    corrected = _corrected(plain, before.text)
    if corrected is not None:
        return corrected
    folded = fold(plain)
    asks, subjects = intents(plain), objects(plain)
    opens = bool(rule("opens").search(folded))
    if not subjects:
        own = f"{plain} {' '.join(objects(before.subject))}" if asks else before.text
        which = rule("singular").search(folded) and not before.example
        return Said(own, before.subject, leans=True, about="which" if which else "")
    if opens and not asks and len(subjects) <= dialogue("most_objects"):
        if rule("restricts").search(folded):
            return _conditioned(plain, before)
        swapped = (
            _name_for_name(plain, before.text)
            or _measure_for_measure(plain, before.text)
            or _asked_of(plain, before.text)
        )
        return Said(swapped, before.text, swaps=True, leans=True)
    short = len(subjects) <= dialogue("alone") and not _defines(plain)
    stands_for = bool(rule("anaphora").search(folded))
    if asks and not (opens or stands_for) and _on_the_programme(folded, before.text):
        return Said(plain)
    empty = short and all(rule("unsaid").fullmatch(aligned(word)) for word in subjects)
    if not (opens or short or stands_for):
        return Said(plain)
    carried = f"{plain} {' '.join(objects(before.subject))}" if stands_for or empty else ""
    return Said(plain, before.text, leans=True, carried=carried)


def _place_last(message: str) -> str:
    """Put « et en Bourgogne, des exemples de halles ? » in the order of a whole question."""
    match = rule("place_first").fullmatch(aligned(message))
    if match is None:
        return message
    asked, place = (message[slice(*match.span(name))] for name in ("rest", "place"))
    return f"{asked.rstrip(' ?')} {place} ?"


def _vague(message: str) -> str:
    """Return « vague » for a message that means nothing without a question before."""
    if not is_short(message):
        return ""
    alone = rule("needs_subject").fullmatch(aligned(message).strip(" .!?,"))
    return "vague" if alone or aside(message) else ""


def _turns_away(message: str, plain: str) -> bool:
    """Tell whether a message says that it asks something else (« et sinon, c’est quoi la DETR ? »)."""
    if not rule("turns_away").match(aligned(message)):
        return False
    folded = fold(plain)
    if rule("opens").search(folded) or rule("anaphora").search(folded):
        return False
    subjects = objects(plain)
    return bool(subjects) and (bool(intents(plain)) or len(subjects) > 1)


def _defines(plain: str) -> bool:
    """Tell whether a message asks what an acronym is: it needs nothing else."""
    short = any(word.isupper() and len(word) > 1 for word in objects(plain))
    return short and bool(rule("defines").search(fold(plain)))


def _conditioned(plain: str, before: Said) -> Said:
    """Add a condition to the question before, in one sentence; it stands alone when it names the subject."""
    asked = before.topic if before.example else before.text
    condition = rule("joins").sub("", plain, count=1)
    years = rule("year")
    if years.search(aligned(condition)):
        asked = without(asked, [match.span() for match in years.finditer(aligned(asked))])
    if set(map(fold, objects(condition))) & set(map(fold, objects(asked))):
        return Said(condition, asked, leans=True)
    return Said(f"{asked.strip(' .?!')} {condition}", asked, swaps=True, leans=True)


def _without_opener(message: str) -> str:
    """Drop « ok merci, » at the start of a message that goes on to ask."""
    plain = " ".join(message.split())
    match = rule("openers").match(aligned(plain))
    return plain[match.end() :] if match and plain[match.end() :].strip(" .!?,") else plain


def _corrected(message: str, before: str) -> Said | None:
    """Read « pas la DETR, la DSIL » and « je voulais dire… »; ``None`` when nothing is corrected."""
    folded = aligned(message)
    for name in ("instead", "meant"):
        match = rule(name).search(folded)
        if match is None:
            continue
        right = message[slice(*match.span("right"))].strip(" .!?,")
        wrong = match.groupdict().get("wrong") or ""
        if not objects(right):
            continue
        at = aligned(before).find(wrong) if wrong else -1
        if at >= 0:
            text = f"{before[:at]}{right}{before[at + len(wrong) :]}"
        elif intents(right):
            text = right
        else:
            text = _asked_of(right, before)
        return Said(text, before, swaps=True, leans=True)
    return None


def _asked_of(new: str, before: str) -> str:
    """Ask the question before about something else: its question words, then the new ones."""
    return f"{' '.join(intents(before))} {new}".strip()


def _name_for_name(message: str, before: str) -> str:
    """Put « Tournus » in the place of « Seurre », « DETR » of « DSIL »; ``""`` unless each has one name."""
    new = rule("joins").sub("", message, count=1).strip(" .!?,")
    own, old = _names(new), _names(before)
    if len(own) != 1 or len(old) != 1 or len(objects(new)) > 1:
        return ""
    return before.replace(old[0], new) if own[0].isupper() == old[0].isupper() else ""


def _measure_for_measure(message: str, before: str) -> str:
    """Put « douze ans » in the place of « six ans »; ``""`` unless the question before has that measure."""
    own = rule("measure").search(aligned(message))
    if own is None:
        return ""
    for old in rule("measure").finditer(aligned(before)):
        if old["unit"][:3] == own["unit"][:3]:
            return f"{before[: old.start()]}{message[slice(*own.span())]}{before[old.end() :]}"
    return ""


def _on_the_programme(folded: str, before: str) -> bool:
    """Tell whether a question names the programme itself, and no other was spoken of."""
    named = rule("in_programme").search(folded)
    return named is not None and not rule("other_programme").search(fold(before))


def _names(text: str) -> list[str]:
    return [word for word in dict.fromkeys(objects(text)) if word[:1].isupper()]
