"""What a question asks for, word by word, and the other forms in which a text may say it.

Each content word of the question is a :class:`Slot`; each form that may stand for it is an
:class:`Alternative`: the word itself, the acronym spelled out (or shortened), the nearest words of the
corpus when the word is unknown to it (a typing error), the documents' word for an everyday one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pvd_assistant.index.analysis import Word, fold, stem, terms, words
from pvd_assistant.index.repair import Reading, Vocabulary, readings
from pvd_assistant.messages import load_data

# Weight of a form against the word itself; origin: set by hand, a form is a guess and must not
# outrank the word that was typed. Not tuned yet.
_ACRONYM_WEIGHT = 0.7
_SYNONYM_WEIGHT = 0.5
# Weight from which a reading of an unknown word replaces it.
_SURE = 0.8


@dataclass(frozen=True, slots=True)
class Alternative:
    """One form of a word: all of its terms together."""

    terms: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A content word of the question and the forms that may stand for it, the best first."""

    word: str
    alternatives: tuple[Alternative, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class AnalysedQuery:
    """A question ready for the search by words.

    :ivar text: the question with acronyms spelled out, typing errors put right, and the documents' words
        for everyday ones that they lack, for embedding.
    :ivar slots: its content words, without repeats.
    """

    text: str
    slots: tuple[Slot, ...]

    def weights(self) -> dict[str, float]:
        """Return the weight of each term: the highest among the forms it appears in."""
        found: dict[str, float] = {}
        for slot in self.slots:
            for form in slot.alternatives:
                for term in form.terms:
                    found[term] = max(found.get(term, 0.0), slot.weight * form.weight)
        return found


def analyse(text: str, vocabulary: Vocabulary, *, weight: float = 1.0) -> AnalysedQuery:
    """Analyse a question.

    :param text: the question as typed.
    :param vocabulary: words of the corpus, to put typing errors right.
    :param weight: weight of all its words (below 1 for earlier turns of a conversation).
    """
    typed = words(text)
    spelled = [read for word in _spell_out(typed) for read in _read(word, vocabulary)]
    expansions = _acronyms_in([read.word.folded for read in spelled])
    slots: dict[str, Slot] = {}
    added: list[str] = []
    synonyms: dict[int, list[Terms]] = {}
    stems = [_key(read.word) for read in spelled]
    for start, end, meant in _everyday_forms(stems):
        for position in range(start, end):
            synonyms.setdefault(position, []).extend(meant.terms)
        if not any(map(vocabulary.knows, stems[start:end])):
            # Nothing was learnt of « toubib » from the documents: the embedding is told « médecin ».
            added.append(meant.first)
    for position, read in enumerate(spelled):
        word = read.word
        forms = [Alternative((word.stem,), read.weight), *read.others] if word.stem else []
        for expansion in expansions.get(position, ()):
            forms.append(Alternative(expansion.terms, _ACRONYM_WEIGHT))
            if expansion.spelled_out:
                added.append(expansion.spelled_out)
        forms += [Alternative(form, _SYNONYM_WEIGHT) for form in synonyms.get(position, ())]
        if word.stem and word.stem not in slots:
            slots[word.stem] = Slot(word.folded, tuple(forms), weight)
    plain = _embedded(text, typed, [read.word.folded for read in spelled], added)
    return AnalysedQuery(plain, tuple(slots.values()))


def corrected(text: str, vocabulary: Vocabulary) -> str:
    """Return a question with its shorthand spelled out and its typing errors put right."""
    typed = words(text)
    read = [word for one in _spell_out(typed) for word in _read(one, vocabulary)]
    return _embedded(text, typed, [one.word.folded for one in read], [])


def _embedded(text: str, typed: list[Word], spelled: list[str], added: list[str]) -> str:
    """Write the question with its words put right, then the new ones.

    Words that were right keep their accents, which count for some models.
    """
    if spelled != [word.folded for word in typed]:
        own = {fold(word): word for word in reversed(re.findall(r"\w+", text))}
        text = " ".join(own.get(word, word) for word in spelled)
    return f"{text} {' '.join(added)}".strip() if added else text


def _spell_out(found: list[Word]) -> list[Word]:
    """Replace telephone shorthand: ``kel`` → ``quel``."""
    shorthand = _shorthand()
    result: list[Word] = []
    for word in found:
        meant = shorthand.get(word.folded)
        result.extend(words(meant) if meant else (word,))
    return result


@dataclass(frozen=True, slots=True)
class _Read:
    """A word of the question as it is read; less sure readings of it stand beside."""

    word: Word
    weight: float = 1.0
    others: tuple[Alternative, ...] = ()


def _read(word: Word, vocabulary: Vocabulary) -> list[_Read]:
    """Put an unknown word right; when no reading is sure, it stays with the readings beside it."""
    if not word.stem or (word.folded,) in _acronym_table():
        return [_Read(word)]
    found = readings(word.folded, vocabulary)
    if not found or found[0].weight < _SURE:
        return [_Read(word, others=_alternatives(found))]
    best, *rest = found
    if len(best.words) > 1:
        return [_Read(Word(piece, stem(piece))) for piece in best.words]
    read = Word(best.words[0], stem(best.words[0]))
    return [_Read(read, best.weight, _alternatives(rest))]


def _alternatives(found: Sequence[Reading]) -> tuple[Alternative, ...]:
    return tuple(Alternative((stem(r.words[0]),), r.weight) for r in found if len(r.words) == 1)


@cache
def _shorthand() -> dict[str, str]:
    return {str(k): str(v) for k, v in load_data("spelling").items()}


@dataclass(frozen=True, slots=True)
class _Expansion:
    terms: tuple[str, ...]
    spelled_out: str


@cache
def _acronym_table() -> dict[tuple[str, ...], tuple[_Expansion, ...]]:
    """Map the folded words of a form to the other forms of the same thing."""
    table: dict[tuple[str, ...], list[_Expansion]] = {}
    for entry in load_data("acronyms"):
        forms = [(short, False) for short in entry["short"]] + [(s, True) for s in entry["long"]]
        keys = [(tuple(word.folded for word in words(form)), form, long) for form, long in forms]
        if entry.get("cased"):
            # Among words in small letters, « VA » is marked as one; « va » must not stand for it.
            marked = [(f"{short} a", False) for short in entry["short"]]
            keys = [(key, form, long) for key, form, long in keys if long or stem(key[0])]
            keys += [((words(form)[0].folded,), form, long) for form, long in marked]
        for key, _, key_is_long in keys:
            known = table.setdefault(key, [])
            for other, form, is_long in keys:
                expansion = _Expansion(
                    tuple(dict.fromkeys(terms(form))),
                    fold(form) if is_long and not key_is_long else "",
                )
                if other != key and expansion.terms and expansion not in known:
                    known.append(expansion)
    return {key: tuple(found) for key, found in table.items() if found}


@cache
def _longest_form() -> int:
    return max(map(len, _acronym_table()))


def _acronyms_in(folded: list[str]) -> dict[int, list[_Expansion]]:
    """Find acronyms and long forms: position of each of their words → the other forms."""
    table = _acronym_table()
    found: dict[int, list[_Expansion]] = {}
    start = 0
    while start < len(folded):
        for end in range(min(len(folded), start + _longest_form()), start, -1):
            expansions = table.get(tuple(folded[start:end]))
            if expansions:
                found.setdefault(end - 1, []).extend(expansions)
                for position in range(start, end - 1):
                    if stem(folded[position]):
                        short = [e for e in expansions if len(e.terms) == 1 or not e.spelled_out]
                        found.setdefault(position, []).extend(
                            _Expansion(e.terms, "") for e in short
                        )
                start = end - 1
                break
        start += 1
    return found


Terms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Meant:
    """What the documents say for an everyday form: the stems of each of their forms, and the first one."""

    terms: tuple[Terms, ...]
    first: str


@cache
def _synonym_table() -> dict[Terms, _Meant]:
    """Map the stems of an everyday form to what the documents say for it."""
    table: dict[Terms, _Meant] = {}
    for group in load_data("vocabulary"):
        said = group.get("same") or group["words"]
        meant = group.get("same") or group["mean"]
        for form in said:
            key = tuple(map(_key, words(form)))
            own = set(terms(form))
            others = {t: other for other in meant if set(t := _distinct(other)) != own and t}
            known = table.get(key, _Meant((), ""))
            found = tuple(dict.fromkeys((*known.terms, *others)))
            table[key] = _Meant(found, known.first or fold(next(iter(others.values()), "")))
    return {key: meant for key, meant in table.items() if meant.terms}


def _key(word: Word) -> str:
    """Return the stem of a word, marked when it is a stop word: « je suis » is no stem of « suisse »."""
    return word.stem or f"-{word.folded}"


def _distinct(form: str) -> Terms:
    return tuple(dict.fromkeys(terms(form)))


@cache
def _longest_synonym() -> int:
    return max(map(len, _synonym_table()))


def _everyday_forms(stems: list[str]) -> Iterator[tuple[int, int, _Meant]]:
    """Find everyday forms: position of their first word, of the word after them, what they mean."""
    table = _synonym_table()
    for start in range(len(stems)):
        for end in range(start + 1, min(len(stems), start + _longest_synonym()) + 1):
            meant = table.get(tuple(stems[start:end]))
            if meant:
                yield start, end, meant
