"""Who may use the API, how much, and from which pages."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest
from api_site import LOCAL, QUESTION, Site
from pydantic import SecretStr

from pvd_assistant.settings import load_settings
from pvd_assistant.web.api.limits import BusyError, Rate, Slots

OTHER_SITE = "https://mairie.example"


@pytest.fixture
def made(api_settings, assistant):
    """Make an API with other settings."""

    def make(**changes: Any) -> Site:
        return Site(api_settings.model_copy(update=changes), assistant)

    return make


@pytest.mark.parametrize(
    "changes",
    [
        {"client": ("192.0.2.7", 50000)},
        {"base_url": "http://assistant.example"},
        {"client": ("not an address", 1)},
        {"headers": {"X-Forwarded-For": "192.0.2.7"}},
        {"headers": {"Forwarded": "for=192.0.2.7"}},
    ],
)
def test_without_a_key_only_this_machine_is_answered(site, changes):
    refused = site.client(**changes).get("/v1/models")
    assert refused.status_code == 403
    assert refused.json()["code"] == "api.local"


@pytest.mark.parametrize(
    "path", ["/api/communes?q=Foix", "/v1/models", "/mcp", "/api/openapi.json"]
)
def test_with_a_key_it_must_be_given(made, path):
    client = made(api_key=SecretStr("clé-secrète")).client(client=("192.0.2.7", 5))
    refused = client.get(path)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert "secrète" not in refused.text
    wrong = {"Authorization": "Bearer autre"}
    assert client.get(path, headers=wrong).status_code == 401


def test_the_key_is_read_in_either_header(made):
    client = made(api_key=SecretStr("secret")).client(
        client=("192.0.2.7", 5), base_url="https://assistant.example"
    )
    for headers in ({"Authorization": "Bearer secret"}, {"X-API-Key": "secret"}):
        assert client.get("/v1/models", headers=headers).status_code == 200


def test_pages_of_other_sites_are_refused(api):
    for origin in (OTHER_SITE, "null", "http://127.0.0.1:9999"):
        refused = api.get("/v1/models", headers={"Origin": origin})
        assert refused.status_code == 403
        assert refused.json()["code"] == "api.origin"
        assert "access-control-allow-origin" not in refused.headers
    assert api.get("/v1/models", headers={"Origin": "http://127.0.0.1:7860"}).status_code == 200


def test_an_allowed_site_may_read_answers_and_refusals(made):
    client = made(api_origins=(OTHER_SITE,)).client()
    ahead = {
        "Origin": OTHER_SITE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization",
    }
    assert client.options("/api/ask", headers=ahead).status_code == 200
    for path, status in (("/v1/models", 200), ("/api/rien", 404)):
        answered = client.get(path, headers={"Origin": OTHER_SITE})
        assert answered.status_code == status
        assert answered.headers["access-control-allow-origin"] == OTHER_SITE
    assert client.get("/v1/models", headers={"Origin": "https://x.example"}).status_code == 403


def test_origins_are_listed_in_the_environment(monkeypatch):
    monkeypatch.setenv("PVD_API_ORIGINS", f"{OTHER_SITE}, https://b.example")
    assert load_settings().api_origins == (OTHER_SITE, "https://b.example")


def test_an_address_that_asks_too_much_waits(made):
    client = made(api_rate_limit=3).client()
    statuses = [client.get("/v1/models").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.get("/v1/models")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["content-type"] == "application/problem+json"
    other = {"client": ("127.0.0.2", 50000)}
    assert client.__class__(client.app, **(LOCAL | other)).get("/v1/models").status_code == 200


def test_neighbours_of_an_ipv6_network_are_counted_together():
    rate = Rate(1)
    assert rate.wait("2001:db8:0:1::1") == 0
    assert rate.wait("2001:db8:0:1::2") > 0
    assert rate.wait("2001:db8:0:2::1") == 0


class Slow:
    """An assistant that answers when it is told to."""

    def __init__(self, assistant: Any) -> None:
        self.index = assistant.index
        self.started, self.go_on = threading.Event(), threading.Event()
        self._ask = assistant.ask

    def ask(self, question: str, **options: Any) -> Any:
        self.started.set()
        assert self.go_on.wait(10)
        return self._ask(question, **options)


def test_a_server_that_is_busy_says_when_to_come_back(api_settings, assistant):
    slow = Slow(assistant)
    site = Site(api_settings.model_copy(update={"api_concurrency": 1}), slow)
    site.api.slots.patience = 0.05
    body, answers = {"question": QUESTION}, []
    with site.client() as client:  # one event loop for both
        first = threading.Thread(target=lambda: answers.append(client.post("/api/ask", json=body)))
        first.start()
        assert slow.started.wait(10)
        refused = client.post("/api/ask", json=body)
        slow.go_on.set()
        first.join()
        again = client.post("/api/ask", json=body)
    assert refused.status_code == 503
    assert refused.json()["code"] == "api.busy"
    assert int(refused.headers["retry-after"]) >= 1
    assert [answer.status_code for answer in (*answers, again)] == [200, 200]


def test_a_slot_is_given_back_whatever_happens():
    async def use() -> None:
        slots = Slots(1, patience=0.01)
        for _ in range(2):
            with pytest.raises(KeyError):
                async with slots.one():
                    raise KeyError
        async with slots.one():
            with pytest.raises(BusyError):
                async with slots.one():
                    pass

    anyio.run(use)


@pytest.mark.parametrize("path", ["/v1/models", "/api/rien", "/api/openapi.json"])
def test_every_response_carries_the_safety_headers_and_is_not_kept(api, path):
    headers = api.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store"
