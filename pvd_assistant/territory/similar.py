"""Programme towns like a given one: same size, same kind of intercommunality, same region, same role.

The criteria are shown with their values; the range of population is widened, and said so, when too few towns
stand in it. Weights and ranges are conventions (no one has measured what makes two towns alike); the bands
are those of the State's general grant to communes (dotation globale de fonctionnement).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pvd_assistant.territory.communes import Commune, Territory

_FEWEST = 5
_RANGES = (1.35, 1.7)
_BANDS = (0, 500, 1000, 2000, 3500, 5000, 7500, 10_000, 15_000, 20_000)
_POPULATION, _EPCI, _REGION, _ROLE = 0.50, 0.20, 0.15, 0.15


@dataclass(frozen=True, slots=True)
class Comparison:
    """Towns like another one, most alike first.

    :ivar lowest: smallest population kept, ``highest`` the largest.
    :ivar widened: 0 when the first range was enough; 1 or 2 when it was widened; 3 when even the band of
        the general grant held too few towns and the nearest sizes were taken.
    """

    base: Commune
    towns: tuple[Commune, ...]
    lowest: int
    highest: int
    widened: int

    def holds(self, town: Commune) -> bool:
        """Tell whether a town's population is in the range."""
        return self.lowest <= (town.population or 0) <= self.highest


def towns_like(base: Commune, territory: Territory, limit: int = 6) -> Comparison | None:
    """Return the programme towns most like ``base``; ``None`` when its population is not known.

    :param base: a commune of today.
    """
    if not base.population:
        return None
    others = [c for c in territory.members() if c.code != base.code and c.population]
    for widened, (lowest, highest) in enumerate(_ranges(base.population)):
        inside = [c for c in others if lowest <= (c.population or 0) <= highest]
        if len(inside) >= _FEWEST:
            return Comparison(base, _best(base, inside, limit), lowest, highest, widened)
    nearest = sorted(others, key=lambda c: abs((c.population or 0) - (base.population or 0)))
    kept = nearest[:_FEWEST]
    sizes = [c.population or 0 for c in kept] or [0]
    return Comparison(base, _best(base, kept, limit), min(sizes), max(sizes), 3)


def likeness(base: Commune, other: Commune) -> float:
    """Return how alike two communes are, between 0 and 1.

    Half for population (0 at twice or half), a fifth for the kind and size of the intercommunality, the
    rest for region and administrative role.
    """
    population = _near(base.population, other.population)
    return (
        _POPULATION * population
        + _EPCI * _same_epci(base, other)
        + _REGION * _same_region(base, other)
        + _ROLE * (base.role == other.role)
    )


def _ranges(population: int) -> Iterator[tuple[int, int]]:
    for ratio in _RANGES:
        yield math.ceil(population / ratio), math.floor(population * ratio)
    lowest = max(bound for bound in _BANDS if bound <= population)
    highest = min((bound for bound in _BANDS if bound > population), default=10**9)
    yield lowest, highest - 1


def _best(base: Commune, towns: list[Commune], limit: int) -> tuple[Commune, ...]:
    ranked = sorted(towns, key=lambda town: (-likeness(base, town), town.code))
    return tuple(ranked[:limit])


def _near(one: int | None, other: int | None) -> float:
    if not one or not other:
        return 0.0
    return max(0.0, 1 - abs(math.log(other / one)) / math.log(2))


def _same_epci(base: Commune, other: Commune) -> float:
    one, two = base.intercommunality, other.intercommunality
    if one is None or two is None or one.kind != two.kind:
        return 0.0
    return 0.5 + 0.5 * _near(one.population, two.population)


def _same_region(base: Commune, other: Commune) -> float:
    if base.departement.overseas != other.departement.overseas:
        return 0.0
    return 1.0 if base.departement.region == other.departement.region else 0.5
