import re
from dataclasses import replace

import pytest
from fakes import COMPARISON, HOSTILE, OUT_OF_SCOPE, PARTIAL, RATE, SOURCED, UNKNOWN

from pvd_assistant.messages import load_data
from pvd_assistant.web.conversation import Conversation, Vote
from pvd_assistant.web.rendering import (
    earlier_html,
    newest_html,
    notice_html,
    takeaway_html,
    town_html,
)
from pvd_assistant.web.takeaway import File
from pvd_assistant.web.towns import Lookup, Town


def answered(answer, **changes):
    return Conversation().asked("Qui paie ?").with_last(answer=answer, **changes)


def test_an_empty_conversation_offers_questions_of_each_family():
    html = newest_html(Conversation())
    for group in load_data("web/examples"):
        assert len(group["questions"]) >= 2
        assert group["family"] in html
    assert html.count("data-ask") == sum(len(g["questions"]) for g in load_data("web/examples"))


def test_an_answer_shows_its_statements_sources_contact_and_follow_ups():
    html = newest_html(answered(SOURCED))
    assert RATE in html
    assert "vérifié le 23 novembre 2026" in html
    assert "Préfecture de l’Isère, à Grenoble" in html
    assert SOURCED.suggestions[0] in html
    assert SOURCED.warnings[0] in html
    assert "2 sources" in html
    assert html.count("data-source") == 8  # four marks, four places in the list of sources


def test_while_it_is_written_an_answer_shows_only_its_beginning():
    html = newest_html(answered(SOURCED, shown=len(RATE)))
    assert RATE in html
    assert "temps plein" not in html
    assert "sources</h3>" not in html
    assert 'data-state="writing"' in html


def test_whoever_waits_behind_others_reads_it_in_the_place_of_the_answer():
    waiting = Conversation().asked("Qui paie ?").with_last(waiting="La vôtre est la 3e de la file.")
    html = newest_html(waiting)
    assert "La vôtre est la 3e de la file." in html
    assert "Recherche dans les documents" not in html
    assert 'data-state="waiting"' in html


def test_unknown_and_out_of_scope_are_said_and_look_different():
    unknown, outside = newest_html(answered(UNKNOWN)), newest_html(answered(OUT_OF_SCOPE))
    assert "Réponse non trouvée dans les documents" in unknown
    assert "Documents les plus proches" in unknown
    assert "Hors du champ de l’assistant" in outside
    assert 'class="answer is-unknown"' in unknown
    assert 'class="answer is-out_of_scope"' in outside
    for html in (unknown, outside):
        assert "Qui interroger" in html


def test_an_answer_of_a_language_model_says_so():
    assert "intelligence artificielle (mistral-small)" in newest_html(answered(PARTIAL))


@pytest.mark.parametrize(
    ("support", "said"),
    [
        ("verbatim", "extrait mot pour mot"),
        ("checked", "reformulé, vérifié"),
        ("unchecked", "non vérifié"),
    ],
)
def test_each_statement_of_a_language_model_says_how_far_it_is_verified(support, said):
    statement = replace(SOURCED.statements[0], support=support)
    written = replace(SOURCED, engine="llm:m", statements=(statement,))
    assert newest_html(answered(written)).count(f'{support}">{said}</span>') == 1
    assert 'class="support' not in newest_html(answered(SOURCED))


def test_markup_in_answers_and_documents_is_shown_never_interpreted():
    talk = Conversation().asked("<img src=x onerror=alert(9)>").with_last(answer=HOSTILE)
    html = newest_html(talk) + newest_html(talk.voted(talk.last.id, Vote(False)))
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert "<u>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;gras&lt;/b&gt;" in html


def test_a_link_of_a_contact_is_only_a_web_address():
    contact = {"name": "Préfecture", "url": "javascript:alert(1)"}
    assert "javascript:" not in newest_html(answered(replace(UNKNOWN, contact=contact)))


