"""Conversations of several turns, with the assistant's own answers in between."""

from __future__ import annotations

import re

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.model import Answer, Turn

_FRICHES = "Quelles offres pour les friches ?"


def _talk(assistant: Assistant, *questions: str) -> list[Answer]:
    history: list[Turn] = []
    answers = []
    for question in questions:
        answers.append(assistant.ask(question, history=history))
        history += [Turn("user", question), Turn("assistant", answers[-1].answer)]
    return answers


def _cited(answer: Answer) -> list[str]:
    return [answer.citations[n - 1].document for s in answer.statements for n in s.citations]


def test_an_item_of_the_list_is_the_one_asked_about(expert: Assistant) -> None:
    listed, second, how = _talk(expert, _FRICHES, "et le deuxième ?", "comment le demander ?")
    named = _cited(listed)[1]

    assert _cited(second)[0] == named
    assert named in _cited(how)


def test_an_item_that_is_not_there_is_asked_back(expert: Assistant) -> None:
    *_, ninth = _talk(expert, _FRICHES, "le neuvième ?", "le 9e, c’est quoi ?")

    assert ninth.status == "clarify"
    assert not ninth.citations


@pytest.mark.parametrize("message", ["quel montant ?", "jusqu’à quand ?", "tu peux détailler ?"])
def test_which_of_a_list_is_asked_back_by_name(expert: Assistant, message: str) -> None:
    listed, back = _talk(expert, _FRICHES, message)

    assert back.status == "clarify"
    assert not back.statements
    assert all(c.title in back.answer for c in listed.citations[:2])


def test_a_choice_is_left_to_the_reader(expert: Assistant) -> None:
    *_, choice, first = _talk(
        expert, "VIR ou DIIF ?", "lequel est le mieux pour nous ?", "le premier"
    )

    assert choice.status == "clarify"
    assert "(VIR)" in choice.answer
    assert "(DIIF)" in choice.answer
    assert "offres/vente-immeuble-renover" in _cited(first)


def test_sources_are_those_of_the_answer_with_numbers_of_their_own(assistant: Assistant) -> None:
    first, _, sources = _talk(assistant, "C’est quoi une ORT ?", "merci", "la source ?")

    assert set(_cited(sources)) <= set(_cited(first))
    assert "vérifié le 23 novembre 2026" in sources.answer
    assert set(map(int, re.findall(r"\[(\d+)\]", sources.answer))) == {
        c.n for c in sources.citations
    }


def test_what_else_there_is_was_not_said_before(assistant: Assistant) -> None:
    first, more = _talk(assistant, "C’est quoi une ORT ?", "tu peux détailler ?")

    assert more.statements
    assert not {s.text for s in first.statements} & {s.text for s in more.statements}
    assert "offres/ort" in _cited(more)


def test_a_complete_list_is_said_to_be(expert: Assistant) -> None:
    *_, more = _talk(expert, _FRICHES, "et le premier ?", "et les autres ?")

    assert more.status == "clarify"
    assert "La liste est complète" in more.answer


def test_a_summary_says_less(assistant: Assistant) -> None:
    first, brief = _talk(assistant, "C’est quoi une ORT ?", "résume")

    assert 0 < len(brief.statements) < len(first.statements)
    assert brief.statements[0].text == first.statements[0].text


def test_an_example_is_a_project_on_the_subject(expert: Assistant) -> None:
    *_, example, elsewhere = _talk(
        expert, "C’est quoi une ORT ?", "un exemple ?", "et en Occitanie ?"
    )

    assert all(name.startswith("projets/") for name in _cited(example))
    assert set(_cited(elsewhere)) == {"projets/p083-eauze"}


def test_no_example_rather_than_a_project_on_something_else(assistant: Assistant) -> None:
    _, example = _talk(
        assistant,
        "C’est quoi le volontariat territorial en administration ?",
        "qui l’a déjà fait ?",
    )

    assert example.status == "unknown"
    assert "volontariat territorial en administration" in example.answer
    assert not example.statements


def test_what_holds_everywhere_is_said_to(assistant: Assistant) -> None:
    _, there = _talk(assistant, "Quel est le montant de l’aide pour un VTA ?", "et en Bretagne ?")

    assert "rien de propre à ce lieu (en Bretagne)" in there.answer
    assert "15\u202f000" in there.answer or "15 000" in there.answer


@pytest.mark.parametrize("message", ["pourquoi ?", "un exemple ?", "la source ?", "d’autres ?"])
def test_nothing_is_stated_when_nothing_was_asked_before(
    assistant: Assistant, message: str
) -> None:
    answer = assistant.ask(message)

    assert answer.status == "clarify"
    assert not answer.statements


def test_why_a_town_is_not_in_is_answered_by_what_was_asked_of_towns(assistant: Assistant) -> None:
    _, why = _talk(assistant, "Mâcon est-elle dans le programme ?", "pourquoi ?")

    assert "ne disent pas pourquoi une commune en particulier" in why.answer
    assert "20\u202f000" in why.answer or "20 000" in why.answer
