"""The filters of the page: what can be chosen, from the documents known, and what was chosen."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pvd_assistant.model import Filters, Metadata
from pvd_assistant.web.wording import label, labels

Option = tuple[str, str]

#: The filters in the order of the page: name of the field of ``Choices`` and of ``Filters``.
NAMES = ("kinds", "themes", "pillars", "partners", "regions", "departements")


@dataclass(frozen=True, slots=True)
class Choices:
    """For each filter the values that some document has: (label with its count, value)."""

    kinds: tuple[Option, ...] = ()
    themes: tuple[Option, ...] = ()
    pillars: tuple[Option, ...] = ()
    partners: tuple[Option, ...] = ()
    regions: tuple[Option, ...] = ()
    departements: tuple[Option, ...] = ()


def choices(documents: Iterable[Metadata]) -> Choices:
    """Count the values of the documents, in alphabetical order of their labels."""
    listed = list(documents)
    places = [metadata.place for metadata in listed if metadata.place is not None]
    return Choices(
        kinds=_options((m.kind for m in listed), "kinds"),
        themes=_options(theme for m in listed for theme in m.themes),
        pillars=_options(m.pillar for m in listed),
        partners=_options(partner for m in listed for partner in m.partners),
        regions=_options(place.region for place in places),
        departements=_options(place.departement for place in places),
    )


def since_options() -> list[Option]:
    """Return the periods within which a document was last checked, the widest first."""
    return [(name, value) for value, name in labels()["since"].items()]


def chosen(
    lists: Sequence[Sequence[str] | None], since: str | None, today: dt.date | None = None
) -> Filters:
    """Return the filters of what was chosen on the page, in the order of ``NAMES``."""
    picked = {name: tuple(values or ()) for name, values in zip(NAMES, lists, strict=True)}
    day = None
    if since:
        day = (today or dt.date.today()) - dt.timedelta(days=int(since))
    return Filters(**picked, since=day)  # type: ignore[arg-type]


def _options(values: Iterable[str | None], group: str = "") -> tuple[Option, ...]:
    counts = Counter(value for value in values if value)
    named = {value: _shown(value, group) for value in counts}
    ordered = sorted(counts, key=lambda value: named[value].casefold())
    return tuple((f"{named[value]} ({counts[value]})", value) for value in ordered)


def _shown(value: str, group: str) -> str:
    if group:
        return label(group, value)
    named = value.replace("'", "’")
    return named[:1].upper() + named[1:]
