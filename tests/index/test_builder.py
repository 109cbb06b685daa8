"""The index follows the corpus, and survives what goes wrong."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pvd_assistant.errors import (
    IndexCorruptError,
    IndexingError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
)
from pvd_assistant.index.builder import build
from pvd_assistant.index.store import Index
from pvd_assistant.settings import Settings, load_settings


@pytest.fixture
def settings(sample_settings: Settings, tmp_path: Path) -> Settings:
    """A corpus and its index, to be spoilt."""
    shutil.copytree(sample_settings.corpus_dir / "offres", tmp_path / "corpus" / "offres")
    own = load_settings(corpus_dir=tmp_path / "corpus", index_dir=tmp_path / "index")
    build(own)
    return own


def _sheet(settings: Settings, name: str = "chef-de-projet") -> Path:
    return settings.corpus_dir / "offres" / f"{name}.md"


def test_only_what_changed_is_reported(settings: Settings) -> None:
    sheet = _sheet(settings)
    sheet.write_text(sheet.read_text("utf-8").replace("75\u202f%", "76\u202f%"), "utf-8")
    shutil.copy(_sheet(settings, "ort"), _sheet(settings, "ort-bis"))
    _sheet(settings, "fonds-vert").unlink()

    report = build(settings)

    assert report.changed == ["offres/chef-de-projet"]
    assert report.added == ["offres/ort-bis"]
    assert report.removed == ["offres/fonds-vert"]
    with Index.open(settings) as index:
        assert "offres/fonds-vert" not in index.documents
        assert any("76\u202f%" in p.text for p in index.passages_of("offres/chef-de-projet"))


def test_nothing_new_is_told_so(settings: Settings) -> None:
    before = (settings.index_dir / "CURRENT").read_text()

    report = build(settings)

    assert not (report.added)
    assert not (report.changed)
    assert not (report.removed)
    assert (settings.index_dir / "CURRENT").read_text() == before


def test_a_bad_file_is_named_and_the_rest_is_indexed(settings: Settings) -> None:
    bad = settings.corpus_dir / "offres" / "abime.pdf"
    bad.write_bytes(b"%PDF-1.7 not really")
    (settings.corpus_dir / "offres" / "abime.meta.yaml").write_text(
        "title: X\nkind: offre\npublisher: Y\nupdated: 2026-01-01\n"
        "sources: [{title: T, publisher: P, url: 'https://exemple.fr'}]\n"
    )

    report = build(settings)

    assert [name for name, _ in report.failed] == ["offres/abime.pdf"]
    assert "abime.pdf" in report.failed[0][1]
    assert len(report.unchanged) == 6


def test_a_second_writer_is_refused(settings: Settings) -> None:
    from filelock import FileLock

    with FileLock(settings.index_dir / "write.lock"), pytest.raises(IndexLockedError):
        build(settings)


def test_kill_9_during_a_build_leaves_the_old_index_answering(settings: Settings) -> None:
    _sheet(settings).write_text(_sheet(settings).read_text("utf-8") + "\nUne phrase de plus.\n")
    script = (
        "import sys, time\n"
        "from pvd_assistant.index import builder\n"
        "from pvd_assistant.settings import load_settings\n"
        "def slow(*arguments):\n"
        "    print('writing', flush=True)\n"
        "    time.sleep(60)\n"
        "builder.write_generation = slow\n"
        "builder.build(load_settings(corpus_dir=sys.argv[1], index_dir=sys.argv[2]))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, settings.corpus_dir, settings.index_dir],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"writing"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    with Index.open(settings) as index:
        assert index.search("chef de projet")
    assert build(settings).changed == ["offres/chef-de-projet"]


def test_a_missing_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="pvd-assistant index"):
        Index.open(load_settings(index_dir=tmp_path))


def test_a_damaged_index_says_what_to_run(settings: Settings) -> None:
    folder = settings.index_dir / (settings.index_dir / "CURRENT").read_text().strip()
    for file in (folder / "lexical").glob("*.npy"):
        file.write_bytes(file.read_bytes()[:20])

    with pytest.raises(IndexCorruptError, match="--rebuild"):
        Index.open(settings)

    build(settings, rebuild=True)
    with Index.open(settings) as index:
        assert index.search("chef de projet")


def test_another_model_says_what_to_run(settings: Settings) -> None:
    other = settings.model_copy(update={"embedding": "st:another-model"})

    with pytest.raises(IndexMismatchError, match="pvd-assistant index"):
        Index.open(other)


def test_a_full_disk_is_told_and_the_old_index_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pvd_assistant.index.writer.write_lexical", full)
    _sheet(settings).write_text(_sheet(settings).read_text("utf-8") + "\nUne phrase de plus.\n")

    with pytest.raises(IndexingError, match="place sur le disque"):
        build(settings)

    with Index.open(settings) as index:
        assert index.search("chef de projet")
    assert len(list(settings.index_dir.glob("gen-*"))) == 1
