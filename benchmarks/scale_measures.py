"""What ``benchmarks.scale`` measures of one size, each step in a process of its own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np

from benchmarks.synthetic import ScaledSource, write_files
from pvd_assistant.answer.assistant import Assistant
from pvd_assistant.corpus.catalogue import Catalogue
from pvd_assistant.corpus.chunk import cut
from pvd_assistant.evaluation.questions import read_questions
from pvd_assistant.index import chroma, generation
from pvd_assistant.index.builder import build
from pvd_assistant.index.search import CANDIDATES
from pvd_assistant.index.store import Index
from pvd_assistant.index.vectors import FloatArray, normalised
from pvd_assistant.model import Filters, Kind
from pvd_assistant.settings import Settings

Found = dict[str, Any]
_MB = 1e6
_BLOCK = 8192
#: Depth at which Chroma's answers are compared with the exact ones.
_DEPTH = 20
_SHOWN, _ALL = 10, 10**9
#: Searches limited to much of the corpus, to some of it, to little.
FILTERS = {
    "most": Filters(kinds=tuple(kind for kind in get_args(Kind) if kind != "table")),
    "some": Filters(kinds=("offre", "partenaire")),
    "few": Filters(departements=("Nièvre",)),
}


def memory() -> Found:
    """Return the memory of this process, in MB.

    ``own`` is what it asked for; ``mapped`` is files it reads in place, that the system takes back at will.
    """
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    kb = {
        name: int(value.split()[0])
        for name, _, value in (x.partition(":") for x in lines)
        if "kB" in value
    }
    return {
        "own": kb["RssAnon"] / 1e3,
        "mapped": (kb["RssFile"] + kb["RssShmem"]) / 1e3,
        "peak": kb["VmHWM"] / 1e3,
    }


class Clock:
    """Wall and processor time since it was made, or since the last lap."""

    def __init__(self) -> None:
        self._last = (time.perf_counter(), time.process_time())

    def lap(self) -> Found:
        now = (time.perf_counter(), time.process_time())
        before, self._last = self._last, now
        return {"wall": now[0] - before[0], "processor": now[1] - before[1]}


def times(run: Callable[[Any], object], asked: Sequence[Any]) -> Found:
    """Return the median and 95th percentile of a call in milliseconds, by the clock and of processor.

    Processor time, all threads together, is what the clock says of a machine that does nothing else.
    """
    walls, processor = [], []
    for one in asked:
        before = (time.perf_counter(), time.process_time())
        run(one)
        walls.append(1000 * (time.perf_counter() - before[0]))
        processor.append(1000 * (time.process_time() - before[1]))
    return {
        "median": float(np.median(walls)),
        "p95": float(np.percentile(walls, 95)),
        "processor": float(np.median(processor)),
        "processor p95": float(np.percentile(processor, 95)),
    }


def read_step(passages: int, settings: Settings, folder: Path) -> Found:
    """Measure reading files: listed with their digests, read, cut."""
    source = ScaledSource(passages, settings)
    written = write_files(source, folder)
    catalogue, clock = Catalogue(folder, settings), Clock()
    entries = catalogue.entries()
    listed = clock.lap()
    held = sum(len(cut(catalogue.load(entry))) for entry in entries)
    return {"files": written, "passages": held, "listing": listed, "reading": clock.lap()}


def build_step(passages: int, settings: Settings) -> Found:
    """Measure indexing, phase by phase."""
    source, clock = ScaledSource(passages, settings), Clock()
    phases: dict[str, Found] = {}
    current = ""

    def progress(_done: int, _total: int, label: str) -> None:
        nonlocal current
        phase = label.split()[0]
        if phase != current:
            if current:
                phases[current] = clock.lap()
            current = phase

    report = build(settings, on_progress=progress, source=source)
    return {
        "passages": report.passages,
        "documents": len(report.added),
        "phases": phases,
        "memory": memory(),
        "size": sizes(settings.index_dir),
    }


def sizes(root: Path) -> Found:
    """Return the megabytes on disk of each part of the index."""
    live = generation.current(root)
    if live is None:
        raise FileNotFoundError(root)

    def held(files: Iterator[Path]) -> float:
        return sum(file.stat().st_size for file in files if file.is_file()) / _MB

    return {
        "texts": held(live.glob("passages.sqlite")),
        "words": held((live / "lexical").iterdir()),
        "sentences": held(live.glob("unit*.npy")),
        "chroma": held((live / "chroma").rglob("*")),
        "cache": held((root / "cache").iterdir()),
    }


def ask_step(settings: Settings, questions: Path, limit: int, *, answers: bool) -> Found:
    """Measure opening, searching and answering."""
    asked = [q.text for q in read_questions(questions) if not q.history][:limit]
    clock = Clock()
    index = Index.open(settings)
    found: Found = {"opening": clock.lap(), "opened": memory(), "units": index.manifest.units}
    index.search(asked[0])
    found["first"] = clock.lap()
    for question in asked[:10]:
        index.search(question)
    found["search"] = times(index.search, asked)
    found["words"] = times(lambda question: index.search(question, mode="lexical"), asked)
    for name, filters in FILTERS.items():
        index.search(asked[0], filters=filters)
        found[name] = times(partial(index.search, filters=filters), asked)
    found["searched"] = memory()
    if answers:
        assistant = Assistant(settings, index=index)
        clock.lap()
        assistant.ask(asked[0])
        found["first answer"] = clock.lap()
        for question in asked[1:10]:
            assistant.ask(question)
        found["answer"] = times(assistant.ask, asked)
        found["answered"] = memory()
    index.close()
    return found


def floor_step(settings: Settings, questions: Path, limit: int) -> Found:
    """Measure the dot product alone, and how many of the nearest passages Chroma finds."""
    asked = [q.text for q in read_questions(questions) if not q.history][:limit]
    with Index.open(settings) as index:
        vectors = [index.embed_question(question) for question in asked]
        folder, manifest = index._folder, index.manifest
        ids = dict(index._passages._rows("SELECT position, id FROM passages"))
        means = _means(folder)
    stored = np.load(folder / "units.npy", mmap_mode="r").view(np.ndarray)
    found: Found = {"passages": times(lambda vector: _nearest(means, vector), vectors)}
    # As they are: made float32 block by block.
    found["sentences as stored"] = times(lambda vector: _in_blocks(stored, vector), vectors[:20])
    exact = [{ids[int(p)] for p in _nearest(means, vector)[:_DEPTH]} for vector in vectors]
    with chroma.client(folder, settings.chroma_url) as opened:
        clock = Clock()
        collection = opened.get_collection(manifest.collection, embedding_function=None)
        chroma.nearest(collection, vectors[0], None, CANDIDATES)
        found["chroma first"] = clock.lap()
        near = [chroma.nearest(collection, vector, None, CANDIDATES)[:_DEPTH] for vector in vectors]
        found["chroma"] = times(
            lambda vector: chroma.nearest(collection, vector, None, CANDIDATES), vectors
        )
        found["chroma of twenty"] = times(
            lambda vector: chroma.nearest(collection, vector, None, _DEPTH), vectors
        )
    common = [len(one & set(other)) / _DEPTH for one, other in zip(exact, near, strict=True)]
    found["recall"] = float(np.mean(common))
    found["memory"] = memory()
    found["answers kept"] = _kept(settings, asked)
    return found


def _kept(settings: Settings, asked: Sequence[str]) -> float:
    """Return how many of the first ten passages are those of a search that compares every sentence."""
    found = []
    for limit in (0, _ALL):
        with Index.open(settings.model_copy(update={"exact_search_limit": limit})) as index:
            hits = [index.search(question, limit=_SHOWN) for question in asked]
        found.append([{hit.passage.id for hit in each} for each in hits])
    return float(
        np.mean([len(one & other) / len(other) for one, other in zip(*found, strict=True)])
    )


def _means(folder: Path) -> FloatArray:
    """Return the vectors Chroma holds: the mean of the sentences of each passage."""
    units = np.load(folder / "units.npy", mmap_mode="r").view(np.ndarray)
    starts = np.load(folder / "unit_starts.npy")
    means = np.empty((len(starts) - 1, units.shape[1]), dtype=np.float32)
    for at in range(0, len(means), _BLOCK):
        bounds = starts[at : at + _BLOCK + 1]
        rows = units[bounds[0] : bounds[-1]].astype(np.float32)
        sums = np.add.reduceat(rows, bounds[:-1] - bounds[0], axis=0)
        means[at : at + _BLOCK] = normalised(sums)
    return means


def _nearest(rows: FloatArray, vector: FloatArray) -> Any:
    scores = rows @ vector
    limit = min(CANDIDATES, len(scores))
    best = np.argpartition(-scores, limit - 1)[:limit]
    return best[np.argsort(-scores[best])]


def _in_blocks(rows: Any, vector: FloatArray) -> FloatArray:
    """Multiply float16 rows as they are stored: made float32 block by block."""
    scores = np.empty(len(rows), dtype=np.float32)
    for at in range(0, len(rows), _BLOCK):
        scores[at : at + _BLOCK] = rows[at : at + _BLOCK].astype(np.float32) @ vector
    return scores


def written(found: Found, file: Path) -> None:
    """Keep the measures of a step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    found["load"] = os.getloadavg()[0]
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")
