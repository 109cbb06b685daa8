"""What hostile documents say is shown as words, on every page and in every file that quotes them."""

from __future__ import annotations

import csv
import io
import zipfile
from urllib.parse import quote

import pytest
from lxml import html

from pvd_assistant.accounts.roles import Role

STAFF = (
    "/equipe",
    "/equipe/bibliotheque",
    "/equipe/bibliotheque/historique",
    "/equipe/fraicheur",
    "/equipe/fraicheur/citations",
)
PUBLIC = (
    "/pratiques",
    "/pratiques?vue=tableau",
    "/pratiques?vue=carte",
    "/pratiques/comparables?commune=Joigny",
)
TABLES = (
    "/pratiques/export.csv",
    "/equipe/fraicheur/export.csv",
    "/equipe/fraicheur/citations/export.csv",
)


def assert_inert(page: str) -> None:
    """No script, handler, frame nor address of the documents is live."""
    for element in html.fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8")).iter(
        "*"
    ):
        handlers = [name for name in element.attrib if name.startswith("on")]
        assert not handlers, html.tostring(element)[:300]
        assert element.tag != "iframe" or element.get("src", "").startswith("/")
        assert element.tag != "script" or "alert(" not in (element.text or "")
        for name in ("href", "src", "action", "formaction", "data", "srcdoc"):
            address = element.get(name, "").strip().lower()
            assert not address.startswith(("javascript:", "data:text", "http://127.0.0.1")), address
            assert (element.tag, address) != ("img", "x")


def test_the_pages_of_the_sources(site) -> None:
    client = site.client()
    for document in site.documents:
        page = client.get(f"/sources/{quote(document)}")
        assert page.status_code == 200, document
        assert "HYPERLINK" in page.text
        assert_inert(page.text)


def test_the_files_themselves_run_nothing(site) -> None:
    client = site.client()
    for document in site.documents:
        answer = client.get(f"/documents/{quote(document)}")
        assert answer.status_code == 200, document
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        shown = answer.headers["content-type"].partition(";")[0]
        kept = answer.headers["content-disposition"].startswith("attachment")
        assert kept or shown in ("text/plain", "application/pdf")


@pytest.mark.parametrize("path", PUBLIC)
def test_the_pages_of_good_practices(site, path) -> None:
    page = site.client().get(path)
    assert page.status_code == 200
    assert_inert(page.text)


def test_the_sheets_of_good_practices(site) -> None:
    client = site.client()
    sheets = [d for d in site.documents if d.startswith("projets/")]
    assert len(sheets) == 2
    for document in sheets:
        page = client.get(f"/pratiques/fiche/{quote(document)}", follow_redirects=True)
        assert page.status_code == 200
        assert_inert(page.text)


@pytest.mark.parametrize("path", STAFF)
def test_the_rooms_of_the_staff(site, path) -> None:
    page = site.client(Role.ADMINISTRATOR).get(path)
    assert page.status_code == 200
    assert_inert(page.text)


def test_the_pages_of_a_document_in_the_library(site) -> None:
    client = site.client(Role.ADMINISTRATOR)
    for document in site.documents:
        for room in (
            "bibliotheque/document",
            "bibliotheque/remplacer",
            "fraicheur/citations/document",
        ):
            page = client.get(f"/equipe/{room}/{quote(document)}")
            assert page.status_code == 200, (room, document)
            assert_inert(page.text)


@pytest.mark.parametrize("path", TABLES)
def test_no_cell_of_a_table_is_a_formula(site, path) -> None:
    answer = site.client(Role.ADMINISTRATOR).get(path)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(
        csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
    )
    cells = [cell for row in rows for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [
        cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    ]


def test_the_other_exports_hold_words(site) -> None:
    client = site.client()
    word = client.get("/pratiques/export.docx")
    with zipfile.ZipFile(io.BytesIO(word.content)) as members:
        assert b"<script" not in members.read("word/document.xml")
        assert not [name for name in members.namelist() if "vba" in name.lower()]
    markdown = client.get("/pratiques/export.md")
    assert markdown.headers["content-disposition"].startswith("attachment")


def test_nothing_that_a_document_names_is_fetched(site) -> None:
    """Pictures, style sheets, frames, DTD, XInclude: by the readers, the index or a page."""
    client = site.client(Role.ADMINISTRATOR)
    for document in site.documents:
        client.get(f"/sources/{quote(document)}")
        client.get(f"/equipe/bibliotheque/document/{quote(document)}")
    assert site.calls == []
