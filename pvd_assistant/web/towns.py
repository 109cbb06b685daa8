"""« Pour quelle commune ? »: the town a conversation is about, given in its field or in a question."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pvd_assistant.answer.cleaning import clean, fold
from pvd_assistant.errors import UnknownCommuneError
from pvd_assistant.messages import load_data, text
from pvd_assistant.territory.communes import Commune, Territory
from pvd_assistant.territory.lookup import find
from pvd_assistant.territory.mentions import find_communes

#: Towns of the same name, or of the same postcode, that are offered.
_OFFERED = 8
_LONGEST = 80
_FIGURES = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class Town:
    """A town kept in mind.

    :ivar code: its Insee code.
    :ivar label: its name with its département: « La Mure (Isère) ».
    :ivar listed: the programme's list names it.
    """

    code: str
    label: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """What typed words designate.

    :ivar town: the only town they may be.
    :ivar offered: towns to choose from, when they may be several or when none has that name.
    :ivar message: what to tell the reader, in French.
    """

    town: Town | None = None
    offered: tuple[Town, ...] = ()
    message: str = ""


def look_up(words: str, territory: Territory) -> Lookup:
    """Find the town that a name, a postcode, an Insee code or « La Mure (Isère) » designates."""
    wanted = clean(words, _LONGEST)
    if not wanted:
        return Lookup(message=text("web.town_empty"))
    try:
        found = _exactly(wanted, territory) or find(wanted, territory)
    except UnknownCommuneError as error:
        near = tuple(_town(one, territory) for one in territory.proposals(wanted))
        return Lookup(offered=near, message=str(error) if not near else text("web.town_unknown"))
    if len(found) == 1:
        return Lookup(town=_town(found[0], territory))
    offered = tuple(_town(one, territory) for one in found[:_OFFERED])
    several = "web.town_several" if len(found) <= _OFFERED else "web.town_too_many"
    return Lookup(offered=offered, message=text(several))


def _exactly(words: str, territory: Territory) -> tuple[Commune, ...]:
    """Read « La Mure (Isère) », and five figures, which may be a postcode or an Insee code."""
    name, _, departement = words.partition(" (")
    if departement:
        return territory.by_name(name, departement.rstrip(")"))
    if not _FIGURES.fullmatch(words):
        return ()
    coded = territory.by_code(words)
    posted = territory.by_postcode(words)
    return posted if coded is None or coded in posted else (*posted[: _OFFERED - 1], coded)


def town_of(code: str, territory: Territory) -> Town | None:
    """Return the town of an Insee code."""
    found = territory.by_code(code)
    return _town(found, territory) if found else None


def own_town(question: str, territory: Territory, asked_for: bool) -> Town | None:
    """Return the town that a question says is the reader's; ``None`` when it does not, or not surely.

    :param asked_for: the assistant has just asked which town it is.
    """
    if not (asked_for or _own().search(fold(question))):
        return None
    named = [mention.communes for mention in find_communes(question, territory)]
    if len(named) != 1 or len(named[0]) != 1:
        return None
    return _town(named[0][0], territory)


@cache
def _own() -> re.Pattern[str]:
    return re.compile(load_data("web/towns")["own"])


def _town(commune: Commune, territory: Territory) -> Town:
    return Town(commune.code, commune.label, bool(territory.today(commune).listed))
