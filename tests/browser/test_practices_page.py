"""What a Club member does to find what other towns did, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_accessibility import violations

pytestmark = pytest.mark.browser

PAGES = (
    "/pratiques?q=maison+de+santé",
    "/pratiques?vue=carte&departement=89",
    "/pratiques?vue=themes",
    "/pratiques?vue=selection&fiche=projets/p020-joigny",
    "/pratiques?theme=santé&departement=89",
    "/pratiques/comparables?commune=Tournus&ecart=100&meme=fiche",
    "/pratiques/fiche/projets/p020-joigny",
)


@pytest.fixture
def visit(open_page, practices_site):
    """A function that opens a page of the site of real sheets."""

    def visit_(path="/pratiques", **how):
        return open_page(path, base=practices_site.url, **how)

    return visit_


def results(page):
    return page.locator("#resultats-titre").inner_text()


def site_of(page):
    return page.evaluate("location.origin")


def cards(page):
    return page.locator(".card h3").all_inner_texts()


def wait_results(page, words):
    page.locator("#resultats-titre").filter(has_text=words).wait_for()


def facet(page, label):
    return page.locator("#facettes").get_by_label(label)


def test_a_member_narrows_compares_selects_exports_and_shares(visit, tmp_path):
    page = visit()
    wait_results(page, "13 projets")

    # By words, then by facets: each count says what comes next.
    page.get_by_label("Rechercher dans les fiches").fill("logements")
    page.keyboard.press("Enter")
    wait_results(page, "sur 13")
    assert "q=logements" in page.url
    page.get_by_role("link", name="Tout effacer").click()
    wait_results(page, "13 projets")
    facet(page, "Habitat (").check()
    page.wait_for_url("**/pratiques?theme=habitat")
    habitat = results(page)
    assert facet(page, "Habitat (").evaluate("e => e === document.activeElement")
    assert page.locator("#annonce").inner_text() == habitat
    facet(page, "Nouvelle-Aquitaine (").check()
    page.wait_for_url("**region=Nouvelle-Aquitaine")
    assert results(page) != habitat

    # The back button gives the wider search again, boxes included.
    page.go_back()
    wait_results(page, habitat.split("\u00a0")[0])
    assert not facet(page, "Nouvelle-Aquitaine (").is_checked()
    assert facet(page, "Habitat (").is_checked()

    # Two sheets are ticked and kept while the search changes.
    first, second = page.locator(".card input").all()[:2]
    names = [box.get_attribute("value") for box in (first, second)]
    first.check()
    page.get_by_text("1 fiche sélectionnée").wait_for()
    page.locator(f'.card input[value="{names[1]}"]').check()
    page.get_by_text("2 fiches sélectionnées").wait_for()
    page.get_by_role("link", name="Tout effacer").click()
    wait_results(page, "13 projets")
    assert [n for n in names if f"fiche={n}" in page.url] == names

    # The whole is taken to the council, in three forms.
    for kind, start in (
        ("Word", b"PK"),
        ("Markdown", b"# Bonnes"),
        ("Tableur (CSV)", b"\xef\xbb\xbf"),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        saved = tmp_path / download.value.suggested_filename
        download.value.save_as(saved)
        assert Path(saved).read_bytes().startswith(start)

    # Whoever is given the address sees the same thing.
    page.get_by_role("link", name="Ma sélection (2)").click()
    page.wait_for_url("**vue=selection**")
    shown = cards(page)
    assert len(shown) == 2
    other = visit(page.url.removeprefix(site_of(page)))
    assert cards(other) == shown


def test_both_tabs_lead_to_each_other(visit):
    page = visit()
    page.get_by_role("link", name="Poser une question").click()
    page.get_by_label("Votre question", exact=True).wait_for()
    tabs = page.get_by_role("navigation", name="Rubriques")
    assert tabs.locator("[aria-current=page]").inner_text() == "Poser une question"
    other = tabs.get_by_role("link", name="Bonnes pratiques")
    assert other.get_attribute("href") == "/pratiques"


def test_the_map_is_walked_with_arrows_and_filters_with_enter(visit):
    page = visit("/pratiques?vue=carte")
    page.locator(".skip-inner a").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.tile')")
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    south = page.evaluate("Number(document.activeElement.dataset.row)")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("Number(document.activeElement.dataset.row)") < south
    chosen = page.evaluate("document.activeElement.querySelector('.visually-hidden').textContent")
    page.keyboard.press("Enter")
    page.wait_for_url("**departement=**")
    assert page.locator(".tile.is-chosen").get_attribute("title") == f"{chosen}, filtre actif"
    assert page.evaluate("document.activeElement.matches('.tile.is-chosen')")
    page.keyboard.press("Tab")  # one stop for the whole map
    assert page.evaluate("!document.activeElement.matches('.tile')")


def test_a_town_finds_its_like_and_their_projects(visit):
    page = visit()
    page.get_by_role("link", name="Communes comparables à la vôtre").click()
    page.get_by_label("Votre commune").fill("Tournus")
    page.get_by_label("De la moitié au double").check()
    page.get_by_label("Seulement les communes qui ont une fiche").check()
    page.keyboard.press("Enter")
    page.get_by_text("Tournus (Saône-et-Loire) : 5").wait_for()
    assert "Joigny" in page.locator(".similar-result").inner_text()
    page.locator(".card input").first.check()
    page.get_by_role("button", name="Garder les fiches cochées").click()
    page.get_by_text("1 fiche sélectionnée").wait_for()
    page.locator(".card h3 a").click()
    page.get_by_role("heading", level=2, name="Ce qui a été fait").wait_for()


def test_nothing_found_leads_somewhere(visit):
    page = visit("/pratiques?departement=71&theme=habitat")
    wait_results(page, "Aucun projet")
    page.get_by_role("link", name="Toute la région au lieu du département").click()
    page.wait_for_url("**region=Bourgogne**")
    assert cards(page)


def test_everything_works_without_a_script(chromium, practices_site):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{practices_site.url}/pratiques")
    facet(page, "Habitat (").check()
    page.locator(".card input").first.check()
    page.get_by_role("button", name="Afficher les résultats").click()
    assert "theme=habitat" in page.url
    assert "fiche=" in page.url
    assert "1 fiche sélectionnée" in page.locator(".tray").inner_text()
    page.get_by_role("link", name="Carte").click()
    page.locator("a.tile").first.click()
    assert "departement=" in page.url
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit, scheme):
    page = visit(scheme=scheme)
    for path in PAGES:
        page.goto(site_of(page) + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert violations(page) == [], path


def test_nothing_scrolls_sideways_on_a_small_screen_nor_in_large_type(visit):
    page = visit(width=320)
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    for path in PAGES:
        page.goto(site_of(page) + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert page.evaluate(fits), path
    page.set_viewport_size({"width": 1280, "height": 900})
    for path in PAGES:
        page.goto(site_of(page) + path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(fits), path


def test_focus_is_seen_and_targets_are_large_enough(visit):
    page = visit("/pratiques?theme=habitat&fiche=projets/p020-joigny")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    for _ in range(60):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 })()"
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 120)")
    small = page.evaluate(
        "[...document.querySelectorAll('button, select, summary, .chips a, .views a, .pages a,"
        " .facet-values label, .card-pick label, .site-nav a, .tray a')]"
        ".filter(e => e.checkVisibility()).filter(e => { const b = e.getBoundingClientRect();"
        " return b.width && (b.width < 24 || b.height < 24) }).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []
