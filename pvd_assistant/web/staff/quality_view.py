"""What the page « Qualité » shows: the last evaluation, the answers that failed, the runs before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pvd_assistant.accounts.roles import Permission, Person
from pvd_assistant.answer.cleaning import fold
from pvd_assistant.french import french_moment, french_number
from pvd_assistant.index.store import Index
from pvd_assistant.library.report import Reports, Run, RunState, worst
from pvd_assistant.messages import text
from pvd_assistant.web.staff.dashboard import counted, document_links
from pvd_assistant.web.wording import label

HOME = "/equipe/qualite"
#: Families that question files have and answers have not.
_OF_FILES = ("adversarial", "out_of_scope")
#: Figures of a family of questions, and the name of their columns.
_FAMILY = {
    "questions": "questions",
    "passed": "passed",
    "complete": "complete",
    "coverage": "coverage",
    "status_right": "status",
    "grounded": "grounded",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the report.

    :ivar hint: what it means; ``before``: the same, in the run before.
    """

    name: str
    value: str
    hint: str
    before: str


def quality_view(reports: Reports, index: Index, person: Person, chosen: int) -> dict[str, Any]:
    """Return the page of a run that went to its end: the one chosen, or the last.

    :param chosen: number of a run; 0 for the last.
    """
    runs = reports.runs()
    done = [run for run in runs if run.state is RunState.DONE]
    shown = next((run for run in done if run.id == chosen), done[0] if done else None)
    latest = runs[0] if runs else None
    running = latest if latest and latest.state is RunState.RUNNING else None
    return {
        "home": HOME,
        "file": reports.questions.name if reports.questions else "",
        "may_run": person.may(Permission.CHANGE_LIBRARY),
        "running": running,
        "stopped": _stopped(latest),
        "report": _report(reports, shown, done, index) if shown else None,
        "history": [_past(run, shown) for run in runs] if len(runs) > 1 else [],
    }


def _stopped(latest: Run | None) -> str:
    """Say why the last run did not go to its end; empty when it did, or has not yet."""
    if latest is None or latest.state in (RunState.RUNNING, RunState.DONE):
        return ""
    if latest.state is RunState.INTERRUPTED:
        return text("dashboard.run_interrupted")
    reason = latest.failure or text("dashboard.run_failed_unknown")
    return text("dashboard.run_failed", reason=reason)


def _report(reports: Reports, run: Run, done: Sequence[Run], index: Index) -> dict[str, Any]:
    before = next((one for one in done if one.id < run.id and one.file == run.file), None)
    results = reports.results(run.id)
    failed = worst(results, reports.results(before.id) if before else ())
    questions = counted("questions", run.total)
    engine = text("dashboard.opinion_extractive")
    if run.engine.startswith("llm:"):
        engine = text("dashboard.opinion_llm", name=run.engine.removeprefix("llm:"))
    built = _built(run.built)
    return {
        "title": text("dashboard.run_of", date=french_moment(run.started)),
        "made": text(
            "dashboard.run_made",
            questions=questions,
            file=run.file,
            who=run.who,
            built=built,
            engine=engine,
        ),
        "changed": _changed(run, index),
        "figures": _figures(run.figures, before.figures if before else None),
        "columns": [text(f"evaluation.column_{column}") for column in _FAMILY.values()],
        "families": [
            (_family(family), [_cell(name, summary[name]) for name in _FAMILY])
            for family, summary in _weakest_first(run.figures["by_family"])
        ],
        "failures": [_failure(result, was, index) for result, was in failed],
        "failed": text("dashboard.failures_lead", failed=len(failed), total=questions),
    }


def _changed(run: Run, index: Index) -> str:
    manifest = index.manifest
    if manifest.corpus == run.corpus:
        return ""
    then, now = _built(run.built), _built(manifest.built)
    return text("dashboard.run_changed", then=then, now=now)


def _figures(figures: Mapping[str, Any], before: Mapping[str, Any] | None) -> list[Figure]:
    quiet = figures["silence"]
    p95 = french_number(round(figures["overall"]["latency_p95_ms"]))
    hints: dict[str, dict[str, object]] = {"kept": quiet, "missed": quiet, "latency": {"p95": p95}}
    return [
        Figure(
            text(f"dashboard.figure_{name}"),
            read(figures),
            text(f"dashboard.figure_{name}_hint", **hints.get(name, {})),
            text("dashboard.figure_before", value=read(before)) if before else "",
        )
        for name, read in _FIGURES.items()
    ]


def _share(value: float) -> str:
    return f"{100 * value:.1f}\u00a0%".replace(".", ",")


def _overall(name: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda figures: _share(figures["overall"][name])


def _quiet(part: str, whole: str) -> Callable[[Mapping[str, Any]], str]:
    def read(figures: Mapping[str, Any]) -> str:
        counts = figures["silence"]
        return _share(counts[part] / counts[whole]) if counts[whole] else "—"

    return read


def _latency(figures: Mapping[str, Any]) -> str:
    return f"{french_number(round(figures['overall']['latency_median_ms']))}\u00a0ms"


_FIGURES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "passed": _overall("passed"),
    "complete": _overall("complete"),
    "grounded": _overall("grounded"),
    "verbatim": _overall("verbatim"),
    "kept": _quiet("kept", "expected"),
    "missed": _quiet("missed", "answerable"),
    "latency": _latency,
}


def _cell(name: str, value: float) -> str:
    return str(value) if name == "questions" else _share(value)


def _weakest_first(
    families: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(families.items(), key=lambda pair: (pair[1]["passed"], fold(_family(pair[0]))))


def _family(name: str) -> str:
    return text(f"dashboard.family_{name}") if name in _OF_FILES else label("families", name)


def _failure(result: Mapping[str, Any], regressed: bool, index: Index) -> dict[str, Any]:
    status = label("statuses", result["status"])
    *first, last = [label("statuses", expected) for expected in result["expected"]]
    expected = last
    if first:
        expected = text("dashboard.status_or", first=", ".join(first), last=last)
    return {
        "id": result["id"],
        "question": result["question"],
        "family": _family(result["family"]),
        "regressed": regressed,
        "status": text("dashboard.failure_status", status=status, expected=expected),
        "status_right": result["status_right"],
        "missing": ", ".join(result["missing"]),
        "forbidden": ", ".join(result["forbidden"]),
        "answer": result["answer"],
        "documents": document_links(result["cited"], index),
    }


def _past(run: Run, shown: Run | None) -> dict[str, Any]:
    done = run.state is RunState.DONE
    return {
        "url": f"{HOME}?evaluation={run.id}" if done else "",
        "current": shown is not None and run.id == shown.id,
        "moment": french_moment(run.started),
        "index": _built(run.built),
        "file": run.file,
        "who": run.who,
        "state": run.state.value,
        "state_label": text(f"dashboard.state_{run.state}"),
        "passed": _share(run.figures["overall"]["passed"]) if done else "",
        "complete": _share(run.figures["overall"]["complete"]) if done else "",
    }


def _built(moment: str) -> str:
    """Write a moment as the manifest of an index gives it."""
    return french_moment(dt.datetime.fromisoformat(moment))
