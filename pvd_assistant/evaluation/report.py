"""Write an evaluation where a person can read it: ``report.md`` and ``results.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pvd_assistant.evaluation.abstaining import Abstention
from pvd_assistant.evaluation.answers import Evaluation, Result, Summary
from pvd_assistant.messages import text

_COLUMNS = (
    "group", "questions", "passed", "complete", "coverage", "status", "forbidden",
    "verbatim", "grounded", "latency",
)  # fmt: skip


def abstention_lines(abstention: Abstention) -> list[str]:
    """Say in French how much is answered, how right, how often rightly not, with 95 % intervals."""
    shares = {name: getattr(abstention, name) for name in ("precision", "coverage", "silence")}
    return [
        text(f"evaluation.{name}", share=_percent(s.share), count=s.count, of=s.of,
             low=_percent(s.low), high=_percent(s.high))
        for name, s in shares.items()
        if s.of
    ]  # fmt: skip


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %".replace(".", ",")


def summary_cells(summary: Summary) -> list[str]:
    """Return the figures of a group as text: shares in per cent, durations in milliseconds."""
    return [
        str(summary.questions),
        _percent(summary.passed),
        _percent(summary.complete),
        _percent(summary.coverage),
        _percent(summary.status_right),
        str(summary.forbidden),
        _percent(summary.verbatim),
        _percent(summary.grounded),
        f"{summary.latency_median_ms:.0f} / {summary.latency_p95_ms:.0f} ms",
    ]


def column_names() -> list[str]:
    """Return the French names of the columns of :func:`summary_cells`, the group's name first."""
    return [text(f"evaluation.column_{name}") for name in _COLUMNS]


def write_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write the report and the raw results; return the report's path.

    :raises OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(
        json.dumps(evaluation.to_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    path = folder / "report.md"
    path.write_text(_markdown(evaluation), encoding="utf-8")
    return path


def _markdown(evaluation: Evaluation) -> str:
    lines = [f"# {text('evaluation.report_title')}", ""]
    lines += _table({text("evaluation.all"): evaluation.overall})
    lines += ["", f"## {text('evaluation.report_abstention')}", ""]
    lines += [f"- {line}" for line in abstention_lines(evaluation.abstention)]
    for key in ("family", "style"):
        lines += ["", f"## {text(f'evaluation.report_by_{key}')}", ""]
        lines += _table(evaluation.by(key))
    failures = [result for result in evaluation.results if not result.passed]
    if failures:
        lines += ["", f"## {text('evaluation.report_failures')}", ""]
        for result in failures:
            lines += _failure(result)
    return "\n".join(lines) + "\n"


def _table(summaries: Mapping[str, Summary]) -> list[str]:
    columns = column_names()
    rows = [[name, *summary_cells(summary)] for name, summary in summaries.items()]
    return ["| " + " | ".join(row) + " |" for row in (columns, ["---"] * len(columns), *rows)]


def _failure(result: Result) -> list[str]:
    lines = [
        f"### {result.id} ({result.family}, {result.style})",
        "",
        f"> {_quoted(result.question)}",
    ]
    lines += ["", f"- {text('evaluation.report_status')} : {result.status}"]
    if result.missing:
        lines.append(f"- {text('evaluation.report_missing')} : {', '.join(result.missing)}")
    if result.forbidden:
        lines.append(f"- {text('evaluation.report_forbidden')} : {', '.join(result.forbidden)}")
    return [*lines, "", "```text", result.answer.replace("```", "'''"), "```", ""]


def _quoted(words: str) -> str:
    return words.strip().replace("\n", "\n> ")
