"""Make a question safe and plain to read: no markup, no invisible characters, bounded length."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

from pvd_assistant.corpus.text import visible

_SCRIPT = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")
#: Tags by which a text pretends to be another voice: what they hold is not a part of the sentence after them.
_VOICE = re.compile(
    r"</?\s*(?:system|user|assistant|human|instructions?|tool)\b[^<>]{0,100}>", re.I
)
#: ``[words](address)`` and ``![image](address)``: an address is nothing to search for.
_LINK = re.compile(r"(!?)\[([^\[\]\n]{0,300})\]\((?:[^()\s]|\([^()\s]{0,100}\)){0,300}\)")


def clean(text: str, limit: int) -> str:
    """Return ``text`` without tags, scripts, links' addresses and characters that hide, cut at ``limit``.

    Invisible characters (zero-width, bidirectional controls, Unicode tags) can hide orders from a
    reader; letters of another script that look Latin hide a word from the search.
    """
    plain = visible(unescape(text[: 8 * limit].replace("\r\n", "\n")))
    plain = _TAG.sub(" ", _VOICE.sub("\n", _SCRIPT.sub(" ", plain)))
    plain = _LINK.sub(lambda link: "" if link[1] else link[2], plain)
    plain = re.sub(r"[^\S\n]+", " ", plain)
    return re.sub(r"\n{3,}", "\n\n", plain).strip()[:limit]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, with straight apostrophes and single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare.casefold()).strip()


def aligned(text: str) -> str:
    """Fold ``text`` letter by letter, so that positions stay those of the text."""
    return "".join((fold(c) or c)[:1] if not c.isspace() else " " for c in text)
