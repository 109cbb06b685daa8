"""Names of places, compared as people type them."""

from __future__ import annotations

import re
import unicodedata

_SAINT = re.compile(r"\b(st|ste|sts|stes)\b")
_LONG = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ARTICLE = re.compile(r"^(le|la|les|l) ")


def name_key(name: str) -> str:
    """Fold a place name: case, accents, hyphens, apostrophes, « St » → « saint », leading article.

    >>> name_key("L'Aigle"), name_key("st jean d angely"), name_key("SAINT-JEAN-D’ANGÉLY")
    ('aigle', 'saint jean d angely', 'saint jean d angely')
    """
    text = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    bare = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    words = re.sub(r"[^a-z0-9]+", " ", bare).strip()
    words = _SAINT.sub(lambda m: _LONG[m[0]], words)
    return _ARTICLE.sub("", words)
