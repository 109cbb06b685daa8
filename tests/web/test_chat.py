from dataclasses import replace

import pytest
from fakes import ANSWERS, PARTIAL, SOURCED, UNKNOWN, FakeAssistant

from pvd_assistant.errors import IndexMissingError, UsageError
from pvd_assistant.model import Filters
from pvd_assistant.settings import Settings
from pvd_assistant.web.chat import ask, checked
from pvd_assistant.web.conversation import Conversation
from pvd_assistant.web.service import Service
from pvd_assistant.web.towns import Town


@pytest.fixture
def assistant():
    return FakeAssistant()


@pytest.fixture
def service(assistant):
    return Service(Settings(), assistant)


def states(service, question, talk=None, filters=None):
    asked = (talk or Conversation()).asked(question)
    return [asked, *ask(service, asked, filters or Filters(), pace=0)]


def test_an_answer_grows_statement_by_statement(service):
    growing = states(service, "Qui paie ?")
    assert growing[0].last.state == "searching"
    assert [talk.last.state for talk in growing[1:-1]] == ["writing"] * (len(growing) - 2)
    shown = [talk.last.shown for talk in growing[1:-1]]
    assert len(shown) >= 3
    assert shown == sorted(shown)
    assert growing[-1].last.state == "done"
    assert growing[-1].last.answer.answer == SOURCED.answer


def test_a_follow_up_question_carries_the_conversation_and_the_filters(service, assistant):
    talk = states(service, "Qui paie ?")[-1]
    wanted = Filters(kinds=("offre",))
    states(service, "Et après ?", talk, wanted)
    question, history, filters = assistant.asked[-1]
    assert question == "Et après ?"
    assert [turn.role for turn in history] == ["user", "assistant"]
    assert filters == wanted


def test_only_the_end_of_a_long_conversation_is_carried(assistant):
    service = Service(Settings(history_limit=2), assistant)
    talk = Conversation()
    for question in ("Une ?", "Deux ?", "Trois ?"):
        talk = states(service, question, talk)[-1]
    assert [turn.content for turn in assistant.asked[-1][1]] == ["Deux ?", SOURCED.answer]


def test_nothing_is_carried_when_the_history_is_switched_off(assistant):
    service = Service(Settings(history_limit=0), assistant)
    states(service, "Deux ?", states(service, "Une ?")[-1])
    assert assistant.asked[-1][1] == ()


def test_without_an_index_the_answer_says_what_to_run(service, assistant):
    assistant.failure = IndexMissingError("index.missing", path="index")
    last = states(service, "Qui paie ?")[-1].last
    assert last.state == "failed"
    assert "pvd-assistant index" in last.problem


def test_an_unforeseen_error_is_told_in_french_and_logged(service, assistant, caplog):
    assistant.failure = RuntimeError("boom")
    last = states(service, "Qui paie ?")[-1].last
    assert last.state == "failed"
    assert "erreur inattendue" in last.problem
    assert "boom" not in last.problem
    assert "boom" in caplog.text


@pytest.mark.parametrize("question", ["", "   \n", None, "?!…", "\u200b\u200b"])
def test_an_empty_question_gets_one_clear_message(question):
    with pytest.raises(UsageError, match="question est vide"):
        checked(question, 4000)


def test_a_question_of_twenty_thousand_characters_gets_one_clear_message():
    with pytest.raises(UsageError) as caught:
        checked("a" * 20_000, 4000)
    assert "20\u202f000 caractères" in str(caught.value)
    assert "4\u202f000" in str(caught.value)


def test_a_question_made_of_markup_gets_one_clear_message():
    with pytest.raises(UsageError, match="code ou des balises"):
        checked("<script>alert(1)</script>", 4000)


def test_markup_around_a_question_is_taken_away():
    assert checked("<b>Qui paie</b> le poste ?", 4000) == "Qui paie le poste ?"


class WritingAssistant(FakeAssistant):
    """Writes its answer as a language model does, statement after statement."""

    def stream(self, question, **asked):
        yield from SOURCED.statements[:2]
        yield replace(PARTIAL, question=question)


def test_what_a_language_model_writes_is_shown_as_it_is_verified():
    service = Service(Settings(llm_url="http://127.0.0.1:1/v1"), WritingAssistant())
    growing = states(service, "Qui paie ?")
    assert [len(talk.last.drafted) for talk in growing] == [0, 1, 2, 0]
    assert [talk.last.state for talk in growing] == ["searching", "writing", "writing", "done"]
    assert growing[-1].last.answer.answer == PARTIAL.answer


def test_a_long_answer_does_not_keep_its_reader_waiting(service, assistant, monkeypatch):
    pauses = []
    monkeypatch.setattr("pvd_assistant.web.chat.time.sleep", pauses.append)
    lines = "\n".join(f"Une phrase. [{n}]" for n in range(1, 80))
    monkeypatch.setitem(ANSWERS, "longue", replace(SOURCED, answer=lines, statements=()))
    list(ask(service, Conversation().asked("Une réponse longue ?"), Filters(), pace=0.12))
    assert len(pauses) > 70
    assert sum(pauses) < 1.3


def test_a_town_said_in_a_question_is_kept_and_gives_its_prefecture(service, monkeypatch):
    talk = states(service, "Ma commune de Tournus veut une piscine.")[-1]
    assert talk.town.label == "Tournus (Saône-et-Loire)"
    monument = replace(UNKNOWN, contact={"name": "Préfecture de votre département"})
    monkeypatch.setitem(ANSWERS, "monument", monument)
    last = states(service, "Et un monument ?", talk)[-1].last
    assert last.town == talk.town
    assert last.answer.contact["name"] == "Préfecture de Saône-et-Loire"


def test_the_town_that_was_asked_for_is_kept(service):
    talk = states(service, "Dans laquelle ?")[-1]
    assert talk.town is None
    assert states(service, "Tournus", talk)[-1].town.code == "71543"


def test_a_question_is_shown_and_kept_as_it_was_typed(service, assistant, monkeypatch):
    monkeypatch.setattr(
        "pvd_assistant.web.chat.naming", lambda question, *_: f"{question} (Tournus)"
    )
    talk = Conversation().about(Town("71543", "Tournus (Saône-et-Loire)", True))
    last = states(service, "Sommes-nous dedans ?", talk)[-1].last
    assert assistant.asked[-1][0] == "Sommes-nous dedans ? (Tournus)"
    assert (last.question, last.answer.question) == ("Sommes-nous dedans ?", "Sommes-nous dedans ?")
