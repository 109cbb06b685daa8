"""The made corpus, and a short run of the benchmark of scale."""

from __future__ import annotations

import importlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pvd_assistant.index.duplicates import duplicate_groups
from pvd_assistant.settings import Settings

REPOSITORY = Path(__file__).parents[2]
PASSAGES = 200


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(REPOSITORY)
    monkeypatch.setattr(importlib.import_module("benchmarks.synthetic"), "_SAMPLED", 20)
    return lambda name: importlib.import_module(f"benchmarks.{name}")


def test_a_made_document_depends_on_its_number_alone(
    module: Any, sample_settings: Settings
) -> None:
    synthetic = module("synthetic")
    short, long = (synthetic.ScaledSource(size, sample_settings) for size in (PASSAGES, 250))
    assert 0 < short.made < long.made
    assert short.maker.document(5) == long.maker.document(5)
    assert short.maker.document(5).parts != short.maker.document(6).parts


def test_a_made_corpus_does_not_say_the_same_thing_over_and_over(
    module: Any, sample_settings: Settings
) -> None:
    source = module("synthetic").ScaledSource(PASSAGES, sample_settings)
    passages = [p for e in source.entries() for p in module("synthetic").cut(source.load(e))]
    assert len(passages) == pytest.approx(PASSAGES, rel=0.25)
    groups = duplicate_groups(passage.text for passage in passages)
    assert np.mean(groups != np.arange(len(groups))) < 0.2


def test_two_sentences_are_crossed_at_a_word_that_both_hold(module: Any) -> None:
    crossed = module("synthetic").crossed
    one, other = "Il paie la moitié de la rue.", "Une part de ce qui reste."
    assert crossed(one, other, random.Random(1)) == "Il paie la moitié de ce qui reste."
    assert crossed("Rien ici.", other, random.Random(1)) == "Rien ici."


def test_a_short_run_fills_the_table(
    module: Any, sample_settings: Settings, tmp_path: Path
) -> None:
    measures, shown = module("scale_measures"), module("scale_table")
    settings = sample_settings.model_copy(update={"index_dir": tmp_path / "index"})
    questions = tmp_path / "questions.jsonl"
    asked = ["Qui paie le chef de projet ?", "C’est quoi une ORT ?"]
    lines = [json.dumps({"id": str(n), "question": q}) for n, q in enumerate(asked)]
    questions.write_text("\n".join(lines), encoding="utf-8")
    steps = {
        "read": measures.read_step(PASSAGES, settings, tmp_path / "files"),
        "build": measures.build_step(PASSAGES, settings),
        "ask": measures.ask_step(settings, questions, 2, answers=True),
        "floor": measures.floor_step(settings, questions, 2),
    }
    for step, found in steps.items():
        measures.written(found, tmp_path / "reports" / f"{PASSAGES}-{step}.json")

    assert (
        steps["read"]["passages"] == steps["build"]["passages"]
    )  # made in memory or read from files
    assert steps["floor"]["recall"] > 0.9
    assert steps["floor"]["answers kept"] > 0.9
    table = shown.table(shown.read_sizes(tmp_path / "reports"))
    assert table.startswith(f"| passages | {PASSAGES} |")
    assert "–" not in table
