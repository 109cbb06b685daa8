"""Two replicas behind nginx, real processes: what visitors and staff see of it, failures included."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from site_of_replicas import KEY, LOGIN, PASSWORD, QUESTION, Site, answer, plain, until

pytestmark = pytest.mark.slow

ASK = "/api/ask"


def test_a_page_and_a_question_come_through_encrypted(site: Site) -> None:
    visitor = site.visitor()

    page = visitor.get("/pratiques")
    assert page.status_code == 200
    assert page.headers["strict-transport-security"] == "max-age=3600"
    assert answer(visitor, QUESTION)["status"] == "answered"
    turned = httpx.get(f"{site.plain_url}/pratiques?q=friche")
    assert turned.status_code == 308
    assert turned.headers["location"] == "https://localhost/pratiques?q=friche"
    assert "strict-transport-security" not in httpx.get(f"{site.replicas[0].url}/health").headers
    for inside in ("/metrics", "/ready"):
        assert visitor.get(inside).status_code == 404


def test_a_visitor_stays_with_a_replica_and_visitors_are_spread(site: Site) -> None:
    faithful = site.visitor()
    assert sorted(shares(site, [faithful] * 5)) == [0, 5]
    assert min(shares(site, [site.visitor() for _ in range(30)])) > 0


def shares(site: Site, visitors: list[httpx.Client]) -> list[int]:
    """Ask as each visitor; return how many questions each replica answered."""

    def counts() -> list[int]:
        return [replica.served(ASK) for replica in site.replicas]

    before = counts()
    for visitor in visitors:
        answer(visitor, QUESTION)
    # A line is written after the answer has gone.
    until(lambda: sum(counts()) == sum(before) + len(visitors), site.replicas[0].process)
    return [after - first for after, first in zip(counts(), before, strict=True)]


def test_a_large_body_is_refused_but_from_editors(site: Site) -> None:
    visitor = site.visitor()
    large = b"x" * 1_100_000

    assert visitor.post(ASK, content=large).status_code == 413
    # Let through, then told to sign in.
    sent = visitor.post("/equipe/bibliotheque/ajouter", content=large)
    assert sent.status_code == 303


def signed_in(site: Site) -> httpx.Client:
    visitor = site.visitor(follow_redirects=True)
    form = visitor.get("/equipe/connexion").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', form)
    assert csrf is not None
    sent = {"csrf": csrf[1], "login": LOGIN, "password": PASSWORD, "suite": "/equipe"}
    home = visitor.post("/equipe/connexion", data=sent)
    assert "Adèle" in home.text
    return visitor


def test_a_session_is_valid_on_both_replicas(site: Site) -> None:
    visitor = signed_in(site)

    # Encrypted connections only, though the replica was asked in clear by the proxy.
    assert all(cookie.secure for cookie in visitor.cookies.jar)
    cookies = dict(visitor.cookies)
    for replica in site.replicas:
        home = httpx.get(f"{replica.url}/equipe", cookies=cookies)
        assert home.status_code == 200
        assert "Adèle" in home.text


def test_limits_count_who_asks_whatever_they_say_of_themselves(site: Site) -> None:
    patient, hurried = site.visitor("127.0.9.1"), site.visitor("127.0.9.2")
    header = {"X-API-Key": KEY}

    def asks(client: httpx.Client, address: str = "") -> int:
        forged = {"X-Forwarded-For": address, "Forwarded": f"for={address}"} if address else {}
        return client.get("/api/openapi.json", headers=header | forged).status_code

    tried = [asks(hurried, f"192.0.2.{n}") for n in range(70)]
    assert tried[0] == 200
    assert tried[-1] == 429
    assert asks(patient) == 200
    # Straight to a replica, from an address that is not the proxy's.
    transport = httpx.HTTPTransport(local_address="127.0.9.3")
    with httpx.Client(base_url=site.replicas[0].url, transport=transport) as neighbour:
        assert [asks(neighbour, f"192.0.2.{n}") for n in range(70)][-1] == 429


def test_the_chat_answers_in_a_browser(site: Site) -> None:
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no « chromium » on this machine: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(site.url)
        for question in (QUESTION, "Et jusqu’à quand ?"):
            page.get_by_label("Votre question", exact=True).fill(question)
            before = page.locator(".exchange[data-state=done]").count()
            page.keyboard.press("Enter")
            page.locator(".exchange[data-state=done]").nth(before).wait_for(timeout=60_000)
        answers = page.locator(".exchange .answer-text").all_inner_texts()
        browser.close()
    assert "55 000 €" in plain(answers[0])
    # Understood as what goes on: the replica that holds the conversation answered.
    assert "2026" in answers[1]


def test_each_answer_is_of_one_index_while_a_newer_one_is_built(site: Site) -> None:
    old = site.replicas[0].ask()
    assert "55 000 €" in old["answer"]
    assert site.replicas[1].ask() == old
    sheet = site.corpus / "offres" / "chef-de-projet.md"
    sheet.write_text(re.sub(r"55(\s)000", r"56\g<1>123", sheet.read_text("utf-8")), "utf-8")
    added = sheet.with_name("chef-de-projet-adjoint.md")
    added.write_text(
        (site.corpus / "offres" / "fonds-vert.md")
        .read_text("utf-8")
        .replace("Fonds vert", "Fonds brun"),
        "utf-8",
    )

    with asking(site, lambda visitor: answer(visitor, QUESTION)) as seen:
        assert site.run("index").wait(120) == 0
    new = site.replicas[0].ask()

    assert "56 123 €" in new["answer"]
    assert "55 000 €" not in new["answer"]
    assert site.replicas[1].ask() == new
    assert len(seen) >= 5
    assert all(said in (old, new) for said in seen)


def test_a_replica_that_is_updated_is_not_missed(site: Site) -> None:
    visitor = signed_in(site)
    leaving = site.replicas[0]

    def asks(other: httpx.Client) -> tuple[str, int, int]:
        return (
            answer(other, QUESTION)["status"],
            other.get("/pratiques").status_code,
            visitor.get("/equipe").status_code,
        )

    with asking(site, asks) as seen:
        leaving.end()
        leaving.start()
        leaving.wait()

    assert len(seen) >= 3
    assert set(seen) == {("answered", 200, 200)}


def test_a_replica_that_dies_takes_neither_sessions_nor_visitors_with_it(site: Site) -> None:
    visitor = signed_in(site)
    # Connections that the proxy keeps open towards it die with it.
    visitors = [site.visitor() for _ in range(8)]
    for one in visitors:
        assert one.get("/health").status_code == 200
    site.replicas[1].end(killed=True)

    for one in visitors:
        assert one.get("/pratiques").status_code == 200
        assert answer(one, QUESTION)["status"] == "answered"
    assert "Adèle" in visitor.get("/equipe").text


@contextmanager
def asking(site: Site, ask: Callable[[httpx.Client], Any]) -> Iterator[list[Any]]:
    """Ask as one visitor after the other until the block ends; what fails, fails the test."""
    seen: list[Any] = []
    failed: list[BaseException] = []
    over = threading.Event()

    def loop() -> None:
        try:
            while not over.is_set():
                with site.visitor() as visitor:
                    seen.append(ask(visitor))
        except (AssertionError, httpx.HTTPError) as error:
            failed.append(error)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
    if failed:
        raise failed[0]
