import re

import pytest
from fakes import GUIDE, PAGE_CITATION, RATE, SHEET, SOURCED, citation

from pvd_assistant.model import Statement
from pvd_assistant.web.links import source_url


def opened(client, cited, statements=()):
    return client.get(source_url(cited, statements).partition("#")[0])


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_source_shows_the_passage_marked_in_its_document(client):
    page = opened(client, citation(), [Statement(RATE, (1,))])
    assert page.status_code == 200
    assert f'<mark class="statement">{RATE}</mark>' in page.text
    assert '<mark class="passage"> Le reste est à la charge de la commune.</mark>' in page.text
    assert page.text.count('id="passage"') == 1


def test_a_source_names_its_publisher_dates_section_and_official_address(client):
    page = opened(client, citation())
    for words in (
        "Club Petites villes de demain",
        "vérifié le 23 novembre 2026",
        "jusqu’au 31 décembre 2026",
        "Rubrique Combien",
        "ANCT, 5 février 2026",
    ):
        assert words in text_of(page.text)
    assert 'href="https://agence-cohesion-territoires.gouv.fr/"' in page.text


def test_a_pdf_offers_its_file_at_the_page(client):
    page = opened(client, PAGE_CITATION)
    assert f'href="/documents/{GUIDE}#page=2"' in page.text
    assert "Ouvrir le PDF à la page 2" in page.text


def test_markup_of_a_document_is_shown_never_interpreted(client):
    page = opened(client, PAGE_CITATION)
    assert "&lt;script&gt;alert(&#39;document hostile&#39;)&lt;/script&gt;" in page.text
    assert "<script" not in page.text


def test_a_passage_that_changed_is_told_and_not_marked(client):
    page = opened(client, citation(passage="Autre texte"))
    assert "Ce document a changé" in page.text
    assert "<mark" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "partie=99&debut=1&fin=5",
        "partie=-1",
        "partie=abc&debut=x&fin=y&reperes=1-2-3",
        "debut=50&fin=10",
        "partie=0&debut=0&fin=99999999",
        "partie=" + "9" * 400,
    ],
)
def test_a_senseless_address_still_shows_the_document(client, query):
    page = client.get(f"/sources/{SHEET}?{query}")
    assert page.status_code == 200
    assert "Cofinancement d’un poste de chef de projet" in page.text
    assert "<mark" not in page.text


def test_one_can_read_on_in_the_document(client):
    page = client.get(f"/sources/{SHEET}")
    assert f'href="/sources/{SHEET}?partie=1"' in page.text
    following = client.get(f"/sources/{SHEET}?partie=1")
    assert "Rubrique précédente" in following.text


def test_an_unknown_document_is_a_french_404(client):
    for address in ("/sources/offres/inconnue", "/documents/offres/inconnue"):
        page = client.get(address)
        assert page.status_code == 404
        assert "Page introuvable" in page.text
        assert '<html id="pvd" lang="fr">' in page.text


def test_a_pdf_is_sent_inline_with_safe_headers(client):
    sent = client.get(f"/documents/{GUIDE}")
    assert sent.status_code == 200
    assert sent.headers["content-type"] == "application/pdf"
    assert sent.headers["content-disposition"].startswith("inline")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in sent.headers["content-security-policy"]
    assert sent.content.startswith(b"%PDF")


def test_a_part_of_a_pdf_can_be_asked_for(client):
    sent = client.get(f"/documents/{GUIDE}", headers={"Range": "bytes=0-3"})
    assert (sent.status_code, sent.content) == (206, b"%PDF")


def test_a_text_document_is_sent_as_text(client):
    sent = client.get(f"/documents/{SHEET}")
    assert sent.headers["content-type"] == "text/plain; charset=utf-8"
    assert "<script>" in sent.text  # shown by the browser as characters, never run


def test_a_file_that_is_gone_is_told(client):
    page = client.get("/documents/projets/la-mure")
    assert page.status_code == 404
    assert "pvd-assistant index" in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/documents/../secret.txt",
        "/documents/..%2Fsecret.txt",
        "/documents/%2e%2e/secret.txt",
        "/documents//etc/passwd",
        "/habillage/..%2f..%2fsettings.py",
    ],
)
def test_no_other_file_can_be_read(client, address):
    assert client.get(address).status_code == 404


def test_every_citation_of_an_answer_opens_at_a_marked_passage(client):
    for cited in SOURCED.citations:
        statements = [s for s in SOURCED.statements if cited.n in s.citations]
        page = opened(client, cited, statements)
        assert '<mark class="statement">' in page.text


def test_a_pdf_shows_its_page_with_the_passage_boxed(client):
    page = opened(client, PAGE_CITATION, [SOURCED.statements[3]])
    picture = re.search(r'<image href="([^"]+)"', page.text).group(1)
    assert len(re.findall(r'<rect class="passage"', page.text)) == 2
    assert len(re.findall(r'<rect class="statement"', page.text)) == 2
    assert "Image de la page 2 de «\u00a0Guide du programme\u00a0»" in page.text
    drawn = client.get(picture.replace("&amp;", "&"))
    assert drawn.headers["content-type"] == "image/webp"
    assert drawn.content[:4] == b"RIFF"


def test_a_passage_that_is_not_on_the_page_is_not_boxed(client):
    span = {"start": 0, "end": 24, "passage": "Entrer dans le programme"}
    page = opened(client, citation(9, document=GUIDE, page=2, **span))
    assert "<rect" in page.text
    moved = opened(client, citation(9, document=GUIDE, page=2, start=24, end=27, passage="\n\nL"))
    assert "<image" in moved.text
    assert "<rect" not in moved.text
    assert "n’a pas pu être repéré sur l’image" in moved.text


def test_a_sheet_has_no_picture(client):
    assert "<image" not in opened(client, citation()).text


@pytest.mark.parametrize(
    "address", [f"/pages/{SHEET}", f"/pages/{GUIDE}?page=9", "/pages/inconnu", "/pages/../secret"]
)
def test_only_pages_of_a_pdf_of_the_corpus_are_drawn(client, address):
    assert client.get(address).status_code == 404
