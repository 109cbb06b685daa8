"""Whether a word is French, in any of its forms: it is then no typing error, even if no document holds it.

The dictionary is the one ``corpus check`` reads (``data/hunspell``). Only its base forms are read here, and
the endings of ``data/inflections.yaml`` undone: accents do not matter, and nothing is loaded but words.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from pvd_assistant.index.analysis import fold
from pvd_assistant.messages import load_data

_SHORTEST_ROOT = 2


@lru_cache(maxsize=20_000)
def is_french(folded: str) -> bool:
    """Tell whether a folded word (lower case, no accents) is a form of a word of the dictionary."""
    known = _base_forms()
    return folded in known or any(
        folded[: -len(ending)] + base in known
        for ending, bases in _endings()
        if folded.endswith(ending) and len(folded) - len(ending) >= _SHORTEST_ROOT
        for base in bases
    )


@cache
def _endings() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (ending, tuple(rule["bases"]))
        for rule in load_data("inflections")["endings"]
        for ending in rule["endings"]
    )


@cache
def _base_forms() -> frozenset[str]:
    path = files("pvd_assistant").joinpath("data", "hunspell", "fr.dic")
    # Folded at once: ten times faster than word by word.
    lines = fold(path.read_text(encoding="utf-8")).splitlines()
    listed = (line.partition("/")[0].partition("\t")[0].strip() for line in lines)
    return frozenset((*listed, *load_data("inflections")["irregular"].split()))
