"""« C’est quoi… ? »: the sheet that bears the name says first what the thing is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.index.builder import build
from pvd_assistant.model import Filters
from pvd_assistant.settings import load_settings

REPOSITORY = Path(__file__).parents[2]


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


def test_a_name_with_a_sign_is_another_name(tmp_path: Path) -> None:
    (tmp_path / "corpus" / "glossaire").mkdir(parents=True)
    for name in ("glossaire/pvd.md", "glossaire/pvd-plus.md"):
        shutil.copy(REPOSITORY / "corpus" / name, tmp_path / "corpus" / name)
    settings = load_settings(corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index")
    assert not build(settings).failed
    assistant = Assistant(settings)
    for asked, sheet in (("PVD+", "glossaire/pvd-plus"), ("PVD", "glossaire/pvd")):
        assert assistant.ask(f"C’est quoi {asked} ?").citations[0].document == sheet
