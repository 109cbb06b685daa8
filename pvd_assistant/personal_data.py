"""What tells who somebody is in a text: found by its form, and replaced by what it is.

« Joindre Mme Durand au 03 85 00 00 00 » becomes « Joindre Mme [nom] au [téléphone] ». Found by rules
(``data/personal_data.yaml``): what no rule describes stays, which is why a person reads again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

from pvd_assistant.messages import load_data

Kind = Literal["nir", "iban", "email", "phone", "address", "name"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_WORD = r"[A-ZÀ-ÖØ-Ý][\w’'-]*"
_LINK = r"(?:(?:de|du|des|de la|d[’']|le|la|van|von|ben|el)[^\S\n]+)?"
_SPACE = r"[^\S\n]+"
#: Stand for what is kept while the rest is looked for.
_HELD, _HOLDER = "\ue000{}\ue001", re.compile("\ue000(\\d+)\ue001")
_LONGEST_NAME = 3
_SHORTEST_PART = 3


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without what tells who somebody is.

    :ivar counts: how many things of each kind were replaced.
    """

    text: str
    counts: Mapping[str, int] = field(default_factory=dict)


def mask(
    text: str,
    kinds: Sequence[Kind] = KINDS,
    *,
    known: Iterable[str] = (),
    shape: str = "[{}]",
) -> Masked:
    """Replace what tells who somebody is.

    :param kinds: what is looked for.
    :param known: names of persons, to be found wherever they are.
    :param shape: how what stands in its place is written.
    """
    counts: Counter[str] = Counter()
    plain, held = _held(text)
    for kind in kinds:
        mark = shape.format(_data()["marks"][kind])

        def replaced(match: re.Match[str], kind: str = kind, mark: str = mark) -> str:
            counts[kind] += 1
            return mark

        if kind == "name":
            plain = _without_names(plain, known, mark, counts)
            continue
        for rule in _rules(kind):
            plain = rule.sub(replaced, plain)
    return Masked(_HOLDER.sub(lambda m: held[int(m[1])], plain), dict(counts))


def mark(kind: Kind) -> str:
    """Return what stands in the place of a kind of data: « [nom] »."""
    return f"[{_data()['marks'][kind]}]"


def is_person(name: str) -> bool:
    """Tell whether the name of a sender is that of a person, not of an office."""
    return bool(name) and not _offices().search(name.lower())


def _held(text: str) -> tuple[str, list[str]]:
    """Set aside what is kept: numbers of institutions."""
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match.group())
        return _HELD.format(len(held) - 1)

    plain = _HOLDER.sub("", text)
    for rule in _kept():
        plain = rule.sub(hold, plain)
    return plain, held


def _without_names(text: str, known: Iterable[str], mark: str, counts: Counter[str]) -> str:
    for rule, reads in ((_civility(), _after_civility), (_introduced(), _introducing)):
        text = rule.sub(_counting(reads, mark, counts), text)
    text = _first_name().sub(_counting(_first_named, mark, counts), text)
    for part in _parts(known):
        text, found = re.subn(rf"(?<!\w){re.escape(part)}(?!\w)", mark, text)
        counts["name"] += found
    if not counts["name"]:
        del counts["name"]
    # « [nom] [nom] » is one person.
    return re.sub(rf"{re.escape(mark)}(?:{_SPACE}{re.escape(mark)})+", mark, text)


def _counting(
    reads: Callable[[re.Match[str], str], str | None], mark: str, counts: Counter[str]
) -> Callable[[re.Match[str]], str]:
    def replaced(match: re.Match[str]) -> str:
        new = reads(match, mark)
        if new is None:
            return match.group()
        counts["name"] += 1
        return new

    return replaced


def _after_civility(match: re.Match[str], mark: str) -> str | None:
    """« Madame Durand Chef de projet » loses « Durand » only."""
    words = match["name"].split()
    named = min(_named(words), 1 if match["name"].isupper() else len(words))
    return " ".join([f"{match['before']}{mark}", *words[named:]]) if named else None


def _introducing(match: re.Match[str], mark: str) -> str | None:
    words = match["name"].split()
    return f"{match['before']}{mark}" if _named(words) == len(words) else None


def _first_named(match: re.Match[str], mark: str) -> str | None:
    """A first name and a name, unless they are those of a street or of a school."""
    before = match.string[: match.start()].lower().split()
    while before and before[-1] in _small():
        before.pop()
    last = re.sub(r"^[ld][’']", "", before[-1]) if before else ""
    words = match.group().split()
    if last in _places() or any(word.lower() in _roles() for word in words[1:]):
        return None
    return mark


def _named(words: Sequence[str]) -> int:
    """Return how many words, from the first, are a name: « Jean de La Tour Maire » has four."""
    named = 0
    for at, word in enumerate(words):
        plain = re.sub(r"[’'].*", "", word).lower().rstrip(".,")
        if at and plain in _small():
            continue
        if plain in _roles():
            break
        named = at + 1
    return named


def _parts(known: Iterable[str]) -> list[str]:
    """Return the words of persons' names, the longest first, as written and in capitals."""
    words = {
        word.strip(".,")
        for name in known
        if is_person(name)
        for word in name.split()
        if len(word) >= _SHORTEST_PART and word.lower() not in _roles()
    }
    forms = {form for word in words for form in (word, word.upper(), word.title())}
    return sorted(forms, key=lambda form: (-len(form), form))


@cache
def _data() -> Any:
    return load_data("personal_data")


@cache
def _rules(kind: Kind) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()["rules"][kind]))


@cache
def _kept() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _data()["kept"]))


@cache
def _roles() -> frozenset[str]:
    return frozenset(_data()["names"]["roles"].split())


@cache
def _places() -> frozenset[str]:
    return frozenset(_data()["names"]["places"].split())


@cache
def _small() -> frozenset[str]:
    return frozenset(_data()["names"]["small"].split())


@cache
def _offices() -> re.Pattern[str]:
    return re.compile(_data()["names"]["offices"])


@cache
def _civility() -> re.Pattern[str]:
    words = rf"{_LINK}{_WORD}(?:{_SPACE}{_LINK}{_WORD}){{0,{_LONGEST_NAME}}}"
    # « mme durand »: who writes in lower case names people too.
    small = r"(?<=mme )[a-zà-ÿ][\w’'-]+|(?<=mr )[a-zà-ÿ][\w’'-]+|(?<=mlle )[a-zà-ÿ][\w’'-]+"
    return re.compile(
        rf"(?P<before>(?:{_data()['names']['civility']}){_SPACE})(?P<name>{words}|{small})"
    )


@cache
def _introduced() -> re.Pattern[str]:
    introduces = _data()["names"]["introduces"]
    return re.compile(rf"(?P<before>{introduces}{_SPACE})(?P<name>{_WORD}{_SPACE}{_LINK}{_WORD})")


@cache
def _first_name() -> re.Pattern[str]:
    firsts = _data()["names"]["first"].split()
    first = "|".join(sorted({*firsts, *map(str.upper, firsts)}, key=len, reverse=True))
    given = rf"(?:{first})(?:-(?:{first}))?"
    return re.compile(
        rf"(?<![\w-]){given}{_SPACE}{_LINK}{_WORD}(?:-{_WORD})?|(?<![\w-])[A-ZÀ-Ý][A-ZÀ-Ý'-]{{2,}}{_SPACE}{given}(?![\w-])"
    )
