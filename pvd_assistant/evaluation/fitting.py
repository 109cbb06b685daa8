"""Fit the models of ``data/answer_trees.json`` on questions, and record how.

Usage::

    python -m pvd_assistant.evaluation.fitting QUESTIONS.jsonl... [--index DIR]

*Which sentence answers*: boosted trees on the candidates of each question whose expected facts are known; a
candidate is right when it holds one of them. *Does the assistant know*: boosted trees on the signals of
each question, right when an answer is expected; one of the signals is itself fitted, a plane through the
vectors of the questions. All are checked by cross-validation that keeps the candidates of a question
together; the trees only see what a plane fitted without the question says of it. Needs scikit-learn, which
comes with sentence-transformers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from pvd_assistant.answer import abstention
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.answer.candidates import FEATURES, Candidate, Evidence
from pvd_assistant.answer.places import find_places
from pvd_assistant.answer.trees import TreeModel
from pvd_assistant.answer.understanding import understand
from pvd_assistant.evaluation.questions import Question, normalise, read_questions
from pvd_assistant.messages import load_data
from pvd_assistant.model import KNOWN, Filters
from pvd_assistant.settings import load_settings

Rows = NDArray[np.float64]
Labels = NDArray[np.bool_]
Indices = NDArray[np.int64]

log = logging.getLogger(__name__)

_DATA = Path(__file__).parent.parent / "data"
_TARGET = _DATA / "answer_model.yaml"
_TREES = _DATA / "answer_trees.json"
_FOLDS = 5
# Numbers of the boosted trees; others are compared in docs/evaluation.md.
_BOOSTING = {
    "max_iter": 60,
    "max_leaf_nodes": 8,
    "learning_rate": 0.06,
    "l2_regularization": 2.0,
    "class_weight": "balanced",
    "max_features": 0.5,
}
_SETS = 4  # sets of trees whose mean is taken
_MISSED = 0.03  # share of the answers, held out, that may be missed
# The decision has a tenth of the rows of the choice of sentences: smaller leaves (docs/evaluation.md).
_KNOWS_LEAF = 10


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
        return expect is not None and set(expect.statuses) <= KNOWN

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
    fitted, held_out = fit_trees(rows, labels, groups, FEATURES)
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
    index = assistant.index
    vectors = np.array([case.evidence.asked.vector for case, _ in used])
    column = abstention.SIGNALS.index(abstention.KNOWN_SUBJECT)

    def refined(train: Indices, test: Indices) -> tuple[Rows, Rows]:
        return _with_subject(rows, vectors, labels, column, train, test)

    fitted, held_out = fit_trees(
        rows,
        labels,
        np.arange(len(used)),
        abstention.SIGNALS,
        refined,
        min_samples_leaf=_KNOWS_LEAF,
    )
    plane = _plane(vectors, labels)
    fitted["subject"] = {
        "embedding": index.manifest.model_version,
        "bias": round(float(plane.intercept_[0]), 5),
        "weights": [round(float(weight), 4) for weight in plane.coef_[0]],
    }
    odds = float(np.quantile(held_out[labels], _MISSED))
    fitted["thresholds"] = {"answered": round(1 / (1 + float(np.exp(-odds))), 3)}
    said = held_out >= odds
    fitted["figures"] = {
        "questions with an answer": int(labels.sum()),
        "questions without": int((~labels).sum()),
        "answered when known, held out": round(float(said[labels].mean()), 3),
        "silent when unknown, held out": round(float((~said)[~labels].mean()), 3),
    }
    return fitted


def _with_subject(
    rows: Rows, vectors: Rows, labels: Labels, column: int, train: Indices, test: Indices
) -> tuple[Rows, Rows]:
    """Return the rows to fit on and to test on, with what a plane that has not seen them says of each."""
    fitted_on, tested = rows[train].copy(), rows[test].copy()
    for seen, new in _folds(train, labels[train], train):
        fitted_on[new, column] = _told(
            vectors[train[seen]], labels[train[seen]], vectors[train[new]]
        )
    tested[:, column] = _told(vectors[train], labels[train], vectors[test])
    return fitted_on, tested


def _told(vectors: Rows, labels: Labels, asked: Rows) -> NDArray[np.float64]:
    """Return what a plane says of questions; nothing when it has seen one kind of them only."""
    if labels.all() or not labels.any():
        return np.zeros(len(asked))
    odds: NDArray[np.float64] = _plane(vectors, labels).decision_function(asked)
    return odds


def _plane(vectors: Rows, labels: Labels) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(class_weight="balanced", max_iter=2000).fit(vectors, labels)


def _folds(
    rows: NDArray[Any], labels: Labels, groups: Indices
) -> Iterator[tuple[Indices, Indices]]:
    """Return the folds: what belongs to a question is never in two of them."""
    from sklearn.model_selection import GroupKFold

    folds = GroupKFold(_FOLDS, shuffle=True, random_state=0)
    yield from folds.split(rows, labels, groups)


def fit_trees(
    rows: Rows,
    labels: Labels,
    groups: Indices,
    names: Sequence[str],
    refined: Callable[[Indices, Indices], tuple[Rows, Rows]] | None = None,
    **numbers: Any,
) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """Fit boosted trees; return them and the log-odds of each row when held out.

    :param refined: gives the rows to fit on and to test on, for features that are fitted themselves.
    :param numbers: parameters of the trees other than the common ones.
    """
    refined = refined or (lambda train, test: (rows[train], rows[test]))
    held_out = np.zeros(len(labels))
    for train, test in _folds(rows, labels, groups):
        fitted_on, tested = refined(train, test)
        models = _boosted(fitted_on, labels[train], numbers)
        held_out[test] = np.mean([m.decision_function(tested) for m in models], axis=0)
    every = np.arange(len(labels))
    return _as_lists(_boosted(refined(every, every)[0], labels, numbers), names), held_out


def _boosted(rows: Rows, labels: Labels, numbers: dict[str, Any]) -> list[Any]:
    """Fit a few sets of trees, each on features drawn anew: their mean depends less on chance."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    # Threads spin while they wait for each other: on so few rows two of them, on a machine that does other
    # things too, took four and a half times as long as one.
    with threadpool_limits(1, "openmp"):
        return [
            HistGradientBoostingClassifier(**(_BOOSTING | numbers), random_state=seed).fit(
                rows, labels
            )
            for seed in range(_SETS)
        ]


