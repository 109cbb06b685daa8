"""What a browser keeps and gives back: nothing lost when it is honest, nothing believed when it is not."""

import copy
import datetime as dt
import json
from dataclasses import replace

import pytest
from fakes import ANSWERS, GUIDE, RATE, SHEET, SOURCED, UNKNOWN, FakeAssistant

from pvd_assistant.model import KNOWN
from pvd_assistant.territory.communes import Territory
from pvd_assistant.web.conversation import LONGEST, Conversation
from pvd_assistant.web.helpdesk import message
from pvd_assistant.web.keeping import given_back, to_keep
from pvd_assistant.web.rendering import kept_html, newest_html
from pvd_assistant.web.takeaway import take_away
from pvd_assistant.web.towns import Town, town_of

DAY = dt.date(2026, 11, 28)
SITE = "https://agence-cohesion-territoires.gouv.fr/"  # what the fake index says
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def assistant():
    return FakeAssistant()


def answered(talk, question, answer):
    return talk.asked(question).with_last(answer=replace(answer, question=question))


@pytest.fixture
def talk(assistant):
    tournus = town_of("71543", assistant.territory)
    talk = answered(Conversation(), "Une piscine ?", UNKNOWN)
    return answered(talk.about(tournus), "Qui paie ?", SOURCED)


def kept(talk):
    return json.loads(to_keep(talk, [e.id for e in talk.exchanges], DAY))


@pytest.fixture
def record(talk):
    return kept(talk)


def reopened(record, assistant):
    return given_back(record, assistant).conversation


def test_an_honest_conversation_comes_back_as_it_was(talk, record, assistant):
    back = given_back(record, assistant)
    assert back.unread == 0
    assert back.conversation.id == talk.id
    assert back.conversation.town == talk.town
    assert back.conversation.turns() == talk.turns()
    for before, after in zip(talk.exchanges, back.conversation.exchanges, strict=True):
        assert (after.id, after.town, after.kept_since) == (before.id, before.town, "2026-11-28")
        todays = tuple(replace(c, score=0.0, url=SITE) for c in before.answer.citations)
        whole = replace(before.answer, citations=todays, contact=after.answer.contact)
        assert after.answer == whole
        assert after.answer.contact["name"] == before.answer.contact["name"]


def test_only_answers_that_are_wanted_and_whole_are_kept(talk):
    first = talk.exchanges[0].id
    writing = talk.asked("Et combien ?").with_last(answer=SOURCED, shown=10)
    failed = writing.with_last(answer=None, problem="Pas d’index.")
    for one in (writing, failed):
        assert [e["id"] for e in kept(one)["exchanges"]] == [e.id for e in talk.exchanges]
    assert [e["id"] for e in json.loads(to_keep(talk, [first], DAY))["exchanges"]] == [first]
    assert json.loads(to_keep(Conversation(), ["a"], DAY)) == {"id": "", "exchanges": []}


def test_passages_addresses_and_contacts_do_not_leave(record):
    words = json.dumps(record, ensure_ascii=False)
    for part in ("https://", "Grenoble", "onerror"):
        assert part not in words
    assert "passage" not in record["exchanges"][1]["cited"][0]


def test_a_reopened_answer_says_its_day_and_is_not_kept_twice(record, assistant):
    conversation = reopened(record, assistant)
    html = newest_html(conversation)
    assert "Réponse du 28 novembre 2026, gardée sur votre appareil." in html
    assert "data-reopened" in html
    assert kept(conversation)["exchanges"] == []
    assert len(kept(answered(conversation, "Et combien ?", SOURCED))["exchanges"]) == 1


def test_what_the_document_says_of_itself_is_read_today(record, assistant):
    cited = record["exchanges"][1]["cited"][0]
    cited |= {"title": "Tout est gratuit", "publisher": "Personne", "updated": "2030-01-01"}
    citation = reopened(record, assistant).last.answer.citations[0]
    assert (citation.title, citation.publisher) == (
        "Cofinancement d’un poste de chef de projet",
        "Club Petites villes de demain",
    )
    assert citation.updated == "2026-11-23"


def test_a_statement_that_its_passage_does_not_hold_is_not_called_word_for_word(record, assistant):
    exchange = record["exchanges"][1]
    exchange["statements"][0]["text"] = "Le poste est payé à 100 %."
    exchange["answer"] = exchange["answer"].replace(RATE, "Le poste est payé à 100 %.")
    conversation = reopened(record, assistant)
    first, *others = conversation.last.answer.statements
    assert first.support == "unchecked"
    assert {statement.support for statement in others} == {"verbatim"}
    assert "non vérifié" in newest_html(conversation)
    assert "1 à vérifier" in newest_html(conversation)


def test_a_document_that_changed_or_went_away_is_said(record, assistant):
    parts = assistant.index.documents
    changed = copy.deepcopy(record)
    for cited in changed["exchanges"][1]["cited"]:
        if cited["document"] == GUIDE:
            cited["print"] = "0123456789"
    conversation = reopened(changed, assistant)
    answer = conversation.last.answer
    assert "Guide du programme\u00a0» a changé depuis cette réponse" in answer.warnings[-1]
    assert (answer.citations[3].passage, answer.citations[3].url) == ("", "")
    assert answer.citations[0].passage
    assert answer.statements[3].support == "unchecked"
    assert "Passage non repris" in take_away(conversation, "md", DAY).content.decode()
    assistant.index.documents = {k: v for k, v in parts.items() if k != SHEET}
    answer = reopened(record, assistant).last.answer
    assert "n’est plus dans les documents" in answer.warnings[-1]
    assert [bool(c.passage) for c in answer.citations] == [False, False, False, True]


