"""The pairs of the contrastive loss: chosen, weighted, and some of their questions mistyped."""

from __future__ import annotations

import random
import zlib
from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer

from training.sources import Pair
from training.static import Bags, Ids, Paired
from training.teacher import shortened

#: Share of a batch that each source fills; sources that are not named share ``OTHERS``.
SHARES = {
    "codes-juridiques": 0.14,
    "territoires-en-transitions": 0.13,
    "code-du-travail-numerique": 0.12,
    "canada-infobase": 0.06,
    "laws-lois-headings": 0.04,
    "piaf": 0.13,
    "needs": 0.08,
    "headings": 0.08,
    "items": 0.03,
    "acronyms": 0.02,
    "written": 0.04,
    "eurovoc": 0.03,
}
OTHERS = 0.10
_MISTYPED = 0.25
_NEIGHBOURS = {
    "a": "zq", "e": "zr", "i": "uo", "o": "ip", "u": "yi", "n": "bm", "m": "l", "t": "ry", "r": "et",
    "s": "dq", "l": "km", "c": "vx", "d": "sf", "p": "o", "g": "fh", "v": "cb",
}  # fmt: skip
_SOUNDS = (
    ("ph", "f"),
    ("qu", "k"),
    ("eau", "o"),
    ("ss", "s"),
    ("nn", "n"),
    ("ll", "l"),
    ("tion", "sion"),
    ("er", "é"),
)
_SHORTEST_MISTYPED = 5


def mistyped(text: str, rng: random.Random) -> str:
    """Return the text as a hurried hand types it: one long word in five is wrong."""
    words = text.split()
    for i, word in enumerate(words):
        if len(word) >= _SHORTEST_MISTYPED and word.isalpha() and rng.random() < 0.2:
            words[i] = _mistype(word, rng)
    return " ".join(words)


def _mistype(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    if kind == 3:
        return word[:at] + rng.choice(_NEIGHBOURS.get(word[at], word[at])) + word[at + 1 :]
    heard = [(said, written) for said, written in _SOUNDS if said in word]
    return word.replace(*rng.choice(heard), 1) if heard else word[:at] + word[at + 1 :]


_RESERVED = 6  # one passage in so many


def reserved(passage: str) -> bool:
    """Tell whether a passage of the data is kept from the contrastive loss, to fit the second look on."""
    return zlib.crc32(passage.encode()) % _RESERVED == 0


def prepare(tokenizer: Tokenizer, pairs: Sequence[Pair], seed: int = 1) -> Paired:
    """Cut the pairs into pieces and weight them."""
    rng = random.Random(seed)
    pairs = list(dict.fromkeys(pairs))
    sources = [pair.source if pair.source in SHARES else "" for pair in pairs]
    sizes = {source: sources.count(source) for source in set(sources)}
    chances = np.array([SHARES.get(s, OTHERS) / sizes[s] for s in sources])
    left = [mistyped(p.left, rng) if rng.random() < _MISTYPED else p.left for p in pairs]
    return Paired(
        Bags(tokenizer, [shortened(text) for text in left]),
        Bags(tokenizer, [shortened(p.right) for p in pairs]),
        chances / chances.sum(),
        _numbers([p.group or p.left for p in pairs]),
        _numbers([p.group or p.right for p in pairs]),
    )


def _numbers(texts: Sequence[str]) -> Ids:
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) for text in texts], np.int64)
