"""Tell whether a commune's name, where it stands in a text, means the commune.

Bar, Die, Sens, Lancé are common words; Bretagne, Mayenne, Vienne are regions or départements; Élan and Chêne
are a law and a fund. Such a name needs a capital and something that calls for a town: « à », « commune de »,
its département beside it, or to be what a question asks about. Any other name only needs a capital, or a word
that calls for a place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pvd_assistant.messages import load_data
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.names import name_key

_ARTICLE = re.compile(r"^(?:les?\s|la\s|l['’]\s?)", re.IGNORECASE)
_CONTRACTED = re.compile(r"\b(?:au|aux|du|des) $")
_OF = re.compile(r"(?:^|\s)(?P<last>[^\W\d_]\S*)\s+d(?:e\s+|['’])$")
_SHORT, _SHORTEST = 3, 2
_AROUND = 80


@dataclass(frozen=True, slots=True)
class Name:
    """A commune's name where it stands in a text.

    :ivar start: where it starts, without « d’ »; ``end`` where it ends.
    :ivar text: as typed.
    :ivar key: folded (:func:`name_key`).
    :ivar before: what comes before it, folded, its last characters; ``typed`` the same as typed.
    :ivar after: what comes after it, folded.
    :ivar shouting: the whole text is in capitals, which then say nothing.
    """

    start: int
    end: int
    text: str
    key: str
    before: str
    typed: str
    after: str
    shouting: bool

    @classmethod
    def at(cls, text: str, start: int, end: int, key: str) -> Name:
        """Return the name that stands there in a text."""
        typed = text[max(0, start - _AROUND) : start]
        after = text[end : end + _AROUND]
        around = (_folded(typed), typed, _folded(after))
        return cls(start, end, text[start:end], key, *around, text.upper() == text)

    @property
    def bare(self) -> str:
        """The name without its article."""
        return _ARTICLE.sub("", self.text)

    @property
    def capital(self) -> bool:
        """Whether it is written as a proper noun, and not in capitals as an acronym."""
        return self.bare[:1].isupper() and not self.shouting and not self._all_capitals

    @property
    def _all_capitals(self) -> bool:
        return len(self.bare) > 1 and self.bare.isupper()


def means_a_town(name: Name, territory: Territory) -> bool:
    """Tell whether a name means a commune, from the words around it."""
    if _says("not_a_place", name.before):
        return _beside(name, territory)
    if _doubtful(name, territory):
        return _proved(name, territory)
    if " " in name.key:
        return True
    if name.capital:
        return True
    if len(name.key) <= _SHORT:
        return _says("place", name.before) or _asked_about(name)
    opens = not name.before.strip() or bool(re.fullmatch(r"\W*et\W*", name.before))
    last = re.search(r"([^\W_]+)['’]?\W*$", name.before)
    return opens or bool(last and last[1] in _calls())


def could_be_listed(name: Name, territory: Territory) -> bool:
    """Tell whether a name that proves nothing by itself is a town beside another in a list."""
    return (
        name.capital and _article_is_its_own(name, territory) and not _is_area(name.key, territory)
    )


def joins(between: str) -> bool:
    """Tell whether what stands between two names makes them a list."""
    return _says("joins", _folded(between))


def _doubtful(name: Name, territory: Territory) -> bool:
    if _is_area(name.key, territory):
        return True
    if name.key not in _common_words():
        return False
    # « maçon » folds like « Mâcon »: the accents tell them apart, unless they make a word too (« lancé »).
    typed = name.bare.casefold()
    if typed.isascii() or typed in _common_words():
        return True
    spellings = (_ARTICLE.sub("", s).casefold() for s in territory.spellings(name.key))
    return typed not in spellings


def _proved(name: Name, territory: Territory) -> bool:
    is_area = _is_area(name.key, territory)
    departement = territory.departement_named(name.key) if is_area else None
    if departement is not None and departement.overseas:
        return _says("commune", name.before)
    if not name.capital:
        return _proved_in_lower_case(name, territory)
    if " " in name.key and _hyphenated(name):
        return True
    if _beside(name, territory):
        return True
    if not _article_is_its_own(name, territory):
        return False
    if _says("place", name.before):
        noun = _CONTRACTED.search(name.before) or re.match(r"l(es?|a)?\b", name.text)
        return not (noun and _says("goes_on", name.after))
    if _asked_about(name):
        return True
    if is_area:
        return False
    return _of_it(name) or (_says("alone", name.before) and not name.after.strip(" ?!.,"))


def _proved_in_lower_case(name: Name, territory: Territory) -> bool:
    if " " in name.key and _says("place", name.before):
        return True
    if _ARTICLE.match(name.text):
        own = _article_is_its_own(name, territory) and name.key not in _never_of()
        return own and _says("opening", name.before) and _says("subject", name.after)
    return _asked_about(name)


def _asked_about(name: Name) -> bool:
    """« Die est-elle éligible ? »: a common noun would have an article."""
    if len(name.key) < _SHORTEST or not _says("opening", name.before):
        return False
    return _says("inverted", name.after) or _says("subject", name.after)


def _of_it(name: Name) -> bool:
    """« les halles de Gray », but not « Chambre de Métiers »."""
    match = _OF.search(name.typed)
    return match is not None and match["last"][0].islower() and name.key not in _never_of()


def _beside(name: Name, territory: Territory) -> bool:
    """Tell whether the département or the postcode of a commune of that name stands beside it."""
    communes = territory.by_name(name.text)
    after = name.after.lstrip(" (,")
    for commune in communes:
        departement = commune.departement
        named = (_folded(departement.name), f"{departement.code.casefold()})", *commune.postcodes)
        if after.startswith(named):
            return True
        if name.before.rstrip(" (,").endswith(commune.postcodes):
            return True
    return False


def _article_is_its_own(name: Name, territory: Territory) -> bool:
    """« La Garde » has its article, « École » has none; « au Blanc » holds that of « Le Blanc »."""
    typed = _ARTICLE.match(name.text)
    own = {_article(spelling) for spelling in territory.spellings(name.key)}
    if typed:
        return _article(name.text) in own
    if _CONTRACTED.search(name.before):
        return bool(own & {"le", "les"})
    return "" in own


def _article(text: str) -> str:
    match = _ARTICLE.match(text)
    return match[0].strip().casefold().replace("’", "'") if match else ""


def _hyphenated(name: Name) -> bool:
    """« Deux-Villes », « Petit Bourg »: written as a name is."""
    words = re.split(r"[\s-]+", name.bare)
    return "-" in name.bare or all(word[:1].isupper() for word in words if len(word) > _SHORT)


def _is_area(key: str, territory: Territory) -> bool:
    return key in areas(territory)


@cache
def areas(territory: Territory) -> frozenset[str]:
    """Return the folded names of départements and regions, those of before 2016 included."""
    named = (*territory.regions, *(d.name for d in territory.departements.values()))
    return frozenset(map(name_key, (*named, *load_data("territory/regions")["former"])))


def _says(rule: str, text: str) -> bool:
    return bool(_rule(rule).search(text))


@cache
def _data() -> Any:
    return load_data("territory/cues")


@cache
def _rule(name: str) -> re.Pattern[str]:
    return re.compile(_data()[name])


@cache
def _calls() -> frozenset[str]:
    return frozenset(_data()["calls"])


@cache
def _never_of() -> frozenset[str]:
    return frozenset(_data()["never_of"])


@cache
def _common_words() -> frozenset[str]:
    path = files("pvd_assistant").joinpath("data", "territory", "common_words.txt")
    return frozenset(path.read_text(encoding="utf-8").splitlines())


def _folded(text: str) -> str:
    """Fold case, accents and apostrophes, and keep the spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s", " ", bare).casefold()
