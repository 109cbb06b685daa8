"""What the pages of what cites each document show."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.french import french_date, french_number
from pvd_assistant.index.store import Index
from pvd_assistant.library.freshness_usage import Mention, Usage, Use
from pvd_assistant.messages import text
from pvd_assistant.web import links
from pvd_assistant.web.staff.dashboard import (
    Link,
    address,
    choices,
    given,
    given_number,
    kind_choices,
    library_url,
    pages,
)
from pvd_assistant.web.wording import label, labels

HOME = "/equipe/fraicheur/citations"
EXPORT = f"{HOME}/export.csv"
_SIZE = 50
_STATES = {"jamais": "usage_never", "cites": "usage_ever"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is limited to; empty texts do not limit."""

    kind: str = ""
    state: str = ""
    page: int = 1

    @property
    def values(self) -> dict[str, str]:
        """As an address holds it, the page apart."""
        return {"type": self.kind, "citations": self.state}

    def keeps(self, usage: Usage) -> bool:
        """Tell whether a document is in the list."""
        cited = self.state in ("", "cites" if usage.mentions else "jamais")
        return cited and self.kind in ("", usage.metadata.kind)


def read_asked(query: Mapping[str, str]) -> Asked:
    """Read an address; what makes no sense in it is left out."""
    return Asked(
        given(query, "type", labels()["kinds"]),
        given(query, "citations", _STATES),
        max(1, given_number(query, "page")),
    )


def usage_view(
    usages: Sequence[Usage], asked: Asked, evaluated: dt.datetime | None
) -> dict[str, Any]:
    """Return a page of the list, what it is made of, and what is never cited.

    :param evaluated: when the last evaluation that is counted was run.
    """
    shown = [usage for usage in usages if asked.keeps(usage)]
    states = [(state, text(f"dashboard.{key}")) for state, key in _STATES.items()]
    start = _SIZE * (asked.page - 1)
    never = sum(not usage.mentions for usage in usages)
    numbers = {"never": french_number(never), "total": french_number(len(usages))}
    return {
        "lead": text("dashboard.usage_lead", **numbers),
        "made": _made(evaluated),
        "uses": [text(f"dashboard.use_{use}") for use in Use],
        "rows": [_row(usage) for usage in shown[start : start + _SIZE]],
        "never": _never(usages),
        "kinds": kind_choices((usage.metadata for usage in usages), asked.kind),
        "states": choices(states, asked.state),
        "limited": bool(asked.kind or asked.state),
        "pages": pages(HOME, asked.values, len(shown), _SIZE, asked.page),
        "home": HOME,
        "export": address(EXPORT, asked.values),
    }


def usage_rows(usages: Iterable[Usage], asked: Asked) -> list[list[str]]:
    """Return the whole list as a table."""
    names = [text(f"dashboard.csv_{name}") for name in ("id", "title", "kind", "publisher")]
    uses = [text(f"dashboard.use_{use}") for use in Use]
    ends = [text(f"dashboard.usage_{name}") for name in ("total", "since", "latest")]
    rows = [[*names, *uses, *ends]]
    for usage in filter(asked.keeps, usages):
        metadata = usage.metadata
        rows.append(
            [
                usage.id,
                metadata.title,
                label("kinds", metadata.kind),
                metadata.publisher,
                *(str(usage.counts[use]) for use in Use),
                str(len(usage.mentions)),
                usage.since.isoformat() if usage.since else "",
                usage.latest.isoformat() if usage.latest else "",
            ]
        )
    return rows


def cited_view(usage: Usage, index: Index, person: Person) -> dict[str, Any]:
    """Return everything that cites a document; opinions and requests are links for who may read them."""
    groups = [
        {
            "title": text(f"dashboard.cited_{use}"),
            "mentions": [
                {"link": _mention(mention, index, person), "day": french_date(mention.day)}
                for mention in usage.mentions
                if mention.use is use
            ],
        }
        for use in Use
    ]
    return {
        "title": text("dashboard.cited_title", title=usage.metadata.title),
        "groups": [group for group in groups if group["mentions"]],
        "url": links.part_url(usage.id, 0),
        "library": library_url(usage.id),
        "home": HOME,
    }


def _mention(mention: Mention, index: Index, person: Person) -> Link:
    """Return what cites a document; the address is empty when there is nothing to open."""
    if mention.use is Use.FREQUENT:
        return Link(
            links.part_url(mention.target, 0), index.documents[mention.target].metadata.title
        )
    if mention.use is Use.EVALUATION:
        return Link("", mention.target)
    opinion = mention.use is Use.OPINION
    room = "avis" if opinion else "demandes"
    allowed = person.may(Permission.READ_OPINIONS if opinion else Permission.READ_REQUESTS)
    words = text(f"dashboard.cited_{mention.use}_one", number=mention.target)
    return Link(f"/equipe/{room}/{mention.target}" if allowed else "", words)


def _row(usage: Usage) -> dict[str, Any]:
    return {
        "id": usage.id,
        "metadata": usage.metadata,
        "url": links.part_url(usage.id, 0),
        "details": f"{HOME}/document/{quote(usage.id)}" if usage.mentions else "",
        "counts": [usage.counts[use] for use in Use],
        "total": len(usage.mentions),
        "since": usage.since,
    }


def _never(usages: Iterable[Usage]) -> list[dict[str, Any]]:
    """Return, for each kind, how many documents nothing cites."""
    all_of: Counter[str] = Counter()
    never: Counter[str] = Counter()
    for usage in usages:
        all_of[usage.metadata.kind] += 1
        never[usage.metadata.kind] += not usage.mentions
    return [
        {
            "kind": label("kinds", kind),
            "total": total,
            "never": never[kind],
            "url": address(HOME, {"type": kind, "citations": "jamais"}) if never[kind] else "",
        }
        for kind, total in all_of.most_common()
    ]


def _made(evaluated: dt.datetime | None) -> list[str]:
    date = french_date(evaluated.date()) if evaluated else ""
    evaluation = text(f"dashboard.usage_made_evaluation{'' if evaluated else '_none'}", date=date)
    others = [text(f"dashboard.usage_made_{use}") for use in (Use.FREQUENT, Use.OPINION, Use.REPLY)]
    return [evaluation, *others]
