"""Axe, and what axe does not see: language, names, focus, sizes, reflow."""

from __future__ import annotations

import pytest
from test_chat_page import ask, focused

pytestmark = pytest.mark.browser


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(v["id"], v["impact"], [node["html"][:120] for node in v["nodes"]]) for v in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_chat(open_page, scheme):
    page = open_page(scheme=scheme)
    assert violations(page) == []
    ask(page, "Une piscine ?")
    ask(page, "Une recette ?")
    answer = ask(page)
    answer.get_by_role("button", name="Pas utile").click()
    answer.get_by_label("Contient une erreur").wait_for()
    page.get_by_role("button", name="Filtrer les documents").click()
    page.get_by_label("Département").wait_for()
    assert violations(page) == []
    answer.locator("a.cite").first.click()
    page.locator("#panneau-contenu .excerpt mark").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_comparison_the_town_the_menu_and_the_message(open_page, scheme):
    page = open_page(scheme=scheme)
    answer = ask(page, "Que comparer ?")
    page.get_by_role("table").wait_for()
    page.locator("#commune summary").click()
    page.get_by_label("Votre commune").fill("saint denis")
    page.keyboard.press("Enter")
    page.locator(".town-choices").wait_for()
    page.get_by_text("Emporter la conversation").click()
    assert violations(page) == []
    answer.get_by_role("button", name="Préparer un message").click()
    page.get_by_role("dialog", name="Préparer un message").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_beside_a_page_of_a_pdf(open_page, scheme):
    page = open_page(scheme=scheme)
    ask(page).locator("a.cite").last.click()
    page.locator("#panneau-contenu svg rect").first.wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/accessibilite",
        "/a-propos",
        "/sources/offres/chef-de-projet?partie=0&debut=9&fin=60",
        "/sources/guides/guide-du-programme?partie=0&debut=27&fin=90",
    ],
)
def test_axe_finds_nothing_in_the_plain_pages(open_page, path, scheme):
    assert violations(open_page(path, scheme=scheme)) == []


def test_the_page_is_french_in_an_english_browser(page):
    ask(page)
    page.get_by_role("button", name="Filtrer les documents").click()
    page.get_by_label("Région").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    names = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap("
        "e => ['aria-label', 'title', 'placeholder'].map(a => e.getAttribute(a))).filter(Boolean)"
    )
    english = {
        "clear",
        "close",
        "copy",
        "remove",
        "select",
        "loading",
        "error",
        "submit",
        "options",
    }
    assert [name for name in names if english & set(name.lower().split())] == []


def test_the_first_tab_leads_to_the_question(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller à la question"
    page.keyboard.press("Enter")
    assert focused(page)


def test_everything_is_reached_with_the_keyboard_and_its_focus_is_seen(page):
    ask(page)
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "(() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " if (e === document.body) return ['BODY', true];"
            " return [(e.innerText || e.ariaLabel || e.id || e.tagName).trim().split('\\n')[0].replace(/\\s/g, ' '),"
            " s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2] })()"
        )
        if name == "BODY":
            break
        assert outline, name
        reached.add(name)
    for wanted in (
        "Copier avec les sources",
        "Utile",
        "Pas utile",
        "Envoyer la question",
        "Filtrer les documents",
        "Nouvelle conversation",
        "Pour quelle commune ?",
        "Emporter la conversation",
        "Préparer un message",
        "Accessibilité : non conforme",
    ):
        assert wanted in reached


def test_authors_are_headings_and_headings_are_in_order(page):
    ask(page)
    titles = page.get_by_role("heading", level=2).all_inner_texts()
    assert titles == ["Votre question", "Réponse de l’assistant"]
    assert page.get_by_role("heading", level=1).count() == 1


def test_new_windows_are_announced(page):
    ask(page).locator("a.cite").first.click()
    page.locator("#panneau-contenu .official a").first.wait_for()
    silent = page.evaluate(
        "[...document.querySelectorAll('a[target=_blank]')]"
        ".filter(a => !a.textContent.includes('nouvelle fenêtre')).map(a => a.outerHTML)"
    )
    assert silent == []


@pytest.mark.parametrize("width", [320, 360])
def test_nothing_scrolls_sideways_on_a_small_screen(open_page, width):
    page = open_page(width=width)
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    assert page.evaluate(fits)
    answer = ask(page)
    answer.get_by_role("button", name="Pas utile").click()
    answer.get_by_label("Contient une erreur").wait_for()
    page.get_by_role("button", name="Filtrer les documents").click()
    assert page.evaluate(fits)
    page.locator("#commune summary").click()
    page.get_by_text("Emporter la conversation").click()
    assert page.evaluate(fits)
    page.keyboard.press("Escape")
    answer.get_by_role("button", name="Préparer un message").click()
    assert page.evaluate(fits)
    assert page.locator("dialog.message[open]").evaluate("e => e.scrollWidth <= e.clientWidth")
    page.keyboard.press("Escape")
    answer.locator("a.cite").first.click()
    page.locator("#panneau-contenu .excerpt mark").first.wait_for()
    assert page.evaluate(fits)
    box = page.locator("#panneau-source").bounding_box()
    assert (box["x"], box["width"]) == (0, width)
    page.keyboard.press("Escape")


def test_targets_are_large_enough(page):
    answer = ask(page)
    answer.get_by_role("button", name="Utile", exact=True).click()
    answer.get_by_label("Claire").wait_for()
    small = page.evaluate(
        "[...document.querySelectorAll('button, .site-footer a, .site-nav a, .cite-places a, .cite')]"
        ".filter(e => e.checkVisibility()).filter(e => { const b = e.getBoundingClientRect();"
        " return b.width && (b.width < 24 || b.height < 24) }).map(e => e.outerHTML.slice(0, 120))"
    )
    assert small == []
