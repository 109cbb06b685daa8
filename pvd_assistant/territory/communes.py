"""Every French commune, found by name, code or postcode, with what the programme knows of it.

The tables are packaged (``data/territory``, made by :mod:`pvd_assistant.territory.build` from
``@etalab/decoupage-administratif``, Licence Ouverte 2.0) and read once, in about a fifth of a second.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from rapidfuzz import fuzz, process

from pvd_assistant.territory.names import name_key

_FUZZY_FLOOR = 84  # below it, « proposals » for a mistyped name stop looking like it


@dataclass(frozen=True, slots=True)
class Departement:
    """A département and its préfecture's town.

    :ivar link: Insee code of the article to use (« de l’Ain », « du Rhône »…).
    """

    code: str
    name: str
    region: str
    seat: str
    link: int


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today, or a former one merged into another.

    :ivar population: municipal population; ``None`` for a former commune.
    :ivar listed: date of the official list that names it in the programme (``""`` if none does).
    :ivar parent: code of today's commune, for a former one (``""`` otherwise).
    """

    code: str
    name: str
    departement: Departement
    population: int | None
    epci: str
    epci_population: int | None
    postcodes: tuple[str, ...]
    listed: str
    parent: str

    @property
    def label(self) -> str:
        """« Tournus (Saône-et-Loire) »."""
        return f"{self.name.replace(chr(39), '’')} ({self.departement.name.replace(chr(39), '’')})"


class Territory:
    """The tables, indexed. Use :meth:`load`: one instance is shared by the process."""

    def __init__(self) -> None:
        self.departements = {
            code: Departement(code, name, region, seat, int(link))
            for code, name, region, seat, link in _rows("departements.tsv")
        }
        self._epci = {code: (name, int(size)) for code, name, _, size in _rows("epci.tsv")}
        self._raw = {row[0] + ("*" if row[9] else ""): row for row in _rows("communes.tsv.gz")}

    @classmethod
    @cache
    def load(cls) -> Territory:
        """Return the tables, read on the first call."""
        return cls()

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for handle, row in self._raw.items():
            index[row[2]].append(handle)
        return dict(index)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, in alphabetical order."""
        return tuple(sorted({d.region for d in self.departements.values()}))

    def knows(self, key: str) -> bool:
        """Tell whether a folded name (:func:`name_key`) is that of a commune."""
        return key in self._by_key

    @cached_property
    def _first_words(self) -> frozenset[str]:
        return frozenset(key.partition(" ")[0] for key in self._by_key)

    def starts_a_name(self, key: str) -> bool:
        """Tell whether the first word of a folded text is that of a commune's name."""
        return key.partition(" ")[0] in self._first_words

    def spellings(self, key: str) -> tuple[str, ...]:
        """Return the exact names behind a folded one."""
        return tuple(self._raw[handle][1] for handle in self._by_key.get(key, ()))

    def by_code(self, code: str) -> Commune | None:
        """Find a commune by its Insee code, a current one first."""
        handle = next((h for h in (code, f"{code}*") if h in self._raw), None)
        return self._commune(handle) if handle else None

    def by_name(self, name: str, departement: str | None = None) -> tuple[Commune, ...]:
        """Find the communes of that name, current ones first, largest first.

        :param name: as typed: case, accents, hyphens and « St » do not matter.
        :param departement: code or name that tells homonyms apart.
        """
        found = [self._commune(handle) for handle in self._by_key.get(name_key(name), ())]
        if departement is not None:
            wanted = name_key(departement)
            found = [
                c
                for c in found
                if wanted in (name_key(c.departement.name), c.departement.code.casefold())
            ]
        exact = [c for c in found if not c.parent] or found
        return tuple(sorted(exact, key=lambda c: (-(c.population or 0), c.code)))

    def by_postcode(self, postcode: str) -> tuple[Commune, ...]:
        """Find the current communes of a postcode, largest first."""
        found = [
            self._commune(h)
            for h, row in self._raw.items()
            if not row[9] and postcode in row[7].split()
        ]
        return tuple(sorted(found, key=lambda c: (-(c.population or 0), c.code)))

    def proposals(self, name: str, limit: int = 5) -> tuple[Commune, ...]:
        """Communes whose name looks like a mistyped one; programme towns first."""
        close = process.extract(
            name_key(name), self._by_key.keys(), scorer=fuzz.ratio, limit=3 * limit,
            score_cutoff=_FUZZY_FLOOR,
        )  # fmt: skip
        found = [
            (c, score) for key, score, _ in close for c in map(self._commune, self._by_key[key])
        ]
        ranked = sorted(
            ((c, score) for c, score in found if not c.parent),
            key=lambda pair: (-pair[1], not pair[0].listed, -(pair[0].population or 0)),
        )
        return tuple(commune for commune, _ in ranked[:limit])

    def today(self, commune: Commune) -> Commune:
        """Return the commune of today that a former one belongs to, or the commune itself."""
        parent = self.by_code(commune.parent) if commune.parent else None
        return parent or commune

    def members(self) -> Iterator[Commune]:
        """Every commune of the official list, by code."""
        return (self._commune(handle) for handle, row in self._raw.items() if row[8])

    def departement_named(self, name: str) -> Departement | None:
        """Find a département by name or code."""
        key = name_key(name)
        return next(
            (d for d in self.departements.values() if key in (name_key(d.name), d.code.casefold())),
            None,
        )

    def _commune(self, handle: str) -> Commune:
        row = self._raw[handle]
        code, name, _, _, departement, population, epci, postcodes, listed, parent = row
        epci_name, epci_population = self._epci.get(epci, ("", None))
        return Commune(
            code=code,
            name=name,
            departement=self.departements[departement],
            population=int(population) if population else None,
            epci=epci_name,
            epci_population=epci_population,
            postcodes=tuple(postcodes.split()),
            listed=listed,
            parent=parent,
        )


def _rows(name: str) -> list[list[str]]:
    raw = files("pvd_assistant").joinpath("data", "territory", name).read_bytes()
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8")
    return [line.split("\t") for line in text.splitlines()]
