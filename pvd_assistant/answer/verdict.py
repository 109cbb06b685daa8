"""What a rule or a table says of a question."""

from __future__ import annotations

from dataclasses import dataclass

from pvd_assistant.answer.composing import Draft
from pvd_assistant.model import Family, Status


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer worked out, before its citations are numbered.

    :ivar drafts: the verdict, then the sentences that go with it; empty for a question back.
    :ivar ask: question to ask the user (« lequel ? »).
    :ivar complete: nothing found elsewhere needs to be added.
    """

    status: Status
    drafts: tuple[Draft, ...] = ()
    ask: str = ""
    complete: bool = True
    family: Family = "eligibility"