def test_a_vote_asks_for_reasons_then_thanks():
    talk = answered(SOURCED)
    voted = talk.voted(talk.last.id, Vote(useful=False))
    assert "Contient une erreur" in newest_html(voted)
    assert re.search(r'data-vote="no" aria-pressed="true"', newest_html(voted))
    thanked = newest_html(voted.voted(talk.last.id, Vote(useful=False, explained=True)))
    assert "votre avis est enregistré" in thanked
    assert "Contient une erreur" not in thanked


def test_only_the_newest_answer_offers_follow_ups():
    talk = answered(SOURCED).asked("Et après ?")
    assert SOURCED.suggestions[0] not in earlier_html(talk)
    assert "Recherche dans les documents" in newest_html(talk)


def test_a_problem_takes_the_place_of_the_answer():
    html = newest_html(Conversation().asked("Qui ?").with_last(problem="Pas d’index."))
    assert "Pas d’index." in html
    assert 'data-state="failed"' in html


@pytest.mark.parametrize(("message", "shown"), [("", False), ("Trop <long>.", True)])
def test_a_notice_is_an_alert_or_nothing(message, shown):
    html = notice_html(message)
    assert ('role="alert"' in html) is shown
    assert "<long>" not in html


def test_headings_steps_and_comparisons_are_marked_up_and_escaped():
    text = "## <b>Qui</b> ?\n3. Signer [1]\n|  | A | B |\n| --- | --- | --- |\n| Pour qui | x [1] | y [2] |"
    html = newest_html(answered(replace(SOURCED, answer=text, statements=())))
    assert '<h3 class="answer-heading">&lt;b&gt;Qui&lt;/b&gt; ?</h3>' in html
    assert '<ol start="3">' in html
    assert '<th scope="col">A</th>' in html
    assert '<th scope="row">Pour qui</th>' in html
    assert "---" not in html.partition('class="answer-text"')[2].partition('class="sources"')[0]


def test_the_first_page_says_that_an_ai_answers_and_that_nothing_is_kept():
    html = newest_html(Conversation())
    assert "intelligence artificielle, pas avec une personne" in html
    assert "Rien n’est conservé" in html
    assert 'href="/donnees-personnelles"' in html


def test_an_answer_counts_how_its_statements_are_supported():
    html = newest_html(answered(COMPARISON))
    assert "2 phrases reprises mot pour mot des documents, 1 calculée d’après" in html
    assert html.count("is-computed") == 1


def test_what_a_language_model_is_writing_is_shown_without_sources():
    html = newest_html(Conversation().asked("Qui ?").with_last(drafted=SOURCED.statements[:1]))
    assert RATE in html
    assert 'data-state="writing"' in html
    assert "data-source" not in html


def test_an_answer_offers_a_message_with_its_words_escaped():
    html = newest_html(answered(replace(HOSTILE, contact=UNKNOWN.contact)))
    assert "Préparer un message" in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html.partition('name="body"')[2]
    assert "Préparer un message" not in newest_html(answered(replace(UNKNOWN, contact={})))


def test_the_town_is_asked_then_shown_then_can_be_forgotten():
    assert "Pour quelle commune\u202f?" in town_html(None)
    assert "Oublier" not in town_html(None)
    kept = town_html(Town("38269", "La Mure (Isère)", True))
    assert "La Mure (Isère)" in kept
    assert "dans le programme" in kept
    assert "Oublier" in kept


def test_towns_to_choose_from_are_buttons():
    towns = (Town("1", "A <b>", False), Town("2", "B", False))
    html = town_html(None, Lookup(offered=towns, message="Laquelle ?"))
    assert html.count("data-town-code") == 2
    assert 'role="alert">Laquelle ?' in html
    assert "<b>" not in html


def test_a_conversation_is_taken_away_once_it_has_an_answer():
    assert "data-take" not in takeaway_html(Conversation().asked("Qui ?"))
    offered = takeaway_html(answered(SOURCED))
    assert offered.count("data-take") == 3
    assert "data-save" not in offered
    file = File("c.md", "text/markdown", b"abc")
    assert 'data-save="YWJj"' in takeaway_html(answered(SOURCED), file)
