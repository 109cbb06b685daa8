"""The préfectures are read from the official directory, services only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.prefectures import sync
from pvd_assistant.territory.communes import Territory
from pvd_assistant.territory.prefectures import prefecture_of
from sync.conftest import Asked, Reply, Services, json_reply

PATH = "/api/explore/v2.1/catalog/datasets/api-lannuaire-administration/records"


def record(name: str, insee: str, **fields: Any) -> dict[str, Any]:
    address = {
        "type_adresse": "Adresse",
        "complement1": "",
        "numero_voie": "45 avenue de la Gare",
        "code_postal": "01000",
        "nom_commune": "Bourg-en-Bresse",
    }
    return {
        "nom": name,
        "code_insee_commune": insee,
        "pivot": json.dumps([{"type_service_local": "prefecture", "code_insee_commune": [insee]}]),
        "adresse": json.dumps([{**address, "type_adresse": "Adresse postale"}, address]),
        "telephone": json.dumps([{"valeur": "04 74 32 30 00"}]),
        "site_internet": json.dumps([{"libelle": "", "valeur": "https://www.ain.gouv.fr"}]),
        "adresse_courriel": "prefecture@ain.gouv.fr",
        "formulaire_contact": "",
        "url_service_public": "https://lannuaire.service-public.gouv.fr/fiche",
        "date_modification": "10/11/2026",
        "responsable": "Mme Untel",
        **fields,
    }


@pytest.fixture
def records(services: Services, territory: Territory) -> list[dict[str, Any]]:
    """A record for each département, served by pages as the directory does; tests change it."""
    found = [
        record(f"Préfecture - {d.name}", f"{d.code}001"[:5])
        for d in territory.departements.values()
        if d.code not in ("75", "975") and d.code < "977"
    ]

    def page(asked: Asked) -> Reply:
        start, limit = int(asked.params["offset"]), int(asked.params["limit"])
        assert limit <= 100
        return json_reply({"total_count": len(found), "results": found[start : start + limit]})

    services.routes[PATH] = page
    return found


def test_every_departement_gets_its_prefecture(
    services: Services, settings: Settings, records: list[dict[str, Any]]
) -> None:
    outcome = sync(settings)

    territory = Territory.load(settings.official_dir)
    ain = prefecture_of(territory.departements["01"], territory)
    assert outcome.rows == 100
    assert ain.website == "https://www.ain.gouv.fr"
    assert ain.address == "45 avenue de la Gare, 01000 Bourg-en-Bresse"
    assert ain.checked == "2026-11-10"
    assert ain.page == "https://lannuaire.service-public.gouv.fr/fiche"


def test_all_pages_are_read(
    services: Services, settings: Settings, records: list[dict[str, Any]]
) -> None:
    annexes = [record(f"Point-justice {n}", "01001") for n in range(120)]
    records[:0] = annexes

    assert sync(settings).rows == 100
    assert len(services.asked) == 3


def test_annexes_are_not_taken_for_the_prefecture(
    services: Services, settings: Settings, records: list[dict[str, Any]]
) -> None:
    other = json.dumps([{"type_service_local": "prefecture_greffe_associations"}])
    records.insert(0, record("Préfecture - greffe", "01053", pivot=other, adresse_courriel="x@y"))
    records.insert(0, record("Secrétariat général", "01053", adresse_courriel="x@y"))

    sync(settings)

    territory = Territory.load(settings.official_dir)
    assert prefecture_of(territory.departements["01"], territory).email == "prefecture@ain.gouv.fr"


def test_neither_person_nor_telephone_is_kept(
    services: Services, settings: Settings, records: list[dict[str, Any]]
) -> None:
    sync(settings)

    kept = (settings.official_dir / "prefectures.json").read_text(encoding="utf-8")
    assert "Untel" not in kept
    assert "04 74" not in kept


@pytest.mark.parametrize("value", ["", "pas du JSON", None, "[]", '"texte"'])
def test_an_empty_or_broken_field_is_empty(
    services: Services, settings: Settings, records: list[dict[str, Any]], value: object
) -> None:
    records[0].update(adresse=value, site_internet=value, date_modification=value)

    sync(settings)

    territory = Territory.load(settings.official_dir)
    ain = prefecture_of(territory.departements["01"], territory)
    assert (ain.address, ain.website, ain.checked) == ("", "", "")


def test_paris_keeps_its_own_name(
    services: Services, settings: Settings, records: list[dict[str, Any]]
) -> None:
    records.append(record("Préfecture de police", "75101"))

    sync(settings)

    territory = Territory.load(settings.official_dir)
    paris = prefecture_of(territory.departements["75"], territory)
    assert paris.name == "Préfecture de la région Île-de-France, préfecture de Paris"
    assert paris.address == ""


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (json_reply({"error_code": "ODSQLSyntaxError"}, 400), "400"),
        (json_reply({"error_code": "DatasetNotFound"}, 404), "404"),
        (json_reply({"error_code": "x"}, 429), "429"),
        ((503, {}, b""), "503"),
        (json_reply({"total_count": 0, "results": []}), "n’a envoyé que 0"),
        (json_reply({"results": None}), "pas répondu comme prévu"),
    ],
)
def test_a_failure_keeps_what_was_there(
    services: Services,
    settings: Settings,
    records: list[dict[str, Any]],
    reply: Reply,
    said: str,
) -> None:
    sync(settings)
    services.routes[PATH] = [reply]

    with pytest.raises(SyncError, match=said):
        sync(settings)
    assert Territory.load(settings.official_dir).prefectures["01"]["email"]
