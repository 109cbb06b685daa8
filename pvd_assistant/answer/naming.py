"""« Le programme », « PVD », « Petites villes de demain » or nothing at all: a question put in one way.

A name that nearly every question bears says nothing of what is asked, but weighs in its vector as much as
the words that do: « à quoi sert le programme » is then close to « à quoi sert l’intercommunalité dans le
programme ». The same question is therefore compared under one name, and without it.
"""

from __future__ import annotations

import re

from pvd_assistant.answer import composition
from pvd_assistant.index.analysis import term_set

_WORD = re.compile(r"[^\W\d_]{2}")


def under_one_name(question: str) -> str:
    """Return a question where the programme bears one name, whatever it was called."""
    return _written(question, f" {composition.programme_name()} ")


def without_name(question: str) -> str:
    """Return a question without the programme's name.

    It stays as it is when nothing would be left, or when it is about not being in the programme.
    """
    if not names_programme(question) or composition.programme("outside").search(question):
        return question
    rest = _written(question, " ")
    return rest if _WORD.search(rest) else question


def names_programme(question: str) -> bool:
    """Tell whether a question names the programme."""
    return bool(composition.programme("called").search(_plain(question)))


def asks_only_the_name(question: str) -> bool:
    """Tell whether a question names the programme and nothing else: « c’est quoi PVD ? »."""
    return names_programme(question) and not term_set(_written(question, " "))


def _written(question: str, name: str) -> str:
    named = composition.programme("called").sub(name, _plain(question))
    return " ".join(named.split()).strip(" ?.!,;:")


def _plain(question: str) -> str:
    return question.replace("’", "'")
