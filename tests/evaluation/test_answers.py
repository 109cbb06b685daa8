"""Scoring follows the rules of the question files."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pvd_assistant.errors import EvaluationError
from pvd_assistant.evaluation.answers import evaluate, score
from pvd_assistant.evaluation.questions import Expectation, Question, normalise, read_questions
from pvd_assistant.evaluation.report import write_report
from pvd_assistant.model import Answer, Citation, Statement

_TEXT = "Le cofinancement couvre 75 % du coût, dans la limite de 45 000 € par an."


class FakeAssistant:
    """Always says the same thing, word for word from its only document."""

    def __init__(self, status: str = "answered", passage: str = _TEXT) -> None:
        citation = Citation(
            n=1, document="offres/a", title="A", kind="offre", publisher="Club", url="", section="",
            updated="2026-11-23", page=None, label=None, part=0, start=0, end=len(_TEXT),
            passage=passage, score=1.0,
        )  # fmt: skip
        self.answer = Answer(
            question="q", status=status, family="offer", answer=f"{_TEXT} [1]",
            statements=(Statement(_TEXT, (1,)),), citations=(citation,), latency_ms=12.0,
        )  # fmt: skip

    def ask(self, question: str, *, history=()) -> Answer:
        return self.answer

    def part_text(self, document: str, part: int) -> str:
        return _TEXT


def _question(**expect) -> Question:
    return Question("q1", "Combien ?", family="offer", style="plain", expect=Expectation(**expect))


def test_complete_when_each_group_is_represented() -> None:
    question = _question(statuses=("answered",), facts=(("75 %",), ("45000", "45 000")))

    result = score(FakeAssistant(), question)

    assert (result.complete, result.passed, result.found) == (True, True, 1.0)


def test_a_missing_group_is_named() -> None:
    question = _question(statuses=("answered",), facts=(("75 %",), ("55 000 €",)))

    result = score(FakeAssistant(), question)

    assert result.missing == ("55 000 €",)
    assert (result.complete, result.passed, result.found) == (False, False, 0.5)


def test_a_forbidden_string_fails_whatever_else_is_said() -> None:
    question = _question(statuses=("answered",), facts=(("75 %",),), must_not=("45 000 €",))

    assert not score(FakeAssistant(), question).passed


def test_an_accepted_silence_is_complete() -> None:
    question = _question(statuses=("unknown",), facts=(("anything",),))

    assert score(FakeAssistant(status="unknown"), question).passed


def test_a_passage_that_is_not_in_its_document_is_caught() -> None:
    question = _question(statuses=("answered",))

    result = score(FakeAssistant(passage=_TEXT.replace("75", "80")), question)

    assert result.verbatim == 0.0
    assert result.grounded == 0.0


def test_comparison_ignores_case_accents_and_spaces() -> None:
    assert normalise("Œuvre d’État\u202f: 1\u00a0646") == "oeuvred'etat:1646"


def test_the_report_names_what_is_missing(tmp_path: Path) -> None:
    question = _question(statuses=("answered",), facts=(("introuvable",),))

    report = write_report(evaluate(FakeAssistant(), [question]), tmp_path)

    written = report.read_text(encoding="utf-8")
    assert "introuvable" in written
    assert "parmi celles qui sont données\u00a0: 0,0 % (0 sur 1, intervalle" in written
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert results["overall"]["questions"] == 1
    assert results["abstention"]["coverage"]["count"] == 1


@pytest.mark.parametrize("line", ["not json", '{"id": "a"}', "[1]"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "ok", "question": "Qui ?"}\n' + line + "\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match="ligne 2"):
        read_questions(path)


@pytest.mark.parametrize(
    ("around", "right"),
    [
        ("## Combien en 2026 ?", False),
        ("3 offres correspondent.", True),
        ("0 offre correspond.", False),
        ("Le Club a tout vu.", True),
    ],
)
def test_numbers_around_the_statements_are_checked_too(around: str, right: bool) -> None:
    fake = FakeAssistant()
    fake.answer = replace(fake.answer, answer=f"{around}\n{fake.answer.answer}")

    result = score(fake, _question(statuses=("answered",)))

    assert (result.numbers == 1.0) is right
