"""The places a question is about, from its words and, for a follow-up, from what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pvd_assistant.answer.understanding import Understanding
from pvd_assistant.model import Turn
from pvd_assistant.territory.communes import Commune, Departement, Territory
from pvd_assistant.territory.mentions import (
    Mention,
    find_communes,
    find_departements,
    find_regions,
)


@dataclass(frozen=True, slots=True)
class Places:
    """Places named in a question.

    :ivar earlier: communes named in the user's earlier turns, latest first.
    """

    mentions: tuple[Mention, ...] = ()
    departements: tuple[Departement, ...] = ()
    regions: tuple[str, ...] = ()
    earlier: tuple[Commune, ...] = ()

    @property
    def concerned(self) -> tuple[Departement, ...]:
        """The départements at stake: named, or those of the communes named."""
        if self.departements:
            return self.departements
        sure = [m.communes[0] for m in self.mentions if len(m.communes) == 1]
        return tuple(dict.fromkeys(c.departement for c in sure or self.earlier[:1]))


def find_places(question: Understanding, history: Sequence[Turn], territory: Territory) -> Places:
    """Return the places a question names."""
    earlier: list[Commune] = []
    for turn in reversed(history):
        if turn.role == "user":
            named = find_communes(turn.content, territory)
            earlier += [m.communes[0] for m in named if len(m.communes) == 1]
    return Places(
        mentions=find_communes(question.text, territory),
        departements=find_departements(question.text, territory),
        regions=find_regions(question.text, territory),
        earlier=tuple(earlier),
    )
