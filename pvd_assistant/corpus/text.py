"""Plain text as it is kept: one form for accents, spaces and ligatures."""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
#: Soft hyphen, zero-width and bidirectional marks: invisible, and the last ones can hide text.
_INVISIBLE = [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]
_CONTROLS = [c for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in "\t\n\r\f\v"]
_TRANSLATE = (
    {ord(k): v for k, v in _LIGATURES.items()}
    | dict.fromkeys(_INVISIBLE, None)
    | dict.fromkeys(_CONTROLS, " ")
    | dict.fromkeys([*range(0x2000, 0x2007), *range(0x2008, 0x200B), 0x205F, 0x3000], " ")
    | {0x2007: "\u00a0", 0x2028: "\n", 0x2029: "\n"}
)
_ODD = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u2000-\u200f\u2028-\u202e\u205f-\u206f\u3000\ufb00-\ufb06"
    "\ufeff\ud800-\udfff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_AROUND_NO_BREAK = re.compile("[ \u00a0\u202f]*([\u00a0\u202f])[ \u00a0\u202f]*")


def clean(text: str) -> str:
    """Return ``text`` on one line, composed accents, no ligature, no invisible character.

    No-break spaces are kept: they are part of French typography.

    >>> clean("  e\\u0301tude  de fai\\u00adsabilite\\u0301 ")
    'étude de faisabilité'
    """
    if _ODD.search(text):
        text = _SURROGATE.sub("\ufffd", text).translate(_TRANSLATE)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text)
    if "\u00a0" in text or "\u202f" in text:
        text = _AROUND_NO_BREAK.sub(r"\1", text)
    return text.strip()


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, for comparing headings and keys."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def printable(name: str) -> str:
    """Return a file name that can be printed and stored even when its bytes are not UTF-8."""
    safe = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", safe)
