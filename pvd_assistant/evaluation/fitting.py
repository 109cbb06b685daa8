"""Fit the two models of ``data/answer_model.yaml`` on questions, and record how.

Usage::

    python -m pvd_assistant.evaluation.fitting QUESTIONS.jsonl... [--index DIR]

*Which sentence answers*: logistic regression on the candidates of each question whose expected facts are
known; a candidate is right when it holds one of them. *Does the assistant know*: logistic regression on
the signals of each question, right when an answer is expected. Both are checked by cross-validation that
keeps the candidates of a question together. Needs scikit-learn, which comes with sentence-transformers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from pvd_assistant.answer import abstention, ranking
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.candidates import FEATURES, Candidate, Evidence
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.understanding import understand
from pvd_assistant.evaluation.questions import Question, normalise, read_questions
from pvd_assistant.messages import load_data
from pvd_assistant.model import Filters
from pvd_assistant.settings import load_settings

log = logging.getLogger(__name__)

_TARGET = Path(__file__).parent.parent / "data" / "answer_model.yaml"
_FOLDS = 5
_PENALTY = 0.3  # inverse strength of the L2 penalty; others are compared in docs/evaluation.md
_MISSED = 3  # weight of a missed answer against that of a wrong claim
_KNOWING = ("answered", "partial")


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what was found for it."""

    question: Question
    evidence: Evidence

    @property
    def found(self) -> list[Candidate]:
        """The candidate statements."""
        return self.evidence.found

    @property
    def expects_answer(self) -> bool:
        """Tell whether an answer is expected, and nothing else."""
        expect = self.question.expect
        return expect is not None and set(expect.statuses) <= set(_KNOWING)

    @property
    def expects_silence(self) -> bool:
        """Tell whether no answer is expected."""
        expect = self.question.expect
        return expect is not None and "answered" not in expect.statuses

    def right(self) -> list[bool]:
        """Tell which candidates hold an expected fact."""
        groups = self.question.expect.facts if self.question.expect else ()
        wanted = [normalise(alternative) for group in groups for alternative in group]
        texts = [normalise(candidate.text) for candidate in self.found]
        return [any(fact in said for fact in wanted) for said in texts]


def collect(assistant: Assistant, questions: Sequence[Question]) -> list[Case]:
    """Search for every question; those refused outright take no part."""
    cases = []
    for question in questions:
        understood = understand(question.text, question.history, assistant.settings.question_limit)
        if question.expect is None or understood.refused:
            continue
        places = find_places(understood, question.history, assistant.territory)
        cases.append(Case(question, assistant.evidence(understood, places, Filters())))
    return cases


def fit_sentences(cases: Sequence[Case]) -> tuple[dict[str, Any], list[NDArray[np.float64]]]:
    """Fit the choice of sentences; return it and the scores of each case when held out."""
    used = [case for case in cases if case.expects_answer and any(case.right())]
    rows = np.array([c.features for case in used for c in case.found], float)
    labels = np.array([ok for case in used for ok in case.right()])
    groups = np.array([i for i, case in enumerate(used) for _ in case.found])
    fitted, held_out = _fit(rows, labels, groups, FEATURES)
    first = [bool(labels[groups == i][np.argmax(held_out[groups == i])]) for i in range(len(used))]
    fitted["figures"] = {
        "questions": len(used),
        "candidates": len(labels),
        "right first, held out": round(float(np.mean(first)), 3),
    }
    by_case = {id(case): held_out[groups == i] for i, case in enumerate(used)}
    return fitted, [by_case.get(id(case), _scores(fitted, case.found)) for case in cases]


def fit_knows(
    cases: Sequence[Case], scores: Sequence[NDArray[np.float64]], assistant: Assistant
) -> dict[str, Any]:
    """Fit the decision to answer."""
    used = [
        (case, own)
        for case, own in zip(cases, scores, strict=True)
        if case.expects_answer or case.expects_silence
    ]
    rows = np.array(
        [abstention.signals(case.evidence, own.tolist(), assistant.index) for case, own in used]
    )
    labels = np.array([case.expects_answer for case, _ in used])
    fitted, held_out = _fit(rows, labels, np.arange(len(used)), abstention.SIGNALS)
    odds = _best_threshold(held_out, labels)
    fitted["thresholds"] = {"answered": round(1 / (1 + float(np.exp(-odds))), 3)}
    said = held_out >= odds
    fitted["figures"] = {
        "questions with an answer": int(labels.sum()),
        "questions without": int((~labels).sum()),
        "answered when known, held out": round(float(said[labels].mean()), 3),
        "silent when unknown, held out": round(float((~said)[~labels].mean()), 3),
    }
    return fitted


def _best_threshold(odds: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """Return the threshold with the best weighted mean of the two shares.

    Nine questions in ten that are asked have an answer, and a wrongly given one still shows its
    passages: a missed answer weighs three times.
    """
    choices = np.unique(odds)
    balanced = [_MISSED * (odds[labels] >= t).mean() + (odds[~labels] < t).mean() for t in choices]
    best = int(np.argmax(balanced))
    below = choices[best - 1] if best else choices[best] - 1
    return float((choices[best] + below) / 2)


def _fit(
    rows: NDArray[np.float64],
    labels: NDArray[np.bool_],
    groups: NDArray[np.int64],
    names: Sequence[str],
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    mean, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale == 0] = 1
    normed = (rows - mean) / scale
    held_out = np.zeros(len(labels))
    for train, test in GroupKFold(_FOLDS, shuffle=True, random_state=0).split(rows, labels, groups):
        part = LogisticRegression(C=_PENALTY, class_weight="balanced", max_iter=1000)
        part.fit(normed[train], labels[train])
        held_out[test] = part.decision_function(normed[test])
    whole = LogisticRegression(C=_PENALTY, class_weight="balanced", max_iter=1000)
    whole.fit(normed, labels)
    features = {
        name: [round(float(v), 4) for v in values]
        for name, *values in zip(names, whole.coef_[0], mean, scale, strict=True)
    }
    return {"bias": round(float(whole.intercept_[0]), 4), "features": features}, held_out


def _scores(fitted: dict[str, Any], found: Sequence[Candidate]) -> NDArray[np.float64]:
    if not found:
        return np.zeros(0)
    return ranking.LogisticModel.read(fitted).log_odds(np.array([c.features for c in found], float))


def main() -> None:
    """Fit on the files given and write ``data/answer_model.yaml``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="+", type=Path)
    parser.add_argument("--index", type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    assistant = Assistant(load_settings(index_dir=arguments.index))
    questions = [q for path in arguments.questions for q in read_questions(path)]
    cases = collect(assistant, questions)
    sentence, scores = fit_sentences(cases)
    knows = fit_knows(cases, scores, assistant)
    data = {
        "fitted": {
            "date": dt.date.today().isoformat(),
            "questions": [path.name for path in arguments.questions],
            "embedding": assistant.index.manifest.model,
        },
        "sentence": sentence,
        "choice": load_data("answer_model")["choice"],
        "knows": knows,
    }
    header = "# Written by `python -m pvd_assistant.evaluation.fitting`; see docs/evaluation.md.\n"
    header += "# feature: [weight, mean, scale]\n"
    body = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=None)
    _TARGET.write_text(header + body, encoding="utf-8")
    for name in ("sentence", "knows"):
        log.info("%s: %s", name, data[name]["figures"])
    ranking.model.cache_clear()


if __name__ == "__main__":
    main()
