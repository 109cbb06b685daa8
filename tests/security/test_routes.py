"""Every address of the application, as it is put together: headers, forged forms, paths, unknown ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi.routing import iter_route_contexts
from session_forms import csrf_of

from pvd_assistant.accounts.roles import Role

OUTSIDE = (
    "../secret.txt",
    "..%2fsecret.txt",
    "%2e%2e%2fsecret.txt",
    "%252e%252e%252fsecret.txt",
    "....//secret.txt",
    "..\\secret.txt",
    "..%5csecret.txt",
    "%00",
    "projets/fiche%00.md",
    "projets/../../secret.txt",
    "projets/fiche/../../../secret.txt",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "C:%5Cwindows%5Cwin.ini",
    "%c0%ae%c0%ae%c0%afsecret.txt",
    "a" * 5_000,
)


def routes(site, method: str) -> list[str]:
    """Return the real addresses of ours that answer a method."""
    return sorted(
        {
            route.path
            for route in iter_route_contexts(site.app.routes)
            if route.path and method in (route.methods or ()) and "gradio" not in route.path
        }
    )


def filled(path: str, value: str = "999999") -> str:
    return re.sub(r"\{\w+(:\w+)?\}", value, path)


def own(site, method: str) -> Iterator[str]:
    families = r"/(?:health|ready|metrics|habillage|sources|documents|pages|pratiques|equipe|a-propos|mentions|donnees|accessib)"
    return (path for path in routes(site, method) if re.match(families, path))


def test_every_answer_carries_the_headers(site) -> None:
    client = site.client(Role.ADMINISTRATOR)
    paths = list(own(site, "GET"))
    assert len(paths) > 40
    for path in [*paths, "/", "/config", "/habillage/pvd.css", "/v1/ask", "/nulle-part"]:
        answer = client.get(filled(path))
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["x-frame-options"] in ("SAMEORIGIN", "DENY"), path
        assert re.search(r"frame-ancestors '(self|none)'", headers["content-security-policy"]), path
        assert "server" not in headers, path
        assert "x-powered-by" not in headers, path
        assert answer.status_code != 500, path
        if path.startswith("/equipe"):
            assert headers["cache-control"] == "no-store", path


def test_a_form_without_the_csrf_of_its_session_does_nothing(site) -> None:
    client, somebody = site.client(Role.ADMINISTRATOR), site.client(Role.EDITOR)
    good, foreign = csrf_of(client), csrf_of(somebody)
    paths = [path for path in own(site, "POST") if path != "/equipe/connexion"]
    assert len(paths) > 30
    for path in paths:
        for csrf in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": good[:-1]}):
            assert client.post(filled(path), data=csrf).status_code == 403, (path, csrf)
        for origin in ("https://ailleurs.fr", "null", "http://127.0.0.1.ailleurs.fr:7860"):
            sent = client.post(filled(path), data={"csrf": good}, headers={"origin": origin})
            assert sent.status_code == 403, (path, origin)
        in_address = client.post(f"{filled(path)}?csrf={good}")
        assert in_address.status_code == 403, path


def test_an_id_that_does_not_exist_is_not_found_and_breaks_nothing(site) -> None:
    client = site.client(Role.ADMINISTRATOR)
    for value in ("999999", "0", "9" * 19, "9" * 40):
        for path in (path for path in own(site, "GET") if "{" in path):
            answer = client.get(filled(path, value))
            assert answer.status_code in (303, 404, 409), (path, value, answer.status_code)
            assert "Traceback" not in answer.text
    csrf = csrf_of(client)
    for value in ("999999", "9" * 40):
        for path in (path for path in own(site, "POST") if "{" in path):
            answer = client.post(filled(path, value), data={"csrf": csrf})
            assert answer.status_code < 500, (path, value, answer.status_code)


def test_another_method_opens_nothing(site) -> None:
    client = site.client(Role.MEMBER)
    for path in own(site, "POST"):
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            assert client.request(method, filled(path)).status_code in (404, 405), (method, path)
    asked = {"x-http-method-override": "POST", "x-method-override": "POST"}
    answer = client.get("/equipe/comptes/nouveau?_method=POST", headers=asked)
    assert answer.status_code == 403


@pytest.mark.parametrize("outside", OUTSIDE, ids=lambda value: value[:30])
def test_no_path_leads_out_of_the_documents(site, outside) -> None:
    client = site.client(Role.ADMINISTRATOR)
    taking = [path for path in own(site, "GET") if ":path}" in path or "{token}" in path]
    assert len(taking) > 6
    for path in [*taking, "/habillage/{file}"]:
        for value in (outside, quote(outside, safe="%")):
            answer = client.get(filled(path.replace("\\", ""), value.replace("\\", "%5c")))
            assert answer.status_code in (303, 404, 409), (path, answer.status_code)
            assert "le grand secret" not in answer.text
            assert "root:" not in answer.text
