"""The list of programme towns is refreshed whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.errors import SyncError
from pvd_assistant.settings import Settings
from pvd_assistant.sync.communes import DATASET, RESOURCE, sync
from pvd_assistant.territory.communes import Territory
from sync.conftest import Services, json_reply

API = f"/api/1/datasets/{DATASET}/"


def csv_of(codes: Iterable[tuple[str, str]], bom: bool = True) -> bytes:
    lines = ["insee_com,lib_com,id_pvd,date_signature"]
    lines += [f"{code},Nom,pvd-{code},{date}" for code, date in codes]
    return ("\ufeff" * bom + "\n".join(lines) + "\n").encode("utf-8")


def publish(services: Services, body: bytes, **resource: object) -> None:
    described = {
        "id": RESOURCE,
        "title": "Liste des communes",
        "format": "csv",
        "last_modified": "2026-04-27T16:08:36+00:00",
        "checksum": {"type": "sha1", "value": hashlib.sha1(body).hexdigest()},
        **resource,
    }
    services.routes[API] = [json_reply({"id": DATASET, "resources": [described]})]
    services.routes[f"/fr/datasets/r/{described['id']}"] = [(302, {"Location": "/file.csv"}, b"")]
    services.routes["/file.csv"] = [(200, {}, body)]


@pytest.fixture(scope="module")
def codes() -> list[str]:
    towns = sorted(Territory.load().communes(), key=lambda c: -(c.population or 0))
    return [town.code for town in towns if town.name != "Tournus"][200:1500]


def test_the_list_replaces_the_packaged_one(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    rows = [(code, "") for code in codes]
    rows[0], rows[1] = (codes[0], "2021-04-22"), (codes[1], "22/04/2021")
    publish(services, csv_of(rows))

    outcome = sync(settings)

    territory = Territory.load(settings.official_dir)
    towns = {town.code: town for town in territory.members()}
    assert outcome.rows == len(codes)
    assert outcome.left_aside == 0
    assert set(towns) == set(codes)
    assert {towns[codes[0]].signed, towns[codes[1]].signed} == {"2021-04-22"}
    assert towns[codes[0]].listed == "2026-04-27"
    assert not territory.by_name("Tournus")[0].listed


def test_the_pages_that_answers_cite_follow(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    publish(services, csv_of((code, "") for code in codes))

    sync(settings)

    folder = settings.corpus_dir / "territoires"
    table = (folder / "communes-pvd.csv").read_text(encoding="utf-8")
    assert all(f";{code};" in table for code in codes)
    assert "27\u00a0avril 2026" in (folder / "liste-des-communes.md").read_text(encoding="utf-8")
    assert Catalogue(settings.corpus_dir, settings).check() == []


def test_codes_of_merged_communes_are_those_of_today(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    merged = "01144"  # Dommartin, now part of Bâgé-Dommartin
    publish(services, csv_of((code, "") for code in [*codes, merged]))

    sync(settings)

    assert Territory.load(settings.official_dir).by_name("Bâgé-Dommartin")[0].listed


def test_an_unreadable_date_is_left_aside(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    publish(services, csv_of((code, "bientôt" if code == codes[0] else "") for code in codes))

    assert sync(settings).left_aside == 1


def test_another_file_is_chosen_when_the_known_one_has_gone(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    publish(services, csv_of((code, "") for code in codes), id="11111111-autre")

    assert sync(settings).rows == len(codes)


def broken_files(codes: list[str]) -> dict[str, bytes]:
    good = csv_of((code, "") for code in codes)
    return {
        "attendues": good.replace(b"insee_com", b"code"),
        "au moins": csv_of((code, "") for code in codes[:1000]),
        "deux fois": csv_of((code, "") for code in [*codes, codes[0]]),
        "code Insee": csv_of((code, "") for code in [*codes, "1034"]),
        "aucune commune": csv_of((f"{n:05}", "") for n in range(96000, 98000)),
        "CSV": good.replace(b"Nom", b"\xff\xfe"),
    }


@pytest.mark.parametrize(
    "said", ["attendues", "au moins", "deux fois", "code Insee", "aucune commune", "CSV"]
)
def test_a_wrong_file_leaves_the_old_list(
    services: Services, settings: Settings, codes: list[str], said: str
) -> None:
    publish(services, csv_of((code, "") for code in codes))
    sync(settings)
    publish(services, broken_files(codes)[said])

    with pytest.raises(SyncError, match=said):
        sync(settings)
    assert sum(1 for _ in Territory.load(settings.official_dir).members()) == len(codes)


def test_a_truncated_file_is_refused(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    body = csv_of((code, "") for code in codes)
    publish(services, body)
    services.routes["/file.csv"] = [(200, {}, body[: len(body) - 400])]

    with pytest.raises(SyncError, match="incomplet"):
        sync(settings)
    assert not settings.official_dir.exists()


def test_a_dataset_without_the_list_is_said_so(services: Services, settings: Settings) -> None:
    services.routes[API] = [json_reply({"resources": [{"id": "x", "format": "pdf"}]})]

    with pytest.raises(SyncError, match="ne propose plus"):
        sync(settings)


@pytest.mark.parametrize("answer", [[], {"resources": None}, {"message": "erreur"}])
def test_an_unexpected_answer_is_said_so(
    services: Services, settings: Settings, answer: object
) -> None:
    services.routes[API] = [json_reply(answer)]

    with pytest.raises(SyncError, match="pas répondu comme prévu"):
        sync(settings)


@pytest.mark.parametrize("status", [401, 404, 410, 429, 500, 503])
def test_an_error_of_the_service_is_said_so(
    services: Services, settings: Settings, status: int
) -> None:
    services.routes[API] = [json_reply({"message": "erreur"}, status)]

    with pytest.raises(SyncError, match=str(status)):
        sync(settings)


def test_where_the_list_comes_from_is_kept(
    services: Services, settings: Settings, codes: list[str]
) -> None:
    import json

    publish(services, csv_of((code, "") for code in codes))
    sync(settings)

    kept = json.loads((settings.official_dir / "programme.json").read_text(encoding="utf-8"))
    assert kept["provenance"]["licence"] == "etalab-2.0"
    assert kept["provenance"]["data_date"] == "2026-04-27"
    assert RESOURCE in kept["provenance"]["url"]
