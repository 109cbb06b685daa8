"""Make a question safe and plain to read: no markup, no invisible characters, bounded length."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SCRIPT = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,300}>")


def clean(text: str, limit: int) -> str:
    """Return ``text`` without tags, scripts, invisible and control characters, cut at ``limit``.

    Invisible characters (zero-width, bidirectional controls, Unicode tags) can hide orders from a
    reader; they carry nothing in a French question.
    """
    plain = unicodedata.normalize("NFC", text[: 8 * limit])
    plain = _SCRIPT.sub(" ", plain)
    plain = unescape(_TAG.sub(" ", plain))
    plain = _CONTROL.sub(" ", _INVISIBLE.sub("", plain.replace("\r\n", "\n")))
    plain = re.sub(r"[^\S\n]+", " ", plain)
    return re.sub(r"\n{3,}", "\n\n", plain).strip()[:limit]


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Return ``text`` in lower case, without accents, with straight apostrophes and single spaces."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", bare.casefold()).strip()
