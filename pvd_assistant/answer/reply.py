"""What is to be said to a question, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass

from pvd_assistant.answer.candidates import Evidence
from pvd_assistant.answer.composing import Section
from pvd_assistant.answer.places import Places
from pvd_assistant.model import Family, Hit, Status


@dataclass(frozen=True, slots=True)
class Reply:
    """What is to be said to a question.

    :ivar places: the towns it is about.
    :ivar sections: statements, by section; none when only ``note`` is said.
    :ivar note: what is said instead of statements: unknown, refused, a question back.
    :ivar nearest: passages shown when nothing is stated.
    :ivar evidence: what was found, when a language model may word it.
    :ivar final: a rule settled it: the questions of the message need not be asked apart.
    """

    places: Places
    status: Status
    family: Family = "other"
    sections: tuple[Section, ...] = ()
    note: str = ""
    warnings: tuple[str, ...] = ()
    nearest: tuple[Hit, ...] = ()
    evidence: Evidence | None = None
    final: bool = False
