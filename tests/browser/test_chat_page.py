"""What a visitor does with the chat, in a real browser."""

from __future__ import annotations

import pytest
from fakes import RATE, SOURCED

from pvd_assistant.messages import text
from pvd_assistant.model import Filters
from pvd_assistant.storage.database import Database
from pvd_assistant.web import chat
from pvd_assistant.web.feedback import FeedbackStore

pytestmark = pytest.mark.browser

# Every state an answer goes through and every text it shows, as they come.
_RECORD = """() => {
  window.seen = []; window.announced = [];
  new MutationObserver(() => {
    const newest = [...document.querySelectorAll('.exchange')].pop();
    if (!newest) return;
    const now = [newest.dataset.state, newest.querySelector('.answer-text')?.textContent.length ?? 0];
    if (String(window.seen.at(-1)) !== String(now)) window.seen.push(now);
  }).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  for (const region of document.querySelectorAll('[aria-live=polite], [role=status]'))
    new MutationObserver(() => {
      const said = region.textContent.trim();
      if (said) window.announced.push(said);
    }).observe(region, {childList: true, characterData: true, subtree: true});
}"""


def ask(page, question="Qui paie le poste de chef de projet ?"):
    before = page.locator(".exchange").count()
    page.get_by_label("Votre question", exact=True).fill(question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.exchange[data-state=done], .exchange[data-state=failed]')"
        ".length > n",
        arg=before,
    )
    return page.locator(".exchange").last


def focused(page):
    return page.evaluate("document.activeElement.matches('#question textarea')")


def test_a_question_is_answered_statement_by_statement(page):
    page.evaluate(_RECORD)
    answer = ask(page)
    lengths = [length for state, length in page.evaluate("window.seen") if state == "writing"]
    assert len(lengths) >= 3
    assert lengths == sorted(lengths)
    assert RATE in answer.locator(".answer-text").inner_text()
    assert "vérifié le 23 novembre 2026" in answer.inner_text()
    assert page.get_by_label("Votre question", exact=True).input_value() == ""
    assert focused(page)


def test_a_question_sent_while_an_answer_is_written_comes_next_and_only_once(
    page, site, monkeypatch
):
    monkeypatch.setattr(chat, "PACE", 0.5)
    field = page.get_by_label("Votre question", exact=True)
    field.fill("Qui paie le poste de chef de projet ?")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".exchange[data-state=writing]").wait_for()
    field.fill("Et combien ?")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".exchange[data-state=done]").nth(1).wait_for()
    ask(page, "Et une piscine ?")
    assert page.locator(".exchange").count() == len(site.assistant.asked) == 3
    assert page.get_by_role("alert").count() == 0


def test_an_answer_is_announced_twice_and_not_word_by_word(page):
    page.evaluate(_RECORD)
    ask(page)
    page.wait_for_function(
        "done => window.announced.at(-1) === done", arg=text("web.announce_done")
    )
    said = page.evaluate("window.announced")
    assert said == [text("web.announce_writing"), text("web.announce_done")]


def test_citation_one_opens_its_source_at_the_passage_and_gives_the_focus_back(page):
    answer = ask(page)
    mark = answer.locator(".answer-text a.cite").first
    mark.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Source")
    statement = panel.locator(".excerpt mark.statement")
    statement.wait_for()
    assert statement.inner_text() == RATE
    assert statement.is_visible()
    assert panel.locator("h1").inner_text() == SOURCED.citations[0].title
    assert page.evaluate(
        "document.querySelector('#panneau-source').contains(document.activeElement)"
    )
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert mark.evaluate("e => e === document.activeElement")


def test_a_source_in_a_pdf_offers_its_page(page, site):
    answer = ask(page)
    answer.locator(".answer-text a.cite").last.click()
    panel = page.get_by_role("dialog", name="Source")
    link = panel.get_by_role("link", name="Ouvrir le PDF à la page 2")
    link.wait_for()
    assert link.get_attribute("href") == "/documents/guides/guide-du-programme#page=2"
    assert page.request.get(site.url + link.get_attribute("href")).status == 200
    panel.get_by_role("button", name="Fermer").click()
    panel.wait_for(state="hidden")


def test_one_reads_on_in_a_document_without_leaving_the_panel(page):
    ask(page).locator(".answer-text a.cite").first.click()
    panel = page.get_by_role("dialog", name="Source")
    panel.get_by_role("link", name="Rubrique suivante").click()
    panel.get_by_text("L’offre court jusqu’en 2026.").wait_for()
    assert page.url.endswith("/")


