"""What the page of the documents that are going stale shows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvd_assistant.french import french_date
from pvd_assistant.index.store import Index
from pvd_assistant.library.freshness import (
    Concern,
    Reason,
    StaleDocument,
    Urgency,
    soon_days,
    unchecked_months,
)
from pvd_assistant.messages import text
from pvd_assistant.web import links
from pvd_assistant.web.staff.dashboard import (
    address,
    choices,
    counted,
    given,
    kind_choices,
    library_url,
    publisher_choices,
)
from pvd_assistant.web.wording import label, labels

HOME = "/equipe/fraicheur"
EXPORT = f"{HOME}/export.csv"
_COLUMNS = (
    "id", "title", "kind", "publisher", "checked", "valid", "urgency", "reason", "date", "detail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is limited to; empty texts do not limit."""

    kind: str = ""
    publisher: str = ""
    reason: str = ""

    @property
    def values(self) -> dict[str, str]:
        """As an address holds it."""
        return {"type": self.kind, "editeur": self.publisher, "motif": self.reason}

    def keeps(self, document: StaleDocument) -> bool:
        """Tell whether a document is in the list."""
        metadata = document.metadata
        return (
            self.kind in ("", metadata.kind)
            and self.publisher in ("", metadata.publisher)
            and (not self.reason or self.reason in document.reasons)
        )


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words.

    :ivar sentence: what the text says, for a date in it; ``url``: where it says it.
    """

    words: str
    sentence: str = ""
    url: str = ""


def read_asked(query: Mapping[str, str]) -> Asked:
    """Read an address; what makes no sense in it is left out."""
    return Asked(
        given(query, "type", labels()["kinds"]),
        given(query, "editeur"),
        given(query, "motif", Reason),
    )


def stale_view(
    index: Index, stale: Sequence[StaleDocument], asked: Asked, today: dt.date
) -> dict[str, Any]:
    """Return the groups of documents, and what the list can be limited to."""
    shown = [document for document in stale if asked.keeps(document)]
    metadata = [document.metadata for document in stale]
    reasons = Counter(reason for document in stale for reason in document.reasons)
    words = [(r.value, f"{_reason(r)} ({reasons[r]})") for r in Reason if reasons[r]]
    total = counted("documents", len(index.documents))
    found = {"total": total, "stale": len(stale), "date": french_date(today)}
    return {
        "lead": text(f"dashboard.freshness_lead{'' if stale else '_none'}", **found),
        "groups": [_group(urgency, shown, today) for urgency in Urgency],
        "shown": len(shown),
        "kinds": kind_choices(metadata, asked.kind),
        "publishers": publisher_choices(metadata, asked.publisher),
        "reasons": choices(words, asked.reason),
        "limited": asked != Asked(),
        "home": HOME,
        "export": address(EXPORT, asked.values),
        "how": _how(),
    }


def stale_rows(stale: Iterable[StaleDocument], asked: Asked, today: dt.date) -> list[list[str]]:
    """Return the list as a table, a line a reason, dates as spreadsheets read them."""
    rows = [[text(f"dashboard.csv_{name}") for name in _COLUMNS]]
    for document in filter(asked.keeps, stale):
        metadata = document.metadata
        end = metadata.valid_until
        for concern in document.concerns:
            why = _why(concern, metadata.kind, today)
            rows.append(
                [
                    document.id,
                    metadata.title,
                    label("kinds", metadata.kind),
                    metadata.publisher,
                    metadata.updated.isoformat(),
                    end.isoformat() if end else "",
                    text(f"dashboard.urgency_{concern.reason.urgency}"),
                    _reason(concern.reason),
                    concern.day.isoformat(),
                    f"{why.words} « {why.sentence} »" if why.sentence else why.words,
                ]
            )
    return rows


def _group(urgency: Urgency, shown: Iterable[StaleDocument], today: dt.date) -> dict[str, Any]:
    rows = [_row(document, today) for document in shown if document.urgency is urgency]
    days = counted("days", soon_days())
    return {
        "key": urgency.value,
        "title": text(f"dashboard.urgency_{urgency}"),
        "hint": text(f"dashboard.urgency_{urgency}_hint", days=days),
        "count": counted("documents", len(rows)),
        "rows": rows,
    }


def _row(document: StaleDocument, today: dt.date) -> dict[str, Any]:
    return {
        "id": document.id,
        "metadata": document.metadata,
        "whys": [_why(concern, document.metadata.kind, today) for concern in document.concerns],
        "url": links.part_url(document.id, 0),
        "library": library_url(document.id),
    }


def _why(concern: Concern, kind: str, today: dt.date) -> Why:
    date = french_date(concern.day)
    days = counted("days", abs((concern.day - today).days))
    if concern.reason is Reason.EXPIRING and concern.day == today:
        return Why(text("dashboard.why_today", date=date))
    if concern.source is not None:
        said = french_date(concern.source.date)
        return Why(text("dashboard.why_overtaken", title=concern.source.title, date=said))
    months = counted("months", unchecked_months(kind) or 0)
    words = text(f"dashboard.why_{concern.reason}", date=date, days=days, months=months)
    url = links.passage_url(concern.passage) if concern.passage else ""
    return Why(words, concern.sentence, url)


def _reason(reason: Reason) -> str:
    return text(f"dashboard.reason_{reason}")


def _how() -> list[str]:
    thresholds = [
        text("dashboard.how_threshold", kind=label("kinds", kind), months=counted("months", months))
        for kind in labels()["kinds"]
        if (months := unchecked_months(kind)) is not None
    ]
    return [
        text("dashboard.how_validity"),
        text("dashboard.how_soon", days=counted("days", soon_days())),
        text("dashboard.how_unchecked", thresholds=" ; ".join(thresholds)),
        text("dashboard.how_promise"),
    ]
