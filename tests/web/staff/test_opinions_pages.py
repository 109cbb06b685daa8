from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from fakes import SHEET
from sqlalchemy import delete
from staff_forms import both_databases, send

from pvd_assistant.storage.models import OpinionRow


@pytest.fixture
def opinion(staff_site):
    """A function that keeps an opinion and gives its number; those of other tests are swept."""
    with staff_site.database.transaction() as session:
        session.execute(delete(OpinionRow))

    def keep(answer: str = "a", **changes: Any) -> int:
        values: dict[str, Any] = {
            "time": dt.datetime.now(dt.UTC), "useful": False, "reasons": ["wrong"], "comment": "",
            "status": "answered", "family": "offer", "engine": "extractive", "citations": [],
            "question": None,
        }  # fmt: skip
        row = OpinionRow(answer=answer, **(values | changes))
        with staff_site.database.transaction() as session:
            session.add(row)
            session.flush()
            return row.id

    return keep


def test_without_any_opinion_the_page_says_so(staff, opinion) -> None:
    page = staff("editeur").get("/equipe/avis")
    assert page.status_code == 200
    assert "Aucun avis n’a encore été reçu" in page.text
    assert staff("editeur").get("/equipe/avis/chiffres").status_code == 200


@both_databases
def test_an_opinion_is_treated_found_again_and_erased(staff, opinion) -> None:
    number = opinion(comment="Le taux a changé", question="Quel taux ?")
    client = staff("editeur")
    assert "Le taux a changé" in client.get("/equipe/avis?traitement=a-traiter").text
    sent = send(client, f"/equipe/avis/{number}/traiter", {"etat": "traite", "note": "corrigé"})
    assert sent.status_code == 303
    page = client.get(sent.headers["location"]).text
    assert "Le traitement est enregistré" in page
    assert "Traité par Édith Éditrice" in page
    assert "Le taux a changé" not in client.get("/equipe/avis?traitement=a-traiter").text

    gone = send(client, f"/equipe/avis/{number}/effacer")
    assert f"L’avis n°\u00a0{number} est effacé" in client.get(gone.headers["location"]).text
    assert client.get(f"/equipe/avis/{number}").status_code == 404
    assert send(client, f"/equipe/avis/{number}/effacer").status_code == 404
    assert send(client, f"/equipe/avis/{number}/traiter", {"etat": "traite"}).status_code == 404


def test_a_treatment_that_does_not_exist_is_refused_beside_its_field(staff, opinion) -> None:
    number = opinion()
    answer = send(staff("editeur"), f"/equipe/avis/{number}/traiter", {"etat": "jamais"})
    assert answer.status_code == 422
    assert 'aria-describedby="erreur-etat"' in answer.text


def test_the_documents_cited_are_opened_at_their_passage_or_said_to_be_gone(staff, opinion) -> None:
    spans = {"part": 0, "start": 9, "end": 40}
    number = opinion(
        citations=[{"document": SHEET, **spans}, {"document": "offres/finie", **spans}]
    )
    page = staff("editeur").get(f"/equipe/avis/{number}").text
    assert f"/sources/{SHEET}?partie=0&amp;debut=9&amp;fin=40#passage" in page
    assert f"/equipe/bibliotheque/document/{SHEET}" in page
    assert "offres/finie" in page
    assert "/sources/offres/finie" not in page


def test_a_question_that_was_not_shared_is_not_there(staff, opinion) -> None:
    number = opinion()
    assert "Non partagée par le lecteur" in staff("editeur").get(f"/equipe/avis/{number}").text


def test_what_a_reader_wrote_is_text_in_the_page_and_in_the_spreadsheet(staff, opinion) -> None:
    number = opinion(comment="<script>alert(1)</script>", question="=HYPERLINK(1)")
    client = staff("editeur")
    for path in ("/equipe/avis", f"/equipe/avis/{number}"):
        assert "<script>alert" not in client.get(path).text
    answer = client.get("/equipe/avis/export.csv")
    names, row = csv.reader(
        io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"
    )
    assert dict(zip(names, row, strict=True))["Question"] == "'=HYPERLINK(1)"


def test_the_list_has_pages_that_keep_the_filters(staff, opinion) -> None:
    for at in range(21):
        opinion(f"a{at}", comment=f"avis-{at}-")
    client = staff("editeur")
    first = client.get("/equipe/avis?avis=pas-utile").text
    assert 'href="/equipe/avis?avis=pas-utile&amp;page=2"' in first
    second = client.get("/equipe/avis?avis=pas-utile&page=2").text
    assert sum(f"avis-{at}-" in first for at in range(21)) == 20
    assert sum(f"avis-{at}-" in second for at in range(21)) == 1
    assert client.get("/equipe/avis?page=99999999999&depuis=hier").status_code == 200


def test_the_figures_are_drawn_and_written(staff, opinion) -> None:
    opinion("a", useful=True, reasons=["clear"])
    opinion("b", reasons=["wrong"])
    opinion("c", reasons=["wrong", "long"])
    page = staff("editeur").get("/equipe/avis/chiffres").text
    this_week = page.rsplit('<th scope="row">', 6)
    assert 'role="img" aria-label="Avis utiles et pas utiles' in page
    assert "Contient une erreur" in page
    assert '<rect width="100" height="10"/>' in page
    assert '<rect width="50" height="10"/>' in page
    assert any(
        '<td class="number">1</td><td class="number">2</td><td class="number">3</td>' in part
        for part in this_week
    )
