"""What each part of the assistant brings: the part taken away, both models fitted again, the answers scored.

Usage::

    python -m benchmarks.ablations --fit QUESTIONS.jsonl… --test QUESTIONS.jsonl

Prints a Markdown table for docs/evaluation.md. The last rows fit on each half of the test questions, test on
the other: how far the figures depend on which questions the models have seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pvd_assistant import Assistant
from pvd_assistant.answer import abstention, layout, ranking, ruled
from pvd_assistant.answer import assistant as pipeline
from pvd_assistant.answer.trees import TreeModel
from pvd_assistant.evaluation.answers import Summary, score, summarise
from pvd_assistant.evaluation.fitting import collect, fit_knows, fit_sentences
from pvd_assistant.evaluation.questions import Question, read_questions
from pvd_assistant.index import query, store
from pvd_assistant.index.store import Index

Part = Callable[[], AbstractContextManager[Any]]


def only(mode: str) -> Part:
    """Search by words only, or by meaning only."""
    search = Index.search

    def searched(self: Index, text: str, **options: Any) -> Any:
        return search(self, text, **{**options, "mode": mode})

    return lambda: patch.object(Index, "search", searched)


def without_second_look() -> AbstractContextManager[Any]:
    """Keep the order of the plain mix."""
    return patch.object(store, "reordered", lambda ranked, chances: list(ranked))


@contextmanager
def without_vocabulary() -> Iterator[None]:
    """Search the words of the question only, acronyms and corrected words included."""
    with patch.object(query, "_everyday_forms", lambda stems: iter(())):
        yield


@contextmanager
def without_frequent_questions() -> Iterator[None]:
    """Answer from the other documents only."""
    kinds = tuple(kind for kind in pipeline._PROSE if kind != "faq")
    with ExitStack() as patched:
        patched.enter_context(patch.object(pipeline, "_PROSE", kinds))
        patched.enter_context(patch.object(pipeline, "surely_asked", lambda *_: False))
        for module, name in ((layout, "same_question"), (ruled, "on_the_programme")):
            patched.enter_context(patch.object(module, name, lambda *_: None))
        yield


PARTS: dict[str, Part] = {
    "everything": nullcontext,
    "words only": only("lexical"),
    "meaning only": only("dense"),
    "without the second look": without_second_look,
    "without the vocabulary": without_vocabulary,
    "without the frequent questions": without_frequent_questions,
}


def measured(
    assistant: Assistant, fit_on: Sequence[Question], tested: Sequence[Question]
) -> list[Any]:
    """Fit both models on some questions and score the answers to others."""
    cases = collect(assistant, fit_on)
    sentence, scores = fit_sentences(cases)
    knows = fit_knows(cases, scores, assistant)
    models = {"sentence": TreeModel.read(sentence), "knows": TreeModel.read(knows)}
    with ExitStack() as patched:
        for module in (ranking, abstention):
            patched.enter_context(patch.object(module, "model", models.__getitem__))
        limits = {**ranking._data(), "knows": knows}
        patched.enter_context(patch.object(ranking, "_data", lambda: limits))
        return [score(assistant, question) for question in tested]


def row(name: str, summary: Summary) -> str:
    """Write a line of the table."""
    shares = (summary.passed, summary.complete, summary.coverage, summary.status_right)
    cells = " | ".join(f"{100 * share:.1f}" for share in shares)
    return f"| {name} | {cells} | {summary.forbidden} | {summary.latency_median_ms:.0f} |"


def main() -> None:
    """Run every ablation, then the halves."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fit", nargs="+", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    options = parser.parse_args()
    assistant = Assistant()
    fit_on = [q for path in options.fit for q in read_questions(path)]
    tested = read_questions(options.test)
    print(
        "| | passed | complete | facts | status | must-not | median, ms |\n|---|---|---|---|---|---|---|"
    )
    for name, part in PARTS.items():
        with part():
            print(row(name, summarise(measured(assistant, fit_on, tested))), flush=True)
    halves = tested[::2], tested[1::2]
    for name, others in (("halves", []), ("halves, with the fitting questions", fit_on)):
        results = [
            result
            for own, other in (halves, halves[::-1])
            for result in measured(assistant, [*others, *own], other)
        ]
        print(row(name, summarise(results)), flush=True)


if __name__ == "__main__":
    main()
