"""Plain text as it is kept: one form for accents, spaces and ligatures."""

from __future__ import annotations

import re
import unicodedata

from pvd_assistant.corpus.lookalikes import latin

_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
#: Soft hyphen, zero-width, bidirectional, filling, variation and tag characters: none can be seen, and
#: whole sentences can be written with the last two.
_INVISIBLE = [
    0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010),
    *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF, 0xFFA0,
    *range(0xFFF9, 0xFFFC), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE1000),
]  # fmt: skip
_CONTROLS = [c for c in (*range(0x20), *range(0x7F, 0xA0)) if chr(c) not in "\t\n\r\f\v"]
_TRANSLATE = (
    {ord(k): v for k, v in _LIGATURES.items()}
    | dict.fromkeys(_INVISIBLE, None)
    | dict.fromkeys(_CONTROLS, " ")
    | dict.fromkeys([*range(0x2000, 0x2007), *range(0x2008, 0x200B), 0x205F, 0x2800, 0x3000], " ")
    | {0x2007: "\u00a0", 0x2028: "\n", 0x2029: "\n"}
)
#: Anything but the letters and signs of a French text.
_ODD = re.compile("[^\t-\r -~\u00a0-\u00ac\u00ae-\u017f\u2010-\u2027\u202f\u20ac]")
#: Signs drawn over a letter, and accents piled on it, that no composed letter takes in.
_OVERLAID = re.compile("[\u0332-\u0338\u20d0-\u20ff]+|[\u0300-\u036f]{2,}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_AROUND_NO_BREAK = re.compile("[ \u00a0\u202f]*([\u00a0\u202f])[ \u00a0\u202f]*")


def clean(text: str) -> str:
    """Return ``text`` on one line, composed accents, no ligature, no invisible character.

    No-break spaces are kept: they are part of French typography.

    >>> clean("  e\\u0301tude  de fai\\u00adsabilite\\u0301 ")
    'étude de faisabilité'
    """
    text = visible(text)
    text = _SPACES.sub(" ", text)
    if "\u00a0" in text or "\u202f" in text:
        text = _AROUND_NO_BREAK.sub(r"\1", text)
    return text.strip()


def visible(text: str) -> str:
    """Return ``text`` as a reader sees it, lines kept: nothing invisible, no letter in disguise."""
    if not _ODD.search(text):
        return text
    text = _SURROGATE.sub("\ufffd", text).translate(_TRANSLATE)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return latin(_OVERLAID.sub("", text))


def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, for comparing headings and keys."""
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def printable(name: str) -> str:
    """Return a file name that can be printed and stored even when its bytes are not UTF-8."""
    safe = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", safe)
