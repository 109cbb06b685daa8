"""The helpdesk in a real browser: from a pasted e-mail to a reply, two texts side by side, axe, small screens."""

from __future__ import annotations

import pytest
from test_accessibility import violations

pytestmark = pytest.mark.browser

HOME = "/equipe/demandes"
LETTER = "Bonjour,\nQui paie le poste de chef de projet ?\nCordialement,\nSylvie Marchand"
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


@pytest.fixture
def request_page(signed_in):
    """A function that opens the page of a new request, with its draft."""

    def open_(**options):
        page = signed_in("helpdesk", f"{HOME}/nouvelle", **options)
        page.get_by_label("Texte du courriel").fill(LETTER)
        page.get_by_role("button", name="Préparer la réponse").click()
        page.get_by_text("Demande enregistrée.").wait_for()
        return page

    return open_


def reply(page):
    return page.get_by_label("Texte de la réponse")


def test_a_sentence_of_a_document_goes_where_somebody_was_writing(request_page) -> None:
    page = request_page()
    assert "75 % du coût annuel" in reply(page).input_value()
    reply(page).fill("Madame,\n\nUn début.\n\nBien cordialement,\nHélène Assistance")
    reply(page).evaluate("e => { e.focus(); e.setSelectionRange(18, 18); }")
    page.get_by_label("Chercher dans les documents").fill("chef de projet")
    page.get_by_label("Chercher dans les documents").press("Enter")
    page.get_by_role("heading", name="Passages trouvés pour").wait_for()
    assert reply(page).input_value().startswith("Madame,\n\nUn début.")
    reply(page).evaluate("e => { e.focus(); e.setSelectionRange(18, 18); }")
    page.get_by_role("button", name="Insérer : Le cofinancement du chef de projet").first.click()
    page.get_by_text("Texte inséré dans la réponse.").wait_for()
    assert "Un début. Le cofinancement du chef de projet couvre" in reply(page).input_value()
    page.get_by_role("cell", name="Mot pour mot").first.wait_for()


def test_leaving_with_a_text_that_is_not_kept_is_asked_again(request_page) -> None:
    page = request_page()
    reply(page).press_sequentially("x")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Toutes les versions").click()
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]
    assert reply(page).input_value().startswith("x")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_text("Réponse enregistrée.").wait_for()
    assert asked == ["beforeunload"]


def test_a_new_draft_is_compared_and_taken_up(request_page) -> None:
    page = request_page()
    drafted = reply(page).input_value()
    reply(page).fill("Madame,\n\nÀ moi.\n\nBien cordialement,\nHélène Assistance")
    page.get_by_role("button", name="Refaire le brouillon").click()
    page.get_by_role("heading", name="Comparer deux textes").wait_for()
    assert "Monsieur" in page.locator("ins").first.inner_text()
    assert "moi" in page.locator("del").first.inner_text()
    page.get_by_role("button", name="Prendre la version").click()
    page.get_by_text("Version retenue.").wait_for()
    assert reply(page).input_value() == drafted


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(request_page, scheme) -> None:
    page = request_page(scheme=scheme)
    number = page.url.partition("?")[0]
    reply(page).fill("Madame,\n\nÀ moi, 12 % [9].\n\nBien cordialement,\nHélène Assistance")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_text("Réponse enregistrée.").wait_for()
    base = page.url.partition(HOME)[0]
    own = ("?q=chef+de+projet", "/comparer/1", "/versions", "/versions/1", "/supprimer")
    for address in (base + HOME, f"{base}{HOME}/nouvelle", *(number + path for path in own)):
        page.goto(address)
        assert violations(page) == [], address


@pytest.mark.parametrize("larger", [False, True])
def test_nothing_scrolls_sideways_on_a_small_screen(request_page, larger) -> None:
    page = request_page(width=320)
    number, base = page.url.partition("?")[0], page.url.partition(HOME)[0]
    reply(page).fill("Madame,\n\nÀ moi, 12 % [9].\n\nBien cordialement,\nHélène Assistance")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_text("Réponse enregistrée.").wait_for()
    own = ("?q=chef+de+projet", "/comparer/1", "/versions", "/versions/1", "/supprimer")
    for address in (base + HOME, f"{base}{HOME}/nouvelle", *(number + path for path in own)):
        page.goto(address)
        if larger:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(FITS), address
