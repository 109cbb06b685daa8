"""Score answers against a question file: facts found, status, citations, forbidden strings, speed."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pvd_assistant.evaluation.abstaining import Abstention, Expected, expected
from pvd_assistant.evaluation.questions import Question, normalise
from pvd_assistant.model import HEADING, KNOWN, Answer, Statement, Turn

_NUMBER = re.compile(r"\d+(?:[\x20\u00a0\u202f.,]\d+)*")

_MARK = re.compile(r"\[\d+\]")


class Answerer(Protocol):
    """What is measured: :class:`pvd_assistant.Assistant`, or a fake in the tests."""

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question."""
        ...

    def part_text(self, document: str, part: int) -> str:
        """Return the stored text of a page or section, to check citations against."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """How one answer did.

    :ivar expects: ``answer``, ``silence``, or ``either``.
    :ivar found: share of the groups of facts that were found, 0 to 1 (1 when none is expected).
    :ivar complete: every group was found, or the accepted status does not require facts.
    :ivar passed: status accepted, complete, nothing forbidden.
    :ivar verbatim: share of the citations whose passage is word for word in its document.
    :ivar grounded: share of the statements found word for word in a cited passage, or computed
        from a rule it cites.
    :ivar numbers: share of the numbers of the answer that occur in a passage cited beside them, in the
        question, or that count a list shown.
    """

    id: str
    family: str
    style: str
    expects: Expected
    status: str
    status_right: bool
    found: float
    complete: bool
    forbidden: tuple[str, ...]
    passed: bool
    citations: int
    verbatim: float
    grounded: float
    numbers: float
    latency_ms: float
    missing: tuple[str, ...]
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a group of results; shares from 0 to 1, durations in milliseconds."""

    questions: int
    passed: float
    complete: float
    coverage: float
    status_right: float
    forbidden: int
    verbatim: float
    grounded: float
    numbers: float
    latency_median_ms: float
    latency_p95_ms: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A whole run: every result, and the figures overall, by family and by style."""

    results: tuple[Result, ...]

    @property
    def overall(self) -> Summary:
        """Figures over every question."""
        return summarise(self.results)

    def by(self, key: str) -> dict[str, Summary]:
        """Figures by ``"family"`` or ``"style"``, in alphabetical order."""
        names = sorted({getattr(result, key) for result in self.results})
        return {
            name: summarise([r for r in self.results if getattr(r, key) == name]) for name in names
        }

    @property
    def abstention(self) -> Abstention:
        """How well the assistant knows what it knows."""
        return Abstention.of((r.expects, r.status, r.passed) for r in self.results)

    def to_dict(self) -> dict[str, Any]:
        """Return the run as JSON-ready data."""
        return {
            "overall": asdict(self.overall),
            "abstention": asdict(self.abstention),
            "by_family": {name: asdict(s) for name, s in self.by("family").items()},
            "by_style": {name: asdict(s) for name, s in self.by("style").items()},
            "results": [asdict(result) for result in self.results],
        }


def evaluate(
    assistant: Answerer,
    questions: Iterable[Question],
    progress: Callable[[Result], None] | None = None,
) -> Evaluation:
    """Ask every question that has an expectation and score the answers."""
    results = []
    for question in questions:
        if question.expect is None:
            continue
        result = score(assistant, question)
        results.append(result)
        if progress is not None:
            progress(result)
    return Evaluation(tuple(results))


def score(assistant: Answerer, question: Question) -> Result:
    """Ask one question and score its answer."""
    if question.expect is None:
        raise ValueError(question.id)
    answer = assistant.ask(question.text, history=question.history)
    said = normalise(answer.answer)
    missing = tuple(
        group[0]
        for group in question.expect.facts
        if not any(normalise(alternative) in said for alternative in group)
    )
    groups = len(question.expect.facts)
    status_right = answer.status in question.expect.statuses
    abstained = answer.status not in KNOWN
    forbidden = tuple(s for s in question.expect.must_not if normalise(s) in said)
    complete = not missing or (abstained and status_right)
    return Result(
        id=question.id,
        family=question.family,
        style=question.style,
        expects=expected(question.expect.statuses),
        status=answer.status,
        status_right=status_right,
        found=1 - len(missing) / groups if groups else 1.0,
        complete=complete,
        forbidden=forbidden,
        passed=status_right and complete and not forbidden,
        citations=len(answer.citations),
        verbatim=_share(
            c.passage == assistant.part_text(c.document, c.part)[c.start : c.end]
            for c in answer.citations
        ),
        grounded=_share(_grounded(answer, s) for s in answer.statements),
        numbers=_share(
            [ok for said in answer.statements for ok in _numbers_supported(answer, said)]
            + _numbers_around(answer)
        ),
        latency_ms=answer.latency_ms,
        missing=missing,
        question=question.text,
        answer=answer.answer,
    )


def summarise(results: Sequence[Result]) -> Summary:
    """Average the results of a group (at least one)."""
    times = sorted(result.latency_ms for result in results)
    return Summary(
        questions=len(results),
        passed=_share(r.passed for r in results),
        complete=_share(r.complete for r in results),
        coverage=statistics.fmean(r.found for r in results),
        status_right=_share(r.status_right for r in results),
        forbidden=sum(bool(r.forbidden) for r in results),
        verbatim=statistics.fmean(r.verbatim for r in results),
        grounded=statistics.fmean(r.grounded for r in results),
        numbers=statistics.fmean(r.numbers for r in results),
        latency_median_ms=statistics.median(times),
        latency_p95_ms=times[min(len(times) - 1, int(0.95 * len(times)))],
    )


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 1.0


def _cited(answer: Answer, statement: Statement) -> str:
    by_number = {citation.n: citation for citation in answer.citations}
    return "\n".join(by_number[n].passage for n in statement.citations if n in by_number)


def _grounded(answer: Answer, statement: Statement) -> bool:
    """A statement is a stretch of a passage it cites, or a verdict that cites its rule."""
    return bool(statement.citations) and (
        statement.computed or statement.text in _cited(answer, statement)
    )


def _numbers_supported(answer: Answer, statement: Statement) -> list[bool]:
    cited = {normalise(n) for n in _NUMBER.findall(_cited(answer, statement))}
    asked = {normalise(n) for n in _NUMBER.findall(answer.question)}
    return [normalise(n) in cited | asked for n in _NUMBER.findall(statement.text)]


def _numbers_around(answer: Answer) -> list[bool]:
    """Judge the numbers of the text that are in no statement: headings, numbers of steps, counts.

    A count stands in a line that cites nothing, and is never less than what is shown.
    """
    rest = answer.answer
    for statement in answer.statements:
        rest = rest.replace(statement.text, " ", 1)
    everything = "\n".join(citation.passage for citation in answer.citations)
    known = {normalise(n) for n in _NUMBER.findall(f"{everything}\n{answer.question}")}
    shown = len({citation.document for citation in answer.citations})
    judged = []
    for line in rest.splitlines():
        plain = _MARK.sub(" ", line)
        counts = plain == line and not line.startswith(HEADING)
        for number in map(normalise, _NUMBER.findall(plain)):
            is_count = counts and number.isdigit() and int(number) >= shown
            judged.append(number in known or is_count)
    return judged
