"""Processor time, energy and cost of a thousand questions, without a language model.

Usage::

    python -m benchmarks.energy training/questions/dev.jsonl [--index DIR] [--watts 3.5] [--json]

Processor time is that of this process, all its threads: it is read from the system and depends little on
what else the machine does. Watts, PUE, carbon and price are assumptions, said with the result.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.evaluation.questions import read_questions
from pvd_assistant.settings import load_settings

_JOULES_A_KWH = 3_600_000


@dataclass(frozen=True)
class Assumptions:
    """What is not measured here.

    :ivar watts: of one busy virtual core, memory and network left out.
    :ivar pue: energy of the data centre for one unit of its servers'.
    :ivar grams: of CO2 equivalent for one kWh of electricity.
    :ivar euros: price of one kWh.
    """

    watts: float = 3.5
    pue: float = 1.5
    grams: float = 21.7
    euros: float = 0.25


@dataclass(frozen=True)
class Use:
    """What a thousand questions use."""

    questions: int
    cpu_s_a_question: float
    cpu_s_to_start: float
    peak_mb: float
    wh_a_thousand: float
    grams_a_thousand: float
    euros_a_thousand: float


def use_of(questions: int, answering_s: float, starting_s: float, given: Assumptions) -> Use:
    """Return what a thousand questions use, from the processor time of some."""
    each = answering_s / questions
    kwh = 1000 * each * given.watts * given.pue / _JOULES_A_KWH
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Use(
        questions=questions,
        cpu_s_a_question=each,
        cpu_s_to_start=starting_s,
        peak_mb=peak,
        wh_a_thousand=1000 * kwh,
        grams_a_thousand=kwh * given.grams,
        euros_a_thousand=kwh * given.euros,
    )


def measure(file: Path, index: Path | None, given: Assumptions) -> Use:
    """Ask every question of a file, once the assistant is warm."""
    asked = read_questions(file)
    before = time.process_time()
    assistant = Assistant(load_settings(index_dir=index))
    assistant.ask(asked[0].text)
    ready = time.process_time()
    for one in asked:
        assistant.ask(one.text, history=one.history)
    return use_of(len(asked), time.process_time() - ready, ready - before, given)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--json", action="store_true")
    for name, value in asdict(Assumptions()).items():
        parser.add_argument(f"--{name}", type=float, default=value)
    chosen = parser.parse_args()
    given = Assumptions(chosen.watts, chosen.pue, chosen.grams, chosen.euros)
    use = measure(chosen.file, chosen.index, given)
    if chosen.json:
        print(json.dumps({"use": asdict(use), "assumptions": asdict(given)}, indent=2))
        return
    print(f"{use.questions} questions, {1000 * use.cpu_s_a_question:.0f} ms of processor each")
    print(f"start: {use.cpu_s_to_start:.1f} s of processor; peak memory: {use.peak_mb:.0f} MB")
    print(
        f"a thousand questions: {use.wh_a_thousand:.3f} Wh, {use.grams_a_thousand:.4f} g of CO2e, "
        f"{use.euros_a_thousand:.6f} € ({given})"
    )


if __name__ == "__main__":
    main()
