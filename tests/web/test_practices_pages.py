"""The pages « Bonnes pratiques » as they are sent: complete without a script, escaped, never a dead end."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape

import pytest
from docx import Document
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings
from pvd_assistant.territory.communes import Territory
from pvd_assistant.web import practices
from pvd_assistant.web.security import Security
from pvd_assistant.web.service import Service


class Desk:
    """The part of an assistant that the pages use."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.territory = Territory.load()


@pytest.fixture(scope="session")
def site(practices_index: Index, practices_settings: Settings) -> Iterator[TestClient]:
    app = FastAPI(docs_url=None, openapi_url=None)
    app.include_router(practices.router(Service(practices_settings, Desk(practices_index))))
    app.add_middleware(Security)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        yield client


def text_of(page):
    bare = re.sub(r"<(?:script|style)\b.*?</(?:script|style)>", "", page.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", bare)))


def title_of(page):
    return re.search(r'<h2 id="resultats-titre">(.*?)</h2>', page.text, re.DOTALL).group(1)


def links_named(page, words):
    found = re.findall(r'<a\b[^>]*href="([^"]+)"[^>]*>(.*?)</a>', page.text, re.DOTALL)
    return [
        unescape(url)
        for url, inside in found
        if words in re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", "", inside)))
    ]


def test_the_page_is_a_tab_of_the_same_site(site):
    page = site.get("/pratiques")
    assert page.status_code == 200
    assert '<html id="pvd" lang="fr">' in page.text
    assert '<a href="/pratiques" aria-current="page">Bonnes pratiques</a>' in page.text
    assert '<a href="/">Poser une question</a>' in page.text
    assert page.text.count("<h1") == 1
    assert "13 projets" in title_of(page)


def test_the_policy_lets_forms_come_back_here_and_nothing_else(site):
    policy = site.get("/pratiques").headers["content-security-policy"]
    assert "form-action 'self'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_nothing_is_asked_of_another_host_nor_written_inline(site):
    for address in ("/pratiques", "/pratiques?vue=carte", "/pratiques?vue=themes"):
        page = site.get(address).text
        loaded = re.findall(r'<(?:link|script|img)\b[^>]*(?:href|src)="([^"]+)"', page)
        assert [one for one in loaded if "//" in one] == []
        assert not re.search(r'\sstyle="|\son\w+="', page)


def test_facets_have_their_counts_and_what_is_chosen_is_ticked(site):
    page = site.get("/pratiques", params={"theme": "santé"})
    assert re.search(r'name="theme" value="santé" checked>', page.text)
    assert "Santé (3)" in text_of(page)
    assert "3 projets" in text_of(page)
    assert links_named(page, "Santé") == ["/pratiques"]  # the chip removes it


def test_a_card_says_where_how_many_when_and_what(site):
    said = text_of(site.get("/pratiques", params={"q": "Pilori"}))
    for words in (
        "Joigny (Yonne)",
        "9 016 habitants",
        "2020 à 2021",
        "En cours (travaux, opération)",
        "Coût : 300 000 €",
        "Passage trouvé",
        "maison du Pilori",
    ):
        assert words in said


def test_the_passage_found_opens_in_its_document(site):
    page = site.get("/pratiques", params={"q": "Pilori"})
    (url,) = links_named(page, "Passage trouvé")[:1]
    assert url.startswith("/sources/projets/p020-joigny?partie=")
    assert url.endswith("#passage")


@pytest.mark.parametrize(
    "params",
    [
        {"q": '"><script>alert(1)</script>'},
        {"theme": "<img src=x onerror=alert(1)>"},
        {"departement": '"><b>x</b>'},
        {"partenaire": "<svg/onload=1>", "cout": "<i>", "annee": "<i>", "population": "<i>"},
        {"fiche": "<script>", "vue": "<script>", "tri": "<script>", "page": "<script>"},
    ],
)
@pytest.mark.parametrize("path", ["/pratiques", "/pratiques/fiche/projets/p020-joigny"])
def test_what_is_typed_is_shown_as_text(site, params, path):
    page = site.get(path, params=params)
    assert page.status_code == 200
    for tag in ("<script>", "<img", "<b>x", "<svg/", "<i>"):
        assert tag not in page.text


def test_an_empty_search_proposes_what_each_change_gives(site):
    page = site.get("/pratiques", params={"departement": "71", "population": "7500"})
    assert "Aucun projet" in title_of(page)
    assert "Toute la région au lieu du département" in page.text
    for url in links_named(page, "Sans le critère"):
        assert "Aucun projet" not in title_of(site.get(url))
    assert links_named(page, "Voir les 13 fiches") == ["/pratiques"]


def test_unknown_words_say_so_and_lead_to_the_assistant(site):
    page = site.get("/pratiques", params={"q": "patinoire"})
    assert "Aucune fiche ne contient « patinoire »" in text_of(page)
    assert links_named(page, "Poser la question à l’assistant") == ["/"]


def test_the_map_and_its_table_say_the_same(site):
    page = site.get("/pratiques?vue=carte")
    assert len(re.findall(r'<(?:a|span) class="tile ', page.text)) == 101
    rows = re.findall(
        r'<tr><th scope="row"><a href="[^"]*"[^>]*>([^<]+)</a></th><td class="number">(\d+)</td>',
        page.text,
    )
    by_square = re.findall(r'<a class="tile[^>]*title="([^"]+)\u00a0: (\d+) projets?"', page.text)
    assert sorted(by_square) == sorted(rows)


def test_a_square_filters_on_its_departement_and_again_removes_it(site):
    page = site.get("/pratiques?vue=carte")
    (url,) = set(links_named(page, "Yonne (89) : 2 projets"))
    assert url == "/pratiques?departement=89&vue=carte"
    chosen = site.get(url)
    assert "2 projets" in title_of(chosen)
    (back,) = set(links_named(chosen, "Yonne (89) : 2 projets, filtre actif"))
    assert back == "/pratiques?vue=carte"


def test_the_table_of_themes_leads_to_the_projects_it_counts(site):
    page = site.get("/pratiques?vue=themes")
    assert '<th scope="col"><span>Bretagne</span></th>' in page.text
    (url,) = links_named(page, "Patrimoine, Bretagne : 1 projet")
    assert "1 projet" in title_of(site.get(url))


def test_sheets_ticked_are_kept_when_the_search_changes(site):
    page = site.get("/pratiques?fiche=projets/p020-joigny&theme=santé&fiche=projets/inconnue")
    assert '<input type="hidden" name="fiche" value="projets/p020-joigny">' in page.text
    assert "inconnue" not in page.text
    assert "1 fiche sélectionnée" in text_of(page)
    chips = links_named(page, "Tout effacer")
    assert chips == ["/pratiques?fiche=projets/p020-joigny"]
    tray = site.get("/pratiques?fiche=projets/p020-joigny&vue=selection")
    assert "Rénover un centre médiéval" in tray.text
    assert "<article" in tray.text
    assert tray.text.count("<article") == 1


def test_an_export_holds_the_selection_or_else_the_results(site):
    picked = site.get("/pratiques/export.md?theme=santé&fiche=projets/p020-joigny")
    assert "## Joigny (Yonne)" in picked.text
    assert "Recherche" not in picked.text
    found = site.get("/pratiques/export.md?theme=santé")
    assert "Recherche\u00a0: Thème\u00a0: Santé" in found.text
    assert found.text.count("\n## ") == 3
    assert re.fullmatch(
        r"attachment; filename\*=UTF-8''bonnes-pratiques-\d{4}-\d\d-\d\d\.md",
        found.headers["content-disposition"],
    )


def test_exports_open_in_word_and_in_a_spreadsheet(site):
    word = site.get("/pratiques/export.docx?fiche=projets/p020-joigny")
    assert any("Joigny (Yonne)" in p.text for p in Document(io.BytesIO(word.content)).paragraphs)
    table = site.get("/pratiques/export.csv?fiche=projets/p020-joigny")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.content.startswith(b"\xef\xbb\xbfCommune(s);")


@pytest.mark.parametrize(
    "path", ["/pratiques/export.exe", "/pratiques/autre", "/pratiques/fiche/offres/fonds-vert"]
)
def test_other_addresses_are_a_french_404(site, path):
    page = site.get(path)
    assert page.status_code == 404
    assert "Page introuvable" in page.text


def test_a_sheet_is_shown_whole_with_the_proof_of_what_was_deduced(site):
    page = site.get("/pratiques/fiche/projets/p020-joigny?theme=habitat")
    said = text_of(page)
    for words in (
        "Ce qui peut se reprendre ailleurs",
        "d’après la fiche : « Joigny est lauréate de Petites villes de demain",
        "Découpage administratif",
    ):
        assert words in said
    assert links_named(page, "Revenir aux résultats") == ["/pratiques?theme=habitat"]
    assert links_named(page, "Communes comparables à Joigny") == [
        "/pratiques/comparables?commune=89206&ecart=35"
    ]
    (add,) = links_named(page, "Ajouter à ma sélection")
    assert links_named(site.get(add), "Retirer de ma sélection")


def test_comparable_towns_come_with_their_criteria_and_projects(site):
    page = site.get("/pratiques/comparables?commune=tournus&ecart=100&meme=fiche")
    said = text_of(page)
    assert "Tournus (Saône-et-Loire) : 5 701 habitants, communauté de communes" in said
    assert "communes du programme répondent à ces critères" in said
    assert "Lagnieu" in said
    assert 'name="meme" value="fiche" checked' in page.text


def test_homonyms_are_asked_about(site):
    page = site.get("/pratiques/comparables?commune=Saint-Denis&ecart=70")
    assert "Plusieurs communes portent ce nom" in text_of(page)
    chosen = links_named(page, "Saint-Denis (La Réunion)")
    assert chosen == ["/pratiques/comparables?commune=97411&ecart=70"]


@pytest.mark.parametrize(
    ("commune", "words"),
    [
        ("Tournuss", "Tournus (Saône-et-Loire)"),
        ("zzzzzz", "zzzzzz"),
        ("<script>alert(1)</script>", "alert(1)"),
    ],
)
def test_an_unknown_town_is_told_and_not_run(site, commune, words):
    page = site.get("/pratiques/comparables", params={"commune": commune})
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text
    assert words in text_of(page)
    assert "<script>alert" not in page.text


def test_no_comparable_town_says_what_to_loosen(site):
    page = site.get("/pratiques/comparables?commune=Lyon")
    (url,) = links_named(page, "Sans limite de population")
    assert "communes du programme répondent" in text_of(site.get(url))
