"""Communes are refreshed from the geographic service, what it lacks being kept."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.geo import sync
from pvd_assistant.territory.communes import Territory
from sync.conftest import Asked, Reply, Services, json_reply


@pytest.fixture
def france(services: Services, territory: Territory) -> dict[str, list[dict[str, Any]]]:
    """The service, answering what is packaged; tests change it."""
    communes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    epcis: dict[str, str] = {}
    for commune in territory.communes():
        epci = commune.intercommunality
        communes[commune.departement.code].append(
            {
                "nom": commune.name,
                "code": commune.code,
                "codesPostaux": list(commune.postcodes),
                "population": commune.population,
                "codeEpci": epci.code if epci else None,
                "codeDepartement": commune.departement.code,
            }
        )
        if epci:
            epcis[epci.code] = epci.name

    def of_departement(asked: Asked) -> Reply:
        return json_reply(communes[asked.path.split("/")[2]])

    for code in communes:
        services.routes[f"/departements/{code}/communes"] = of_departement
    services.routes["/epcis"] = [json_reply([{"code": c, "nom": n} for c, n in epcis.items()])]
    return communes


def town(communes: dict[str, list[dict[str, Any]]], code: str) -> dict[str, Any]:
    return next(commune for commune in communes[code[:2]] if commune["code"] == code)


def test_names_populations_and_intercommunalities_are_refreshed(
    services: Services, settings: Settings, france: dict[str, list[dict[str, Any]]]
) -> None:
    tournus = town(france, "71543")
    tournus["population"] = 6123
    tournus["codeEpci"] = "200000000"
    epcis = json.loads(services.routes["/epcis"][0][2])  # type: ignore[index]
    services.routes["/epcis"] = [json_reply([*epcis, {"code": "200000000", "nom": "CA Neuve"}])]

    outcome = sync(settings)

    found = Territory.load(settings.official_dir).by_name("Tournus")[0]
    assert outcome.rows == 34_969
    assert (found.population, found.epci) == (6123, "CA Neuve")
    assert found.intercommunality is not None
    assert found.intercommunality.kind == "CA"
    assert found.intercommunality.population == 6123


def test_what_the_service_does_not_know_is_kept(
    services: Services, settings: Settings, france: dict[str, list[dict[str, Any]]]
) -> None:
    sync(settings)

    territory = Territory.load(settings.official_dir)
    assert territory.by_name("Mâcon")[0].role == "préfecture"
    assert territory.today(territory.by_name("Sennecé-lès-Mâcon")[0]).name == "Mâcon"
    assert territory.by_code("01144") is not None
    assert territory.by_name("Tournus")[0].listed == "2021-01-22"
    assert territory.by_name("Nouméa")


def test_codes_stay_strings(
    services: Services, settings: Settings, france: dict[str, list[dict[str, Any]]]
) -> None:
    sync(settings)

    territory = Territory.load(settings.official_dir)
    ajaccio, saint_denis = territory.by_code("2A004"), territory.by_code("97411")
    assert ajaccio is not None
    assert saint_denis is not None
    assert (ajaccio.name, saint_denis.name) == ("Ajaccio", "Saint-Denis")
    assert len(territory.by_name("Saint-Denis")) > 2


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((404, {}, b"Not Found"), "404"),
        ((429, {}, b""), "429"),
        ((500, {}, b""), "500"),
        (json_reply([]), "n’a envoyé que 0"),
        (json_reply({"code": 400}), "pas répondu comme prévu"),
        (json_reply([{"nom": "Sans code"}]), "pas répondu comme prévu"),
        ((200, {}, b'[{"nom": "Coup'), "lisibles"),
    ],
)
def test_a_failing_departement_leaves_everything_as_it_was(
    services: Services,
    settings: Settings,
    france: dict[str, list[dict[str, Any]]],
    reply: Reply,
    said: str,
) -> None:
    services.routes["/departements/71/communes"] = [reply]

    with pytest.raises(SyncError, match=said):
        sync(settings)
    assert not (settings.official_dir / "geo.json.gz").exists()


def test_populations_missing_at_large_are_refused(
    services: Services, settings: Settings, france: dict[str, list[dict[str, Any]]]
) -> None:
    for communes in france.values():
        for commune in communes:
            commune["population"] = None

    with pytest.raises(SyncError, match="population"):
        sync(settings)
