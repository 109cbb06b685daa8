"""The places a question is about, from its words and, for a follow-up, from what was said before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pvd_assistant.answer.dialogue import says_ours, says_there, tells_home
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

    :ivar earlier: communes named in the user's earlier turns, the one meant first, then the latest.
    :ivar leaning: the question is about the first of them, though it does not name it.
    """

    mentions: tuple[Mention, ...] = ()
    departements: tuple[Departement, ...] = ()
    regions: tuple[str, ...] = ()
    earlier: tuple[Commune, ...] = ()
    leaning: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the towns the question is about."""
        named = tuple(mention.text for mention in self.mentions)
        return named or tuple(commune.name for commune in self.earlier[: int(self.leaning)])

    @property
    def concerned(self) -> tuple[Departement, ...]:
        """The départements at stake: named, or those of the communes named."""
        if self.departements:
            return self.departements
        sure = [m.communes[0] for m in self.mentions if len(m.communes) == 1]
        return tuple(dict.fromkeys(c.departement for c in sure or self.earlier[:1]))


def find_places(question: Understanding, history: Sequence[Turn], territory: Territory) -> Places:
    """Return the places a question names, or that the conversation has named for it.

    « Chez nous » is the town the user said to be theirs, if they said so; a question that stands alone
    keeps the town for the contact only.
    """
    mentions = find_communes(question.text, territory)
    # A place that limits the question before is in what was put back.
    asked = question.core if question.swapped else question.text
    departements = find_departements(asked, territory)
    home, earlier = _said_before(history, territory)
    ours = says_ours(question.text)
    if ours and home is not None:
        earlier = [home, *earlier]
    leaning = bool(earlier) and (ours or question.follow_up or says_there(question.core))
    if leaning and not mentions and not departements and ours and home is not None:
        mentions = (Mention(earlier[0].name, 0, (earlier[0],)),)
    return Places(
        mentions=mentions,
        departements=departements,
        regions=find_regions(asked, territory),
        earlier=tuple(earlier),
        leaning=leaning,
    )


def _said_before(
    history: Sequence[Turn], territory: Territory
) -> tuple[Commune | None, list[Commune]]:
    """Return the user's own town, if they told it, and the towns they named, latest first."""
    home: Commune | None = None
    earlier: list[Commune] = []
    for turn in reversed(history):
        if turn.role != "user":
            continue
        named = find_communes(turn.content, territory)
        sure = [m.communes[0] for m in named if len(m.communes) == 1]
        earlier += sure
        if home is None and sure and tells_home(turn.content):
            home = sure[0]
    return home, earlier


def about_places(question: Understanding, places: Places) -> Understanding:
    """Forget the towns of earlier turns when a follow-up names its own (« et La Mure ? »)."""
    if not (question.follow_up and places.mentions and places.earlier):
        return question
    own = {mention.text.casefold() for mention in places.mentions}
    others = [c.name for c in places.earlier if c.name.casefold() not in own]
    if not question.swapped:
        subject = _without(question.subject, others)
        return replace(question, subject=subject, context=subject)
    # The question before is asked again, of the new town.
    before = _without(question.swapped, others)
    return replace(question, core=f"{before} {' '.join(m.text for m in places.mentions)}")


def _without(text: str, names: Sequence[str]) -> str:
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text, flags=re.IGNORECASE)
    return text
