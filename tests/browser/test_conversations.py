"""« Mes conversations »: nothing is kept unless asked; what is kept comes back, leaves, and is never trusted."""

from __future__ import annotations

import json
import threading

import pytest
from fakes import RATE, SOURCED
from test_accessibility import violations
from test_chat_page import ask, focused

from pvd_assistant.messages import text

pytestmark = pytest.mark.browser

MARKUP = '<img src=x onerror="window.ran = true"><script>window.ran = true</script>'
DAY = 86_400_000
_SEED = """([entries, age]) => {
  localStorage.setItem('pvd-conversations', '1');
  entries.forEach(([conversation, exchange], rank) => {
    const key = `pvd-conversations:${conversation}:${exchange.id}`;
    localStorage.setItem(key, JSON.stringify({time: Date.now() - age - (entries.length - rank) * 1000, exchange}));
  });
}"""


@pytest.fixture
def tab(open_page, site):
    """A function that opens the chat in another tab of the same browser, left empty at the end."""
    site.assistant.asked.clear()
    tabs = []

    def open_(**options):
        tabs.append(open_page(**options))
        return tabs[-1]

    yield open_
    for page in tabs:
        page.evaluate("localStorage.clear()")


@pytest.fixture
def chat(tab):
    return tab()


def own(page):
    page.get_by_role("button", name="Mes conversations").click()
    dialog = page.get_by_role("dialog", name="Mes conversations")
    dialog.wait_for()
    return dialog


def switch(page):
    return page.get_by_role("switch", name="Garder mes conversations sur cet appareil")


def turn_on(page):
    dialog = own(page)
    switch(page).check()
    dialog.get_by_text("Vos conversations seront gardées").wait_for()
    dialog.get_by_role("button", name="Fermer").click()


def stored(page):
    return page.evaluate("Object.keys(localStorage).filter(key => key.includes(':')).sort()")


def kept(page, number):
    page.wait_for_function("n => Object.keys(localStorage).length === n + 1", arg=number)
    return stored(page)


def opened(page, title):
    own(page).get_by_role("button", name=title).first.click()
    page.locator(".exchange[data-reopened]").first.wait_for()
    return page.locator(".exchange").last


def seed(page, entries, age=0):
    page.evaluate(_SEED, [entries, age])


def record(number, question="Qui paie ?", **changes):
    """What an honest page keeps of a question without sources."""
    base = {
        "id": f"{number:012x}",
        "day": "2026-11-20",
        "question": question,
        "town": "",
        "status": "answered",
        "family": "other",
        "answer": "Une réponse.",
        "statements": [],
        "cited": [],
        "suggestions": [],
        "contact": None,
        "warnings": [],
        "engine": "extractive",
    }
    return base | changes


def test_nothing_is_kept_unless_it_is_asked_for(chat):
    ask(chat)
    own(chat)
    assert not switch(chat).is_checked()
    left = "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"
    assert chat.evaluate(left) == [0, 0, 0]


def test_a_conversation_is_reopened_with_its_sources_and_goes_on(chat, site):
    turn_on(chat)
    chat.locator("#commune summary").click()
    chat.get_by_label("Votre commune").fill("La Mure")
    chat.get_by_role("button", name="Retenir").click()
    chat.locator("#commune strong", has_text="La Mure (Isère)").wait_for()
    ask(chat)
    ask(chat, "Et une piscine ?")
    kept(chat, 2)
    chat.reload()
    chat.get_by_role("heading", name="Que voulez-vous savoir ?").wait_for()
    answer = opened(chat, "Qui paie le poste de chef de projet ? ")
    assert chat.locator(".exchange").count() == 2
    assert focused(chat)
    assert "2\u00a0questions" in chat.locator("#annonce").text_content()
    assert "gardée sur votre appareil" in answer.inner_text()
    chat.locator("#commune strong", has_text="La Mure (Isère)").wait_for()
    first = chat.locator(".exchange").first
    assert RATE in first.inner_text()
    first.locator(".answer-text a.cite").first.click()
    statement = chat.locator("#panneau-contenu .excerpt mark.statement")
    statement.wait_for()
    assert statement.inner_text() == RATE
    chat.keyboard.press("Escape")
    ask(chat, "Et combien ?")
    assert [turn.content for turn in site.assistant.asked[-1][1]][::2] == [
        "Qui paie le poste de chef de projet ?",
        "Et une piscine ?",
    ]
    assert len({key.split(":")[1] for key in kept(chat, 3)}) == 1
    assert "3\u00a0questions" in own(chat).get_by_role("listitem").inner_text()


