"""The préfectures in the official directory (DILA, Service-Public.gouv.fr, Licence Ouverte 2.0).

Only what belongs to the service is kept: address, website, form, shared e-mail. Never a person, never a
telephone number.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.client import Client
from pvd_assistant.sync.outcome import Outcome
from pvd_assistant.sync.provenance import Provenance, write_table
from pvd_assistant.territory.cited import write_cited_pages
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.tables import PREFECTURES

SERVICE = "annuaire de l’administration"
_PATH = "catalog/datasets/api-lannuaire-administration/records"
_SELECT = (
    "nom,adresse,adresse_courriel,site_internet,formulaire_contact,url_service_public,"
    "code_insee_commune,pivot,date_modification"
)
_PAGE, _MOST_PAGES = 100, 20
_FEWEST = 90
_PARIS = "75"  # has no record of its own kind: the name packaged for it is used
_NAME = "préfecture"


def sync(settings: Settings) -> Outcome:
    """Refresh the préfectures, then the table that answers cite.

    :raises SyncError: the directory does not answer as it should; the old table stays.
    """
    with Client(SERVICE, settings.annuaire_url) as client:
        records = _records(client)
    found: dict[str, dict[str, str]] = {}
    for record in records:
        office = _office(record)
        if office is not None:
            found.setdefault(_departement(record), office)
    found.pop(_PARIS, None)
    if len(found) < _FEWEST:
        raise SyncError("sync.too_few", service=SERVICE, count=len(found), least=_FEWEST)
    body = json.dumps(records, sort_keys=True).encode("utf-8")
    latest = max((office["checked"] for office in found.values()), default="")
    provenance = Provenance.of(
        body,
        source="Service-Public.gouv.fr / DILA",
        url=f"{settings.annuaire_url}/{_PATH}",
        licence="etalab-2.0",
        data_date=latest,
    )
    write_table(settings.official_dir / PREFECTURES, {"prefectures": found}, provenance)
    refreshed = Territory.load(settings.official_dir)
    write_cited_pages(refreshed, settings.corpus_dir)
    return Outcome("prefectures", len(found), latest)


def _records(client: Client) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = []
    for page in range(_MOST_PAGES):
        answer = client.get_json(
            _PATH, where='pivot LIKE "prefecture"', select=_SELECT, limit=_PAGE, offset=page * _PAGE
        )
        try:
            total, results = int(answer["total_count"]), list(answer["results"])
        except (KeyError, TypeError, ValueError) as error:
            raise SyncError("sync.unexpected", service=SERVICE, reason=error) from error
        records += (record for record in results if isinstance(record, dict))
        if not results or len(records) >= total:
            return records
    return records


def _office(record: dict[str, Any]) -> dict[str, str] | None:
    """Return what is kept of a record, ``None`` when it is not a préfecture itself."""
    kinds = {str(pivot.get("type_service_local", "")) for pivot in _nested(record, "pivot")}
    name = str(record.get("nom") or "")
    if "prefecture" not in kinds or not name.casefold().startswith(_NAME):
        return None
    addresses = _nested(record, "adresse")
    postal = [a for a in addresses if a.get("type_adresse") == "Adresse"] or addresses
    websites = [str(site.get("valeur", "")) for site in _nested(record, "site_internet")]
    return {
        "name": name,
        "page": _url(record.get("url_service_public")),
        "website": _url(next(iter(websites), "")),
        "form": _url(record.get("formulaire_contact")),
        "email": str(record.get("adresse_courriel") or "").strip(),
        "address": _address(postal[0]) if postal else "",
        "checked": _day(str(record.get("date_modification") or "")),
    }


def _nested(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Decode a field that holds JSON in a string; an empty or broken one is empty."""
    value = record.get(key)
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except ValueError:
            value = []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _address(address: dict[str, Any]) -> str:
    keys = ("complement1", "complement2", "numero_voie", "service_distribution")
    street = ", ".join(v for key in keys if (v := str(address.get(key) or "").strip()))
    town = f"{address.get('code_postal') or ''} {address.get('nom_commune') or ''}".strip()
    return ", ".join(part for part in (street, town) if part)


def _departement(record: dict[str, Any]) -> str:
    code = str(record.get("code_insee_commune") or "")
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def _url(value: Any) -> str:
    text = str(value or "").strip()
    return text if text.startswith(("https://", "http://")) else ""


def _day(date: str) -> str:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return dt.datetime.strptime(date[:10], form).date().isoformat()
        except ValueError:
            continue
    return ""
