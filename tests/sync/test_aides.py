"""Offers of Aides-territoires become sheets, their HTML read as data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings, load_settings
from pvd_assistant.sync import aides
from pvd_assistant.sync.aides import sync
from sync.conftest import Asked, Reply, Services, json_reply

LOGIN, PROGRAMS, AIDS = "/api/connexion/", "/api/programs/", "/api/aids/"


def aid(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "slug": f"aide-{number}",
        "url": f"/aides/aide-{number}/",
        "name": f"Aide numéro {number}",
        "financers": ["Banque des Territoires"],
        "programs": ["Petites villes de demain"],
        "description": "<p>L’aide paie une étude.</p><ul><li>Point un</li></ul>",
        "eligibility": "<p>Toute commune.</p>",
        "targeted_audiences": ["Commune"],
        "application_url": "https://exemple.fr/demande",
        "submission_deadline": "2027-12-31",
        "subvention_rate_lower_bound": 20,
        "subvention_rate_upper_bound": 50,
        "subvention_comment": None,
        "contact": "<p>Mme Untel, 06 00 00 00 00</p>",
        "date_updated": "2026-09-30T10:00:00+02:00",
        "is_live": True,
        **fields,
    }


@pytest.fixture
def offers(services: Services) -> list[dict[str, Any]]:
    """The service, with sign-in and pages of two; tests change the offers."""
    found = [aid(n) for n in range(1, 6)]

    def listed(asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != "Bearer jeton":
            return json_reply({"code": 401, "message": "JWT Token not found"}, 401)
        assert asked.params["programs"] == "petites-villes-de-demain"
        number = int(asked.params["page"])
        more = len(found) > 2 * number
        return json_reply(
            {
                "count": len(found),
                "next": "https://evil.example/api/aids/?page=2" if more else None,
                "results": found[2 * number - 2 : 2 * number],
            }
        )

    services.routes[LOGIN] = [json_reply({"token": "jeton"})]
    services.routes[PROGRAMS] = [
        json_reply({"next": None, "results": [{"slug": "petites-villes-de-demain"}]})
    ]
    services.routes[AIDS] = listed
    return found


def sheets(settings: Settings) -> dict[str, str]:
    folder = settings.corpus_dir / "aides-territoires"
    return {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}


def test_each_offer_has_its_sheet(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    outcome = sync(settings)

    found = sheets(settings)
    assert outcome.rows == 5
    assert set(found) == {f"aide-{n}" for n in range(1, 6)}
    assert "L’aide paie une étude." in found["aide-1"]
    assert "de 20 % à 50 %" in found["aide-1"]
    assert Catalogue(settings.corpus_dir, settings).check() == []


def test_a_sheet_says_its_dates_and_where_it_comes_from(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    sync(settings)

    catalogue = Catalogue(settings.corpus_dir, settings)
    metadata = catalogue.metadata(catalogue.entries()[0])
    assert metadata.valid_until == dt.date(2027, 12, 31)
    assert metadata.updated == dt.date(2026, 9, 30)
    assert metadata.sources[0].url == f"{services.url}/aides/aide-1/"


def test_where_the_offers_come_from_is_kept(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    sync(settings)

    path = settings.corpus_dir / "aides-territoires" / ".provenance.json"
    kept = json.loads(path.read_text(encoding="utf-8"))["provenance"]
    assert kept["licence"] == "etalab-2.0"
    assert kept["retrieved"]


def test_contacts_are_not_kept(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    sync(settings)

    assert "Untel" not in "".join(sheets(settings).values())


def test_offers_withdrawn_or_past_are_left_out(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    offers[0]["is_live"] = False
    offers[1]["submission_deadline"] = "2020-01-01"

    sync(settings)

    assert set(sheets(settings)) == {"aide-3", "aide-4", "aide-5"}


def test_hostile_html_is_only_words(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    offers[0]["description"] = (
        "<script>alert(1)</script><p>---</p><p>[piège](javascript:alert(1)) <img src=x onerror=y></p>"
        "<p># Titre</p><p>- faux</p>&lt;script&gt;"
    )
    offers[1]["slug"] = "../../etc/passwd"
    offers[2]["name"] = 'Titre: "x"\n---\nkind: guide'
    offers[3]["application_url"] = "javascript:alert(1)"

    sync(settings)

    found = sheets(settings)
    catalogue = Catalogue(settings.corpus_dir, settings)
    text = " ".join(part.text for e in catalogue.entries() for part in catalogue.load(e).parts)
    assert catalogue.check() == []
    assert "alert(1)</script>" not in text
    assert "](javascript" not in found["aide-1"]
    assert "javascript" not in found["aide-4"]
    assert "etc-passwd" in found
    assert all(catalogue.metadata(e).kind == "offre" for e in catalogue.entries())


def test_an_offer_of_another_shape_is_left_aside(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    del offers[0]["name"]
    offers[1]["submission_deadline"] = "bientôt"

    outcome = sync(settings)

    assert (outcome.rows, outcome.left_aside) == (3, 2)


def test_an_expired_token_is_renewed_once(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    listed: Callable[[Asked], Reply] = services.routes[AIDS]  # type: ignore[assignment]
    refused = iter([True])

    def expiring(asked: Asked) -> Reply:
        if asked.params["page"] == "2" and next(refused, False):
            return json_reply({"code": 401, "message": "Expired JWT Token"}, 401)
        return listed(asked)

    services.routes[AIDS] = expiring

    assert sync(settings).rows == 5
    assert services.paths().count(LOGIN) == 2


def test_a_token_always_refused_is_an_error(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    services.routes[AIDS] = [json_reply({"code": 401, "message": "Invalid JWT Token"}, 401)]

    with pytest.raises(SyncError, match="401"):
        sync(settings)
    assert services.paths().count(LOGIN) == 2


def test_the_address_of_the_next_page_is_not_followed(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    sync(settings)

    assert [a.params["page"] for a in services.asked if a.path == AIDS] == ["1", "2", "3"]


def test_a_refused_key_is_said_without_the_key(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    services.routes[LOGIN] = [json_reply({"message": "User not found"}, 401)]

    with pytest.raises(SyncError, match="Vérifiez la clé") as caught:
        sync(settings)
    assert "cle-de-test" not in str(caught.value)


def test_no_key_is_said_so(settings: Settings) -> None:
    without = load_settings(**{**settings.model_dump(), "at_api_key": ""})

    with pytest.raises(SyncError, match="PVD_AT_API_KEY"):
        sync(without)


def test_a_key_badly_copied_is_said_so(settings: Settings) -> None:
    odd = load_settings(**{**settings.model_dump(), "at_api_key": "clé\u200b"})

    with pytest.raises(SyncError, match="caractères impossibles"):
        sync(odd)


def test_a_label_that_has_gone_stops_everything(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    services.routes[PROGRAMS] = [json_reply({"next": None, "results": [{"slug": "autre"}]})]

    with pytest.raises(SyncError, match="ne connaît plus"):
        sync(settings)
    assert AIDS not in services.paths()


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_failure_keeps_the_old_sheets(
    services: Services, settings: Settings, offers: list[dict[str, Any]], status: int
) -> None:
    sync(settings)
    services.routes[AIDS] = [json_reply({}, status)]

    with pytest.raises(SyncError, match=str(status)):
        sync(settings)
    assert len(sheets(settings)) == 5


def test_a_full_disk_keeps_the_old_sheets(
    services: Services,
    settings: Settings,
    offers: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sync(settings)

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(aides.Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        sync(settings)
    assert len(sheets(settings)) == 5
    assert [p.name for p in settings.corpus_dir.iterdir()] == ["aides-territoires"]


def test_a_run_killed_half_way_is_mended_by_the_next(
    services: Services, settings: Settings, offers: list[dict[str, Any]]
) -> None:
    sync(settings)
    folder = settings.corpus_dir / "aides-territoires"
    folder.rename(folder.with_name(".aides-territoires.old"))
    services.routes[AIDS] = [json_reply({}, 500)]

    with pytest.raises(SyncError):
        sync(settings)
    services.routes[AIDS] = [json_reply({"next": None, "results": [aid(9)]})]
    sync(settings)

    assert set(sheets(settings)) == {"aide-9"}
