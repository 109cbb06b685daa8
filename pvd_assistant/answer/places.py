"""The places a question is about, from its words and, for a follow-up, from what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    def names(self) -> tuple[str, ...]:
        """Names of the towns the question is about."""
        named = tuple(mention.text for mention in self.mentions)
        return named or tuple(commune.name for commune in self.earlier[:1])

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


def about_places(question: Understanding, places: Places) -> Understanding:
    """Forget the towns of earlier turns when a follow-up names its own (« et La Mure ? »)."""
    if not (question.follow_up and places.mentions and places.earlier):
        return question
    subject = question.subject
    for commune in places.earlier:
        subject = re.sub(re.escape(commune.name), " ", subject, flags=re.IGNORECASE)
    return replace(question, subject=subject, context=subject)
