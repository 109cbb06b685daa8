"""Index time, size, memory and query time from a thousand passages to a million.

Usage::

    python -m benchmarks.scale 1000 10000 100000 1000000 [--work DIR] [--steps read build ask floor]
    python -m benchmarks.scale_table reports/scale [--draw docs/images/scale.svg]

The corpus is made by ``benchmarks.synthetic``. Each step of each size runs in a process of its own, and
leaves its figures in ``reports/scale/``: a step can be measured again alone, when the machine is quiet.
An index of a million passages takes about 15 GB of the work folder and hours of two cores.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from benchmarks.scale_measures import ask_step, build_step, floor_step, read_step, written
from pvd_assistant.settings import Settings, load_settings

STEPS = ("read", "build", "ask", "floor")
QUESTIONS = Path("training/questions/dev.jsonl")
#: Passages up to which the whole answer is measured, and reading files.
_ANSWERED, _READ = 300_000, 10_000


def run_step(step: str, passages: int, chosen: argparse.Namespace) -> None:
    """Measure one step of one size in this process."""
    settings = settings_of(passages, chosen.work)
    if step == "read":
        found = read_step(passages, settings, chosen.work / f"{passages}" / "files")
    elif step == "build":
        found = build_step(passages, settings)
    elif step == "ask":
        answers = passages <= _ANSWERED
        found = ask_step(settings, chosen.questions, chosen.limit, answers=answers)
    else:
        found = floor_step(settings, chosen.questions, chosen.limit)
    written(found, chosen.reports / f"{passages}-{step}.json")


def settings_of(passages: int, work: Path) -> Settings:
    """Return settings of an index of its own for each size."""
    return load_settings(index_dir=work / f"{passages}" / "index", data_dir=work / "data")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int, nargs="*")
    parser.add_argument("--work", type=Path, default=Path("reports/scale/work"))
    parser.add_argument("--reports", type=Path, default=Path("reports/scale"))
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--limit", type=int, default=100, help="questions asked")
    parser.add_argument("--here", action="store_true", help="in this process")
    chosen = parser.parse_args()
    for passages in chosen.passages:
        for step in chosen.steps:
            if step == "read" and passages > _READ:
                continue
            if chosen.here:
                run_step(step, passages, chosen)
                continue
            options = ["--work", chosen.work, "--reports", chosen.reports, "--here"]
            options += ["--questions", chosen.questions, "--limit", chosen.limit]
            command = [sys.executable, "-m", "benchmarks.scale", passages, "--steps", step]
            subprocess.run([str(part) for part in (*command, *options)], check=True)


if __name__ == "__main__":
    main()
