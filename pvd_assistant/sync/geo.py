"""Communes of today, their populations and intercommunalities (geo.api.gouv.fr, Licence Ouverte).

The service gives neither administrative role nor merged codes: those come from the table in place.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.client import Client, Limits
from pvd_assistant.sync.outcome import Outcome
from pvd_assistant.sync.provenance import Provenance, write_table
from pvd_assistant.territory.names import name_key
from pvd_assistant.territory.tables import GEO, Row, Tables, read_tables

SERVICE = "geo.api.gouv.fr"
_INTERVAL_S = 0.12  # the service allows ten requests a second
_FIELDS = "nom,code,codesPostaux,population,codeEpci,codeDepartement"
_KEPT_SHARE = 0.8  # of a département's communes: below it, the answer was cut
_WITH_POPULATION = 0.99
_MAYOTTE = (
    "976"  # the other codes from 975 on are not départements: the service has no page for them
)
_KINDS = (("CC ", "CC"), ("CA ", "CA"), ("CU ", "CU"))


def sync(settings: Settings) -> Outcome:
    """Refresh communes and intercommunalities.

    :raises SyncError: an answer is missing, cut or of another shape; the old tables stay.
    """
    old = read_tables(settings.official_dir)
    departements = [row[0] for row in old.departements if row[0] < "975" or row[0] == _MAYOTTE]
    with Client(SERVICE, settings.geo_url, limits=Limits(interval_s=_INTERVAL_S)) as client:
        epcis = client.get_json("epcis", fields="nom,code")
        found = {
            code: client.get_json(f"departements/{code}/communes", fields=_FIELDS)
            for code in departements
        }
    communes = _communes(found, old)
    epci = _epcis(epcis, communes, old)
    body = json.dumps([found, epcis], sort_keys=True).encode("utf-8")
    today = dt.date.today().isoformat()
    provenance = Provenance.of(
        body,
        source="geo.api.gouv.fr",
        url=settings.geo_url,
        licence="etalab-2.0",
        data_date="",
    )
    table = {"communes": sorted(communes), "epci": sorted(epci)}
    write_table(settings.official_dir / GEO, table, provenance)
    return Outcome("geo", sum(not row[7] for row in communes), today)


def _communes(found: dict[str, Any], old: Tables) -> list[Row]:
    """Put new names, populations and intercommunalities on what the old table alone knows."""
    before = {row[0]: row for row in old.communes if not row[7]}
    counts = Counter(row[3] for row in before.values())
    fresh: dict[str, Row] = {}
    for departement, communes in found.items():
        rows = [_row(commune, departement, before) for commune in _listed(communes)]
        if len(rows) < _KEPT_SHARE * counts[departement]:
            raise SyncError("sync.too_few", service=SERVICE, count=len(rows), least=departement)
        fresh |= {row[0]: row for row in rows}
    populated = sum(bool(row[4]) for row in fresh.values())
    if populated < _WITH_POPULATION * len(fresh):
        raise SyncError("sync.unexpected", service=SERVICE, reason="population")
    others = [row for row in old.communes if row[7] or row[3] not in found]
    return [*fresh.values(), *others]


def _listed(communes: Any) -> Iterable[dict[str, Any]]:
    if not isinstance(communes, list) or not all(isinstance(c, dict) for c in communes):
        raise SyncError("sync.unexpected", service=SERVICE, reason="communes")
    return communes


def _row(commune: dict[str, Any], departement: str, before: dict[str, Row]) -> Row:
    try:
        code, name = str(commune["code"]), str(commune["nom"])
        population = commune.get("population")
        size = str(int(population)) if population is not None else ""
        postcodes = " ".join(map(str, commune.get("codesPostaux") or ()))
    except (KeyError, TypeError, ValueError) as error:
        raise SyncError("sync.unexpected", service=SERVICE, reason=error) from error
    old = before.get(code)
    role, merged = (old[8], old[9]) if old else ("", "")
    epci = str(commune.get("codeEpci") or "")
    return [code, name, name_key(name), departement, size, epci, postcodes, "", role, merged]


def _epcis(epcis: Any, communes: list[Row], old: Tables) -> list[Row]:
    """Name each intercommunality; its size is that of its communes."""
    sizes: Counter[str] = Counter()
    for row in communes:
        sizes[row[5]] += int(row[4] or 0)
    before = {row[0]: row for row in old.epci}
    rows = []
    for epci in _listed(epcis):
        code, name = str(epci.get("code", "")), str(epci.get("nom", ""))
        if not code or not name:
            raise SyncError("sync.unexpected", service=SERVICE, reason="epcis")
        known = before[code][2] if code in before else _kind(name)
        rows.append([code, name, known, str(sizes[code])])
    if len(rows) < _KEPT_SHARE * len(before):
        raise SyncError("sync.too_few", service=SERVICE, count=len(rows), least=len(before))
    return rows


def _kind(name: str) -> str:
    return next((kind for start, kind in _KINDS if name.startswith(start)), "METRO")
