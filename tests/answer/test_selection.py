"""Which statements go together, and which one comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.selection import select, step_number
from pvd_assistant.answer.sharing import by_question
from pvd_assistant.answer.understanding import Understanding, understand
from pvd_assistant.model import Filters


def _found(assistant: Assistant, question: str) -> tuple[Understanding, list[Candidate]]:
    evidence = assistant.evidence(understand(question), Places(), Filters())
    return evidence.understood, evidence.found


def test_statements_are_shared_by_the_question_they_answer(expert: Assistant) -> None:
    _, found = _found(expert, "Qui paie le chef de projet ? Que coûte la VIR ?")
    chosen = [
        next(c for c in found if c.passage.document == "offres/vente-immeuble-renover"),
        next(c for c in found if c.passage.document == "offres/chef-de-projet"),
    ]
    level = [np.zeros(len(found)), np.zeros(len(found))]

    pay, cost = by_question(
        ("Qui paie le chef de projet ?", "Que coûte la VIR ?"), chosen, found, level, expert.index
    )

    assert [c.passage.document for c in pay] == ["offres/chef-de-projet"]
    assert [c.passage.document for c in cost] == ["offres/vente-immeuble-renover"]


def test_a_definition_read_in_its_sheet_leads_the_question_it_answers(expert: Assistant) -> None:
    questions = ("Qui paie le chef de projet ?", "Qu’est-ce que la VIR ?")
    _, found = _found(expert, " ".join(questions))
    of_vir = [c for c in found if c.passage.document == "offres/vente-immeuble-renover"]
    of_post = next(c for c in found if c.passage.document == "offres/chef-de-projet")
    definition = replace(of_vir[0])  # not one of those found
    level = [np.zeros(len(found)), np.zeros(len(found))]

    pay, what = by_question(questions, [definition, of_post, of_vir[1]], found, level, expert.index)

    assert pay == [of_post]
    assert what[0] is definition


def test_a_slightly_lower_statement_with_the_amount_leads(expert: Assistant) -> None:
    understood, found = _found(expert, "Quel est le taux du cofinancement du chef de projet ?")
    without = next(i for i, c in enumerate(found) if not c.met)
    amount = next(i for i, c in enumerate(found) if "amount" in c.met)
    scores = np.full(len(found), -9.0)
    scores[without], scores[amount] = 1.0, 0.8

    assert select(understood, found, scores)[0] is found[amount]
    scores[amount] = 0.2
    assert select(understood, found, scores)[0] is found[without]


def test_the_steps_of_a_list_come_together_and_in_order_from_all_its_passages(
    expert: Assistant,
) -> None:
    understood, found = _found(expert, "Comment demander le cofinancement du chef de projet ?")
    steps = [c for c in found if step_number(c) and c.passage.document == "offres/chef-de-projet"]
    cut = [replace(c, hit=replace(c.hit, passage=replace(c.passage, id=c.text))) for c in steps]
    scores = np.array([float(-n) for n, _ in enumerate(cut)][::-1])

    chosen = select(understood, cut, scores)

    assert [step_number(c) for c in chosen if step_number(c)] == list(range(1, len(steps) + 1))


def test_a_step_that_was_not_found_is_read_in_its_document(expert: Assistant) -> None:
    understood, found = _found(expert, "Comment demander le cofinancement du chef de projet ?")
    steps = [c for c in found if step_number(c) and c.passage.document == "offres/chef-de-projet"]
    elsewhere = replace(steps[0].passage, id="elsewhere")
    part = [replace(c, hit=replace(c.hit, passage=elsewhere)) for c in steps[-2:]]

    chosen = select(understood, part, np.array([1.0, 0.9]), index=expert.index)

    assert {c.text for c in steps} <= {c.text for c in chosen}


def test_the_number_of_a_step_is_the_one_of_its_document(expert: Assistant) -> None:
    _, found = _found(expert, "Comment demander le cofinancement du chef de projet ?")

    numbers = {
        c.text[:24]: step_number(c)
        for c in found
        if c.passage.document == "offres/chef-de-projet" and c.role == "how"
    }

    assert numbers["Signer la convention d’a"] == 1
    assert all(not step_number(c) for c in found if c.unit.kind != "item")


def test_what_a_town_did_comes_before_what_presents_it_unless_that_is_asked(
    expert: Assistant,
) -> None:
    understood, found = _found(expert, "Que fait Joigny de son centre ancien et de ses façades ?")
    of_joigny = [c for c in found if c.passage.document == "projets/p020-joigny"]
    town = next(c for c in of_joigny if c.passage.headings[-1] == "La ville")
    deed = next(c for c in of_joigny if c.passage.headings[-1] != "La ville")
    scores = np.array([1.0, 0.8])

    assert select(understood, [town, deed], scores)[0] is deed
    asked = understand("Combien Joigny compte-t-elle d’habitants ?")
    assert select(asked, [town, deed], scores)[0] is town


def test_what_a_town_did_has_more_room_than_a_rule(expert: Assistant) -> None:
    understood, found = _found(expert, "Que fait Joigny de son centre ancien et de ses façades ?")
    of_joigny = [c for c in found if c.passage.document == "projets/p020-joigny"]
    others = [c for c in found if not c.passage.document.startswith("projets/")]
    ordinary = len(select(understood, others, np.zeros(len(others))))

    assert len(select(understood, of_joigny, np.zeros(len(of_joigny)))) > ordinary
