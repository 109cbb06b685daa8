"""An offer of Aides-territoires as a Markdown sheet of the corpus."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import yaml

from pvd_assistant.corpus.readers.html import html_pieces
from pvd_assistant.corpus.text import clean
from pvd_assistant.french import french_date
from pvd_assistant.messages import load_data

_SLUG = re.compile(r"[^a-z0-9-]+")
_MARKUP = re.compile(r"([\\`*_\[\]()<>|#!~])")
_LIST = re.compile(r"^([-+]|\d+[.)])(?=\s)")
_LONGEST_SLUG = 80


def sheet(aid: dict[str, Any], base: str, today: dt.date) -> tuple[str, str]:
    """Return the file name (without extension) and the text of an offer's sheet.

    The text is empty when the offer is no longer published or its deadline has passed.

    :param base: address of the service, put before the path of the offer.
    :raises KeyError, TypeError, ValueError: the offer is not as documented.
    """
    slug = _SLUG.sub("-", str(aid["slug"]).casefold()).strip("-")[:_LONGEST_SLUG]
    title = clean(str(aid["name"]))
    if not slug or not title:
        raise ValueError("slug or name")
    deadline = _day(aid.get("submission_deadline"))
    if aid.get("is_live") is False or (deadline is not None and deadline < today):
        return slug, ""
    front = _front(aid, title, base, deadline, today)
    head: str = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=1000)
    return slug, f"---\n{head}---\n\n" + "\n".join(_body(aid, title, deadline)) + "\n"


def _front(
    aid: dict[str, Any], title: str, base: str, deadline: dt.date | None, today: dt.date
) -> dict[str, Any]:
    updated = _day(aid.get("date_updated")) or today
    path = str(aid.get("url") or "")
    url = base.rstrip("/") + (path if path.startswith("/") else f"/aides/{aid['slug']}/")
    front: dict[str, Any] = {
        "title": title,
        "kind": "offre",
        "publisher": "Aides-territoires",
        "updated": updated,
    }
    if deadline is not None:
        front["valid_until"] = deadline
    front["sources"] = [
        {"title": title, "publisher": "Aides-territoires", "url": url, "date": updated}
    ]
    if financers := _names(aid.get("financers")):
        front["partners"] = financers
    return front


def _body(aid: dict[str, Any], title: str, deadline: dt.date | None) -> list[str]:
    words = load_data("aides")
    lines = [f"## {words['what']}", "", *_prose(aid.get("description")), ""]
    if who := _prose(aid.get("eligibility")):
        lines += [f"## {words['who']}", "", *who, ""]
    if audiences := _names(aid.get("targeted_audiences")):
        said = words["audiences"].format(
            title=_escaped(title), names=_escaped(", ".join(audiences))
        )
        lines += [said, ""]
    if amount := _amount(aid, title, words):
        lines += [f"## {words['how_much']}", "", *amount, ""]
    lines += [f"## {words['until']}", ""]
    said = words["deadline"] if deadline else words["no_deadline"]
    lines.append(said.format(title=_escaped(title), date=french_date(deadline)))
    if address := _url(aid.get("application_url")) or _url(aid.get("origin_url")):
        lines += ["", f"## {words['how']}", ""]
        lines.append(words["apply"].format(title=_escaped(title), url=address))
    return lines


def _amount(aid: dict[str, Any], title: str, words: dict[str, str]) -> list[str]:
    low, high = aid.get("subvention_rate_lower_bound"), aid.get("subvention_rate_upper_bound")
    lines = []
    if high is not None:
        key = "rates" if low is not None and low != high else "rate"
        lines.append(words[key].format(title=_escaped(title), low=low, high=high))
    if comment := clean(str(aid.get("subvention_comment") or "")):
        lines.append(words["comment"].format(title=_escaped(title), comment=_escaped(comment)))
    return lines


def _prose(markup: Any) -> list[str]:
    """Read HTML to lines of Markdown that mean nothing but their words."""
    pieces = html_pieces(str(markup or "")) or []
    lines = []
    for piece in pieces:
        text = _LIST.sub(r"\\\1", _escaped(piece.text))
        if piece.kind == "item":
            lines.append(f"- {text}")
        elif piece.kind in ("paragraph", "heading", "row") and text:
            lines += [text, ""]
    return lines


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _names(values: Any) -> list[str]:
    return [name for value in values or () if (name := clean(str(value)))]


def _url(value: Any) -> str:
    text = str(value or "").strip()
    safe = text.startswith(("https://", "http://")) and not re.search(r"[\s<>\"]", text)
    return text if safe else ""


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)[:10]) if value else None
