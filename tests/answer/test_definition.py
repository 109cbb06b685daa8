"""« C’est quoi… ? »: the sheet that bears the name says first what the thing is."""

from __future__ import annotations

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.model import Filters


@pytest.mark.parametrize(
    ("question", "sheet"),
    [
        ("C’est quoi une ORT ?", "offres/ort"),
        ("qu'est ce que l'opération de revitalisation de territoire", "offres/ort"),
        ("VTA, c koi ?", "offres/volontariat-territorial-administration"),
        (
            "Qu’est-ce que le volontariat territorial en administration ?",
            "offres/volontariat-territorial-administration",
        ),
        ("ORT = ?", "offres/ort"),
    ],
)
def test_what_a_thing_is_comes_first(assistant: Assistant, question: str, sheet: str) -> None:
    answer = assistant.ask(question)
    first = assistant.index.passages_of(sheet)[0]
    assert answer.status == "answered"
    assert answer.statements[0].text == first.unit_text(first.units[0])
    assert answer.citations[0].document == sheet


def test_a_name_that_no_sheet_bears_is_searched_as_before(assistant: Assistant) -> None:
    answer = assistant.ask("C’est quoi le dahu ?")
    assert answer.status == "unknown"


def test_a_sheet_that_the_filters_leave_out_defines_nothing(assistant: Assistant) -> None:
    answer = assistant.ask("C’est quoi une ORT ?", filters=Filters(kinds=("partenaire",)))
    assert all(citation.document != "offres/ort" for citation in answer.citations)
