"""The results as Markdown, put between two markers of a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.intervals import RESAMPLES, Interval, interval

BEGIN = "<!-- retrieval:begin -->"
END = "<!-- retrieval:end -->"


@dataclass(frozen=True, slots=True)
class Row:
    """How one search did on one corpus.

    :ivar figures: name → one value a question, 0 to 1.
    :ivar passages_per_second: speed of indexing, from texts to a ready index.
    """

    system: str
    figures: Mapping[str, Sequence[float]]
    ms_per_question: float
    passages_per_second: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of one corpus; ``main`` is the figure compared, ``reference`` the row it is compared with."""

    corpus: str
    passages: int
    questions: int
    main: str
    reference: str
    remark: str
    rows: tuple[Row, ...]

    def lead(self, row: Row) -> Interval | None:
        """Return how far the reference is ahead of a row, question by question."""
        ours = next((r.figures[self.main] for r in self.rows if r.system == self.reference), None)
        if ours is None or row.system == self.reference:
            return None
        return interval([a - b for a, b in zip(ours, row.figures[self.main], strict=True)])

    def to_dict(self) -> dict[str, object]:
        """Return the means, their intervals and the speeds as JSON-ready data."""
        rows = []
        for row in self.rows:
            lead = self.lead(row)
            rows.append(
                {
                    "system": row.system,
                    "figures": {name: _plain(interval(v)) for name, v in row.figures.items()},
                    f"lead of {self.reference}, {self.main}": _plain(lead) if lead else None,
                    "ms_per_question": round(row.ms_per_question, 2),
                    "passages_per_second": round(row.passages_per_second, 1),
                    "megabytes": round(row.megabytes, 2),
                }
            )
        return {
            "corpus": self.corpus,
            "passages": self.passages,
            "questions": self.questions,
            "remark": self.remark,
            "rows": rows,
        }


def markdown(results: Sequence[Result], heading: str, notes: Mapping[str, str]) -> str:
    """Return the tables of all the corpora and what was set for each system."""
    lines = [
        heading,
        "",
        f"Per cent, with 95 % intervals (bootstrap over the questions, {RESAMPLES:,} draws). “Lead”: how "
        f"many points “{results[0].reference}” is ahead, question by question; an interval that holds 0 "
        "shows no difference.",
    ]
    for result in results:
        lines += ["", *_table(result)]
    lines += ["", "What was set:", ""]
    lines += [f"- {name}: {note}." for name, note in notes.items()]
    return "\n".join(lines)


def _table(result: Result) -> list[str]:
    names = list(result.rows[0].figures)
    columns = ["system", *names, f"lead, {result.main}", "ms a question", "passages/s", "MB"]
    lines = [
        f"**{result.corpus}**: {result.passages:,} passages, {result.questions:,} questions.",
        "",
        _line(columns),
        _line(["---"] * len(columns)),
    ]
    for row in result.rows:
        lead = result.lead(row)
        lines.append(
            _line(
                [
                    row.system,
                    *(_percent(interval(row.figures[name])) for name in names),
                    _percent(lead, sign="+") if lead else "",
                    f"{row.ms_per_question:.1f}",
                    f"{row.passages_per_second:,.0f}",
                    f"{row.megabytes:.1f}",
                ]
            )
        )
    return [*lines, "", result.remark] if result.remark else lines


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(found: Interval, sign: str = "") -> str:
    mean, low, high = (
        f"{100 * v:{sign}.1f}".replace("-", "−") for v in (found.mean, found.low, found.high)
    )
    return f"{mean} ({low} to {high})"


def _plain(found: Interval) -> dict[str, float]:
    return {
        "mean": round(found.mean, 4),
        "low": round(found.low, 4),
        "high": round(found.high, 4),
    }


def write_between_markers(path: Path, section: str) -> None:
    """Replace what a document holds between the two markers.

    :raises ValueError: it does not hold the markers, in order.
    """
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path}: no {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n\n{section}\n\n{END}{after}", encoding="utf-8")
