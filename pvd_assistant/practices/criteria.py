"""What is looked for among the project sheets: words, and values of facets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pvd_assistant.practices.facets import names

Order = Literal["relevance", "name", "size", "year"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Criteria:
    """A search; each facet holds the keys chosen, of which a project must have one.

    :ivar text: words typed; empty when nothing was.
    :ivar theme: themes, as the sheets write them.
    :ivar departement: codes.
    :ivar size: lower bounds of bands of population (``data/practices/facets.yaml``).
    :ivar stage: ``realise``, ``en-cours``, ``engage``, ``etude``.
    :ivar cost: lower bounds of bands of euros, or ``partiel``.
    :ivar year: years, or ``avant``. In every facet ``inconnu`` stands for what a sheet does not say.
    """

    text: str = ""
    theme: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    departement: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    partner: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    order: Order = "relevance"

    def __bool__(self) -> bool:
        """Tell whether anything is looked for (the order alone is nothing)."""
        return bool(self.words or self.chosen())

    @property
    def words(self) -> str:
        """The words typed, when one can be looked for."""
        return self.text.strip() if any(c.isalnum() for c in self.text) else ""

    def keys(self, facet: str) -> tuple[str, ...]:
        """Return the keys chosen in a facet."""
        found: tuple[str, ...] = getattr(self, facet)
        return found

    def chosen(self) -> Mapping[str, tuple[str, ...]]:
        """Return the facets in which something was chosen, with their keys."""
        return {facet: self.keys(facet) for facet in names() if self.keys(facet)}

    def choosing(self, facet: str, keys: Collection[str]) -> Criteria:
        """Return the same search with other keys in one facet."""
        return replace(self, **{facet: tuple(dict.fromkeys(keys))})  # type: ignore[arg-type]

    def toggling(self, facet: str, key: str) -> Criteria:
        """Return the same search with one key more, or less when it was chosen."""
        keys = self.keys(facet)
        return self.choosing(
            facet, tuple(k for k in keys if k != key) if key in keys else (*keys, key)
        )
