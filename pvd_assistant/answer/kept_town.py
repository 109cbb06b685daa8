"""A town kept in mind for a conversation: when it changes what is asked, and whom it says to ask.

A town's name draws the search to the project sheets that name it: it is added to a question only when a rule
or a table then settles it (« sommes-nous dans le programme ? »), or when the assistant would ask which town.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from pvd_assistant.answer.cleaning import fold
from pvd_assistant.answer.contact import prefecture
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.answer.verdicts import verdict
from pvd_assistant.messages import load_data
from pvd_assistant.model import Answer, Turn
from pvd_assistant.territory.communes import Territory

if TYPE_CHECKING:
    from pvd_assistant.answer.assistant import Assistant


def naming(question: str, label: str, history: Sequence[Turn], assistant: Assistant) -> str:
    """Return the question with the town's name when it leans on it; the question itself otherwise.

    :param label: the town with its département, « Tournus (Saône-et-Loire) ».
    """
    rules = load_data("kept_town")
    asked = understand(question, history)
    if asked.questions or asked.refused or not _own().search(fold(question)):
        return question
    named = rules["named"].format(question=question, town=label)
    if find_places(asked, (), assistant.territory).mentions or _settled(
        question, history, assistant
    ):
        return question
    return named if _settled(named, history, assistant) else question


def with_contact(answer: Answer, code: str, territory: Territory) -> Answer:
    """Return the answer with the préfecture of the town, unless it already names one.

    :param code: Insee code of the town.
    """
    town = territory.by_code(code)
    if town is None or not answer.contact or "departement" in answer.contact:
        return answer
    return replace(answer, contact=prefecture([town.departement], territory))


def _settled(question: str, history: Sequence[Turn], assistant: Assistant) -> bool:
    """Tell whether a rule or a table answers a question."""
    understood = understand(question, history)
    places = find_places(understood, history, assistant.territory)
    found = verdict(understood, places, assistant.index, assistant.territory)
    return found is not None and found.complete


@cache
def _own() -> re.Pattern[str]:
    return re.compile(load_data("kept_town")["own"])
