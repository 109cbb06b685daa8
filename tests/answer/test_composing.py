"""What the text of an answer is made of."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.candidates import Candidate
from pvd_assistant.answer.composing import Draft, Section, citation, compose, drafts, suggestions
from pvd_assistant.answer.places import Places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.model import Filters


def _draft(assistant: Assistant, number: int, **changes: object) -> Draft:
    passage = assistant.index.passages_of("offres/chef-de-projet")[number]
    return Draft(passage.unit_text(passage.units[0]), (passage,), **changes)  # type: ignore[arg-type]


def test_headings_notes_and_steps_are_not_statements(expert: Assistant) -> None:
    first, second = _draft(expert, 0), _draft(expert, 1, step=2)
    sections = (Section((first,), title="Qui paie ?", note="Voici :"), Section((second,)))

    composed = compose(sections, expert.index)

    assert composed.text.splitlines() == [
        "## Qui paie ?",
        "Voici :",
        f"{first.text} [1]",
        f"2. {second.text} [2]",
    ]
    assert [statement.text for statement in composed.statements] == [first.text, second.text]


def test_a_passage_keeps_its_number_from_one_section_to_the_next(expert: Assistant) -> None:
    draft = _draft(expert, 0)

    composed = compose((Section((draft,)), Section((draft,), title="Encore")), expert.index)

    assert [citation.n for citation in composed.citations] == [1]
    assert [statement.citations for statement in composed.statements] == [(1,), (1,)]


def test_each_cell_of_a_table_is_a_statement_and_a_missing_one_is_shown(expert: Assistant) -> None:
    draft = _draft(expert, 0)
    table = Section(columns=("VIR", "DIIF"), rows=(("Pour qui", (draft, None)),))

    composed = compose((table,), expert.index)

    assert composed.text.splitlines() == [
        "|  | VIR | DIIF |",
        "| --- | --- | --- |",
        f"| Pour qui | {draft.text} [1] | — |",
    ]
    assert len(composed.statements) == 1


def _rows(assistant: Assistant) -> list[Candidate]:
    evidence = assistant.evidence(
        understand("Quel est le taux du cofinancement du chef de projet ?"), Places(), Filters()
    )
    return [c for c in evidence.found if c.unit.kind == "row" and c.unit.header]


def test_the_rows_of_a_table_stand_together_under_its_columns(expert: Assistant) -> None:
    first, second = _rows(expert)[:2]
    other = _draft(expert, 0)

    found = drafts([second, first])
    text = compose((Section((*found, other)),), expert.index).text.splitlines()

    assert first.unit.header
    assert text[0] == f"| {first.unit.header} |"
    assert set(text[1]) <= set("| -")
    assert [line.rpartition(" [")[0] for line in text[2:4]] == [
        f"| {row.text}"
        for row in sorted((first, second), key=lambda c: c.passage.start + c.unit.start)
    ]
    assert text[4].startswith(other.text)


def test_the_rows_of_two_tables_are_not_mixed(expert: Assistant) -> None:
    rows = [Draft(_draft(expert, 0).text, _draft(expert, 0).passages, header=h) for h in "AB"]

    text = compose((Section(tuple(rows)),), expert.index).text.splitlines()

    assert [line for line in text if line in ("| A |", "| B |")] == ["| A |", "| B |"]


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("Que fait Lagnieu pour son centre ?", "Lagnieu\u00a0: "),
        ("C’est quoi une ORT ?", "«\u00a0Opération de revitalisation de territoire (ORT)\u00a0»"),
    ],
)
def test_follow_ups_are_about_the_sheet_that_was_cited(
    expert: Assistant, question: str, about: str
) -> None:
    suggested = expert.ask(question).suggestions

    assert suggested
    assert all(about in one for one in suggested)


def test_nobody_is_told_to_ask_for_a_guide(expert: Assistant) -> None:
    page = expert.index.passages_of("territoires/regles-eligibilite")[0]
    cited = citation(1, page, 1.0, expert.index)

    assert suggestions([cited], expert.index) == ()
