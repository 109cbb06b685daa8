"""Fits the second look of the search: ``python -m training.rerank --data DIR QUESTIONS.jsonl…``.

Two kinds of questions: queries of the training pairs that the embedding was not trained on
(:func:`training.pairing.reserved`), each source a collection of its own, and our question files, whose
facts a right passage holds.

Pairwise logistic regression (RankSVM's pairs, Joachims, 2002, with the logistic loss of RankNet, Burges et
al., 2005): of two passages of a question, the right one must get the higher sum. Boosted trees over twice as
many features were tried first and did worse than the plain mix on what they had not seen.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from pvd_assistant.evaluation.beir import CollectionSource
from pvd_assistant.evaluation.questions import normalise, read_questions
from pvd_assistant.evaluation.retrieval import Collection
from pvd_assistant.index.builder import build
from pvd_assistant.index.rerank import FEATURES
from pvd_assistant.index.store import Index
from pvd_assistant.model import Filters, Kind
from pvd_assistant.settings import Settings
from training.pairing import reserved
from training.sources import read_pairs

TARGET = Path(__file__).parent.parent / "pvd_assistant" / "data" / "rerank.yaml"
_PROSE: tuple[Kind, ...] = (
    "guide", "presse", "offre", "partenaire", "projet", "faq", "glossaire", "actualite", "page",
)  # fmt: skip
_HEADER = "# Written by `python -m training.rerank`; read by pvd_assistant.index.rerank.\n"
_PLAIN = np.array([0.6, 0.4])  # the mix of words and meaning without a second look
_MOST_QUERIES = 400
_MOST_PASSAGES = 6000
_OURS = "questions"
# Our questions count ten times as much as another source; origin: docs/evaluation.md.
_WEIGHTS = {_OURS: 10.0}
_REGULARISATION = 0.01  # scikit-learn's C: the smaller, the nearer to equal weights
_RIGHT, _WRONG = 2, 20  # passages of a question that are compared
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: features of its passages, and which are right."""

    source: str
    rows: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, compare, write ``rerank_trees.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--index", type=Path, help="folder of the index of our corpus")
    parser.add_argument("questions", nargs="+", type=Path)
    options = parser.parse_args(arguments)
    settings = Settings(**({"index_dir": options.index} if options.index else {}))
    asked = [*_ours(settings, options.questions), *_of_pairs(settings, options.data)]
    for line in figures(asked):
        print(line)
    weights = fit(asked)
    scale, offset = calibrate(asked, weights)
    data = {
        "weights": {name: round(float(w), 3) for name, w in zip(FEATURES, weights, strict=True)},
        "scale": round(scale, 4),
        "offset": round(offset, 4),
    }
    TARGET.write_text(_HEADER + yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def fit(asked: Sequence[Asked]) -> npt.NDArray[np.float64]:
    """Return the weight of each feature."""
    from sklearn.linear_model import LogisticRegression

    counts = Counter(one.source for one in asked)
    differences, weights = [], []
    for one in asked:
        right, wrong = one.rows[one.right][:_RIGHT], one.rows[~one.right][:_WRONG]
        pairs = (right[:, None] - wrong[None]).reshape(-1, len(FEATURES))
        differences.append(pairs)
        share = _WEIGHTS.get(one.source, 1.0) / counts[one.source] / max(len(pairs), 1)
        weights.append(np.full(len(pairs), share))
    pairs, shares = np.concatenate(differences), np.concatenate(weights)
    both = np.concatenate([pairs, -pairs])
    labels = np.repeat([1, 0], len(pairs))
    model = LogisticRegression(C=_REGULARISATION, fit_intercept=False, max_iter=500)
    model.fit(both, labels, sample_weight=np.tile(shares / shares.mean(), 2))
    fitted: npt.NDArray[np.float64] = model.coef_[0]
    return fitted


def calibrate(asked: Sequence[Asked], weights: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Return the scale and offset that turn a sum into a likelihood, on our questions (Platt, 1999)."""
    from sklearn.linear_model import LogisticRegression

    ours = [one for one in asked if one.source == _OURS]
    sums = np.concatenate([one.rows @ weights for one in ours])
    right = np.concatenate([one.right for one in ours])
    model = LogisticRegression().fit(sums[:, None], right)
    scale = float(model.coef_[0, 0])
    return scale, -float(model.intercept_[0]) / scale


def figures(asked: Sequence[Asked]) -> Iterator[str]:
    """Yield, for each source, the mean reciprocal rank: plain mix, held out, source left out."""
    folds = np.random.default_rng(0).integers(0, _FOLDS, len(asked))
    held = [
        fit([one for one, own in zip(asked, folds, strict=True) if own != fold])
        for fold in range(_FOLDS)
    ]
    for name in dict.fromkeys(one.source for one in asked):
        without = fit([one for one in asked if one.source != name])
        ranks = [
            (
                _reciprocal(one.right, one.rows[:, :2] @ _PLAIN),
                _reciprocal(one.right, one.rows @ held[fold]),
                _reciprocal(one.right, one.rows @ without),
            )
            for one, fold in zip(asked, folds, strict=True)
            if one.source == name
        ]
        plain, cross, left = 100 * np.mean(ranks, axis=0)
        yield f"{name:36} {len(ranks):4}  {plain:5.1f}  held out {cross:5.1f}  left out {left:5.1f}"


def _reciprocal(right: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    order = np.argsort(-scores, kind="stable")
    places = np.flatnonzero(right[order])
    return float(1 / (1 + places[0])) if len(places) else 0.0


def _ours(settings: Settings, paths: Sequence[Path]) -> Iterator[Asked]:
    with Index.open(settings) as index:
        for question in (q for path in paths for q in read_questions(path)):
            facts = question.expect.facts if question.expect else ()
            if not facts or question.history:
                continue
            passages, rows = index.shortlist(question.text, Filters(kinds=_PROSE))
            wanted = [normalise(fact) for group in facts for fact in group]
            texts = [normalise(passage.text) for passage in passages]
            right = np.array([any(fact in held for fact in wanted) for held in texts])
            if right.any():
                yield Asked(_OURS, rows, right)


def _of_pairs(settings: Settings, data: Path) -> Iterator[Asked]:
    sources: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for pair in read_pairs(data, "pairs"):
        sources[pair.source].append((pair.left, pair.right))
    for name, rows in sources.items():
        collection = _collection(rows)
        source = CollectionSource(collection)
        with tempfile.TemporaryDirectory(prefix="pvd-rerank-") as aside:
            own = settings.model_copy(update={"index_dir": Path(aside), "chroma_url": ""})
            build(own, source=source)
            with Index.open(own) as index:
                for query, text in collection.queries.items():
                    passages, found = index.shortlist(text)
                    ids = [source.documents[passage.document] for passage in passages]
                    right = np.array([id_ in collection.relevant[query] for id_ in ids])
                    if right.any():
                        yield Asked(name, found, right)
        print(f"{name}: {len(collection.queries)} queries", flush=True)


def _collection(rows: Sequence[tuple[str, str]]) -> Collection:
    """Make a collection of the passages of a source, asked by its reserved queries only."""
    rng = np.random.default_rng(1)
    texts = list(dict.fromkeys(text for _, text in rows))
    kept = set(texts if len(texts) <= _MOST_PASSAGES else rng.permutation(texts)[:_MOST_PASSAGES])
    number = {text: str(n) for n, text in enumerate(text for text in texts if text in kept)}
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for query, text in rows:
        if text in kept and reserved(text):
            relevant[query][number[text]] = 1
    chosen = rng.permutation(sorted(relevant))[:_MOST_QUERIES]
    queries = {str(query): str(query) for query in chosen}
    return Collection({n: ("", text) for text, n in number.items()}, queries, relevant)


if __name__ == "__main__":
    main()
