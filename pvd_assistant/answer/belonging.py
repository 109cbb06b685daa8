"""Does a question ask whether a town is in the programme, however it is put?

« X a-t-elle été sélectionnée ? », « X a le label ? », « maire de X, est-ce qu’on fait partie des communes
retenues ? »: a town, what it would be, and nothing that makes it be of something else (« labellisée Villes
et villages fleuris », « sélectionnée pour France services »). The wording is in ``data/belonging.yaml``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.messages import load_data

_LIST = re.compile(r"xville(?:(?:, (?:et )?| et | ou )(?:a |d'|de )?xville)+")
_DEPARTEMENT = re.compile(r"xville(?: \([^)]*\)|, (?:dans|en) (?:le |la |les |l')?[a-z' -]{3,25},)")


def asks_belonging(question: Understanding, places: Places, other_offer: re.Pattern[str]) -> bool:
    """Tell whether a question asks if the towns it is about are in the programme.

    :param other_offer: what shows that the question is about an aid.
    """
    if not places.mentions or question.questions:
        return False
    # « Et on est dans la liste ? » after « Qui paie ? »: what was asked before is no part of it.
    asked = {question.core, question.text} if question.follow_up else {question.core}
    return any(_belongs(_with_towns(one, places), other_offer) for one in asked)


def _belongs(folded: str, other_offer: re.Pattern[str]) -> bool:
    for rule in ("of_town", "bare", "holds", "of_it", "of_us"):
        for match in _rule(rule).finditer(folded):
            before, after = folded[: match.start()], folded[match.end() :]
            if not _rule("rest").search(after) or _rule("asks_else").search(before):
                continue
            if not _on_an_aid(before, other_offer):
                return True
    return False


def _on_an_aid(before: str, other_offer: re.Pattern[str]) -> bool:
    """« La DETR est-elle ouverte si X est… », but not « je suis chef de projet à X, est-ce qu’on… »."""
    clauses = re.split(r"[,.;:!?]", before)
    return any(
        other_offer.search(clause) and not _rule("introduces").search(clause) for clause in clauses
    )


def other_programmes(folded: str) -> list[str]:
    """Return the proofs that say what the other programmes named are (« ou Action cœur de ville »)."""
    rules: dict[str, str] = _data()["other_programmes"]
    return [proof for proof, rule in rules.items() if re.search(rule, folded)]


def _with_towns(core: str, places: Places) -> str:
    """Fold a question with « xville » in the place of each town."""
    core = re.sub(_rule("kept_town").pattern, " ", core)
    for mention in places.mentions:
        core = re.sub(rf"(?<!\w){re.escape(mention.text)}(?!\w)", "xville", core)
    return _LIST.sub("xville", _DEPARTEMENT.sub("xville", fold(core)))


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_expanded(_data()[name]))


@cache
def _expanded(pattern: str) -> str:
    parts = _data()["parts"]
    return re.sub(r"\{([a-z]\w*)\}", lambda part: _expanded(parts[part[1]]), pattern)


def _data() -> Any:
    return load_data("belonging")