def test_filters_chosen_with_the_keyboard_limit_the_answer(page, site):
    page.get_by_role("button", name="Filtrer les documents").press("Enter")
    kinds = page.get_by_label("Type de document")
    kinds.click()
    page.get_by_role("option", name="Offre de services (1)").wait_for()
    page.keyboard.type("Offre")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filtrer les documents (1 filtre actif)").wait_for()
    ask(page)
    assert site.assistant.asked[-1][2] == Filters(kinds=("offre",))
    page.get_by_role("button", name="Retirer les filtres").click()
    page.get_by_role("button", name="Filtrer les documents", exact=True).wait_for()
    ask(page, "Et sans filtre ?")
    assert site.assistant.asked[-1][2] == Filters()


def test_an_example_then_a_follow_up_make_a_conversation(page, site):
    page.get_by_role("button", name="Qui paie le poste de chef de projet, et combien ?").click()
    suggestion = page.get_by_role("button", name=SOURCED.suggestions[0])
    suggestion.click()
    page.locator(".exchange[data-state=done]").nth(1).wait_for()
    question, history, _ = site.assistant.asked[-1]
    assert question == SOURCED.suggestions[0]
    assert [turn.role for turn in history] == ["user", "assistant"]
    assert page.locator(".follow-ups").count() == 1
    assert focused(page)


def test_a_vote_and_its_reasons_are_kept(page, site):
    answer = ask(page)
    answer.get_by_role("button", name="Pas utile").click()
    answer.get_by_label("Contient une erreur").check()
    answer.get_by_label("Votre commentaire").fill("Le plafond a changé.")
    answer.get_by_label("J’accepte que ma question").check()
    answer.get_by_role("button", name="Envoyer mon avis").click()
    answer.get_by_text("Merci, votre avis est enregistré.").wait_for()
    lines = FeedbackStore(Database(site.settings)).entries()
    assert lines[-1]["reasons"] == ["wrong"]
    assert lines[-1]["comment"] == "Le plafond a changé."
    assert lines[-1]["question"] == "Qui paie le poste de chef de projet ?"
    assert lines[-2]["answer"] == lines[-1]["answer"]
    assert answer.get_by_role("button", name="Pas utile").get_attribute("aria-pressed") == "true"


def test_an_answer_is_copied_with_its_sources(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page).get_by_role("button", name="Copier avec les sources").click()
    page.get_by_text("Réponse copiée.").wait_for(state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert RATE in copied
    assert "[4] Guide du programme (Entrer dans le programme, page 2)" in copied


def test_unknown_and_out_of_scope_say_whom_to_ask(page):
    unknown = ask(page, "Une piscine ?")
    assert "Réponse non trouvée dans les documents" in unknown.inner_text()
    assert "Préfecture de l’Isère" in unknown.inner_text()
    outside = ask(page, "Une recette ?")
    assert "Hors du champ de l’assistant" in outside.inner_text()
    looks = [
        item.locator(".answer").evaluate("e => getComputedStyle(e).borderLeftStyle")
        for item in (page.locator(".exchange").first, page.locator(".exchange").last)
    ]
    assert looks[0] != looks[1]


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("   ", "La question est vide"),
        ("<script>alert(1)</script>", "code ou des balises"),
        ("a" * 20_000, "20\u202f000 caractères"),
    ],
)
def test_an_unreadable_question_gets_one_message_and_is_not_lost(page, site, question, message):
    field = page.get_by_label("Votre question", exact=True)
    field.fill(question)
    page.get_by_role("button", name="Envoyer la question").click()
    alert = page.get_by_role("alert").filter(has_text=message)
    alert.wait_for()
    assert page.get_by_role("alert").count() == 1
    assert field.input_value() == question
    assert site.assistant.asked == []
    ask(page)
    assert page.get_by_role("alert").count() == 0


def test_hostile_markup_is_shown_as_text(page):
    answer = ask(page, "hostile <b>gras</b>")
    assert "<img src=x onerror=alert(1)>" in answer.inner_text()
    assert answer.locator("img, b, i, u, script").count() == 0


def test_shift_enter_starts_a_new_line(page, site):
    field = page.get_by_label("Votre question", exact=True)
    field.fill("Une ligne")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Deux")
    assert field.input_value() == "Une ligne\nDeux"
    assert site.assistant.asked == []


def test_a_new_conversation_forgets_the_old_one(page, site):
    ask(page)
    page.get_by_role("button", name="Nouvelle conversation").click()
    page.get_by_role("heading", name="Que voulez-vous savoir ?").wait_for()
    assert page.locator(".exchange").count() == 0
    ask(page, "Et après ?")
    assert site.assistant.asked[-1][1] == ()


def test_two_visitors_do_not_see_each_other(open_page, site):
    one, two = open_page(), open_page()
    ask(one)
    assert two.locator(".exchange").count() == 0
    ask(two, "Et moi ?")
    assert site.assistant.asked[-1][1] == ()


def test_without_an_index_the_page_says_what_to_run(open_page, empty_site):
    page = open_page(base=empty_site.url)
    page.get_by_role("alert").filter(has_text="pvd-assistant index").wait_for()
    answer = ask(page)
    assert "pvd-assistant index" in answer.inner_text()