def test_a_new_conversation_is_another_line_and_the_newest_comes_first(chat):
    ask(chat)
    turn_on(chat)  # what is on the page is kept too
    kept(chat, 1)
    chat.get_by_role("button", name="Nouvelle conversation").click()
    chat.get_by_role("heading", name="Que voulez-vous savoir ?").wait_for()
    ask(chat, "Et une piscine ?")
    kept(chat, 2)
    titles = own(chat).locator(".own-title").all_inner_texts()
    assert titles == ["Et une piscine ?", "Qui paie le poste de chef de projet ?"]


def test_conversations_are_deleted_one_by_one_or_all(chat):
    seed(chat, [[f"{n:012x}", record(n, f"Question {n} ?")] for n in range(1, 4)])
    dialog = own(chat)
    dialog.get_by_role("button", name="Supprimer la conversation « Question 2 ? »").click()
    dialog.get_by_text("Conversation supprimée.").wait_for()
    assert dialog.locator(".own-title").all_inner_texts() == ["Question 3 ?", "Question 1 ?"]
    assert "Question 1" in chat.evaluate("document.activeElement.textContent")
    dialog.get_by_role("button", name="Tout effacer").click()
    assert "2 conversations" in chat.evaluate("document.activeElement.textContent").replace(
        "\u00a0", " "
    )
    dialog.get_by_role("button", name="Ne rien effacer").click()
    assert len(stored(chat)) == 2
    dialog.get_by_role("button", name="Tout effacer").click()
    dialog.get_by_role("button", name="Effacer", exact=True).click()
    dialog.get_by_text("Conversations effacées.").wait_for()
    assert stored(chat) == []
    assert switch(chat).is_checked()
    assert dialog.get_by_role("button", name="Tout effacer").count() == 0


def test_turning_off_erases_everything_once_confirmed_in_every_tab(chat, tab):
    turn_on(chat)
    ask(chat)
    kept(chat, 1)
    other = tab()
    own(chat)
    switch(chat).click()
    chat.get_by_text("Ne plus garder de conversations efface de cet appareil").wait_for()
    assert switch(chat).is_checked()
    assert len(stored(chat)) == 1
    chat.get_by_role("button", name="Effacer", exact=True).click()
    chat.get_by_text("Plus rien n’est gardé sur cet appareil.").wait_for()
    assert not switch(chat).is_checked()
    assert chat.evaluate("localStorage.length") == 0
    other.bring_to_front()
    ask(other)
    assert other.evaluate("localStorage.length") == 0
    own(other)
    switch(other).check()  # on again: what the page shows is kept
    kept(other, 1)


def test_the_old_the_many_and_the_large_leave_first(chat):
    seed(chat, [["a" * 12, record(1, "Trop vieille ?")]], age=31 * DAY)
    seed(chat, [["b" * 12, record(2, "Encore là ?")]], age=29 * DAY)
    assert own(chat).locator(".own-title").all_inner_texts() == ["Encore là ?"]
    chat.keyboard.press("Escape")
    seed(chat, [[f"{n:012x}", record(n, f"Question {n} ?")] for n in range(1, 56)], age=DAY)
    titles = own(chat).locator(".own-title").all_inner_texts()
    assert len(titles) == 50
    assert (titles[0], titles[-1]) == ("Question 55 ?", "Question 6 ?")
    chat.keyboard.press("Escape")
    seed(
        chat,
        [[f"{n:012x}", record(n, f"Grande {n} ?", answer="a" * 90_000)] for n in range(60, 85)],
    )
    titles = own(chat).locator(".own-title").all_inner_texts()
    assert titles[:2] == ["Grande 84 ?", "Grande 83 ?"]
    assert len(titles) == 22
    assert chat.evaluate("Object.values(localStorage).join('').length") < 2_000_001