def _as_lists(models: Sequence[Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the trees in the form :class:`pvd_assistant.answer.trees.TreeModel` reads.

    scikit-learn has no public way to read them: the names below are those of the pinned version.
    """
    trees = [
        [
            [-1, 0, 0, 0, round(float(node["value"]) / len(models), 6)]
            if node["is_leaf"]
            else [
                int(node["feature_idx"]),
                float(node["num_threshold"]),
                int(node["left"]),
                int(node["right"]),
                0,
            ]
            for node in predictors[0].nodes
        ]
        for model in models
        for predictors in model._predictors
    ]
    depth = max(int(p[0].nodes["depth"].max()) for m in models for p in m._predictors)
    return {
        "features": list(names),
        "bias": round(float(models[0]._baseline_prediction.item()), 5),
        "depth": depth,
        "trees": trees,
    }


def _scores(fitted: dict[str, Any], found: Sequence[Candidate]) -> NDArray[np.float64]:
    if not found:
        return np.zeros(0)
    return TreeModel.read(fitted).log_odds(np.array([c.features for c in found], float))


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
        "sentence": sentence["figures"],
        "choice": load_data("answer_model")["choice"],
        "knows": {name: knows[name] for name in ("thresholds", "figures")},
    }
    header = "# Written by `python -m pvd_assistant.evaluation.fitting`; see docs/evaluation.md.\n"
    body = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, default_flow_style=None)
    _TARGET.write_text(header + body, encoding="utf-8")
    subject = knows.pop("subject")
    _TREES.write_text(
        _compact({"sentence": sentence, "knows": knows}, {"subject": subject}), encoding="utf-8"
    )
    log.info("sentence: %s", sentence["figures"])
    log.info("knows: %s", knows["figures"])


def _compact(models: dict[str, dict[str, Any]], others: dict[str, Any]) -> str:
    """Write JSON with a tree a line."""
    parts = [f'"{name}": {json.dumps(value)}' for name, value in others.items()]
    for name, fitted in models.items():
        head = {key: fitted[key] for key in ("features", "bias", "depth")}
        trees = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in fitted["trees"])
        body = json.dumps(head, ensure_ascii=False)[:-1] + ', "trees": [\n' + trees + "\n]}"
        parts.append(f'"{name}": {body}')
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    main()
