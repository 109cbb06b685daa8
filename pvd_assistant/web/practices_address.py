"""A search among the project sheets as an address: it can be shared, kept and gone back to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from pvd_assistant.practices.comparables import RATIOS, Likeness
from pvd_assistant.practices.criteria import ORDERS, Criteria
from pvd_assistant.practices.facets import names

HOME = "/pratiques"
VIEWS = ("liste", "carte", "themes", "selection")

#: Facet → its name in an address.
NAMES = {
    "theme": "theme",
    "region": "region",
    "departement": "departement",
    "size": "population",
    "stage": "avancement",
    "partner": "partenaire",
    "cost": "cout",
    "year": "annee",
}
#: Order → its name in an address.
ORDER_NAMES = dict(zip(ORDERS, ("pertinence", "commune", "population", "annee"), strict=True))
# An address holds what people choose by hand; what is longer is cut.
_LONGEST_TEXT, _MOST_KEYS, _LONGEST_KEY, _MOST_SHEETS = 300, 40, 120, 300


@dataclass(frozen=True, slots=True)
class State:
    """What a page of results shows.

    :ivar selected: ids of the sheets that were ticked.
    :ivar view: how results are shown, one of ``VIEWS``.
    :ivar page: page of the list, from 1.
    """

    criteria: Criteria = field(default_factory=Criteria)
    selected: tuple[str, ...] = ()
    view: str = "liste"
    page: int = 1

    def to(self, criteria: Criteria) -> State:
        """Return the same page for another search, from its first page."""
        return replace(self, criteria=criteria, page=1)

    def seen_as(self, view: str) -> State:
        """Return the same search shown in another way."""
        return replace(self, view=view, page=1)

    def at(self, page: int) -> State:
        """Return another page of the list."""
        return replace(self, page=page)

    def selecting(self, identifiers: Iterable[str]) -> State:
        """Return the same page with other sheets ticked."""
        return replace(self, selected=tuple(dict.fromkeys(identifiers)))

    @property
    def query(self) -> str:
        """The query string: nothing in it that is by default."""
        pairs: list[tuple[str, str]] = []
        if self.criteria.text:
            pairs.append(("q", self.criteria.text))
        pairs += [(NAMES[f], key) for f, keys in self.criteria.chosen().items() for key in keys]
        if self.criteria.order != ORDERS[0]:
            pairs.append(("tri", ORDER_NAMES[self.criteria.order]))
        if self.view != VIEWS[0]:
            pairs.append(("vue", self.view))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        pairs += [("fiche", name) for name in self.selected]
        return urlencode(pairs, safe="/")

    def url(self, path: str = HOME) -> str:
        """Return the address of the page."""
        return f"{path}?{self.query}" if self.query else path


def read_state(query: QueryParams) -> State:
    """Read an address; what makes no sense in it is left out."""
    view = query.get("vue") or ""
    page = query.get("page") or ""
    orders = {name: order for order, name in ORDER_NAMES.items()}
    keys = {facet: _keys(query.getlist(NAMES[facet])) for facet in names()}
    criteria = Criteria(
        text=_cut(query.get("q") or "", _LONGEST_TEXT),
        order=orders.get(query.get("tri") or "", ORDERS[0]),
        **keys,
    )
    return State(
        criteria,
        tuple(dict.fromkeys(name[:_LONGEST_KEY] for name in query.getlist("fiche")[:_MOST_SHEETS])),
        view if view in VIEWS else VIEWS[0],
        max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 4 else 1,
    )


def read_likeness(query: QueryParams) -> Likeness:
    """Read the criteria of a comparison."""
    ratio = query.get("ecart") or ""
    found = next((one for one in RATIOS if one == ratio), RATIOS[0])
    ticked = set(query.getlist("meme"))
    return Likeness(
        found, "epci" in ticked, "region" in ticked, "role" in ticked, "fiche" in ticked
    )


def likeness_query(town: str, asked: Likeness, selected: Iterable[str] = ()) -> str:
    """Return the query string of a comparison, the sheets ticked included."""
    pairs = [("commune", town), ("ecart", asked.ratio)]
    flags = {
        "epci": asked.epci,
        "region": asked.region,
        "role": asked.role,
        "fiche": asked.with_sheet,
    }
    pairs += [("meme", name) for name, is_on in flags.items() if is_on]
    pairs += [("fiche", name) for name in selected]
    return urlencode(pairs, safe="/")


def _keys(values: list[str]) -> tuple[str, ...]:
    kept = [value for value in values if value and len(value) <= _LONGEST_KEY]
    return tuple(dict.fromkeys(kept[:_MOST_KEYS]))


def _cut(value: str, longest: int) -> str:
    printable = "".join(c if c.isprintable() else " " for c in value)
    return " ".join(printable.split())[:longest]