def test_forged_entries_are_shown_as_text_and_run_nothing(chat):
    forged = record(1, MARKUP, answer=f"{MARKUP} [1]", suggestions=[MARKUP], warnings=[MARKUP])
    seed(chat, [["a" * 12, forged]])
    chat.evaluate("""() => {
      localStorage.setItem('pvd-conversations:<b>:x', '{}');
      localStorage.setItem('pvd-conversations:bbbbbbbbbbbb:bbbbbbbbbbbb', 'null');
      localStorage.setItem('pvd-conversations:cccccccccccc:cccccccccccc', '{"time": 1e300, "exchange": {"question": "Futur ?"}}');
      localStorage.setItem('pvd-conversations:dddddddddddd:dddddddddddd', `{"time": ${Date.now()}, "exchange": {"question": 3}}`);
    }""")
    dialog = own(chat)
    assert dialog.locator(".own-title").all_inner_texts() == [MARKUP]
    assert len(stored(chat)) == 1
    dialog.locator("[data-own-open]").click()
    answer = chat.locator(".exchange[data-reopened]")
    answer.wait_for()
    assert answer.inner_text().count("<img src=x") >= 3
    assert answer.locator("img, script").count() == 0
    assert chat.evaluate("window.ran") is None


def test_what_the_server_cannot_believe_is_said_and_the_page_stays(chat):
    answer = ask(chat)
    bad = record(2, "Deux ?", cited=[{"document": "../../equipe"}])
    seed(chat, [["a" * 12, record(1, "Une ?")], ["a" * 12, bad], ["b" * 12, bad]])
    own(chat).get_by_role("button", name="Deux ?").first.click()
    chat.get_by_role("alert").filter(has_text="Cette conversation n’a pas pu être relue").wait_for()
    assert RATE in answer.inner_text()
    own(chat).get_by_role("button", name="Une ?").first.click()
    chat.get_by_role("alert").filter(has_text="1 question n’a pas pu être relue").wait_for()
    assert chat.locator(".exchange").count() == 1


def test_a_full_storage_is_said_and_the_chat_goes_on(chat, site):
    seed(chat, [["a" * 12, record(1, "Ancienne ?", answer="a" * 90_000)]])
    chat.evaluate("""() => {
      for (const size of [1_000_000, 100_000, 10_000, 1_000, 100])
        try { for (let n = 0; n < 20; n++) localStorage.setItem(`autre-${size}-${n}`, 'x'.repeat(size)); } catch {}
    }""")
    ask(chat)  # the oldest makes room
    chat.wait_for_function("!Object.keys(localStorage).some(key => key.includes('aaaaaaaaaaaa'))")
    assert len(stored(chat)) == 1
    chat.evaluate("""() => {
      for (const size of [10_000, 1_000, 100])
        try { for (let n = 0; n < 20; n++) localStorage.setItem(`encore-${size}-${n}`, 'x'.repeat(size)); } catch {}
    }""")
    ask(chat, "Et combien ?")
    chat.get_by_text("Le stockage de ce navigateur est plein").wait_for()
    assert RATE in ask(chat, "Et encore ?").inner_text()


@pytest.mark.parametrize("refusal", ["get", "set"])
def test_without_storage_the_switch_says_so_and_the_chat_works(visitor, site, refusal):
    page = visitor.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
        if refusal == "get"
        else "Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError') }"
    )
    page.goto(site.url)
    assert RATE in ask(page).inner_text()
    dialog = own(page)
    if refusal == "set":
        switch(page).click()
    dialog.get_by_text("Ce navigateur ne permet pas de garder des conversations").wait_for()
    assert not switch(page).is_checked()
    page.close()


