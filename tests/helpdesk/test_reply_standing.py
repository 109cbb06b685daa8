"""How the sentences of a reply stand once somebody has changed it."""

from __future__ import annotations

import pytest
from replies import DRAFTED, LIMIT, RATE, cited, reply, source

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.helpdesk.sentences import inside, one_line, sentences
from pvd_assistant.helpdesk.standing import Standing, standing
from pvd_assistant.model import Statement


def names(found: Standing) -> list[str]:
    return [row.name for row in found.rows]


def test_a_letter_is_read_sentence_by_sentence() -> None:
    letter = reply("Intro. Deuxième phrase [1]. Suite.", "1. Étape [2][1]", "", f"{RATE} [1]").body
    body = [s for s in sentences(letter) if s.place == "body"]
    assert [(s.text, s.marks) for s in body] == [
        ("Intro.", ()),
        ("Deuxième phrase", (1,)),
        ("Suite.", ()),
        ("Étape", (2, 1)),
        (RATE, (1,)),
    ]
    assert [letter[s.start : s.start + len(s.text)] for s in body] == [s.text for s in body]
    start, end = inside(letter)
    assert letter[:start].strip() == "Madame, Monsieur,"
    assert letter[end:].startswith("Bien cordialement,")


def test_a_statement_of_several_sentences_is_one() -> None:
    both = "Le taux est de 75 %. Il est plafonné."
    found = standing(reply(f"{both} [1]", statements=(Statement(both, (1,)),)), None)
    assert names(found) == ["verbatim"]


def test_the_draft_stands_word_for_word() -> None:
    found = standing(reply("Voici ce que disent les documents.", *DRAFTED), None)
    assert names(found) == ["verbatim", "verbatim"]
    assert found.kept == 1
    assert found.assisted
    assert found.dropped == ()


@pytest.mark.parametrize(
    "line",
    [
        "Nous restons à votre disposition.",
        "Question 1 – Qui paie ?",
        "Conditions :",
        "Merci de votre message.",
    ],
)
def test_what_states_nothing_needs_no_source(line: str) -> None:
    assert standing(reply(line), None).rows == ()


def test_what_somebody_wrote_without_a_source_is_told_apart() -> None:
    found = standing(reply(*DRAFTED, "La région double la mise."), None)
    assert names(found) == ["verbatim", "verbatim", "edited_unsourced"]
    assert found.kept == pytest.approx(2 / 3)


def test_a_statement_that_lost_its_mark_has_no_source() -> None:
    assert names(standing(reply(RATE), None)) == ["edited_unsourced"]


def test_a_rewritten_reply_is_no_longer_the_assistants() -> None:
    mine = ("Le taux est de 75 % du coût. [1]", "Le plafond est de 45 000 €. [1]", f"{LIMIT} [2]")
    found = standing(reply(*mine), None)
    assert found.kept == pytest.approx(1 / 3)
    assert not found.assisted
    assert found.dropped == (Statement(RATE, (1,)),)


def test_a_changed_statement_is_compared_with_its_passage(assistant: Assistant) -> None:
    index = assistant.index
    passage, unit, citation = cited(index, "45\u202f000\u202f€")
    words = one_line(passage.unit_text(passage.units[unit]))
    stated = {"statements": (Statement(words, (1,)),), "citations": (citation,)}
    same = standing(reply(f"{words} [1]", **stated), index)
    assert names(same) == ["verbatim"]
    assert same.gone == ()
    wrong = standing(reply(f"{words.replace('45', '77')} [1]", **stated), index)
    assert names(wrong) == ["edited_unsupported"]
    assert wrong.rows[0].was == Statement(words, (1,))


def test_a_sentence_copied_by_hand_from_its_source_is_word_for_word(assistant: Assistant) -> None:
    passage, unit, citation = cited(assistant.index, "chef de projet")
    words = one_line(passage.unit_text(passage.units[unit]))
    found = standing(reply(f"{words} [1]", statements=(), citations=(citation,)), assistant.index)
    assert names(found) == ["verbatim"]
    assert not found.assisted  # a person quoted it


def test_a_passage_that_changed_is_told(assistant: Assistant) -> None:
    found = standing(reply(*DRAFTED, citations=(source(1), source(2, LIMIT))), assistant.index)
    assert found.gone == (1, 2)
