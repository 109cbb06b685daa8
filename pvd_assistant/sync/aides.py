"""Offers that Aides-territoires labels « Petites villes de demain » (Licence Ouverte 2.0; needs a key).

Each becomes a Markdown sheet of ``corpus/aides-territoires``. The HTML received is data: it is read to plain
text and escaped. Contacts may name people: they are not kept.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.client import Client, Limits
from pvd_assistant.sync.outcome import Outcome
from pvd_assistant.sync.provenance import Provenance, write_table
from pvd_assistant.sync.sheets import sheet

SERVICE = "Aides-territoires"
PROGRAMME = "petites-villes-de-demain"
FOLDER = "aides-territoires"
_INTERVAL_S = 0.5  # no limit is published: two requests a second
_MOST_PAGES = 100


def sync(settings: Settings) -> Outcome:
    """Refresh the folder of offers as a whole.

    :raises SyncError: no key, a refused key, an answer of another shape; the old sheets stay.
    """
    key = settings.at_api_key.get_secret_value()
    if not key:
        raise SyncError("sync.no_key", service=SERVICE, variable="PVD_AT_API_KEY")
    if not (key.isascii() and key.isprintable()):
        raise SyncError("sync.bad_key", service=SERVICE, variable="PVD_AT_API_KEY")
    with Client(SERVICE, settings.aides_url, limits=Limits(interval_s=_INTERVAL_S)) as client:
        api = _Api(client, key)
        api.check_programme()
        aids = list(api.aids())
    today = dt.date.today()
    sheets: dict[str, str] = {}
    left_aside = 0
    for aid in aids:
        try:
            name, text = sheet(aid, settings.aides_url, today)
        except (KeyError, TypeError, ValueError):
            left_aside += 1
            continue
        if text:
            sheets[name] = text
    if not sheets:
        raise SyncError("sync.too_few", service=SERVICE, count=0, least=1)
    provenance = Provenance.of(
        json.dumps(aids, sort_keys=True).encode("utf-8"),
        source=SERVICE,
        url=f"{settings.aides_url}/api/aids/?programs={PROGRAMME}",
        licence="etalab-2.0",
        data_date="",
    )
    _replace_folder(settings.corpus_dir / FOLDER, sheets, provenance)
    return Outcome("aides", len(sheets), today.isoformat(), left_aside)


class _Api:
    """The two-step sign-in and the pages of a list."""

    def __init__(self, client: Client, key: str) -> None:
        self._client = client
        self._key = key
        self._token = self._sign_in()

    def _sign_in(self) -> str:
        headers = {"X-AUTH-TOKEN": self._key}
        body = self._client.request("POST", "api/connexion/", headers=headers)
        token = self._client.decoded(body)
        if not isinstance(token, dict) or not isinstance(token.get("token"), str):
            raise SyncError("sync.unexpected", service=SERVICE, reason="token")
        return str(token["token"])

    def check_programme(self) -> None:
        """Make sure the label still exists: an unknown one is ignored, and every offer would come."""
        slugs = {
            str(programme.get("slug"))
            for page in self._pages("api/programs/")
            for programme in page
        }
        if PROGRAMME not in slugs:
            raise SyncError("sync.no_programme", service=SERVICE, programme=PROGRAMME)

    def aids(self) -> Iterator[dict[str, Any]]:
        """Every offer with the programme's label."""
        for page in self._pages("api/aids/", programs=PROGRAMME):
            yield from page

    def _pages(self, path: str, **params: str) -> Iterator[list[dict[str, Any]]]:
        """Follow a list by page number: the address of the next page is not trusted."""
        for number in range(1, _MOST_PAGES + 1):
            answer = self._get(path, page=number, **params)
            try:
                results = [dict(item) for item in answer["results"]]
                following = answer.get("next")
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise SyncError("sync.unexpected", service=SERVICE, reason=error) from error
            yield results
            if not following:
                return

    def _get(self, path: str, **params: str | int) -> Any:
        """Ask with the token; sign in again once when it has expired."""
        try:
            return self._client.get_json(path, self._authorised(), **params)
        except SyncError as error:
            if error.values.get("status") != 401:
                raise
        self._token = self._sign_in()
        return self._client.get_json(path, self._authorised(), **params)

    def _authorised(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}


def _replace_folder(folder: Path, sheets: dict[str, str], provenance: Provenance) -> None:
    """Put a folder in place of the old one; the old one comes back when that fails."""
    fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    if old.exists() and not folder.exists():
        old.rename(folder)  # a run was killed between the two steps below
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        for name, text in sheets.items():
            (fresh / f"{name}.md").write_text(text, encoding="utf-8")
        write_table(fresh / ".provenance.json", {}, provenance)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
