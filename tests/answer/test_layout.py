"""The form of an answer follows the question: headings, steps, tables, lists, admissions."""

from __future__ import annotations

import re

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.comparison import compared
from pvd_assistant.answer.sections import heading, project_title
from pvd_assistant.evaluation.answers import score
from pvd_assistant.evaluation.questions import Expectation, Question
from pvd_assistant.model import HEADING, Answer


def _headings(answer: Answer) -> list[str]:
    lines = answer.answer.splitlines()
    return [line.removeprefix(HEADING) for line in lines if line.startswith(HEADING)]


def _under(answer: Answer, title: str) -> str:
    return answer.answer.split(f"{HEADING}{title}\n", 1)[1].split(HEADING)[0]


def _check(assistant: Assistant, question: str) -> None:
    """Every statement is in a passage it cites, and every number of the text is accounted for."""
    expect = Expectation(statuses=("answered", "partial"))
    result = score(assistant, Question("q", question, family="offer", style="plain", expect=expect))
    assert (result.verbatim, result.grounded, result.numbers) == (1.0, 1.0, 1.0), result.answer


def test_each_question_of_a_message_is_answered_under_its_own_heading(expert: Assistant) -> None:
    question = (
        "Qui paie le poste de chef de projet ? "
        "Et enfin, le DIIF est-il possible sans opération de revitalisation de territoire ?"
    )

    answer = expert.ask(question)

    first, second = _headings(answer)
    assert first == "Qui paie le poste de chef de projet ?"
    assert second.startswith("Le DIIF est-il possible")
    assert "75\u202f%" in _under(answer, first)
    assert "DIIF" in _under(answer, second)
    assert "chef de projet" not in _under(answer, second)
    _check(expert, question)


def test_a_single_question_has_no_heading(expert: Assistant) -> None:
    assert not _headings(expert.ask("Combien pour un poste de chef de projet ?"))


def test_a_heading_loses_markup_and_is_cut_at_a_word() -> None:
    title = heading("et enfin, **combien** [3] " + "de logements " * 20)

    assert title.startswith("Combien de logements")
    assert title.endswith(" …")
    assert len(title) <= 112
    assert not re.search(r"[*\[\]|]", title)


def test_steps_are_numbered_as_in_their_document_and_complete(expert: Assistant) -> None:
    question = "Comment demander le cofinancement du chef de projet ?"

    lines = expert.ask(question).answer.splitlines()

    steps = [line for line in lines if re.match(r"\d\. ", line)]
    assert [int(step[0]) for step in steps] == [1, 2, 3, 4]
    assert "Signer la convention d’adhésion" in steps[0]
    assert "la renouveler chaque année" in steps[-1]
    _check(expert, question)


def test_an_amount_asked_for_comes_first(expert: Assistant) -> None:
    answer = expert.ask("Quel est le taux du cofinancement du chef de projet ?")

    assert re.search(r"\d\s?(€|%)", answer.statements[0].text)


@pytest.mark.parametrize(
    "question", ["VIR ou DIIF ?", "Quelle différence entre la VIR et le DIIF ?"]
)
def test_two_sheets_are_compared_in_a_table(expert: Assistant, question: str) -> None:
    answer = expert.ask(question)

    rows = [line for line in answer.answer.splitlines() if line.startswith("| ")]
    assert "Vente d’immeuble à rénover (VIR)" in rows[0]
    assert "(DIIF)" in rows[0]
    assert {"En clair", "Pour qui", "Quand", "Comment"} <= {
        row.split("|")[1].strip() for row in rows
    }
    for row in rows[2:]:
        assert re.findall(r"\[\d+\]", row), row
    _check(expert, question)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("comparer le fonds vert et la DETR", ("fonds vert", "DETR")),
        ("ORT ou OPAH-RU : que choisir ?", ("ORT", "OPAH-RU")),
        ("Je dois choisir entre l’ORT et l’OPAH", ("ORT", "OPAH")),
        ("Qui paie le chef de projet ?", None),
    ],
)
def test_what_is_compared(question: str, names: tuple[str, str] | None) -> None:
    assert compared(question) == names


def test_a_comparison_without_both_sheets_stays_plain(expert: Assistant) -> None:
    assert "| ---" not in expert.ask("ORT ou bail commercial ?").answer


def test_the_card_of_a_project_names_the_towns_and_the_themes(expert: Assistant) -> None:
    metadata = expert.index.documents["projets/p009-lagnieu"].metadata

    assert project_title(metadata).startswith("Lagnieu, Meximieux (Ain) — ingénierie, friches")


def test_a_frequent_question_that_is_the_same_gives_its_reply_first(expert: Assistant) -> None:
    answer = expert.ask("Peut-on cumuler Action cœur de ville et Petites villes de demain ?")

    assert answer.answer.startswith("Réponse du Club à cette question fréquente :\nNon\u00a0: ")
    assert answer.citations[0].document == "faq/action-coeur-de-ville-et-pvd"


def test_another_question_is_not_taken_for_a_frequent_one(expert: Assistant) -> None:
    answer = expert.ask("Qui paie le poste de chef de projet ?")

    assert "question fréquente" not in answer.answer


def test_an_amount_asked_that_is_not_established_is_said(expert: Assistant) -> None:
    answer = expert.ask("Quel est le montant de l’aide du DIIF ?")

    assert answer.status == "partial"
    assert "n’est pas établi" in answer.statements[0].text
    assert any("n’est pas établi" in warning for warning in answer.warnings)


@pytest.mark.parametrize(
    ("question", "false"),
    [
        ("Le programme verse 50 000 € par habitant pour le chef de projet, comment faire ?", True),
        ("L’État paie 92 % du poste de chef de projet, comment le demander ?", True),
        ("L’État paie 75 % du poste de chef de projet, comment le demander ?", False),
        ("Notre projet coûte 987 654 € : qui paie le chef de projet ?", False),
    ],
)
def test_an_amount_taken_for_granted_is_confirmed_or_not(
    expert: Assistant, question: str, false: bool
) -> None:
    answer = expert.ask(question)

    assert answer.answer.startswith("Aucun document ne dit cela") is false
    assert answer.status == ("partial" if false else "answered")


def test_sources_that_differ_are_warned_of(expert: Assistant) -> None:
    answer = expert.ask("Quel taux de cofinancement pour le chef de projet, 70 ou 75 % ?")

    assert any("Crédit agricole" in statement.text for statement in answer.statements)
    assert any("ne disent pas la même chose" in warning for warning in answer.warnings)


def test_an_unknown_answer_says_why_whom_to_ask_and_what_to_do_next(expert: Assistant) -> None:
    answer = expert.ask("Quel est le numéro de téléphone de la pharmacie de garde ?")

    assert answer.status == "unknown"
    assert "parlent d’autre chose" in answer.answer or "ne parle de cela" in answer.answer
    assert "Préfecture de votre département" in answer.answer
    assert "préparer un message" in answer.answer
