"""Letters that are not what they look like, put back to the Latin letter a reader sees.

The table of Unicode's confusables is far larger and maps both ways; a French text only meets the
Cyrillic and Greek letters drawn like Latin ones (``data/lookalikes.yaml``) and the styled alphabets,
which Unicode itself declares equivalent.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pvd_assistant.messages import load_data

_WORD = re.compile(r"[^\W\d_]+")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
#: Full-width, circled, squared, bold, script… letters.
_STYLED = re.compile("[\uff01-\uff5e\u24b6-\u24e9\U0001d400-\U0001d7ff\U0001f130-\U0001f149]")


def latin(text: str) -> str:
    """Return ``text`` with its disguised letters replaced; genuine Greek or Cyrillic words stay.

    A word that mixes Latin letters with look-alikes is disguised. A word made only of look-alikes is
    too, in a text that is otherwise Latin and holds no letter proper to the other script.

    >>> latin("l’\\u0410N\\u0410\\u041d paie")
    'l’ANAH paie'
    """
    text = _STYLED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    foreign = _FOREIGN.findall(text)
    if not foreign:
        return text
    identical, similar = _tables()
    letters = sum(map(len, _WORD.findall(text)))
    whole = all(c in identical for c in foreign) and 2 * len(foreign) < letters

    def plain(found: re.Match[str]) -> str:
        word = found[0]
        others = set(_FOREIGN.findall(word))
        if not others:
            return word
        mixed = any(not _FOREIGN.match(c) for c in word)
        if mixed and others <= similar.keys():
            return word.translate(_numbered(similar))
        if whole and not mixed and len(word) > 1:
            return word.translate(_numbered(identical))
        return word

    return _WORD.sub(plain, text)


def _numbered(table: dict[str, str]) -> dict[int, str]:
    return {ord(letter): seen for letter, seen in table.items()}


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return the letters drawn the same, and those with the ones drawn nearly the same."""
    data = load_data("lookalikes")
    return data["identical"], data["identical"] | data["similar"]
