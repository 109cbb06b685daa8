"""Measure the search on a collection in BEIR format (Thakur et al., 2021, arXiv:2104.08663).

A folder holds ``corpus.jsonl`` (``_id``, ``title``, ``text``), ``queries.jsonl`` (``_id``, ``text``) and
``qrels.tsv`` or ``qrels/test.tsv`` (``query-id``, ``corpus-id``, ``score``, tab-separated, with or without a
header). Each document is one passage; lexical, dense and hybrid searches are those of the assistant.
"""

from __future__ import annotations

import csv
import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvd_assistant.errors import EvaluationError

CUTOFFS = (5, 10, 100)
DEPTH = max(CUTOFFS)

#: Query text → document ids, best first.
Search = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Collection:
    """A BEIR collection.

    :ivar documents: id → (title, text).
    :ivar queries: id → text; only those that have a relevant document.
    :ivar relevant: query id → document id → grade (above 0).
    """

    documents: Mapping[str, tuple[str, str]]
    queries: Mapping[str, str]
    relevant: Mapping[str, Mapping[str, int]]


def read_collection(folder: Path) -> Collection:
    """Read a folder in BEIR format.

    :raises EvaluationError: a file is missing, or a line is not in the expected format.
    """
    documents = {
        str(row["_id"]): (str(row.get("title") or ""), str(row["text"]))
        for row in _json_lines(folder, "corpus.jsonl", ("_id", "text"))
    }
    texts = {
        str(row["_id"]): str(row["text"])
        for row in _json_lines(folder, "queries.jsonl", ("_id", "text"))
    }
    relevant = _qrels(folder)
    judged = {query: text for query, text in texts.items() if relevant.get(query)}
    return Collection(documents, judged, relevant)


def _json_lines(folder: Path, name: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    path = folder / name
    if not path.is_file():
        raise EvaluationError("evaluation.beir_missing", path=folder, name=name)
    rows: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
                missing = [key for key in keys if key not in row]
            except (ValueError, TypeError) as error:
                raise EvaluationError(
                    "evaluation.beir_bad_line", path=path, line=number, reason=error
                ) from error
            if missing:
                raise EvaluationError(
                    "evaluation.beir_bad_line", path=path, line=number, reason=missing[0]
                )
            rows.append(row)
    return rows


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    path = next(
        (p for p in (folder / "qrels.tsv", folder / "qrels" / "test.tsv") if p.is_file()), None
    )
    if path is None:
        raise EvaluationError("evaluation.beir_missing", path=folder, name="qrels.tsv")
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if not row or (number == 1 and not row[-1].strip().lstrip("-").isdigit()):
                continue
            try:
                query, document, grade = row[0], row[-2], int(row[-1])
            except (IndexError, ValueError) as error:
                raise EvaluationError(
                    "evaluation.beir_bad_line", path=path, line=number, reason=error
                ) from error
            if grade > 0:
                grades[query][document] = grade
    return dict(grades)


def measure(search: Search, collection: Collection) -> dict[str, float]:
    """Run every query and return recall@k, MRR@10, nDCG@10 and the milliseconds a query takes."""
    sums: dict[str, float] = defaultdict(float)
    spent = 0.0
    for query, text in collection.queries.items():
        start = time.perf_counter()
        ranked = list(search(text))[:DEPTH]
        spent += time.perf_counter() - start
        for name, value in figures(ranked, collection.relevant[query]).items():
            sums[name] += value
    count = max(1, len(collection.queries))
    averages = {name: round(total / count, 4) for name, total in sums.items()}
    return averages | {"ms_per_query": round(1000 * spent / count, 3)}


def figures(ranked: Sequence[str], relevant: Mapping[str, int]) -> dict[str, float]:
    """Score one ranking against graded judgements (trec_eval's definitions, linear gain)."""
    found = {f"recall@{k}": _recall(ranked[:k], relevant) for k in CUTOFFS}
    first = next((rank for rank, d in enumerate(ranked[:10], start=1) if d in relevant), 0)
    gains = [relevant.get(document, 0) for document in ranked[:10]]
    ideal = sorted(relevant.values(), reverse=True)[:10]
    return found | {
        "mrr@10": 1 / first if first else 0.0,
        "ndcg@10": _dcg(gains) / _dcg(ideal) if ideal else 0.0,
    }


def _recall(ranked: Sequence[str], relevant: Mapping[str, int]) -> float:
    return len(set(ranked) & set(relevant)) / len(relevant) if relevant else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
