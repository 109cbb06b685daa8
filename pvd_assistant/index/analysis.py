"""French analysis for the search by words: from a text to the stems that are indexed and asked for.

Text → folded words (lower case, no accents, elisions cut, numbers and dates made one) → stop words
out → stem. The stem is Snowball's for French (Porter, http://snowball.tartarus.org), applied to the
folded word so that a question typed without accents meets the text, then folded again by the rules of
``data/analysis.yaml`` for the families Snowball leaves apart (*éligible*, *éligibilité*).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from pvd_assistant.messages import load_data

#: Changes whenever the same text may give other stems: the index is then rebuilt.
ANALYSIS_VERSION = 1

_SHORTEST_STEMMED = 4
_TRANSLATE = str.maketrans(
    {"œ": "oe", "æ": "ae", "’": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": " ", "—": " "}
    | dict.fromkeys("\u00a0\u202f\u2009", " ")
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as folded (``"eligibilite"``) and as indexed (``"elig"``).

    :ivar stem: empty for a stop word.
    """

    folded: str
    stem: str


def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, with plain apostrophes and spaces."""
    lowered = text.lower().translate(_TRANSLATE)
    if lowered.isascii():
        return lowered
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))


def words(text: str) -> list[Word]:
    """Return the words of ``text`` in order, stop words included (their stem is empty)."""
    return [Word(folded, stem(folded)) for folded in _folded_words(text)]


def terms(text: str) -> list[str]:
    """Return the stems of the content words of ``text``, in order, repeats included."""
    return [found for folded in _folded_words(text) if (found := stem(folded))]


@lru_cache(maxsize=20_000)
def term_set(text: str) -> frozenset[str]:
    """Return the stems of the content words of ``text``, without repeats nor order."""
    return frozenset(terms(text))


@lru_cache(maxsize=200_000)
def stem(folded: str) -> str:
    """Return the stem of a folded word, ``""`` for a stop word or a lone letter."""
    rules = _rules()
    if folded in rules.stop or (len(folded) == 1 and not folded.isdigit()):
        return ""
    if len(folded) < _SHORTEST_STEMMED or any(c.isdigit() for c in folded) or ":" in folded:
        return folded
    if folded in rules.acronyms:
        return folded
    if family := rules.family.match(folded):
        return rules.families[family.group()]
    return _fold_suffixes(_snowball(_feminine(folded)), rules.suffixes)


def stop_words() -> frozenset[str]:
    """Return the folded words that carry no content."""
    return _rules().stop


def is_stop_word(word: str) -> bool:
    """Tell whether a word carries no content (accents and case do not matter)."""
    return not stem(fold(word))


@dataclass(frozen=True, slots=True)
class _Rules:
    stop: frozenset[str]
    families: dict[str, str]
    family: re.Pattern[str]
    suffixes: tuple[tuple[str, str, int], ...]
    acronyms: frozenset[str]
    cased: re.Pattern[str]
    units: dict[str, str]
    amount: re.Pattern[str]
    elision: re.Pattern[str]
    glued: re.Pattern[str]
    months: tuple[str, ...]


@cache
def _rules() -> _Rules:
    data: dict[str, Any] = load_data("analysis")
    acronyms: list[dict[str, Any]] = load_data("acronyms")
    families = {str(k): str(v) for k, v in data["families"].items()}
    units = {str(k): "000" if v in (0, "000") else str(v) for k, v in data["units"].items()}
    cased = sorted(short for entry in acronyms if entry.get("cased") for short in entry["short"])
    plain = (fold(s) for entry in acronyms if not entry.get("cased") for s in entry["short"])
    return _Rules(
        stop=frozenset(data["stop_words"].split()),
        families=families,
        family=re.compile("|".join(sorted(map(re.escape, families), key=len, reverse=True))),
        suffixes=tuple((str(s), str(new), int(left)) for s, new, left in data["suffixes"]),
        acronyms=frozenset(plain),
        cased=re.compile(rf"\b({'|'.join(map(re.escape, cased))})\b"),
        units=units,
        amount=re.compile(
            rf"(?<=\d)\s?({'|'.join(sorted(map(re.escape, units), key=len, reverse=True))})(?![a-z])"
        ),
        elision=re.compile(rf"\b(?:{'|'.join(data['elisions'])})'(?=[a-z0-9])"),
        glued=re.compile(rf"\b({'|'.join(data['glued_prefixes'])})-(?=[a-z]{{3}})"),
        months=tuple(data["months"]),
    )


_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
_INCLUSIVE = re.compile(r"\((?:e|s|es|ne|nes|trice)\)|[·•](?:e|ne|trice)?(?:[·•]?s)?\b")
_DATE = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](20\d\d|\d\d)\b")
_THOUSANDS = re.compile(r"(?<![\d,.])\d{1,3}(?:[ .]\d{3})+(?![\d])")
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")
_FIRST = re.compile(r"\b1er\b|\b1ere\b")
_WORD = re.compile(r"sigle:[a-z]+|\d+(?:,\d+)?|[a-z]+[a-z0-9]*|\d+[a-z]+")
_FEMININE = (
    ("ees", "e"),
    ("ee", "e"),
    ("ieres", "ier"),
    ("iere", "ier"),
    ("trices", "teur"),
    ("trice", "teur"),
)
_DIGIT = re.compile(r"\d")


def _folded_words(text: str) -> Iterator[str]:
    rules = _rules()
    if not text.isupper():
        text = rules.cased.sub(lambda m: f" sigle:{m.group()} ", text)
    folded = fold(text)
    if "'" in folded:
        folded = folded.replace("aujourd'hui", "aujourdhui")
        folded = rules.elision.sub("", folded)
    if "." in folded:
        folded = _DOTTED.sub(lambda m: m.group().replace(".", ""), folded)
    if "-" in folded:
        folded = rules.glued.sub(r"\1", folded)
    folded = _INCLUSIVE.sub("", folded)
    if _DIGIT.search(folded):
        folded = _numbers(folded, rules)
    for match in _WORD.finditer(folded):
        yield match.group()


def _numbers(folded: str, rules: _Rules) -> str:
    """Make a number one word: ``45 000 €`` → ``45000``; dates in full: ``31/12/2026`` → three."""

    def in_full(match: re.Match[str]) -> str:
        day, month, year = match.groups()
        if not 1 <= int(month) <= len(rules.months):
            return match.group()
        return (
            f"{int(day)} {rules.months[int(month) - 1]} {year if len(year) == 4 else '20' + year}"
        )

    def unit(match: re.Match[str]) -> str:
        name = rules.units[match.group(1)]
        return name if name == "000" else f" {name} "

    folded = _DATE.sub(in_full, folded)
    folded = _THOUSANDS.sub(lambda m: m.group().replace(" ", "").replace(".", ""), folded)
    folded = _DECIMAL.sub(",", folded)
    folded = rules.amount.sub(unit, folded)
    return _FIRST.sub("1", folded)


def _feminine(folded: str) -> str:
    """``renovees`` → ``renove``, ``financiere`` → ``financier``: Snowball wants their accents."""
    for ending, masculine in _FEMININE:
        if folded.endswith(ending):
            return folded[: -len(ending)] + masculine
    return folded


class _OfThread(threading.local):
    """The stemmer of a thread: it holds the word that it stems, so two threads would mix theirs."""

    @cached_property
    def stemmer(self) -> Any:
        # Not `snowballstemmer.stemmer`: it gives way to PyStemmer, of another version, when installed.
        from snowballstemmer.french_stemmer import FrenchStemmer

        return FrenchStemmer()


_own = _OfThread()


def _snowball(folded: str) -> str:
    return str(_own.stemmer.stemWord(folded))


def _fold_suffixes(stemmed: str, suffixes: tuple[tuple[str, str, int], ...]) -> str:
    for _ in range(2):
        for suffix, new, left in suffixes:
            if stemmed.endswith(suffix) and len(stemmed) - len(suffix) >= left:
                stemmed = stemmed[: -len(suffix)] + new
                break
    if len(stemmed) > _SHORTEST_STEMMED and stemmed[-1] == stemmed[-2]:
        stemmed = stemmed[:-1]
    return stemmed
