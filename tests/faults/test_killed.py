"""``kill -9`` at random moments, and at the worst ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings

REPOSITORY = Path(__file__).parents[2]
_KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pvd_assistant.index import builder, generation, writer
from pvd_assistant.index.manifest import Manifest
from pvd_assistant.settings import load_settings
corpus, index, where = sys.argv[1:]

def dies(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def after(function):
    def run(*given, **named):
        function(*given, **named)
        dies()
    return run

places = {
    "first file": lambda: setattr(writer, "write_lexical", dies),
    "before chroma": lambda: setattr(writer.chroma, "write", dies),
    "after chroma": lambda: setattr(writer.chroma, "write", after(writer.chroma.write)),
    "before the manifest": lambda: setattr(Manifest, "write", dies),
    "before the swap": lambda: setattr(generation, "publish", dies),
    "half of the pointer": lambda: setattr(
        generation, "_sync", lambda path: dies() if path.name == "CURRENT.new" else None),
    "after the swap": lambda: setattr(generation, "publish", after(generation.publish)),
    "while forgetting": lambda: setattr(builder.BuildCache, "prune", dies),
}
places[where]()
builder.build(load_settings(corpus_dir=Path(corpus), index_dir=Path(index)))
"""
PLACES = [
    "first file", "before chroma", "after chroma", "before the manifest", "before the swap",
    "half of the pointer", "after the swap", "while forgetting",
]  # fmt: skip


def test_indexing_killed_at_random_moments(faults: ModuleType, settings: Settings) -> None:
    outcome = faults.kill_indexing(settings, rounds=6)
    assert outcome.problems == []
    assert outcome.killed >= 2


def test_a_server_killed_while_it_answers_keeps_opinions_and_a_colleague_drafts_and_sends(
    faults: ModuleType, settings: Settings
) -> None:
    outcome = faults.kill_server(settings, rounds=2)
    assert outcome.problems == []
    assert outcome.killed == 2
    assert outcome.kept >= 6
    assert outcome.drafted >= 6
    assert outcome.sent >= 2


@pytest.mark.parametrize("place", PLACES)
def test_indexing_killed_at_the_worst_moments(settings: Settings, place: str) -> None:
    sheet = settings.corpus_dir / "offres" / "ort.md"
    sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")
    folders = [str(settings.corpus_dir), str(settings.index_dir)]
    died = subprocess.run(
        [sys.executable, "-c", _KILLED_AT, *folders, place],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert died.returncode == -9

    with Index.open(settings) as index:
        assert index.search("chef de projet")
    swapped = place in ("after the swap", "while forgetting")
    assert build(settings).changed == ([] if swapped else ["offres/ort"])
    build(settings)
    with Index.open(settings) as index:
        assert "Une phrase de plus." in "".join(p.text for p in index.parts("offres/ort"))
    assert len(list(settings.index_dir.glob("gen-*"))) == 1
    assert not (settings.index_dir / "CURRENT.new").exists()


def test_two_indexers_at_once(settings: Settings) -> None:
    sheet = settings.corpus_dir / "offres" / "ort.md"
    sheet.write_text(sheet.read_text("utf-8") + "\nUne phrase de plus.\n", "utf-8")
    command = [sys.executable, "-m", "pvd_assistant", "index", "--rebuild"]
    folders = ["--corpus", str(settings.corpus_dir), "--index", str(settings.index_dir)]
    running = [
        subprocess.Popen(
            [*command, *folders],
            cwd=REPOSITORY,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[1] for process in running]

    assert 0 in [process.returncode for process in running]
    for process, words in zip(running, said, strict=True):
        assert process.returncode in (0, 1)
        if process.returncode:
            assert "Un autre programme est en train d’écrire l’index" in words
            assert "Traceback" not in words
    with Index.open(settings) as index:
        assert "Une phrase de plus." in "".join(p.text for p in index.parts("offres/ort"))
