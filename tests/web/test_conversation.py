from fakes import SOURCED

from pvd_assistant.model import Turn
from pvd_assistant.web.conversation import LONGEST, Conversation, Vote


def test_a_conversation_goes_through_searching_writing_and_done():
    asked = Conversation().asked("Qui paie ?")
    assert asked.last.state == "searching"
    writing = asked.with_last(answer=SOURCED, shown=10)
    assert writing.last.state == "writing"
    assert writing.with_last(shown=None).last.state == "done"
    assert asked.with_last(problem="Pas d’index.").last.state == "failed"


def test_only_answered_questions_are_remembered():
    talk = Conversation().asked("Perdue ?").with_last(problem="Pas d’index.")
    talk = talk.asked("Qui paie ?").with_last(answer=SOURCED).asked("Et après ?")
    assert talk.turns() == (Turn("user", "Qui paie ?"), Turn("assistant", SOURCED.answer))


def test_a_vote_goes_to_its_answer():
    talk = Conversation().asked("Une ?").asked("Deux ?")
    first, second = talk.exchanges
    voted = talk.voted(first.id, Vote(useful=True))
    assert voted.find(first.id).vote == Vote(useful=True)
    assert voted.find(second.id).vote is None
    assert voted.find("inconnu") is None


def test_a_long_conversation_loses_its_oldest_exchanges():
    talk = Conversation()
    for number in range(LONGEST + 3):
        talk = talk.asked(f"Question {number} ?")
    assert len(talk.exchanges) == LONGEST
    assert talk.exchanges[0].question == "Question 3 ?"
