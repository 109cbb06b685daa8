import json
import re

import pytest

from pvd_assistant.web.pages import NAMES


@pytest.fixture
def page(client):
    return client.get("/")


def test_the_chat_is_a_french_page_with_header_main_and_footer(page):
    assert page.status_code == 200
    assert '<html id="pvd" lang="fr"' in page.text
    assert "Assistant du Club Petites villes de demain" in page.text
    for mark in ("<header", "<gradio-app", "<footer", 'id="annonce"', "<noscript"):
        assert page.text.count(mark) == 1
    for link in ("/accessibilite", "/mentions-legales", "/donnees-personnelles", "/a-propos"):
        assert f'href="{link}"' in page.text


def test_the_chat_page_asks_nothing_of_another_host(page):
    loaded = re.findall(r'<(?:link|script|img|iframe)\b[^>]*(?:href|src)="([^"]+)"', page.text)
    assert loaded
    assert [address for address in loaded if "//" in address] == []


@pytest.mark.parametrize(("block", "rule"), [("script", "script-src"), ("style", "style-src-elem")])
def test_every_block_of_the_chat_page_carries_the_nonce_of_its_policy(page, block, rule):
    policy = page.headers["content-security-policy"]
    allowed = re.search(rf"{rule} ([^;]+)", policy).group(1)
    nonce = re.search(r"'nonce-([^']+)'", allowed).group(1)
    blocks = re.findall(rf"<{block}\b[^>]*>", page.text)
    assert blocks
    assert all(f'nonce="{nonce}"' in opened for opened in blocks)
    assert "unsafe-inline" not in allowed


def test_each_visit_gets_another_nonce(client):
    one, two = (client.get("/").headers["content-security-policy"] for _ in range(2))
    assert one != two


def test_the_wording_of_the_script_is_json(page):
    raw = re.search(r'<script[^>]*id="pvd-wording"[^>]*>(.*?)</script>', page.text, re.S).group(1)
    assert json.loads(raw)["text"]["announce_done"] == "Réponse terminée."


@pytest.mark.parametrize(
    "address", ["/", "/a-propos", "/health", "/habillage/pvd.js", "/nulle-part"]
)
def test_every_response_carries_the_safety_headers(client, address):
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert "content-security-policy" in headers
    assert "server" not in headers


@pytest.mark.parametrize("name", NAMES)
def test_the_plain_pages_are_there(client, name):
    page = client.get(f"/{name}")
    assert page.status_code == 200
    assert "<h1>" in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert client.head(f"/{name}").status_code == 200


def test_the_accessibility_statement_gives_its_level(client):
    assert "non conforme" in client.get("/accessibilite").text


def test_a_page_can_be_replaced_by_whoever_runs_the_service(client, web_settings):
    own = web_settings.data_dir / "pages" / "mentions-legales.md"
    own.parent.mkdir(parents=True)
    own.write_text("# Mentions\n\nMairie de Foix <script>alert(1)</script>", "utf-8")
    text = client.get("/mentions-legales").text
    own.unlink()
    assert "Mairie de Foix" in text
    assert "<script" not in text


def test_an_unknown_address_is_a_french_404(client):
    page = client.get("/nulle-part")
    assert page.status_code == 404
    assert "Page introuvable" in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.org/",
        "/gradio_api/upload_progress",
        "/gradio_api/openapi.json",
        "/gradio_api/runs",
        "/monitoring",
        "/monitoring/summary",
        "/manifest.json",
        "/docs",
        "/openapi.json",
        "/login_check",
    ],
)
def test_what_gradio_offers_beyond_the_page_is_closed(client, address):
    assert client.get(address).status_code == 404


def test_nothing_can_be_uploaded(client):
    assert client.post("/gradio_api/upload", files={"files": b"x"}).status_code == 404


def test_a_body_that_is_too_large_is_refused(client):
    sent = client.post("/gradio_api/queue/join", content=b"x" * 1_000_001)
    assert sent.status_code == 413


def test_a_body_of_unknown_length_is_refused_too(client):
    def chunks():
        yield b"x" * 2_000_000

    assert client.post("/gradio_api/queue/join", content=chunks()).status_code == 413


def test_health_says_what_works(client):
    report = client.get("/health")
    assert report.status_code == 200
    assert report.json()["index"]["ok"] is True
    assert report.headers["cache-control"] == "no-store"


def test_the_page_loads_nothing_for_analytics(client):
    config = client.get("/config").json()
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []
    assert not config["stylesheets"] or all(s.startswith("/") for s in config["stylesheets"])
