"""French spelling, by Hunspell's dictionary (read by the library spylls) and the words of the project.

The dictionary (``data/hunspell``) is the Grammalecte one, version 7.5, under the Mozilla Public License 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from pvd_assistant.messages import load_data

_WORD = re.compile(r"(?<![\w@])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@])")
_JOINT = re.compile(r"['’-]")


class Speller:
    """Finds the words that no French dictionary and no list of the project knows.

    :param known: names, acronyms and words of the trade, as they are written; one that starts with a
        small letter is also right with a capital.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = frozenset(known)
        self._verdicts: dict[str, bool] = {}

    def mistakes(self, text: str) -> Iterator[tuple[int, str]]:
        """Return the position and the spelling of each unknown word of ``text``."""
        for match in _WORD.finditer(text):
            if not self._is_right(match.group()):
                yield match.start(), match.group()

    def _is_right(self, word: str) -> bool:
        if word not in self._verdicts:
            pieces = [piece for piece in _JOINT.split(word) if piece]
            self._verdicts[word] = all(map(self._is_right_piece, pieces)) or (
                len(pieces) > 1 and self._knows(word.replace("’", "'"))
            )
        return self._verdicts[word]

    def _is_right_piece(self, piece: str) -> bool:
        return len(piece) == 1 or piece.casefold() in _elided() or self._knows(piece)

    def _knows(self, word: str) -> bool:
        small = word[:1].lower() + word[1:]
        if word in self._known or small in self._known:
            return True
        if small != word and self._is_right(small):
            return True
        return bool(_dictionary().lookup(word))


@cache
def _dictionary() -> Any:
    from spylls.hunspell import Dictionary

    with as_file(files("pvd_assistant").joinpath("data", "hunspell")) as folder:
        dictionary = Dictionary.from_files(str(folder / "fr"))
    # French has no free compounds but numbers: trying them takes half of the time.
    dictionary.aff.COMPOUNDRULE = []
    return dictionary


@cache
def _elided() -> frozenset[str]:
    return frozenset(load_data("corpus")["elided"].split())
