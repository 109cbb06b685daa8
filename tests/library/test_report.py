from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from view_makers import NOW, ScriptedAssistant, person_of

from pvd_assistant.accounts.roles import Person, Role
from pvd_assistant.errors import EvaluationError, LlmError
from pvd_assistant.library.report import KEPT, Reports, RunState, silence, worst
from pvd_assistant.storage.database import Database

LINES = [
    {"id": "rate", "question": "Quel taux ?", "family": "offer",
     "expect": {"status": ["answered"], "facts": [["75 %"]], "must_not": []}},
    {"id": "missing", "question": "Quel plafond ?", "family": "offer",
     "expect": {"status": ["answered"], "facts": [["99 000 €"]], "must_not": ["75 %"]}},
    {"id": "silent", "question": "Et la piscine ?", "family": "programme",
     "expect": {"status": ["unknown"]}},
    {"id": "unscored", "question": "Bonjour"},
]  # fmt: skip


class Moments:
    """A time that goes on by itself, a second at each look."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> dt.datetime:
        self.time += dt.timedelta(seconds=1)
        return self.time


class Aside:
    """Keeps the work that would be done in the background, until it is asked for."""

    def __init__(self) -> None:
        self.work: list[Callable[[], None]] = []

    def __call__(self, work: Callable[[], None]) -> None:
        self.work.append(work)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES), "utf-8")
    return path


@pytest.fixture
def editor(database: Database) -> Person:
    return person_of(Role.EDITOR, database)


def test_a_run_is_kept_with_its_index_its_figures_and_its_answers(
    database: Database, questions: Path, editor: Person
) -> None:
    reports = Reports(database, questions, now=Moments(), spawn=lambda work: work())
    reports.start(editor, ScriptedAssistant())  # type: ignore[arg-type]
    (run,) = reports.runs()
    assert (run.state, run.done, run.total) == (RunState.DONE, 3, 3)
    assert (run.who, run.file, run.engine) == (editor.name, "questions.jsonl", "extractive")
    assert (run.corpus, run.built) == ("corpus-1", "2026-11-27T08:00:00+00:00")
    assert run.figures["overall"]["questions"] == 3
    assert run.figures["overall"]["passed"] == pytest.approx(2 / 3)
    assert set(run.figures["by_family"]) == {"offer", "programme"}
    assert run.figures["silence"] == {"expected": 1, "kept": 1, "answerable": 2, "missed": 0}
    rate, missing, silent = reports.results(run.id)
    assert rate["cited"][0]["document"] == "offres/poste"
    assert (missing["missing"], missing["forbidden"]) == (["99 000 €"], ["75 %"])
    assert silent["expected"] == ["unknown"]


def test_progress_is_seen_from_elsewhere_and_a_second_run_waits(
    database: Database, questions: Path, editor: Person
) -> None:
    aside, assistant = Aside(), ScriptedAssistant()
    reports = Reports(database, questions, now=Moments(), spawn=aside)
    reports.start(editor, assistant)  # type: ignore[arg-type]
    elsewhere = Reports(database, questions, now=lambda: NOW)
    assert elsewhere.runs()[0].state is RunState.RUNNING
    with pytest.raises(EvaluationError) as refused:
        elsewhere.start(editor, assistant)  # type: ignore[arg-type]
    assert refused.value.code == "dashboard.run_under_way"

    seen: list[int] = []
    ask = assistant.ask
    assistant.ask = lambda *said, **more: (
        seen.append(elsewhere.runs()[0].done) or ask(*said, **more)
    )  # type: ignore[method-assign]
    aside.work[0]()
    assert seen == [0, 1, 2]
    assert elsewhere.runs()[0].state is RunState.DONE


def test_a_run_whose_process_stopped_is_said_so_and_leaves_room(
    database: Database, questions: Path, editor: Person
) -> None:
    assistant = ScriptedAssistant()
    Reports(database, questions, now=lambda: NOW, spawn=Aside()).start(editor, assistant)  # type: ignore[arg-type]
    later = Reports(database, questions, now=lambda: NOW + dt.timedelta(minutes=4), spawn=Aside())
    assert later.runs()[0].state is RunState.INTERRUPTED
    later.start(editor, assistant)  # type: ignore[arg-type]
    assert [run.state for run in later.runs()] == [RunState.RUNNING, RunState.INTERRUPTED]


def test_a_failure_is_told_and_leaves_room(
    database: Database, questions: Path, editor: Person
) -> None:
    assistant = ScriptedAssistant()
    assistant.failure = LlmError("llm.no_model", url="http://exemple.fr")
    reports = Reports(database, questions, spawn=lambda work: work())
    reports.start(editor, assistant)  # type: ignore[arg-type]
    assistant.failure = KeyError("bug")
    with pytest.raises(KeyError):
        reports.start(editor, assistant)  # type: ignore[arg-type]
    bug, refused = reports.runs()
    assert (bug.state, bug.failure) == (RunState.FAILED, "")
    assert (refused.state, refused.failure) == (
        RunState.FAILED,
        str(LlmError("llm.no_model", url="http://exemple.fr")),
    )


def test_only_the_last_runs_are_kept(database: Database, questions: Path, editor: Person) -> None:
    reports = Reports(database, questions, spawn=lambda work: work())
    for _ in range(KEPT + 2):
        reports.start(editor, ScriptedAssistant())  # type: ignore[arg-type]
    assert len(reports.runs()) == KEPT


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (None, "dashboard.no_questions"),
        ("", "evaluation.empty"),
        ('{"question": "Bonjour"}', "evaluation.no_expectation"),
        ("{", "evaluation.bad_line"),
    ],
)
def test_a_file_that_measures_nothing_is_refused_and_nothing_is_kept(
    tmp_path: Path, written: str | None, code: str
) -> None:
    from pvd_assistant.settings import Settings

    path = tmp_path / "questions.jsonl"
    if written is not None:
        path.write_text(written, "utf-8")
    database = Database(Settings(data_dir=tmp_path))
    reports = Reports(database, path if written is not None else None)
    with pytest.raises(EvaluationError) as refused:
        reports.start(person_of(Role.EDITOR, database), ScriptedAssistant())  # type: ignore[arg-type]
    assert refused.value.code == code
    assert reports.runs() == []
    database.close()


def test_silence_is_counted_where_it_is_expected_and_where_it_is_not() -> None:
    asked = [
        (["unknown"], "unknown"),
        (["unknown", "out_of_scope"], "answered"),
        (["answered"], "unknown"),
        (["answered", "partial"], "partial"),
        (["answered", "unknown"], "unknown"),  # either will do
    ]
    results = [{"expected": expected, "status": status} for expected, status in asked]
    assert silence(results) == {"expected": 2, "kept": 1, "answerable": 2, "missed": 1}


def test_the_worst_answers_come_first_and_those_that_had_passed_are_told() -> None:
    def result(question: str, found: float, passed: bool = False, forbidden: str = "") -> dict:
        return {
            "question": question,
            "found": found,
            "passed": passed,
            "forbidden": [forbidden] if forbidden else [],
            "status_right": True,
        }

    now = [
        result("half", 0.5),
        result("fine", 1, True),
        result("none", 0),
        result("said", 1, False, "x"),
    ]
    before = [result("half", 1, True), result("none", 0)]
    assert [(one["question"], was) for one, was in worst(now, before)] == [
        ("said", False),
        ("none", False),
        ("half", True),
    ]
