"""What a page hides from its reader: its tags are dropped before the text is read.

Hidden text is the usual place of an order meant for a machine. Only what the page itself declares is
known (attributes, ``style`` attributes and elements); a style sheet kept elsewhere is not fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import Tag

Style = dict[str, str]

_NEVER = frozenset({"[document]", "html", "head", "body", "main"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
#: Rules for print or for some screens only: what they hide is seen elsewhere.
_AT_RULE = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"[\w-]*(?:[.#][\w-]+)*")
_LENGTH = re.compile(r"(-?[\d.]+) *(px|pt|em|rem|%|)")
_HEX = re.compile(r"#(?:([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?|(..)(..)(..)(?:..)?)")
_LONGEST_SHEET = 200_000
_MOST_RULES = 500
#: Smallest letters anyone reads, in pixels (or hundredths of the usual size); furthest shift on a page.
_SMALLEST, _FURTHEST = 3.0, -500.0
_WHITISH = 0xF0


def drop_hidden(soup: Tag) -> None:
    """Take out of a page the elements that a reader cannot see."""
    styles = _styles(soup)
    coloured = {key for key, style in styles.items() if _has_background(style)}
    hidden = [tag for tag in soup.find_all(True) if _is_hidden(tag, styles, coloured)]
    for tag in hidden:
        tag.extract()


def hides(attributes: Mapping[str, str | None]) -> bool:
    """Tell whether a tag with these attributes hides what it holds."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return _hides(_declarations(attributes.get("style") or ""))


def _is_hidden(tag: Tag, styles: Mapping[int, Style], coloured: set[int]) -> bool:
    if tag.name in _NEVER:
        return False
    style = styles.get(id(tag), {})
    if tag.has_attr("hidden") or tag.get("aria-hidden") == "true" or _hides(style):
        return True
    colour = style.get("color") or str(tag.get("color", ""))
    return _is_white(colour) and not any(id(t) in coloured for t in (tag, *tag.parents))


def _styles(soup: Tag) -> dict[int, Style]:
    """Return what the page declares of each of its tags: its own rules in order, then attributes."""
    from soupsieve import SelectorSyntaxError

    found: dict[int, Style] = {}
    for selector, style in islice(_rules(soup), _MOST_RULES):
        try:
            tags = soup.select(selector)
        except SelectorSyntaxError:  # browsers leave such a rule out too
            continue
        for tag in tags:
            found.setdefault(id(tag), {}).update(style)
    for tag in soup.find_all(True):
        own = _declarations(str(tag.get("style", "")))
        if tag.has_attr("bgcolor"):
            own["background"] = str(tag["bgcolor"])
        if own:
            found.setdefault(id(tag), {}).update(own)
    return found


def _rules(soup: Tag) -> Iterator[tuple[str, Style]]:
    """Give the simple rules of the page's own style sheets."""
    sheet = "".join(element.get_text() for element in soup.find_all("style"))[:_LONGEST_SHEET]
    sheet = _AT_RULE.sub("", _COMMENT.sub("", sheet))
    for rule in _RULE.finditer(sheet):
        style = _declarations(rule[2])
        for selector in rule[1].split(",") if style else ():
            steps = selector.split()
            if 0 < len(steps) < 4 and all(_SELECTOR.fullmatch(step) for step in steps):
                yield " ".join(steps), style


def _declarations(written: str) -> Style:
    pairs = (part.partition(":") for part in written.lower().split(";"))
    return {
        name.strip(): value.replace("!important", "").strip()
        for name, colon, value in pairs
        if colon
    }


def _hides(style: Style) -> bool:
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if _number(style.get("opacity")) == 0 or _is_transparent(style.get("color", "")):
        return True
    size = _LENGTH.fullmatch(style.get("font-size", ""))
    if size and _pixels(size) < _SMALLEST:
        return True
    moved = "absolute" in style.get("position", "") or "fixed" in style.get("position", "")
    shifts = [style.get("text-indent"), *(style.get(side) if moved else None for side in _SIDES)]
    if any(_length(shift) <= _FURTHEST for shift in shifts if shift):
        return True
    if moved and ("clip" in style or "inset(" in style.get("clip-path", "")):
        return True
    flat = any(_number(style.get(side)) == 0 for side in ("width", "height", "max-height"))
    return flat and style.get("overflow") == "hidden"


_SIDES = ("left", "top", "right", "bottom")


def _number(value: str | None) -> float | None:
    found = _LENGTH.fullmatch(value or "")
    return _float(found[1]) if found else None


def _length(value: str) -> float:
    found = _LENGTH.fullmatch(value)
    return _pixels(found) if found else 0.0


def _pixels(length: re.Match[str]) -> float:
    number = _float(length[1])
    return number * {"em": 16.0, "rem": 16.0, "%": 0.16}.get(length[2], 1.0)


def _float(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:  # « 1.2.3 »
        return 1.0


def _has_background(style: Style) -> bool:
    value = f"{style.get('background', '')} {style.get('background-color', '')}".strip()
    value += style.get("background-image", "")
    return bool(value) and not _is_white(value) and value not in ("none", "transparent")


def _is_transparent(colour: str) -> bool:
    return colour == "transparent" or bool(
        re.fullmatch(r"(?:rgba|hsla)\(.*[,/] *0(?:\.0+)?%?\)", colour)
    )


def _is_white(colour: str) -> bool:
    colour = colour.lower().strip()
    if colour in ("white", "snow", "ivory", "whitesmoke", "ghostwhite"):
        return True
    if found := _HEX.fullmatch(colour):
        levels = [_hex(group * (2 if len(group) == 1 else 1)) for group in found.groups() if group]
        return min(levels) >= _WHITISH
    if colour.startswith("rgb"):
        numbers: list[Any] = re.findall(r"[\d.]+", colour)[:3]
        return len(numbers) == 3 and min(map(_float, numbers)) >= _WHITISH
    return False


def _hex(digits: str) -> int:
    try:
        return int(digits, 16)
    except ValueError:
        return 0
