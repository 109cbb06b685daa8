"""The figures of ``benchmarks.retrieval``, without the systems it compares."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def module(monkeypatch):
    monkeypatch.syspath_prepend(REPOSITORY)
    return lambda name: importlib.import_module(f"benchmarks.{name}")


def test_an_interval_holds_the_mean_and_is_the_same_at_every_run(module):
    interval = module("intervals").interval
    found = interval([0.0, 1.0] * 50)
    assert found.mean == 0.5
    # 0.5 ± 1.96 × 0.5 / √100
    assert found.low == pytest.approx(0.402, abs=0.015)
    assert found.high == pytest.approx(0.598, abs=0.015)
    assert interval([0.0, 1.0] * 50) == found


def test_a_lead_is_measured_question_by_question(module):
    table = module("table")
    ours = table.Row("ours", {"ndcg@10": [0.9, 0.1, 0.5]}, 1.0, 1.0, 1.0)
    other = table.Row("other", {"ndcg@10": [0.8, 0.0, 0.4]}, 1.0, 1.0, 1.0)
    result = table.Result("c", 3, 3, "ndcg@10", "ours", "", (ours, other))
    lead = result.lead(other)
    # The questions differ much from one another, the two systems always by a tenth.
    assert (lead.low, lead.high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert result.lead(ours) is None


def test_a_passage_is_ranked_by_its_best_chunk(module):
    assert module("rivals.base").chunk_ids(["b", "a", "b", "c"], 2) == ["b", "a"]


def test_only_what_is_between_the_markers_is_replaced(module, tmp_path):
    table, page = module("table"), tmp_path / "page.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n", "utf-8")
    table.write_between_markers(page, "new")
    table.write_between_markers(page, "newer")
    assert page.read_text("utf-8") == f"before\n{table.BEGIN}\n\nnewer\n\n{table.END}\nafter\n"


def test_a_page_without_markers_is_left_as_it_is(module, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("no marker\n", "utf-8")
    with pytest.raises(ValueError, match=r"page\.md"):
        module("table").write_between_markers(page, "new")
    assert page.read_text("utf-8") == "no marker\n"


def test_a_collection_scores_the_first_ten(module, tmp_path):
    texts = {"a": "Le soleil.", "b": "La lune.", "c": "La mer."}
    lines = [json.dumps({"_id": id_, "title": "Ciel", "text": t}) for id_, t in texts.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "quoi ?"}), "utf-8")
    (tmp_path / "qrels.tsv").write_text("q\ta\t1\nq\tb\t1\n", "utf-8")
    corpus = module("corpora").beir_corpus(tmp_path)
    assert corpus.passages["a"] == "Ciel\nLe soleil."
    figures = corpus.score(0, ["a", "c"])
    assert (figures["recall@1"], figures["recall@10"], figures["mrr@10"]) == (0.5, 0.5, 1.0)
    documents = corpus.documents()
    assert [corpus.passage_of(p) for d in documents for p in d.passages] == ["a", "b", "c"]
