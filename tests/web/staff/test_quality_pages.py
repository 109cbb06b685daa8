from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete
from staff_forms import BASE, both_databases, csrf_of
from staff_people import session_of

from pvd_assistant.accounts.roles import Role
from pvd_assistant.accounts.service import Accounts
from pvd_assistant.storage.library_tables import EvaluationRunRow
from pvd_assistant.web.service import Service
from pvd_assistant.web.staff import quality
from pvd_assistant.web.staff.access import Access, add_refusals

PATH = "/equipe/qualite"
LINES = [
    {"id": "rate", "question": "Quel taux ?", "family": "offer",
     "expect": {"status": ["answered"], "facts": [["75 %"]]}},
    {"id": "lost", "question": "Quel plafond <b> ?", "family": "adversarial",
     "expect": {"status": ["answered"], "facts": [["99 000 €"]]}},
]  # fmt: skip


@pytest.fixture
def site(staff_site, tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """A function that gives a client of the page alone, with a question file unless told otherwise."""
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, LINES)), "utf-8")
    with staff_site.database.transaction() as session:
        session.execute(delete(EvaluationRunRow))
    clients: list[TestClient] = []

    def client_of(role: Role = Role.EDITOR, questions: Path | None = path) -> TestClient:
        settings = staff_site.settings.model_copy(update={"evaluation_questions": questions})
        app = FastAPI()
        access = Access(Accounts.of(staff_site.database, settings).sessions, settings)
        add_refusals(app)
        service = Service(settings, staff_site.assistant)
        app.include_router(quality.router(access, service, staff_site.database))
        client = TestClient(app, base_url=BASE, follow_redirects=False)
        client.cookies.set("pvd_session", session_of(role, settings), domain="127.0.0.1")
        clients.append(client)
        return client

    yield client_of
    for client in clients:
        client.close()


def start(client: TestClient):
    data = {"csrf": csrf_of(client.get(PATH).text)}
    return client.post(f"{PATH}/lancer", data=data)


def finished(client: TestClient) -> str:
    """Return the page once the run is over."""
    for _ in range(400):
        page = client.get(PATH).text
        if "data-running" not in page:
            return page
        time.sleep(0.02)
    raise AssertionError("the evaluation does not end")


@both_databases
def test_an_evaluation_is_run_and_its_report_read(site) -> None:
    client = site()
    assert "Aucune évaluation n’a encore été menée" in client.get(PATH).text
    assert start(client).headers["location"] == PATH
    page = finished(client)
    assert "2 questions de «\u00a0questions.jsonl\u00a0», lancée par Édith Éditrice" in page
    assert "50,0\u00a0%" in page
    assert "Il manque\u00a0: 99 000 €." in page
    assert "Quel plafond &lt;b&gt; ?" in page
    assert "Questions pièges" in page
    assert "/sources/offres/chef-de-projet?partie=0" in page
    assert "L’index a changé" not in page


def test_a_report_on_another_index_says_so(site, staff_site, monkeypatch) -> None:
    client = site()
    start(client)
    finished(client)
    monkeypatch.setattr(staff_site.assistant.index.manifest, "corpus", "corpus-2")
    assert "L’index a changé depuis cette évaluation" in client.get(PATH).text


def test_an_answer_that_fails_after_having_passed_is_marked(site, staff_site, monkeypatch) -> None:
    client = site()
    start(client)
    assert "Réussie la fois précédente" not in finished(client)
    monkeypatch.setattr(staff_site.assistant, "ask", _unable(staff_site.assistant.ask))
    start(client)
    page = finished(client)
    assert page.count("Réussie la fois précédente") == 1
    assert "50,0\u00a0% la fois précédente" in page
    first = page.split("Évaluations conservées")[-1].count("Terminée")
    assert first == 2


def _unable(ask):
    return lambda question, **asked: ask("piscine", **asked)


def test_a_member_reads_the_report_and_starts_nothing(site) -> None:
    client = site(Role.MEMBER)
    page = client.get(PATH)
    assert page.status_code == 200
    assert f"{PATH}/lancer" not in page.text


def test_without_a_question_file_the_page_says_which_setting(site) -> None:
    page = site(questions=None).get(PATH).text
    assert "PVD_EVALUATION_QUESTIONS" in page
    assert f"{PATH}/lancer" not in page


def test_a_question_file_that_is_gone_is_told_in_the_page(site, tmp_path) -> None:
    answer = start(site(questions=tmp_path / "gone.jsonl"))
    assert answer.status_code == 422
    assert "gone.jsonl" in answer.text