def test_two_tabs_add_to_the_same_conversation(chat, tab):
    turn_on(chat)
    ask(chat)
    kept(chat, 1)
    other = tab()
    opened(other, "Qui paie le poste")
    ask(other, "Et une piscine ?")
    kept(other, 2)
    chat.bring_to_front()
    ask(chat, "Et combien ?")
    kept(chat, 3)
    lines = own(chat).get_by_role("listitem")
    assert lines.count() == 1
    assert "3\u00a0questions" in lines.inner_text()


def test_another_tab_sees_the_list_change(chat, tab):
    seed(chat, [["a" * 12, record(1, "Une ?")]])
    other = tab()
    listed = own(other)
    listed.get_by_role("button", name="Une ?").first.wait_for()
    chat.evaluate(
        "localStorage.removeItem(Object.keys(localStorage).find(key => key.includes(':')))"
    )
    listed.get_by_text(text("web.own_none")).wait_for()


def test_everything_is_done_with_the_keyboard(chat):
    chat.get_by_role("button", name="Mes conversations").focus()
    chat.keyboard.press("Enter")
    assert chat.evaluate("document.activeElement.textContent") == "Mes conversations"
    chat.keyboard.press("Tab")
    chat.keyboard.press("Space")
    assert switch(chat).is_checked()
    described = switch(chat).get_attribute("aria-describedby")
    assert "30 jours" in chat.locator(f"#{described}").inner_text()
    chat.keyboard.press("Escape")
    chat.wait_for_function("document.activeElement.textContent === 'Mes conversations'")
    ask(chat)
    kept(chat, 1)
    chat.get_by_role("button", name="Mes conversations").press("Enter")
    for _ in range(3):  # the switch, the data page, the conversation
        chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    chat.locator(".exchange[data-reopened]").wait_for()
    assert focused(chat)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_list_nor_in_its_question(tab, scheme):
    page = tab(scheme=scheme, width=320)
    long = "Une question " + "très " * 60 + "longue-" + "x" * 80
    seed(page, [[f"{n:012x}", record(n, long)] for n in range(1, 4)])
    dialog = own(page)
    assert violations(page) == []
    dialog.get_by_role("button", name="Tout effacer").click()
    assert violations(page) == []
    assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth")
    small = dialog.evaluate(
        "e => [...e.querySelectorAll('button, input')].filter(b => b.checkVisibility())"
        ".filter(b => Math.min(b.offsetWidth, b.offsetHeight) < 24).map(b => b.outerHTML)"
    )
    assert small == []
    dialog.get_by_role("button", name="Ne rien effacer").click()
    dialog.locator("[data-own-open]").first.click()
    page.locator(".exchange[data-reopened]").wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("leave", ["Nouvelle conversation", "Mes conversations"])
def test_an_answer_left_before_its_end_does_not_come_back(chat, site, monkeypatch, leave):
    ready = threading.Event()
    seed(chat, [["a" * 12, record(1, "Une ?")]])

    def slowly(question, **asked):
        ready.wait(20)
        yield SOURCED

    monkeypatch.setattr(site.assistant, "stream", slowly)
    chat.get_by_label("Votre question", exact=True).fill("Lente ?")
    chat.keyboard.press("Enter")
    chat.locator(".exchange[data-state=searching]").wait_for()
    if leave == "Nouvelle conversation":
        chat.get_by_role("button", name=leave).click()
        chat.get_by_role("heading", name="Que voulez-vous savoir ?").wait_for()
    else:
        opened(chat, "Une ?")
    ready.set()
    monkeypatch.undo()
    chat.get_by_label("Votre question", exact=True).fill("Et après ?")
    next_one = chat.locator(".exchange[data-state=done]", has_text="Et après ?")
    while next_one.count() == 0:  # a question waits for the one before to be over
        chat.keyboard.press("Enter")
        chat.wait_for_timeout(100)
    assert "Lente ?" not in chat.locator("#conversation").inner_text()
    assert "Lente ?" not in json.dumps([turn.content for turn in site.assistant.asked[-1][1]])
