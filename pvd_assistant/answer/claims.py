"""What a question asserts: « … paie 100 % du poste, non ? », « puisque le programme s’arrête en 2024, … »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.figures import Figure, figures
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.messages import load_data

_END = re.compile(r"[.?!] ")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a question asserts.

    :ivar clause: the words that assert, folded.
    :ivar figures: those that matter: not the year or the size of town they are said of.
    :ivar granted: it is not asked about (« puisque… », « pourquoi… »).
    """

    clause: str
    figures: tuple[Figure, ...]
    granted: bool


def claimed(question: Understanding) -> Claim | None:
    """Return the figures that a question asserts, if it asserts any.

    « Une commune de 3 000 habitants », « notre projet de 200 000 € » are a case, not a claim.
    """
    read = None if question.questions or question.story else asserted_words(fold(question.core))
    if read is None or _rule("ours").search(read[0]):
        return None
    clause, granted = read
    found = [figure for figure in figures(clause) if _asserted(figure, clause)]
    for kinds in (("euro", "percent"), ("count",), ("duration",), ("date",)):
        main = tuple(figure for figure in found if figure.kind in kinds)
        if main:
            return Claim(clause, main, granted)
    return None


def _asserted(figure: Figure, clause: str) -> bool:
    before = clause[: figure.start]
    if not figure.sort or figure.inferred or _rule("case").search(before):
        return False
    return figure.kind != "date" or _rule("dated").search(before) is not None


def asserted_words(folded: str) -> tuple[str, bool] | None:
    """Return the words of a question that assert, and whether it asks something else about them."""
    for name in ("granted", "why", "told"):
        match = _rule(name).search(folded)
        if match is not None and (name != "told" or _asserts(match["clause"])):
            return match["clause"], True
    opened = _rule("openings").sub("", folded, count=1)
    clause = _rule("endings").sub("", opened, count=1)
    marked = opened != folded or clause != folded.rstrip(" ?!.»")
    return (clause, False) if _asserts(clause, marked) and not _END.search(clause) else None


def _asserts(clause: str, marked: bool = False) -> bool:
    """Tell whether a clause asserts: it asks nothing, and has a verb or a mark such as « non ? »."""
    asks = _rule("asks").search(_rule("cleft").sub(" ", clause))
    return not asks and (marked or _rule("verbs").search(clause) is not None)


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(load_data("premises")[name])
