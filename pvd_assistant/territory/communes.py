"""Every French commune, found by name, code or postcode, with what the programme knows of it.

The tables are packaged (``data/territory``, made by :mod:`pvd_assistant.territory.build` from
``@etalab/decoupage-administratif``, Licence Ouverte 2.0) and read once, in about a fifth of a second.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from pvd_assistant.territory.names import name_key
from pvd_assistant.territory.tables import Tables, read_tables, stamp

_FUZZY_FLOOR = 84  # below it, « proposals » for a mistyped name stop looking like it
_OVERSEAS = ("97", "98")


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

    @property
    def overseas(self) -> bool:
        """Whether it is outside metropolitan France."""
        return self.code.startswith(_OVERSEAS)


@dataclass(frozen=True, slots=True)
class Epci:
    """An intercommunality with its own taxes; ``kind``: CC, CA, CU, METRO or MET69."""

    code: str
    name: str
    kind: str
    population: int


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today, or a former one merged into another.

    :ivar population: municipal population; ``None`` for a former commune.
    :ivar intercommunality: ``None`` for a former commune and for the few islands that have none.
    :ivar listed: date of the official list that names it in the programme (``""`` if none does).
    :ivar pair: identifier of the towns that entered the programme together (``""`` if unknown).
    :ivar signed: date of signature the list gives, ISO (``""`` if none).
    :ivar parent: code of today's commune, for a former one (``""`` otherwise).
    :ivar role: ``"préfecture"``, ``"sous-préfecture"`` or ``""``.
    """

    code: str
    name: str
    departement: Departement
    population: int | None
    intercommunality: Epci | None
    postcodes: tuple[str, ...]
    listed: str
    pair: str
    signed: str
    parent: str
    role: str

    @property
    def label(self) -> str:
        """« Tournus (Saône-et-Loire) »."""
        return f"{self.name.replace(chr(39), '’')} ({self.departement.name.replace(chr(39), '’')})"

    @property
    def epci(self) -> str:
        """Name of the intercommunality, ``""`` when there is none."""
        return self.intercommunality.name if self.intercommunality else ""


class Territory:
    """The tables, indexed. Use :meth:`load`: one instance is shared by the process."""

    def __init__(self, tables: Tables) -> None:
        self.departements = {
            code: Departement(code, name, region, seat, int(link))
            for code, name, region, seat, link in tables.departements
        }
        self.list_date = tables.list_date
        self.list_checked = tables.list_checked
        self.prefectures = tables.prefectures
        self._epci = {
            code: Epci(code, name, kind, int(size)) for code, name, kind, size in tables.epci
        }
        # A delegated commune often has the code of the one it belongs to: its handle has a star.
        self._raw = {row[0] + ("*" if row[7] else ""): row for row in tables.communes}
        self._members = {
            self._today_code(code): (pair, signed) for code, pair, signed in tables.members
        }

    @classmethod
    def load(cls, folder: Path | None = None) -> Territory:
        """Return the tables, read on the first call and again when one of them was refreshed.

        :param folder: where ``corpus sync`` puts refreshed tables.
        """
        return _loaded(folder, stamp(folder))

    @cached_property
    def _by_key(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for handle, row in self._raw.items():
            index[row[2]].append(handle)
        return dict(index)

    @cached_property
    def _merged(self) -> dict[str, str]:
        """Code that no longer exists → today's commune."""
        return {old: row[0] for row in self._raw.values() if row[9] for old in row[9].split()}

    @cached_property
    def _by_postcode(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = defaultdict(list)
        for handle, row in self._raw.items():
            for postcode in () if row[7] else row[6].split():
                index[postcode].append(handle)
        return dict(index)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, in alphabetical order."""
        return tuple(sorted({d.region for d in self.departements.values()}))

    @cached_property
    def proper_nouns(self) -> frozenset[str]:
        """Every word of a place's name that has a capital."""
        names = [row[1] for row in self._raw.values()]
        names += [epci.name for epci in self._epci.values()]
        names += [part for d in self.departements.values() for part in (d.name, d.region)]
        words = (word for name in names for word in re.split(r"[^\w]+", name))
        return frozenset(word for word in words if word[:1].isupper())

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
        """Find a commune by its Insee code, a current one first; an old code gives today's."""
        handles = (code, f"{code}*", self._merged.get(code, ""))
        handle = next((h for h in handles if h in self._raw), None)
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
        found = [self._commune(handle) for handle in self._by_postcode.get(postcode, ())]
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
        """Every commune of the official list, as it is today, by code."""
        return (self._commune(code) for code in sorted(self._members) if code in self._raw)

    def communes(self) -> Iterator[Commune]:
        """Every commune of today, by code."""
        return (self._commune(handle) for handle, row in self._raw.items() if not row[7])

    def departement_named(self, name: str) -> Departement | None:
        """Find a département by name or code."""
        key = name_key(name)
        return next(
            (d for d in self.departements.values() if key in (name_key(d.name), d.code.casefold())),
            None,
        )

    def _today_code(self, code: str) -> str:
        """Return the code of today's commune: lists keep the codes of the year they were made."""
        if code in self._raw:
            return code
        if f"{code}*" in self._raw:
            return self._raw[f"{code}*"][7]
        return self._merged.get(code, code)

    def _commune(self, handle: str) -> Commune:
        code, name, _, departement, population, epci, postcodes, parent, role, _ = self._raw[handle]
        pair, signed = self._members.get(code, ("", "")) if not parent else ("", "")
        return Commune(
            code=code,
            name=name,
            departement=self.departements[departement],
            population=int(population) if population else None,
            intercommunality=self._epci.get(epci),
            postcodes=tuple(postcodes.split()),
            listed=self.list_date if not parent and code in self._members else "",
            pair=pair,
            signed=signed,
            parent=parent,
            role=role,
        )


@lru_cache(maxsize=2)
def _loaded(folder: Path | None, _stamp: tuple[int, ...]) -> Territory:
    return Territory(read_tables(folder))
