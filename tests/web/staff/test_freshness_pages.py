from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest
from fakes import GUIDE, PROJECT, SHEET
from staff_forms import both_databases

from pvd_assistant.storage.models import OpinionRow


def opinion_on(*documents: str) -> OpinionRow:
    cited = [{"document": name, "part": 0, "start": 0, "end": 5} for name in documents]
    return OpinionRow(
        answer=f"on-{documents}", time=dt.datetime.now(dt.UTC), useful=True, reasons=[], comment="",
        status="answered", family="offer", engine="extractive", citations=cited, question=None,
    )  # fmt: skip


@pytest.fixture
def ending(staff_site, monkeypatch):
    """Change the end of validity of the sheet, as a number of days from today."""

    def end(days: int) -> None:
        index = staff_site.assistant.index
        record = index.documents[SHEET]
        day = dt.date.today() + dt.timedelta(days=days)
        changed = replace(record, metadata=replace(record.metadata, valid_until=day))
        # Another index: what was found in the former one is not looked at.
        newer = replace(index, documents={**index.documents, SHEET: changed})
        monkeypatch.setattr(staff_site.assistant, "index", newer)

    return end


def rows_of(answer) -> list[list[str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(
        csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
    )


@pytest.mark.parametrize(
    ("days", "group", "words"),
    [
        (-3, "now", "dépassé depuis 3 jours"),
        (0, "soon", "c’est le dernier jour"),
        (1, "soon", "dans 1 jour."),
        (400, "", ""),
    ],
)
def test_a_document_is_where_its_date_puts_it(staff, ending, days, group, words) -> None:
    ending(days)
    page = staff("membre").get("/equipe/fraicheur").text
    for name in ("now", "soon"):
        assert (f'<h2 id="{name}"' in page) == (name == group)
    assert words in page
    assert (f"/equipe/bibliotheque/document/{SHEET}" in page) == bool(group)


def test_the_list_is_filtered_and_exported(staff, ending) -> None:
    ending(-3)
    client = staff("membre")
    assert SHEET in client.get("/equipe/fraicheur?type=offre&motif=depasse").text
    for query in ("type=guide", "motif=bientot", "editeur=Autre"):
        page = client.get(f"/equipe/fraicheur?{query}").text
        assert SHEET not in page
        assert "Aucun document ne correspond" in page
        assert len(rows_of(client.get(f"/equipe/fraicheur/export.csv?{query}"))) == 1
    names, row = rows_of(client.get("/equipe/fraicheur/export.csv?motif=depasse"))
    assert dict(zip(names, row, strict=True))["Identifiant"] == SHEET
    assert client.get("/equipe/fraicheur?type=<script>&motif=%00").status_code == 200


@both_databases
def test_what_cites_a_document_is_counted_and_what_nothing_cites_is_told(staff, staff_site) -> None:
    with staff_site.database.transaction() as session:
        session.add(opinion_on(GUIDE))
    client = staff("membre")
    page = client.get("/equipe/fraicheur/citations").text
    assert "Les questions posées au public ne sont jamais enregistrées" in page
    assert f"/equipe/fraicheur/citations/document/{GUIDE}" in page
    never = client.get("/equipe/fraicheur/citations?citations=jamais").text
    assert f"/sources/{PROJECT}?" in never
    assert f"/sources/{GUIDE}?" not in never
    rows = rows_of(client.get("/equipe/fraicheur/citations/export.csv?citations=cites"))
    assert GUIDE in {row[0] for row in rows}
    assert PROJECT not in {row[0] for row in rows}


def test_what_cites_a_document_is_a_link_only_for_who_may_open_it(staff, staff_site) -> None:
    row = opinion_on(GUIDE)
    with staff_site.database.transaction() as session:
        session.add(row)
        session.flush()
        link = f'<a href="/equipe/avis/{row.id}">'
        words = f"Avis n°\u00a0{row.id}"
    path = f"/equipe/fraicheur/citations/document/{GUIDE}"
    member, editor = staff("membre").get(path).text, staff("editeur").get(path).text
    assert words in member
    assert words in editor
    assert link not in member
    assert link in editor


def test_a_document_that_does_not_exist_is_said_so(staff) -> None:
    assert staff("membre").get("/equipe/fraicheur/citations/document/rien").status_code == 404
