"""French no-break spaces in the body of a Markdown sheet."""

from __future__ import annotations

import re

from pvd_assistant.corpus.readers.markdown import split_front_matter

NO_BREAK = "\u00a0"
NARROW = "\u202f"

#: Left as it is: code, tags, addresses, link targets, the line under a table's header.
_PROTECTED = r"""
    ^(?P<fence>```|~~~).*?^(?P=fence)[ \t]*$
  | `[^`\n]*`
  | <(?:/?[A-Za-z]|https?:|mailto:)[^>\n]*>
  | \]\([^)\n]*\)
  | (?:https?://|www\.)[^\s)>\]»]+
  | ^\[[^\]\n]+\]:.*$
  | ^[ \t]*\|?[ \t]*:?-{2,}[-:| \t]*$
"""
_SPACE = "[ \u00a0\u202f]"
_RULES = rf"""
    (?P<colon>(?<=[^\s|]){_SPACE}(?=:(?:\s|»|$)))
  | (?P<open>(?<=«){_SPACE}?)
  | (?P<close>(?<![«\s]){_SPACE}?(?=»))
  | (?P<mark>(?<=[^\s|]){_SPACE}(?=[;!?](?!\[)))
  | (?P<unit>(?<=\d){_SPACE}(?=(?:%|€|(?:Md|M|k)€)))
  | (?P<number>(?<![\d,.])\d{{1,3}}(?:{_SPACE}\d{{3}})+(?!\d))
"""
_ALL = re.compile(
    rf"(?P<protected>{_PROTECTED})|{_RULES}".replace("[ \u00a0\u202f]", r"[\x20\u00a0\u202f]"),
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
_ANY_SPACE = re.compile(r"[ \u00a0\u202f]")


def typeset(text: str) -> str:
    """Return a Markdown text with the no-break spaces French wants; twice gives the same.

    A no-break space before a colon and inside guillemets, a narrow one before ``; ! ? % €`` and in
    numbers. Front matter, code, addresses and link targets are left as they are.

    >>> typeset("Combien ? 45 000 € : « oui »").replace(NARROW, "_").replace(NO_BREAK, "~")
    'Combien_? 45_000_€~: «~oui~»'
    """
    front, body, _ = split_front_matter(text)
    head = text[: len(text) - len(body)] if front is not None else ""
    return head + _ALL.sub(_spaced, body)


def masked(body: str) -> str:
    """Return a Markdown body with what is not prose (code, tags, addresses) blanked, same length."""
    return _ALL.sub(_blank, body)


def _blank(match: re.Match[str]) -> str:
    found = match.group()
    return found if match["protected"] is None else re.sub(r"[^\n]", " ", found)


def _spaced(match: re.Match[str]) -> str:
    kind = match.lastgroup
    if match["protected"] is not None:
        return match.group()
    if kind == "number":
        return _ANY_SPACE.sub(NARROW, match.group())
    return NO_BREAK if kind in ("colon", "open", "close") else NARROW
