"""The energy of a thousand questions, from the processor time of a few."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from pvd_assistant.settings import Settings

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def energy(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(REPOSITORY)
    return importlib.import_module("benchmarks.energy")


def test_a_thousand_questions_of_a_tenth_of_a_second(energy: Any) -> None:
    use = energy.use_of(
        200, 20.0, 1.0, energy.Assumptions(watts=3.6, pue=2.0, grams=50.0, euros=0.2)
    )
    assert use.cpu_s_a_question == 0.1
    assert use.wh_a_thousand == pytest.approx(0.2)  # 100 s at 7.2 W
    assert use.grams_a_thousand == pytest.approx(0.01)
    assert use.euros_a_thousand == pytest.approx(0.00004)


def test_what_starting_takes_is_kept_apart(
    energy: Any, sample_settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "questions.jsonl"
    asked = ["Qui paie le chef de projet ?", "C’est quoi une ORT ?"]
    lines = [json.dumps({"id": str(n), "question": q}) for n, q in enumerate(asked)]
    file.write_text("\n".join(lines), encoding="utf-8")
    use = energy.measure(file, sample_settings.index_dir, energy.Assumptions())
    assert use.questions == 2
    assert 0 < use.cpu_s_a_question < 5
    assert use.cpu_s_to_start > 0
    assert use.peak_mb > 50
