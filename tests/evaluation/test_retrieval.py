"""Figures of retrieval, checked by hand on small rankings."""

import json
import math
from pathlib import Path

import pytest

from pvd_assistant.errors import EvaluationError
from pvd_assistant.evaluation.beir import evaluate_collection
from pvd_assistant.evaluation.retrieval import figures, read_collection
from pvd_assistant.settings import load_settings


def _write(folder: Path, qrels: str = "qrels.tsv", header: bool = True) -> Path:
    documents = [
        {"_id": "a", "title": "Chef de projet", "text": "Le poste est payé à 75 %."},
        {"_id": "b/1", "title": "", "text": "La vente d’immeuble à rénover concerne les façades."},
        {"_id": "c", "title": "Vide", "text": ""},
    ]
    queries = [
        {"_id": "q1", "text": "qui paie le chef de projet ?"},
        {"_id": "q2", "text": "immeubles à renover"},
        {"_id": "q3", "text": "sans jugement"},
    ]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text("".join(lines), encoding="utf-8")
    path = folder / qrels
    path.parent.mkdir(exist_ok=True)
    head = "query-id\tcorpus-id\tscore\n" if header else ""
    path.write_text(head + "q1\ta\t1\nq2\tb/1\t1\nq2\ta\t0\n", encoding="utf-8")
    return folder


def test_a_perfect_ranking() -> None:
    scores = figures(["a", "b"], {"a": 2, "b": 1})

    assert scores["ndcg@10"] == pytest.approx(1.0)
    assert scores["mrr@10"] == 1.0
    assert scores["recall@5"] == 1.0


def test_a_ranking_with_the_right_document_third() -> None:
    scores = figures(["x", "y", "a"], {"a": 1, "z": 1})

    assert scores["mrr@10"] == pytest.approx(1 / 3)
    assert scores["recall@5"] == 0.5
    assert scores["ndcg@10"] == pytest.approx((1 / 2) / (1 + 1 / math.log2(3)))


@pytest.mark.parametrize(
    ("qrels", "header"), [("qrels.tsv", True), ("qrels/test.tsv", True), ("qrels.tsv", False)]
)
def test_every_layout_of_judgements_is_read(tmp_path: Path, qrels: str, header: bool) -> None:
    collection = read_collection(_write(tmp_path, qrels, header))

    assert collection.relevant == {"q1": {"a": 1}, "q2": {"b/1": 1}}
    assert set(collection.queries) == {"q1", "q2"}


def test_the_three_systems_find_the_documents(tmp_path: Path) -> None:
    found = evaluate_collection(_write(tmp_path), load_settings())

    assert (found["documents"], found["queries"]) == (3, 2)
    assert set(found["systems"]) == {"lexical", "dense", "hybrid"}
    assert found["systems"]["hybrid"]["recall@5"] == 1.0
    assert set(found["systems"]["lexical"]) == {
        "recall@5", "recall@10", "recall@100", "mrr@10", "ndcg@10", "ms_per_query",
    }  # fmt: skip


def test_a_folder_that_is_no_collection_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"corpus\.jsonl"):
        read_collection(tmp_path)


def test_a_bad_judgement_is_named(tmp_path: Path) -> None:
    folder = _write(tmp_path)
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\ta\tyes\n", encoding="utf-8")

    with pytest.raises(EvaluationError, match="ligne 2"):
        read_collection(folder)
