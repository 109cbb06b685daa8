"""A sentence of a document put in a reply, or given to a sentence as its source."""

from __future__ import annotations

import pytest
from replies import DRAFTED, LIMIT, RATE, cited, reply

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.errors import RequestError
from pvd_assistant.helpdesk.inserting import Where, insert, passage_named
from pvd_assistant.helpdesk.model import Draft
from pvd_assistant.helpdesk.sentences import one_line
from pvd_assistant.helpdesk.standing import standing

LETTER = reply("Voici ce que disent les documents.", *DRAFTED)


def inserted(assistant: Assistant, where: Where, letter: Draft = LETTER) -> tuple[str, Draft]:
    passage, unit, _ = cited(assistant.index, "chef de projet")
    words = one_line(passage.unit_text(passage.units[unit]))
    return words, insert(letter, passage, unit, where, assistant.index)


def test_at_the_end_it_comes_before_the_signature(assistant: Assistant) -> None:
    words, changed = inserted(assistant, Where())
    assert f"- {LIMIT} [2]\n{words} [3]\n\nBien cordialement," in changed.body
    assert changed.citations[2].n == 3
    assert [row.name for row in standing(changed, assistant.index).rows][-1] == "verbatim"


def test_after_a_sentence(assistant: Assistant) -> None:
    words, changed = inserted(assistant, Where.read("after:0", ""))
    assert f"{RATE} [1]\n{words} [3]\n- {LIMIT} [2]" in changed.body


def test_in_the_place_of_a_sentence(assistant: Assistant) -> None:
    words, changed = inserted(assistant, Where.read("replace:1", ""))
    assert LIMIT not in changed.body
    assert f"- {words} [3]" in changed.body


def test_as_the_source_of_a_sentence_whose_words_stay(assistant: Assistant) -> None:
    words, changed = inserted(assistant, Where.read("source:0", ""))
    assert f"{RATE} [3]" in changed.body
    assert words not in changed.body


def test_where_somebody_was_writing_but_never_within_a_word(assistant: Assistant) -> None:
    at = LETTER.body.index("documents.") + 3
    words, changed = inserted(assistant, Where.read("cursor", str(at)))
    assert f"documents. {words} [3]\n" in changed.body
    words, changed = inserted(assistant, Where.read("cursor", "999999"))
    assert changed.body.endswith(f"{words} [3]")


def test_a_source_that_is_there_already_keeps_its_number(assistant: Assistant) -> None:
    _, once = inserted(assistant, Where())
    words, twice = inserted(assistant, Where.read("after:0", ""), once)
    assert len(twice.citations) == 3
    assert twice.body.count(f"{words} [3]") == 2


@pytest.mark.parametrize("words", ["", "after:", "after:99", "replace:-1", "nowhere:1", "cursor"])
def test_a_place_that_makes_no_sense_is_the_end(assistant: Assistant, words: str) -> None:
    _, changed = inserted(assistant, Where.read(words, "x"))
    assert changed.body == inserted(assistant, Where())[1].body


def test_a_reply_that_is_still_empty(assistant: Assistant) -> None:
    words, changed = inserted(assistant, Where(), Draft(""))
    assert changed.body.strip() == f"{words} [1]"


@pytest.mark.parametrize("name", ["", "x|0", "offres/ort#0:0-1|0", "|", "offres/ort#0:0-1|-1"])
def test_a_passage_that_is_not_there_is_refused(assistant: Assistant, name: str) -> None:
    with pytest.raises(RequestError, match="n’est plus dans les documents"):
        passage_named(name, assistant.index)


def test_a_passage_is_found_by_its_name(assistant: Assistant) -> None:
    passage, unit, _ = cited(assistant.index, "chef de projet")
    assert passage_named(f"{passage.id}|{unit}", assistant.index) == (passage, unit)
    with pytest.raises(RequestError):
        passage_named(f"{passage.id}|{len(passage.units)}", assistant.index)
