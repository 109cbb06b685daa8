"""The draft of a reply: word for word from the documents, question by question, with what is not known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.errors import SettingsError
from pvd_assistant.helpdesk.drafting import draft, signature
from pvd_assistant.helpdesk.model import Draft, Taken
from pvd_assistant.helpdesk.reusing import reused
from pvd_assistant.helpdesk.sentences import one_line
from pvd_assistant.helpdesk.standing import standing
from pvd_assistant.settings import Settings

PAID = "Qui paie le poste de chef de projet Petites villes de demain ?"
ORT = "Qui signe la convention d’opération de revitalisation de territoire ?"
UNKNOWN = "Quelle est la recette du gâteau aux noix de la cantine ?"


def drafted(assistant: Assistant, *questions: str, town: str | None = None) -> Draft:
    taken = Taken("Objet", "\n".join(questions), town=town, questions=questions)
    return draft(taken, assistant, "Anne Lefort\nHelpdesk")


def test_every_statement_is_word_for_word_in_the_passage_of_its_mark(assistant: Assistant) -> None:
    made = drafted(assistant, PAID, ORT)
    passages = {one.n: one_line(one.passage) for one in made.citations}
    assert made.statements
    for statement in made.statements:
        assert statement.support == "verbatim"
        assert any(statement.text in passages[n] for n in statement.citations)
        marks = "".join(f"[{n}]" for n in statement.citations)
        assert f"{statement.text} {marks}" in made.body
    assert [one.n for one in made.citations] == list(range(1, len(made.citations) + 1))
    assert [row.name for row in standing(made, assistant.index).rows].count("verbatim") == len(
        standing(made, assistant.index).rows
    )


def test_each_question_has_its_heading_and_the_letter_its_form(assistant: Assistant) -> None:
    made = drafted(assistant, PAID, ORT, town="71543")
    lines = made.body.split("\n")
    assert lines[0] == "Madame, Monsieur,"
    assert "commune de Tournus (Saône-et-Loire)" in made.body
    assert f"Question 1 – {PAID}" in lines
    assert lines.index(f"Question 1 – {PAID}") < lines.index(f"Question 2 – {ORT}")
    assert "Préfecture de Saône-et-Loire" in made.body
    assert made.body.endswith("Bien cordialement,\nAnne Lefort\nHelpdesk")


def test_a_single_question_has_no_heading(assistant: Assistant) -> None:
    assert "Question 1" not in drafted(assistant, PAID).body


def test_a_question_without_an_answer_says_so_and_is_listed(assistant: Assistant) -> None:
    made = drafted(assistant, PAID, UNKNOWN)
    assert made.unanswered == (UNKNOWN,)
    after = made.body.partition(UNKNOWN)[2]
    assert "Nous n’avons pas trouvé" in after
    alone = drafted(assistant, UNKNOWN)
    assert alone.statements == ()
    assert "Voici ce que disent" not in alone.body


def test_no_sentence_is_said_twice(assistant: Assistant) -> None:
    made = drafted(assistant, PAID, f"{PAID[:-2]}, s’il vous plaît ?")
    assert all(made.body.count(statement.text) == 1 for statement in made.statements)
    assert "plus haut" in made.body


def test_without_a_question_the_reply_is_to_be_written(assistant: Assistant) -> None:
    assert re.search(r"\[Réponse à écrire", drafted(assistant).body)


def test_tables_are_written_row_by_row(assistant: Assistant) -> None:
    for question in (
        "Quelle différence entre l’ORT et le fonds vert ?",
        f"{PAID[:-2]}, taux et plafond ?",
    ):
        made = drafted(assistant, question)
        assert "| ---" not in made.body
        assert "\n## " not in made.body
        assert not re.search(r"^- .*[:;|]\s*$", made.body, re.M)


def test_the_signature_is_that_of_the_club_or_of_a_file(tmp_path: Path) -> None:
    assert signature(Settings(), "Anne Lefort").startswith("Anne Lefort\n")
    own = tmp_path / "signature.txt"
    own.write_text("{name}, au Club {toujours}", "utf-8")
    assert signature(Settings(helpdesk_signature=own), "Anne") == "Anne, au Club {toujours}"
    with pytest.raises(SettingsError, match="PVD_HELPDESK_SIGNATURE"):
        signature(Settings(helpdesk_signature=tmp_path / "absent.txt"), "Anne")


def test_an_earlier_reply_is_taken_up_without_what_was_of_its_letter(assistant: Assistant) -> None:
    earlier = drafted(assistant, PAID, town="71543")
    sent = earlier.body.replace("Madame, Monsieur,", "Madame Durand,").replace(
        "Nous restons", "Votre collègue M. Petit (03 85 00 00 00) a écrit aussi.\n\nNous restons"
    )
    again = reused(
        Draft(**{n: getattr(earlier, n) for n in Draft.__slots__} | {"body": sent}), "", "Marc"
    )
    for gone in ("Tournus", "Saône-et-Loire", "Durand", "M. Petit", "03 85", "Anne Lefort"):
        assert gone not in again.body
    assert all(statement.text in again.body for statement in earlier.statements)
    assert again.citations == earlier.citations
    assert again.body.endswith("Bien cordialement,\nMarc")
