"""Search systems side by side, in one run, on the same passages.

Usage, in an environment where ``benchmarks/requirements.txt`` is installed::

    python -m benchmarks.retrieval COLLECTION… --questions training/questions/dev.jsonl \
        --write docs/evaluation.md --json reports/retrieval.json

``COLLECTION`` is a folder in BEIR form; with ``--questions``, the passages of the live index are asked the
questions whose facts are known. The table replaces what ``docs/evaluation.md`` holds between its two markers.
The machine may be noisy: read the ratios, not the milliseconds.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

# Before the systems are imported: nothing is looked for on the network, nobody is told.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TQDM_DISABLE"] = "1"
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
os.environ["ANONYMIZED_TELEMETRY"] = "False"

from benchmarks.corpora import DEPTH, Corpus, beir_corpus, programme_corpus
from benchmarks.rivals.base import Encoder, Search, System, folder_bytes
from benchmarks.table import Result, Row, markdown, write_between_markers
from pvd_assistant.errors import PvdError
from pvd_assistant.settings import Settings, load_settings

SYSTEMS = ("ours", "minilm", "langchain", "llamaindex", "haystack", "txtai")
REFERENCE = "ours, hybrid"
_PACKAGES = (
    "langchain-chroma",
    "chromadb",
    "llama-index-core",
    "llama-index-retrievers-bm25",
    "haystack-ai",
    "txtai",
)


def make_system(name: str, settings: Settings, encoder: Encoder) -> System:
    """Make a system afresh; its package is imported only then."""
    if name == "ours":
        from benchmarks.rivals.ours import Ours

        return Ours(
            settings,
            {"ours, words": "lexical", "ours, meaning": "dense", REFERENCE: "hybrid"},
            "the search of this package, without what the assistant understands of a question before "
            "it searches; one index serves the three rows, which show its whole size and speed",
        )
    if name == "minilm":
        from benchmarks.rivals.ours import Ours

        return Ours(
            settings.model_copy(update={"embedding": f"st:{encoder.path}"}),
            {"ours, meaning by MiniLM": "dense"},
            "our index, sentence by sentence, with the English all-MiniLM-L6-v2 instead of our embedding",
        )
    if name == "langchain":
        from benchmarks.rivals.plain_langchain import PlainLangChain

        return PlainLangChain(encoder)
    if name == "llamaindex":
        from benchmarks.rivals.llamaindex import LlamaIndexFusion

        return LlamaIndexFusion(encoder)
    if name == "haystack":
        from benchmarks.rivals.haystack_hybrid import HaystackHybrid

        return HaystackHybrid(encoder)
    from benchmarks.rivals.txtai_hybrid import TxtaiHybrid

    return TxtaiHybrid(encoder)


class Clock:
    """Seconds of a stretch of work, with those of the vectors that were already there."""

    def __init__(self) -> None:
        self.seconds = 0.0


@contextmanager
def timed(encoder: Encoder) -> Iterator[Clock]:
    """Time a stretch of work as if the encoder had kept nothing."""
    clock, owed, started = Clock(), encoder.owed, time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - started + encoder.owed - owed


def measure(system: System, corpus: Corpus, encoder: Encoder) -> list[Row]:
    """Index a corpus aside, ask every question of every search of a system, one at a time."""
    with tempfile.TemporaryDirectory(prefix="retrieval-") as aside:
        own, saved = Path(aside) / "own", Path(aside) / "saved"
        own.mkdir()
        saved.mkdir()
        with timed(encoder) as indexing:
            system.index(corpus, own)
        system.save(saved)
        megabytes = folder_bytes(Path(aside)) / 1e6
        rows = []
        for name, search in system.searches().items():
            figures, ms = _ask(search, corpus, encoder)
            speed = len(corpus.passages) / indexing.seconds
            rows.append(Row(name, figures, ms, speed, megabytes))
    return rows


def _ask(search: Search, corpus: Corpus, encoder: Encoder) -> tuple[dict[str, list[float]], float]:
    search("échauffement", DEPTH)
    figures: dict[str, list[float]] = {}
    times = []
    for number, question in enumerate(corpus.questions):
        with timed(encoder) as asking:
            ranked = list(search(question, DEPTH))[:DEPTH]
        times.append(1000 * asking.seconds)
        for name, value in corpus.score(number, ranked).items():
            figures.setdefault(name, []).append(value)
    return figures, statistics.median(times)


def compare(
    corpora: Sequence[Corpus], names: Sequence[str], settings: Settings
) -> tuple[list[Result], dict[str, str]]:
    """Measure every system on every corpus; return the results and what was set for each system."""
    encoder = Encoder()
    results, notes = [], {}
    for corpus in corpora:
        rows: list[Row] = []
        for name in names:
            started = time.perf_counter()
            system = make_system(name, settings, encoder)
            found = measure(system, corpus, encoder)
            rows += found
            notes["; ".join(row.system for row in found)] = system.note
            spent = time.perf_counter() - started
            print(f"{corpus.name}: {name}, {spent:.0f} s", file=sys.stderr, flush=True)
        results.append(
            Result(
                corpus.name,
                len(corpus.passages),
                len(corpus.questions),
                corpus.main,
                REFERENCE,
                corpus.remark,
                tuple(rows),
            )
        )
    return results, notes


def heading(limit: int | None) -> str:
    """Say when, with what, and whether it was only a try."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    short = f" **A try on {limit} questions, not a result.**" if limit else ""
    return (
        f"{dt.date.today():%-d %B %Y}, {os.cpu_count()} cores, everything in one run; {versions}.{short} "
        "Every system receives the same text of each passage; a chunk counts for its passage. The vectors "
        "of all-MiniLM-L6-v2 are computed once, and their time counted for each system that uses them."
    )


def main() -> None:
    """Read the command line, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("collections", nargs="*", type=Path, help="folders in BEIR form")
    parser.add_argument("--questions", type=Path, help="question file, asked of the live index")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=SYSTEMS)
    parser.add_argument("--limit", type=int, help="only so many questions and passages: a try")
    parser.add_argument("--write", type=Path, help="Markdown file that holds the two markers")
    parser.add_argument("--json", type=Path, help="where to write the figures as JSON")
    options = parser.parse_args()
    settings = load_settings()
    try:
        corpora = [beir_corpus(folder, options.limit) for folder in options.collections]
        if options.questions:
            corpora.append(programme_corpus(options.questions, settings, options.limit))
        results, notes = compare(corpora, options.systems, settings)
    except PvdError as error:
        sys.exit(str(error))
    section = markdown(results, heading(options.limit), notes)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        data = [result.to_dict() for result in results]
        options.json.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if options.write:
        write_between_markers(options.write, section)
    else:
        print(section)


if __name__ == "__main__":
    main()
