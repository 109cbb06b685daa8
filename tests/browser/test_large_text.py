"""Text at 200 % (WCAG 1.4.4), zoom (1.4.10), and larger spacing (1.4.12): nothing cut, nothing out of reach."""

from __future__ import annotations

import pytest
from test_chat_page import ask
from test_conversations import own, record, seed

pytestmark = pytest.mark.browser

LARGE = "document.documentElement.style.fontSize = '200%'"
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }'
    + ' p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# What is cut by its own box, goes out of the window, or stays small when text is doubled.
_FLAWS = """() => {
  const flaws = [];
  const tell = (flaw, e) => flaws.push(`${flaw}: ${e.tagName} #${e.id} .${e.className} « ${e.textContent.trim().slice(0, 40)} »`);
  const root = document.querySelector('dialog:modal') ?? document.body;
  const large = document.documentElement.style.fontSize !== '';
  if (document.documentElement.scrollWidth > innerWidth) tell('sideways', document.documentElement);
  if (root.scrollWidth > root.clientWidth) tell('sideways', root);
  for (const e of root.querySelectorAll('*')) {
    if (!e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) || e.closest('svg, .visually-hidden, .sr-only, .table-scroll, .pdf-frame, .skip')) continue;
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    const words = [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const scrolls = ['auto', 'scroll'].includes(style.overflowY);
    const block = style.display !== 'inline';
    if (box.width && (box.right > innerWidth + 1 || box.left < -1)) tell('out', e);
    if (block && !scrolls && style.overflowY !== 'visible' && e.scrollHeight > e.clientHeight + 2) tell('cut', e);
    if (block && style.overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 2) tell('cut', e);
    if (block && words && e.scrollWidth > e.clientWidth + 2) tell('over', e);
    if (words && large && parseFloat(style.fontSize) < 24) tell('small', e);
  }
  return flaws;
}"""

# Two ways to double the text, then the spacing, in a wide window and in that of a telephone.
VIEWS = {
    "text at 200 %": ((1280, 900), LARGE),
    "text at 200 % on a telephone": ((390, 844), LARGE),
    "zoom at 200 %": ((640, 450), None),
    "zoom at 400 %": ((320, 256), None),
    "spacing": ((1280, 900), SPACED),
    "spacing on a telephone": ((390, 844), SPACED),
}


@pytest.fixture(params=VIEWS, ids=[name.replace(" ", "-") for name in VIEWS])
def view(request, open_page):
    """The chat, in one of the ways to read it with large text."""
    (width, height), script = VIEWS[request.param]
    page = open_page(width=width)
    page.set_viewport_size({"width": width, "height": height})
    if script:
        page.evaluate(script)
        page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    yield page
    page.evaluate("localStorage.clear()")


def flaws(page):
    return page.evaluate(_FLAWS)


def test_the_first_page_and_an_answer_hold(view):
    assert flaws(view) == []
    ask(view, "Que comparer ?")
    ask(view, "Une piscine ?")
    answer = ask(view)
    answer.get_by_role("button", name="Pas utile").click()
    answer.get_by_label("Contient une erreur").check()
    assert flaws(view) == []
    answer.get_by_role("button", name="Envoyer mon avis").click()
    answer.get_by_text("Merci, votre avis est enregistré.").wait_for()
    assert flaws(view) == []
    answer.locator(".suggestion").first.click()
    view.locator(".exchange[data-state=done]").nth(3).wait_for()
    assert flaws(view) == []


def test_notices_filters_and_the_town_hold(view):
    view.get_by_role("button", name="Envoyer la question").click()
    view.get_by_role("alert").filter(has_text="La question est vide").wait_for()
    view.get_by_role("button", name="Filtrer les documents").click()
    view.get_by_label("Type de document").click()
    view.get_by_role("option", name="Offre de services (1)").click()
    view.keyboard.press("Escape")
    view.get_by_role("button", name="Filtrer les documents (1 filtre actif)").wait_for()
    assert flaws(view) == []
    view.get_by_role("button", name="Filtrer les documents").click()
    view.locator("#commune summary").click()
    view.get_by_label("Votre commune").fill("saint denis")
    view.get_by_role("button", name="Retenir").click()
    view.locator(".town-choices").wait_for()
    assert flaws(view) == []
    view.get_by_role("button", name="Saint-Denis (Gard)").click()
    view.locator("#commune strong", has_text="Saint-Denis (Gard)").wait_for()
    assert flaws(view) == []


def test_the_source_the_message_and_the_export_hold(view):
    answer = ask(view)
    view.get_by_text("Emporter la conversation").click()
    assert flaws(view) == []
    with view.expect_download():
        view.get_by_role("button", name="Texte Markdown").click()
    answer.get_by_role("button", name="Préparer un message").click()
    dialog = view.get_by_role("dialog", name="Préparer un message")
    assert flaws(view) == []
    dialog.get_by_role("button", name="Télécharger le texte").scroll_into_view_if_needed()
    assert flaws(view) == []
    dialog.get_by_role("button", name="Fermer").click()
    for mark, place in ((0, "mark.statement"), (-1, "svg rect")):
        answer.locator(".answer-text a.cite").nth(mark).click()
        view.locator(f"#panneau-contenu {place}").first.wait_for()
        assert flaws(view) == []
        view.locator("#panneau-contenu .official a").first.scroll_into_view_if_needed()
        view.get_by_role("dialog", name="Source").get_by_role("button", name="Fermer").click()


def test_the_conversations_kept_hold(view):
    seed(view, [[f"{n:012x}", record(n, "Qui paie le poste de chef de projet ?")] for n in (1, 2)])
    dialog = own(view)
    assert flaws(view) == []
    dialog.get_by_role("button", name="Tout effacer").click()
    assert flaws(view) == []
    dialog.get_by_role("button", name="Ne rien effacer").click()
    dialog.locator("[data-own-open]").first.click()
    view.locator(".exchange[data-reopened]").wait_for()
    assert flaws(view) == []


def test_the_field_leaves_the_way_when_text_makes_it_large(open_page):
    page = open_page(width=1280)
    page.set_viewport_size({"width": 1280, "height": 900})
    sticks = "getComputedStyle(document.getElementById('saisie')).position === 'sticky'"
    assert page.evaluate(sticks)
    page.locator("#commune summary").click()  # the field being typed in must not move away
    assert page.evaluate(sticks)
    page.evaluate(LARGE)
    page.wait_for_function(f"!({sticks})")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("script", [LARGE, SPACED], ids=["large", "spaced"])
@pytest.mark.parametrize(
    "path",
    [
        "/accessibilite",
        "/donnees-personnelles",
        "/sources/offres/chef-de-projet?partie=0&debut=9&fin=60",
        "/sources/guides/guide-du-programme?partie=0&debut=27&fin=90",
    ],
)
def test_the_plain_pages_hold(open_page, path, script, width):
    page = open_page(path, width=width)
    page.evaluate(script)
    assert flaws(page) == []