def test_the_contact_and_the_town_come_from_our_tables(record, assistant):
    exchange = record["exchanges"][1]
    assert exchange["contact"] == "Isère"
    assert reopened(record, assistant).last.answer.contact["name"] == "Préfecture de l’Isère"
    exchange |= {"contact": MARKUP, "town": "<b>"}
    conversation = reopened(record, assistant)
    assert conversation.last.answer.contact["name"] == "Préfecture de votre département"
    assert conversation.town is None
    exchange["contact"] = None
    assert reopened(record, assistant).last.answer.contact == {}


def change(**values):
    return lambda exchange: exchange | values


def cited(**values):
    return lambda exchange: exchange | {"cited": [exchange["cited"][0] | values]}


FORGED = {
    "not an exchange": lambda _: "<script>alert(1)</script>",
    "nothing": lambda _: None,
    "an unknown field": change(html=MARKUP),
    "an id that is markup": change(id='"><script>'),
    "a status that does not exist": change(status="<b>"),
    "a family that does not exist": change(family="autre"),
    "an engine of its own": change(engine="javascript"),
    "a day that is not one": change(day="hier"),
    "a number for a question": change(question=7),
    "no question": change(question=""),
    "half a letter": change(question="\ud83d"),
    "an endless answer": change(answer="a" * 20_001),
    "endless statements": lambda e: e | {"statements": e["statements"] * 100},
    "a document out of the corpus": cited(document="../../equipe/comptes"),
    "a document at the root": cited(document="/etc/passwd"),
    "a document with a query": cited(document="offres?x"),
    "a kind that does not exist": cited(kind=MARKUP),
    "a page that is not one": cited(page="2"),
    "a fingerprint that is not one": cited(print=""),
    "a negative place": cited(start=-1),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_cannot_be_believed_is_left_out_and_counted(record, assistant, name):
    record["exchanges"][1] = FORGED[name](record["exchanges"][1])
    back = given_back(record, assistant)
    assert (len(back.conversation.exchanges), back.unread) == (1, 1)


@pytest.mark.parametrize(
    "data", [None, 3, "x", [], {}, {"exchanges": {}}, {"exchanges": "x", "id": 3}]
)
def test_anything_at_all_may_come_back(data, assistant):
    back = given_back(data, assistant)
    assert back.conversation == Conversation()
    assert back.unread == 0


def test_only_the_end_of_an_endless_conversation_is_read(record, assistant):
    one = record["exchanges"][0]
    record["exchanges"] = [one | {"id": f"{n:012x}"} for n in range(LONGEST + 5)]
    back = given_back(record, assistant)
    assert len(back.conversation.exchanges) == LONGEST
    assert back.conversation.last.id == f"{LONGEST + 4:012x}"
    record["exchanges"] = [one, one]
    assert len(reopened(record, assistant).exchanges) == 1


def test_markup_comes_back_as_text_everywhere(record, assistant):
    exchange = record["exchanges"][1]
    exchange |= {
        "question": MARKUP,
        "answer": f"{MARKUP} [1]",
        "statements": [{"text": MARKUP, "citations": [1], "support": "computed"}],
        "suggestions": [MARKUP],
        "warnings": [MARKUP],
        "engine": f"llm:{MARKUP}",
    }
    words = {"title": MARKUP, "publisher": MARKUP, "section": MARKUP, "label": "<b>"}
    exchange["cited"] = [exchange["cited"][0] | words | {"print": "0123456789"}]
    conversation = reopened(record, assistant)
    html = newest_html(conversation)
    assert html.count("&lt;img src=x onerror=alert(1)&gt;") > 8
    for tag in ("<img", "<b>", "<script"):
        assert tag not in html
    assert MARKUP in message(conversation.last.answer).body


def test_invisible_characters_are_taken_out(record, assistant):
    record["exchanges"][1]["question"] = "Qui\u202e pa\u200bie ?"
    assert reopened(record, assistant).last.question == "Qui paie ?"


def test_what_the_page_carries_is_escaped_and_never_twice_the_same(talk):
    record = to_keep(talk.with_last(question=f'">{MARKUP}'), [talk.last.id], DAY)
    html = kept_html(record)
    assert "<img" not in html
    assert html != kept_html(record)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_every_kind_of_answer_comes_back(answer, assistant):
    back = given_back(kept(answered(Conversation(), "Une question ?", answer)), assistant)
    assert back.unread == 0
    assert back.conversation.last.answer.answer == answer.answer
    assert back.conversation.last.state == "done"
    assert (answer.status in KNOWN) == (back.conversation.last.answer.status in KNOWN)


def test_a_town_is_only_a_code(record):
    assert [e["town"] for e in record["exchanges"]] == ["", "71543"]
    assert Territory.load().by_code("71543")
    assert Town("71543", "Tournus (Saône-et-Loire)", True).label not in json.dumps(record)
