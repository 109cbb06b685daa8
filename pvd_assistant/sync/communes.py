"""The official list of programme towns (ANCT, data.gouv.fr, Licence Ouverte 2.0)."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from typing import Any

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.client import Client
from pvd_assistant.sync.outcome import Outcome
from pvd_assistant.sync.provenance import Provenance, write_table
from pvd_assistant.territory.cited import write_cited_pages
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.tables import PROGRAMME

SERVICE = "data.gouv.fr"
DATASET = "5fc1259b703620ed60a49d97"
RESOURCE = "1fa831ec-d912-4277-8b95-a8b998bf951e"
_ALSO = (".data.gouv.fr",)
_FEWEST = 1200
_KNOWN_SHARE = 0.95  # of the codes: below it, the file is not a list of French communes
_CODE = re.compile(r"(?:\d\d|2[AB])\d{3}")


def sync(settings: Settings) -> Outcome:
    """Refresh the list, then the pages that answers cite.

    :raises SyncError: the list cannot be had, or is not one; the old one stays.
    """
    with Client(SERVICE, settings.data_gouv_url, also=_ALSO) as client:
        resource = _resource(client.get_json(f"api/1/datasets/{DATASET}/"))
        body = client.get(f"fr/datasets/r/{resource['id']}")
    _check_sum(body, resource)
    members, unreadable = parse(body, Territory.load(settings.official_dir))
    date = str(resource.get("last_modified", ""))[:10] or dt.date.today().isoformat()
    provenance = Provenance.of(
        body,
        source="ANCT",
        url=f"https://www.data.gouv.fr/fr/datasets/r/{resource['id']}",
        licence="etalab-2.0",
        data_date=date,
    )
    today = dt.date.today().isoformat()
    table = {"date": date, "checked": today, "members": members}
    write_table(settings.official_dir / PROGRAMME, table, provenance)
    write_cited_pages(Territory.load(settings.official_dir), settings.corpus_dir)
    return Outcome("communes", len(members), date, unreadable)


def parse(body: bytes, territory: Territory) -> tuple[list[list[str]], int]:
    """Read the list: code, pair and date of signature of each town, and how many dates are unreadable.

    :raises SyncError: a column is missing, the file is short, a code is written twice or unknown.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SyncError("sync.not_csv", service=SERVICE, reason=error) from error
    columns = set(rows[0]) if rows else set()
    if missing := sorted({"insee_com", "lib_com"} - columns):
        raise SyncError("sync.columns", service=SERVICE, columns=", ".join(missing))
    if len(rows) < _FEWEST:
        raise SyncError("sync.too_few", service=SERVICE, count=len(rows), least=_FEWEST)
    codes = [(row["insee_com"] or "").strip() for row in rows]
    if bad := next((code for code in codes if not _CODE.fullmatch(code)), None):
        raise SyncError("sync.bad_code", service=SERVICE, insee=bad)
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        raise SyncError("sync.twice", service=SERVICE, insee=twice)
    known = sum(territory.by_code(code) is not None for code in codes)
    if known < _KNOWN_SHARE * len(codes):
        raise SyncError("sync.unknown_codes", service=SERVICE, count=len(codes) - known)
    dates = [(row.get("date_signature") or "").strip() for row in rows]
    signed = [_day(date) for date in dates]
    pairs = [(row.get("id_pvd") or "").strip() for row in rows]
    unreadable = sum(bool(date) and not day for date, day in zip(dates, signed, strict=True))
    return [list(row) for row in zip(codes, pairs, signed, strict=True)], unreadable


def _resource(dataset: Any) -> dict[str, Any]:
    """Choose the file: the known one, or the latest CSV about communes."""
    try:
        resources = [dict(resource) for resource in dataset["resources"]]
    except (KeyError, TypeError, ValueError) as error:
        raise SyncError("sync.unexpected", service=SERVICE, reason="resources") from error
    known = [r for r in resources if r.get("id") == RESOURCE]
    others = [
        r
        for r in resources
        if str(r.get("format", "")).lower() == "csv"
        and "communes" in str(r.get("title", "")).lower()
        and r.get("id")
    ]
    if not known and not others:
        raise SyncError("sync.no_resource", service=SERVICE)
    return (known or sorted(others, key=lambda r: str(r.get("last_modified", ""))))[-1]


def _check_sum(body: bytes, resource: dict[str, Any]) -> None:
    """Refuse a file cut on the way: the dataset says what it should be."""
    checksum = resource.get("checksum")
    if not isinstance(checksum, dict) or not checksum.get("value"):
        return
    kind = str(checksum.get("type", "")).lower()
    if kind in ("sha1", "sha256"):
        found = hashlib.new(kind, body, usedforsecurity=False).hexdigest()
        if found != str(checksum["value"]).lower():
            raise SyncError("sync.cut", service=SERVICE)


def _day(date: str) -> str:
    """Return an ISO day from either form the list has used, or nothing."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(date, form).date().isoformat()
        except ValueError:
            continue
    return ""
